"""Numbers that the text itself calls a person's: 身份证号, 卡号, 账号, 电话, 手机 and digits behind them (写明的号码).

What is called so needs no check digit and no area code, only its length. Let through are dates and amounts behind these
words, and the accounts of organisations and of meters, which are nobody's.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from domain.privacy.digits import POINT
from domain.privacy.kinds import Found, Personal

if TYPE_CHECKING:
    from collections.abc import Iterator

_LABELS = {
    "身份证": Personal.ID_NUMBER,
    "卡号": Personal.BANK_CARD,
    "账号": Personal.BANK_CARD,
    "帐号": Personal.BANK_CARD,
    "电话": Personal.PHONE,
    "手机": Personal.PHONE,
}
_LEAST = {Personal.ID_NUMBER: 15, Personal.BANK_CARD: 12, Personal.PHONE: 7}
"""So many digits at least; an account's code of the chart has at most nine."""
_LABELS_IN_BYTES = [label.encode() for label in _LABELS]

_SIGNS_IN_BYTES = rb"(?:[\x00-\x2f:-@\[-`{-~]|[\xc2\xe2\xe3\xef][\x80-\xbf]{1,2})"
"""In UTF-8 a sign of ASCII; or a wide sign or digit, a dash, or what nobody sees."""
_LABEL_IN_BYTES = re.compile(
    rb"(?:%b)%b*(?:%b)?%b*(?:%b)?(?:%b|[0-9])"
    % (
        b"|".join(_LABELS_IN_BYTES),
        _SIGNS_IN_BYTES,
        "号码|号".encode(),
        _SIGNS_IN_BYTES,
        "为|是".encode(),
        _SIGNS_IN_BYTES,
    )
)

_GROUPS = r"\d+(?:[ ()*+=-]{1,4}\d+)*"
_LABELLED = re.compile(
    rf"(?P<label>{'|'.join(_LABELS)})(?:号码?)?[为是]?[ (),/:#*+=-]{{0,4}}"
    rf"(?P<number>{_GROUPS})(?P<last>[ -]?[Xx\u00d7\u0425\u0445](?![0-9A-Za-z]))?",
    re.ASCII,
)
_PUBLIC = re.compile(
    r"(?:对公|公户|基本户|一般户|专户|单位|公司|合作社|联合社|村集体|村委会|财政|[水电气油话]费|[水电气油]|宽带|IC|会员)"
    r"(?:的|开户|存款|银行|账户|帐户){0,2}[ (:]{0,2}$"
)
"""Right before 账号 or 卡号: whose account is no person's."""
UNIT = re.compile(rf" *(?:(?:[万亿]?元[整正]?|[万亿分])(?![\u3400-\u9fff])|{POINT}\d)")
"""The unit of an amount as a word of its own: 分红 and 万小明 begin with the same character."""
_GROUP = re.compile(r"\d+", re.ASCII)
_BEFORE = 16
"""How far before a label is read whose account it is, in characters."""


def has_label(text: bytes) -> bool:
    """Whether a text in UTF-8 has one of the words and a number behind it; cheap enough for every entry."""
    return any(label in text for label in _LABELS_IN_BYTES) and _LABEL_IN_BYTES.search(text) is not None


def find_labelled(plain: str) -> Iterator[Found]:
    """Find the numbers that a folded text calls a person's."""
    for match in _LABELLED.finditer(plain):
        kind, groups = _LABELS[match["label"]], _GROUP.findall(match["number"])
        digits = "".join(groups)
        if len(digits) < _LEAST[kind] or UNIT.match(plain, match.end("number")):
            continue
        before = plain[max(0, match.start() - _BEFORE) : match.start()]
        if kind is Personal.BANK_CARD and _PUBLIC.search(before):
            continue
        if kind is Personal.PHONE and _is_dated(groups):
            continue
        yield Found(kind, digits, *match.span("number"))


def _is_dated(groups: list[str]) -> bool:
    """Whether the first groups are a day or a month of a book's years: 20260305, 2026-03-05, 2026-03."""
    first = groups[0]
    if len(first) == 4 and len(groups) > 1:
        day = groups[2] if len(groups) > 2 and len(groups[2]) <= 2 else "1"
        return len(groups[1]) <= 2 and _is_day(first, groups[1], day)
    return len(first) == 8 and _is_day(first[:4], first[4:6], first[6:])


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        return 1949 <= date(int(year), int(month), int(day)).year <= 2099
    except ValueError:
        return False
