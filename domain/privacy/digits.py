"""Digits as people write them: wide, raised, in circles, of any script, with signs between them (数字的各种写法).

A text is folded sign by sign, each into one or none, so that a place in the folded text leads back to the text.
"""

from __future__ import annotations

import re
import unicodedata

POINT = "\ufdd0"
"""Stands for the point of an amount; it is no character, and in no text."""

NUMERALS = dict(zip("〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "0001234567891123456789", strict=True))
"""Chinese numerals, as they are written in a row instead of digits, and those of cheques."""

_HYPHENS = frozenset("_·•・\u2043\u2212")
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_SLASHES = {"\\": "/", "|": "/", "~": ","}
_KEPT = frozenset(".,/:#%‰*")
"""What is not folded into a comma: 150*1200 is a measure, 15%, 1200 a share."""
_QUOTES = frozenset("\"'`^\u00b4")
_MARKS = {"Pd": "-", "Pc": "-", "Ps": "(", "Pe": ")", "Pi": ")", "Pf": ")", "Po": ",", "Zs": " ", "Cc": " "}
"""What categories of Unicode become; line breaks and tabs are in no entry, but in what was read from a file."""
_DOTTED = re.compile(r"(?<!\d)\d++(?:\.\d+)+")
_AMOUNT = re.compile(r"\d+\.\d{1,2}")


def fold(sign: str) -> str:
    """Fold one character: a digit into ASCII's, marks into ASCII's, a space into " ", what nobody sees into "".

    Of Unicode's compatible forms (NFKC) only those of one character count: in ㎡ and ⑩ nothing adjoins a number.
    """
    digit = unicodedata.digit(sign, None)
    if digit is not None:
        return str(digit)
    if sign in _BLANKS or unicodedata.category(sign) in {"Cf", "Mn", "Me"}:
        return ""
    compatible = unicodedata.normalize("NFKC", sign)
    plain = compatible if len(compatible) == 1 and compatible not in NUMERALS else sign
    return _SLASHES.get(plain) or (plain if plain in _KEPT else _fold_mark(plain))


def _fold_mark(sign: str) -> str:
    """Fold a mark into what it is like: "-", "(", ")", "," or a space; any other character stays."""
    if sign in _HYPHENS:
        return "-"
    return ")" if sign in _QUOTES else _MARKS.get(unicodedata.category(sign), sign)


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
