"""What looks like an ID number, a phone number or a bank card in a text (疑似身份证号、电话号码、银行卡号).

It is looked for where people type: with spaces, hyphens, full-width digits or invisible characters between the digits.
What village books are full of is let through: amounts, dates, numbers of vouchers, contracts and invoices (an
electronic one has 20 digits), organisations' codes, and organisations' bank accounts, which are public. So a number
counts only when its length, its first digits and its check digit, if any, fit, and no other digits adjoin. Letters
before it (HT13912345678) make it a code's, unless it is the ID number of somebody born before 2000. What the text
itself calls a person's number is one without all that (`domain.privacy.labelled`).
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from domain.privacy.digits import NUMERALS, fold_text, origins
from domain.privacy.kinds import Found, Personal
from domain.privacy.labelled import UNIT, find_labelled, has_label

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_DIGITS = 11
"""Every kind has at least so many digits."""
MOST_DIGITS = 19
"""A bank card's."""

_RUN_IN_BYTES = b"0" * 10
"""What the quick look looks for: an ID number whose birthday is a date (330881 1980年…) has no more together."""
_ALSO_DIGITS = frozenset({0x82, *range(0x90, 0x9A), 0x9D, 0x9E, 0xB0, *range(0xB2, 0xBA)})
"""Of wide, raised, lowered and circled digits (0xC2, 0xE2, 0xEF) each has one of these bytes behind the first."""
_WIDE = b"\xc2\xe2\xe3\xef"
"""First bytes of wide signs, dashes, marks and invisible characters, any of which may stand between digits."""
_RARE = frozenset({*range(0xC4, 0xE2), *range(0xEA, 0xEF), *range(0xF0, 0xF5)})
"""First bytes of scripts that are rare in a village's book, and have digits or marks of their own."""
_SHAPE = bytes(
    ord("0") if byte in b"0123456789" or byte in _ALSO_DIGITS else ord("r") if byte in _RARE else ord("x")
    for byte in range(256)
)
"""Digits as 0, what has to be read as r, all else as x."""
_SIGNS = bytes(code for code in range(0x80) if not chr(code).isalnum() and chr(code) not in "$%*+<=>")
_BETWEEN = _SIGNS + bytes(set(range(0x80, 0xC0)) - _ALSO_DIGITS) + _WIDE
"""What may stand between two digits in UTF-8: ASCII's signs, and the bytes of wide signs, dashes and invisible ones."""
_BETWEEN_RECKONED = _BETWEEN + b"*+="
_MOBILE_IN_BYTES = b"0" * 11
"""What the quick look looks for past the signs of a sum: a time has 10 digits with its zone (10:12:33+08:00)."""
_NUMERALS_IN_BYTES = [numeral.encode() for numeral in NUMERALS]
_BEGINNINGS_IN_BYTES = [
    re.compile(
        one.encode()
        + rb"(?:[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]|[\xc2\xe2\xe3\xef][\x80-\xbf]{1,2})*"
        + f"(?:{'|'.join('三四五六七八九叁肆伍陆柒捌玖')})".encode()
    )
    for one in "一壹幺"
]
"""How a mobile number in numerals begins, whatever stands between; one for each 1, since so it is soonest found."""

_GAP = r"[ ()/,:#*+=-]{1,8}"
_RUN = re.compile(rf"\d+(?:{_GAP}\d+)*", re.ASCII)
_GROUP = re.compile(r"\d+", re.ASCII)
_X = re.compile("[ -]?[Xx\u00d7\u0425\u0445](?![0-9A-Za-z])")
"""The last character of an ID number: X, and what is taken for it (×, the Cyrillic letter)."""
_DATED = re.compile(
    rf"(?<![0-9A-Za-z])(\d{{6}})(?:{_GAP})?((?:19|20)\d\d) ?年 ?(\d{{1,2}}) ?月 ?(\d{{1,2}}) ?日?"
    rf"(?:{_GAP})?(\d{{3}}[\dXx])(?![0-9A-Za-z])",
    re.ASCII,
)
"""An ID number whose birthday is written as a date."""
_NUMERAL = f"[{''.join(NUMERALS)}]"
_IN_WORDS = re.compile(rf"[一壹幺](?:{_GAP})?[三四五六七八九叁肆伍陆柒捌玖](?:(?:{_GAP})?{_NUMERAL}){{9}}")
"""A mobile number in Chinese numerals; the name before it may end with one too (张三)."""

