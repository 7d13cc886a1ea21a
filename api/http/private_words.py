"""What an entry keeps out of the log, in a villager's words: disclosed, withheld or erased; never "invalid"."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from audit.outside import NAMES
from domain.digests import HOLDER
from domain.kernel.canonical import encode
from domain.kernel.errors import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.digests import Hidden
    from domain.kernel.canonical import Json

DISCLOSED = Phrase("公开的内容，与所签的摘要相符", "public, and what was signed by its digest")
WITHHELD = Phrase("未公开；签名人签过它的摘要", "not public; its digest was signed")

VALUE = Phrase("一项内容", "a value")


class Private(NamedTuple):
    """One digest in words: the `line` where it stands (0: the entry itself), what is told of it, and how it is."""

    line: int
    text: Phrase
    state: Phrase
    erased_by: int | None = None


def private_words(
    hidden: Iterable[Hidden], said: Mapping[str, tuple[str, Json]], erased: Mapping[str, int]
) -> list[Private]:
    """Return every digest in words; `said` gives name and value of those that are public, by digest.

    Of the keys' holders only those that are disclosed or erased: the table of keys tells of the others.
    """
    told = [one for one in hidden if one.clear != {HOLDER} or one.digest in said or one.digest in erased]
    return [_words(one, said.get(one.digest), erased.get(one.digest)) for one in told]


def _words(one: Hidden, said: tuple[str, Json] | None, erased: int | None) -> Private:
    if erased is not None:
        return Private(one.line, VALUE, _erased(erased), erased)
    if said is None:
        return Private(one.line, VALUE, WITHHELD)
    name, value = said
    shown = value if isinstance(value, str) else encode(value).decode()
    return Private(one.line, Phrase(f"{NAMES.get(name, name)}：{shown}", name), DISCLOSED)


def _erased(entry: int) -> Phrase:
    return Phrase(
        f"已依法删除，见第 {entry} 号记录；签名和证明仍然有效",
        f"erased by law, see entry {entry}; signatures and proofs stay good",
    )
