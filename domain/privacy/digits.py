"""Digits as people write them: wide, raised, in circles, of any script, with signs between them (数字的各种写法).

A text is folded sign by sign, each into one or none, so that a place in the folded text leads back to the text.
"""

from __future__ import annotations

import re
import unicodedata

POINT = "\ufdd0"
"""Stands for the point of an amount; it is no character, and in no text."""

NUMERALS = dict(zip("〇零○一二三四五六七八九", "000123456789", strict=True))
"""Chinese numerals, as they are written in a row instead of digits."""

_HYPHENS = frozenset("_·•・\u2043\u2212")
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_SLASHES = {"\\": "/", "|": "/", "~": ",", "、": ","}
_DOTTED = re.compile(r"\d+(?:\.\d+)+")
_AMOUNT = re.compile(r"\d+\.\d{1,2}")


def fold(sign: str) -> str:
    """Fold one character: a digit into ASCII's, dashes into "-", a space into " ", what nobody sees into "".

    Of Unicode's compatible forms (NFKC) only those of one character count: in ㎡ and ⑩ nothing adjoins a number.
    """
    digit = unicodedata.digit(sign, None)
    if digit is not None:
        return str(digit)
    if sign in _BLANKS or unicodedata.category(sign) in {"Cf", "Mn", "Me"}:
        return ""
    compatible = unicodedata.normalize("NFKC", sign)
    plain = compatible if len(compatible) == 1 else sign
    category = unicodedata.category(plain)
    if category == "Pd" or plain in _HYPHENS:
        return "-"
    return " " if category == "Zs" else _SLASHES.get(plain, plain)


class _Folded(dict[int, str]):
    """A table for `str.translate` that fills itself."""

    def __missing__(self, code: int) -> str:
        self[code] = fold(chr(code))
        return self[code]


_FOLDED = _Folded()


def fold_text(text: str) -> str:
    """Fold a text; the point of an amount becomes `POINT`, other dots "-", since some put them between digits."""
    return _DOTTED.sub(_keep_point, text.translate(_FOLDED)).replace(".", "-")


def _keep_point(dotted: re.Match[str]) -> str:
    return dotted[0].replace(".", POINT) if _AMOUNT.fullmatch(dotted[0]) else dotted[0]


def origins(text: str) -> list[int]:
    """Return for each place in the folded text the place in the text."""
    return [place for place, sign in enumerate(text) if _FOLDED[ord(sign)]]