_CONTEXT = 32
"""How far before and behind a number the words are read that say what it is, in characters."""
_REFERENCE = re.compile(r"[A-Za-z][0-9A-Za-z]*[-/]?$")
_MORE_OF_CODE = re.compile(r"[A-Za-z][0-9A-Za-z]")
_LABEL = re.compile(
    r"(?:合同|编号|单号|票号|发票|凭证|流水|代码|文号|批号|项目|宗地|档号)(?:(?i:no)|[编号代码为是第：:#№ (-]){1,4}$"
)
"""What says that a number is a thing's: not the bare word right before it, and with no name between."""
_ACCOUNT = re.compile(r"(?:账号|帐号|账户|帐户|税号|识别号|基本户|专户|对公)\D{0,4}$")
_NUMBER_OF_PERSON = re.compile(
    r"(?:身份证|电话|手机|联系|联络|座机|银行卡|℡|(?i:tel|phone|mob))\D{0,6}$"
    r"|(?<![A-Za-z])(?i:t|ph|cell|wx|vx?|id|sfzh?|card)[^0-9A-Za-z]{0,6}$"
)
_SUM = re.compile(r"(?:[共计额款费金￥¥]|人民币|(?i:rmb))\D{0,3}$")
"""What says that an amount follows; so many digits and 元 alone would be ten thousand million."""
_COUNTED = re.compile(
    r" *(?:[万亿]?元|毫米|厘米|[cm]?m(?![0-9A-Za-z])|"
    r"[斤亩吨户人株棵米方平立公个台套组队号股份名项件批次年月日天工度小只头袋包桶箱车辆张页块千#:=])"
)
"""What is counted by the last number of a list, or is its sum."""

