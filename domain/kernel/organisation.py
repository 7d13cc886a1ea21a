"""Organisation ids (统一社会信用代码) after GB 32100-2015: 18 characters, the last a check digit.

Department and type (2), administrative division (6), body code (9), check digit (1).
"""

from __future__ import annotations

import re

from domain.kernel.errors import Kind, rule

MALFORMED = rule(
    "organisation.malformed",
    Kind.REFUSED,
    "统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z），读到「{read}」",
    "a unified social credit code has 18 digits or capitals (no I, O, S, V, Z); read '{read}'",
    "GB 32100-2015",
)
CHECK_DIGIT = rule(
    "organisation.check_digit",
    Kind.REFUSED,
    "统一社会信用代码 {read} 的校验码应为 {expected}，请核对是否抄错",
    "the check digit of {read} should be {expected}; look for a typing error",
    "GB 32100-2015",
)
WRONG_TYPE = rule(
    "organisation.type",
    Kind.REFUSED,
    "{read} 不是村集体经济组织或村民委员会（应以 N1、N2、N3、N9 或 54 开头）",
    "{read} is no rural collective nor village committee (begins with N1, N2, N3, N9 or 54)",
    "GB 32100-2015; 农村集体经济组织法 art. 19",
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
TYPES = {
    "N1": ("组级集体经济组织", "group-level collective"),
    "N2": ("村级集体经济组织", "village collective"),
    "N3": ("乡镇级集体经济组织", "township collective"),
    "N9": ("其他集体经济组织", "other collective"),
    "54": ("村民委员会", "villagers' committee"),
}
"""The kinds of organisations that keep a book, by the first two characters, in Chinese and English."""

_CODE = re.compile(rf"[{ALPHABET}]{{18}}")
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def check_digit(first17: str) -> str:
    """Return the 18th character of a code."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(first17, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def make_organisation(first17: str) -> str:
    """Return a code from its first 17 characters."""
    return first17 + check_digit(first17)


def is_organisation(code: str) -> bool:
    """Tell whether `code` has the form and the check digit of an organisation's code, of any type."""
    return _CODE.fullmatch(code) is not None and code[17] == check_digit(code[:17])


def check_organisation(code: str) -> None:
    """Raise `organisation.malformed`, `organisation.check_digit` or `organisation.type` for what may keep no book."""
    if not _CODE.fullmatch(code):
        raise MALFORMED(read=code[:40])
    expected = check_digit(code[:17])
    if code[17] != expected:
        raise CHECK_DIGIT(read=code, expected=expected)
    if code[:2] not in TYPES:
        raise WRONG_TYPE(read=code)


def kind_of(code: str) -> tuple[str, str]:
    """Return what kind of organisation a valid code names, in Chinese and English."""
    return TYPES[code[:2]]
