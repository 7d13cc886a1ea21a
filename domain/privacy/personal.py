"""What looks like an ID number, a phone number or a bank card in a text (疑似身份证号、电话号码、银行卡号).

It is looked for where people type: with spaces, hyphens, full-width digits or invisible characters between the digits.
What village books are full of is let through: amounts, dates, numbers of vouchers, contracts and invoices (an
electronic one has 20 digits), organisations' codes, and organisations' bank accounts, which are public. So a number
counts only when its length, its first digits and its check digit, if any, fit, and neither letters nor digits adjoin.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Personal(Enum):
    """The kinds of numbers that name a person, in Chinese and English."""

    ID_NUMBER = ("身份证号码", "an ID number")
    PHONE = ("电话号码", "a phone number")
    BANK_CARD = ("银行卡号", "a bank card number")


class Found(NamedTuple):
    """What was found, and its digits."""

    kind: Personal
    digits: str


MAX_GROUPS = 19
"""A bank card's digits, each by itself."""

LEAST_DIGITS = 11
"""Every kind has at least so many digits, so a text without such a run is done with at once."""

_SHAPE = bytes(
    ord("0")
    if byte in b"0123456789" or 0x90 <= byte <= 0x99
    else ord("x")
    if byte < 0x80 or byte >= 0xC0
    else 0
    for byte in range(256)
)
"""Digits as 0, all else as x; the last byte of a full-width digit is 0x90 to 0x99."""
_BETWEEN = b" -.()" + bytes(set(range(0x80, 0xC0)) - set(range(0x90, 0x9A))) + b"\xc2\xe2\xe3\xef"
"""What may stand between two digits in UTF-8: ASCII's signs, and the bytes of wide signs, dashes and invisible ones."""
_LONG_RUN = b"0" * LEAST_DIGITS
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064]")
_DASHES = re.compile("[\u2010-\u2015\u2212\u2043\u30fb\u00b7.•_－—]")
_RUN = re.compile(r"(?<![0-9A-Za-z])\d+(?:(?:\)|\)?[ -]{1,2})\d+)*(?:[ -]?[Xx])?(?![0-9A-Za-z])")
_GROUP = re.compile(r"\d+[Xx]?|[Xx]")
_REFERENCE = re.compile(r"[A-Za-z][0-9A-Za-z]*[-/]$")
_LABEL = re.compile(r"(?:合同|编号|单号|票号|发票|凭证|流水|代码|文号|批号|项目|宗地|档号)\D{0,4}$")
_ACCOUNT = re.compile(r"(?:账号|帐号|账户|帐户|税号|识别号|基本户|专户|对公)\D{0,4}$")
_NUMBER_OF_PERSON = re.compile(r"(?:身份证|电话|手机|联系|座机|银行卡|(?i:tel|phone|mob))\D{0,6}$")
_UNIT = re.compile(r"\s*(?:元|万|亿|分|点\d)")