PROVINCES = frozenset(
    f"{tens}{ones}"
    for tens, last in {1: 5, 2: 3, 3: 7, 4: 6, 5: 4, 6: 5, 8: 3}.items()
    for ones in range(1, last + 1)
) | {"50", "71"}
"""The first two digits of an ID number: the province (GB/T 2260); 83 is for residents from Taiwan."""

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_MOBILE = re.compile(r"1[3-9]\d{9}")
_COUNTRY = re.compile(r"0{0,2}86")
_MOBILE_GROUPS = frozenset(
    {(11,), (3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (4, 3, 4), (3, 3, 5), (5, 3, 3), (5, 6), (6, 5), (8, 3)}
    | {(3, 5, 3), (3, 4, 2, 2), (3, 2, 2, 4), (3, 2, 2, 2, 2), (2, 2, 2, 2, 2, 1), (1, 2, 2, 2, 2, 2)}
)
_RECKONED = frozenset("*+=")
"""What stands between the numbers of a sum or a measure, too: 138+1234+5678=7050, 130+1000=1130."""
_LISTING = frozenset("/,:#") | _RECKONED
"""What stands between the numbers of a list, too."""
_MORE_BEFORE = re.compile(r"\d *[,/:#*+=] *$", re.ASCII)
_MORE_AFTER = re.compile(r" *[,/:#*+=] *\d", re.ASCII)
_MEASURED = re.compile(r"(?:规格|尺寸|型号|[长宽高厚板])\D{0,3}$")
"""What says that three numbers are a measure."""
_LANDLINE = re.compile(r"0?(?:10|2\d)[2-9]\d{7}|0?[3-9]\d{2}[2-9]\d{6,7}")
_AREA = re.compile(r"0(?:10|2\d|[3-9]\d{2})")
_CARD = re.compile(r"(?:62|60|9558|9559)\d+")
"""UnionPay's cards of 16 to 19 digits, and two old series that are still about."""
_FOREIGN_CARD = re.compile(r"(?:4|5[1-5]|2[2-7]|35)\d+")
"""Visa, MasterCard and JCB: these have 16 digits."""


def may_name_a_person(text: bytes) -> bool:
    """Whether a text in UTF-8 has a run of digits that is worth a closer look; cheap enough for every entry."""
    shape = text.translate(_SHAPE, _BETWEEN)
    if _RUN_IN_BYTES in shape or b"r" in shape or has_label(text) or _has_many_numerals(text):
        return True
    return _MOBILE_IN_BYTES in text.translate(_SHAPE, _BETWEEN_RECKONED)


def _has_many_numerals(text: bytes) -> bool:
    """Whether a text has Chinese numerals enough for a mobile number, and two that it may begin with."""
    begins = any(beginning.search(text) for beginning in _BEGINNINGS_IN_BYTES)
    return begins and sum(map(text.count, _NUMERALS_IN_BYTES)) >= LEAST_DIGITS


def find_personal(text: str) -> Found | None:
    """Return the first thing in a text that looks like a personal number, None when there is none."""
    return look_closely(text) if may_name_a_person(text.encode()) else None


def look_closely(text: str) -> Found | None:
    """Return what `find_personal` does, without the quick look before."""
    return next(_all(fold_text(text)), None)


def mask_personal(text: str) -> str:
    """Return a text in which of each personal number only the first and the last digits stand."""
    if not may_name_a_person(text.encode()):
        return text
    pieces, told, places = [], 0, origins(text)
    for found in sorted(_all(fold_text(text)), key=lambda found: found.start):
        start = places[found.start]
        if start >= told:
            pieces += [text[told:start], found.masked]
        told = max(told, places[found.end - 1] + 1)
    return "".join([*pieces, text[told:]])


def _all(plain: str) -> Iterator[Found]:
    """Find all there is in a folded text; what is found may overlap."""
    yield from _in_runs(plain)
    yield from _dated(plain)
    yield from _in_words(plain)
    yield from find_labelled(plain)


def _in_runs(plain: str) -> Iterator[Found]:
    """Look at every series of groups of every run of digits."""
    for run in _RUN.finditer(plain):
        groups = list(_GROUP.finditer(plain, run.start(), run.end()))
        for first in range(len(groups)):
            yield from _series_from(groups[first : first + MOST_DIGITS], plain)


def _series_from(groups: list[re.Match[str]], plain: str) -> Iterator[Found]:
    """Look at every series that begins with the first of these groups."""
    start, digits = groups[0].start(), ""
    gaps: set[str] = set()
    for number, group in enumerate(groups, start=1):
        if number > 1:
            gaps |= _gap(plain[groups[number - 2].end() : group.start()])
        digits += group[0]
        if len(digits) > MOST_DIGITS:
            return
        if len(digits) >= LEAST_DIGITS:
            found = _judge([one[0] for one in groups[:number]], gaps, plain, start, group.end())
            if found:
                yield found


def _judge(groups: list[str], gaps: set[str], plain: str, start: int, end: int) -> Found | None:
    """Say what a series of groups is that stands there; an X behind it may be an ID number's last character."""
    digits = "".join(groups)
    last = _X.match(plain, end)
    if last and _is_id_number(f"{digits}X"):
        groups, digits, end = [*groups, "X"], f"{digits}X", last.end()
    kind = _kind(groups, gaps, *_context(plain, start, end))
    return Found(kind, digits, start, end) if kind else None


def _gap(between: str) -> set[str]:
    """Return what sets two groups apart; a bracket alone goes with anything."""
    return set(between) - set(" ()") or ({" "} if " " in between else set())


def _context(plain: str, start: int, end: int) -> tuple[str, str]:
    return plain[max(0, start - _CONTEXT) : start], plain[end : end + _CONTEXT]


def _dated(plain: str) -> Iterator[Found]:
    for match in _DATED.finditer(plain):
        place, year, month, day, order = match.groups()
        digits = f"{place}{year}{month:0>2}{day:0>2}{order}"
        if _kind([digits], set(), *_context(plain, *match.span())) is Personal.ID_NUMBER:
            yield Found(Personal.ID_NUMBER, digits, *match.span())


def _in_words(plain: str) -> Iterator[Found]:
    for match in _IN_WORDS.finditer(plain):
        digits = "".join(NUMERALS.get(sign, "") for sign in match[0])
        yield Found(Personal.PHONE, digits, *match.span())


def _kind(groups: list[str], gaps: set[str], before: str, after: str) -> Personal | None:
    digits = "".join(groups)
    if len(groups) == len(digits):  # every digit by itself
        groups = [digits]
    if gaps & _RECKONED:
        mobile = len(gaps) == 1 and not _MEASURED.search(before) and _is_listed_mobile(groups, before, after)
        return Personal.PHONE if mobile else None
    named = _NUMBER_OF_PERSON.search(before) is not None
    code = _REFERENCE.search(before) or _MORE_OF_CODE.match(after)  # a contract's, such as XY-13812345678
    reference = not named and code is not None
    labelled = not named and _is_labelled(before, after)
    if _is_id_number(digits) and not ((reference or labelled) and digits[6:8] == "20"):
        return Personal.ID_NUMBER  # 330881 20260305 0012 may be a project of that day, if it is called one
    if reference or (len(gaps) > 1 and not _is_set_as_usual(groups, gaps)):
        return None
    if _is_card(digits, groups):
        return Personal.BANK_CARD
    excused = labelled or (not named and _is_amount(before, after))
    return None if excused else _kind_without_check(groups, gaps, before, after, named=named)


def _is_labelled(before: str, after: str) -> bool:
    """Whether a number is said to be a thing's: 合同编号：…, 第…号."""
    return _LABEL.search(before) is not None or (before.endswith("第") and after.startswith("号"))


def _is_amount(before: str, after: str) -> bool:
    return UNIT.match(after) is not None and _SUM.search(before) is not None


def _is_set_as_usual(groups: list[str], gaps: set[str]) -> bool:
    """Whether groups are as long as a mobile number's or a card's mostly are; then 138-1234 5678 is one too."""
    sizes = tuple(map(len, groups))
    return gaps == {" ", "-"} and (sizes[-3:] == (3, 4, 4) or (sum(sizes) >= 16 and set(sizes[:-1]) == {4}))


def _kind_without_check(
    groups: list[str], gaps: set[str], before: str, after: str, *, named: bool
) -> Personal | None:
    """Return the kind of a number that has no check digit, and that nothing around excuses."""
    if gaps & _LISTING:
        return Personal.PHONE if _is_listed_mobile(groups, before, after) else None
    if _is_old_id_number("".join(groups), groups) and (named or not _ACCOUNT.search(before)):
        return Personal.ID_NUMBER
    return Personal.PHONE if _is_phone(groups, named=named or before.endswith("+")) else None


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


def _is_listed_mobile(groups: list[str], before: str, after: str) -> bool:
    """Whether groups that might be a list are a mobile number's, and count nothing (补助150、1200、3000元).

    They are when set in 3, 4 and 4, or each digit by itself, and the list has no others.
    """
    alone = not _MORE_BEFORE.search(before) and not _MORE_AFTER.match(after)
    fits = alone and tuple(map(len, groups)) in {(3, 4, 4), (11,)}
    return fits and _MOBILE.fullmatch("".join(groups)) is not None and not _COUNTED.match(after)


def _is_phone(groups: list[str], *, named: bool) -> bool:
    """Whether these are a mobile number, or a landline's with its area code set apart or after the word telephone."""
    country = _COUNTRY.match(groups[0])
    own = [groups[0][country.end() :], *groups[1:]] if country else groups
    own = own if own[0] else own[1:]
    digits = "".join(own)
    if _MOBILE.fullmatch(digits):
        return tuple(map(len, own)) in _MOBILE_GROUPS and (named or not _is_dated_code(own))
    area = f"0{own[0].removeprefix('0')}" if country else own[0]
    apart = len(own) in {2, 3} and _AREA.fullmatch(area) is not None
    return (apart or named) and _LANDLINE.fullmatch(digits) is not None


def _is_dated_code(groups: list[str]) -> bool:
    """Whether these are a code of three digits, such as an account's, and a day (151 20260305)."""
    return len(groups) == 2 and groups[1].startswith("20") and len(groups[0]) == 3 and _is_birthday(groups[1])
