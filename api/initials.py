"""The letters by which a name is found: the initials of its characters in pinyin (拼音首字母)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

NAMES_MAX = 4096


@lru_cache(NAMES_MAX)
def initials(name: str) -> tuple[str, ...]:
    """Return the letters that each character of a name may begin with: 银行存款 gives y, hx, c, kx.

    The first of them is the character's in this name (行 in 银行 is h), then come its other readings (多音字). Latin
    letters and digits are their own; what has no reading is left out.
    """
    from pypinyin import Style, lazy_pinyin, pinyin  # noqa: PLC0415 -- its dictionaries take half a second

    plain = unicodedata.normalize("NFKC", name).lower()
    usual = lazy_pinyin(plain, style=Style.FIRST_LETTER, errors=_apart)
    others = [pinyin(one, style=Style.FIRST_LETTER, heteronym=True, errors=_apart)[0] for one in plain]
    every = ["".join(dict.fromkeys([first, *rest])) for first, rest in zip(usual, others, strict=True)]
    return tuple(letters for letters in every if letters.isascii() and letters.isalnum())


def _apart(unread: str) -> Any:  # noqa: ANN401 -- the library takes a list, of which its annotations do not know
    """Return characters that have no reading each on its own, as those that have one are."""
    return list(unread)