PROVINCES = frozenset(
    f"{tens}{ones}"
    for tens, last in {1: 5, 2: 3, 3: 7, 4: 6, 5: 4, 6: 5, 8: 3}.items()
    for ones in range(1, last + 1)
) | {"50", "71"}
"""The first two digits of an ID number: the province (GB/T 2260); 83 is for residents from Taiwan."""

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")
_MOBILE_GROUPS = frozenset(
    {(11,), (13,), (3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (4, 3, 4), (3, 3, 5), (5, 3, 3)}
)
_LANDLINE = re.compile(r"(?:86)?0?(?:10|2\d)[2-9]\d{7}|(?:86)?0?[3-9]\d{2}[2-9]\d{6,7}")
_AREA = re.compile(r"0(?:10|2\d|[3-9]\d{2})")
_CARD = re.compile(r"(?:62|60|9558|9559)\d+")
"""UnionPay's cards of 16 to 19 digits, and two old series that are still about."""
_FOREIGN_CARD = re.compile(r"(?:4|5[1-5]|2[2-7]|35)\d+")
"""Visa, MasterCard and JCB: these have 16 digits."""


def may_name_a_person(text: bytes) -> bool:
    """Whether a text in UTF-8 has a run of digits that is worth a closer look; cheap enough for every entry."""
    return _LONG_RUN in text.translate(_SHAPE, _BETWEEN)


def find_personal(text: str) -> Found | None:
    """Return the first thing in a text that looks like a personal number, None when there is none."""
    if not may_name_a_person(text.encode()):
        return None
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", _INVISIBLE.sub("", _keep_points(text))))
    for run in _RUN.finditer(plain):
        before, after = plain[: run.start()], plain[run.end() :]
        for found in _in_run(run[0], before, after):
            return found
    return None


def _keep_points(text: str) -> str:
    """Keep the point of an amount apart from the dots that some put between the groups of a number."""
    return re.sub(r"(?<=\d)\.(?=\d{1,2}(?!\d))", "点", text)


def _in_run(run: str, before: str, after: str) -> Iterator[Found]:
    """Look at every series of groups of a run whose groups are set apart in one way."""
    groups = list(_GROUP.finditer(run))
    for first in range(len(groups)):
        gap = ""
        for last in range(first, min(len(groups), first + MAX_GROUPS)):
            series = groups[first : last + 1]
            between = run[groups[last - 1].end() : groups[last].start()].lstrip(")") if last > first else ""
            if gap and between and between != gap:
                break
            gap = gap or between
            lead, rest = before + run[: series[0].start()], run[series[-1].end() :] + after
            digits = "".join(group[0] for group in series)
            kind = _kind([group[0] for group in series], lead, rest) if len(digits) >= LEAST_DIGITS else None
            if kind:
                yield Found(kind, digits)


def _kind(groups: list[str], before: str, after: str) -> Personal | None:
    digits = "".join(groups)
    if len(groups) == len(digits):  # every digit by itself
        groups = [digits]
    named = _NUMBER_OF_PERSON.search(before) is not None
    if not named and _REFERENCE.search(before):
        return None  # the tail of a contract number such as XY-13812345678
    labelled = not named and (_LABEL.search(before) is not None or _UNIT.match(after) is not None)
    if _is_id_number(digits) and not (labelled and digits[6:8] == "20"):
        return Personal.ID_NUMBER  # 330881 20260305 0012 may be a project of that day
    if _is_card(digits, groups):
        return Personal.BANK_CARD
    if not labelled and _is_old_id_number(digits, groups) and (named or not _ACCOUNT.search(before)):
        return Personal.ID_NUMBER
    return Personal.PHONE if not labelled and _is_phone(digits, groups, named=named) else None


def _is_id_number(digits: str) -> bool:
    """Whether these are the 18 characters of GB 11643: place, birthday, order and check character."""
    if len(digits) != 18 or digits[:2] not in PROVINCES or not digits[:17].isdigit():
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, digits, strict=False))
    return _is_birthday(digits[6:14]) and _ID_CHECKS[total % 11] == digits[17].upper()


def _is_old_id_number(digits: str, groups: list[str]) -> bool:
    """Whether these are the 15 digits that ID numbers had until 1999, the year of birth in two."""
    fits = len(digits) == 15 and digits.isdigit() and len(groups) <= 3 and digits[:2] in PROVINCES
    return fits and _is_birthday(f"19{digits[6:12]}")


def _is_birthday(digits: str) -> bool:
    try:
        return 1900 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year <= 2099
    except ValueError:
        return False


def _is_card(digits: str, groups: list[str]) -> bool:
    """Whether digits are a card's, set in one, in fours, or as six and the rest."""
    set_so = len(groups) == 1 or all(len(group) == 4 for group in groups[:-1]) or len(groups[0]) == 6
    if not 16 <= len(digits) <= 19 or not digits.isdigit() or not set_so:
        return False
    known = _CARD.fullmatch(digits) or (len(digits) == 16 and _FOREIGN_CARD.fullmatch(digits))
    return bool(known) and _luhn(digits)


def _luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def _is_phone(digits: str, groups: list[str], *, named: bool) -> bool:
    """Whether these are a mobile number, or a landline's with its area code set apart or after the word telephone."""
    own = groups[1:] if groups[0] == "86" else groups
    if _MOBILE.fullmatch(digits):
        return tuple(map(len, own)) in _MOBILE_GROUPS
    area = own[0] if own is groups else f"0{own[0].removeprefix('0')}"
    apart = len(own) in {2, 3} and _AREA.fullmatch(area) is not None
    return (apart or named) and _LANDLINE.fullmatch(digits) is not None
