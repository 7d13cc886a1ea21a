"""What is said in words is there to be read: a summary (摘要), or an account's name, of blanks is none.

This is looked at where vouchers come in, never when a book is replayed: what was once accepted stays good.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domain.accounts import NewAccount
from domain.kernel.errors import Kind, Phrase, rule
from domain.vouchers.events import Reversal, Voucher

if TYPE_CHECKING:
    import msgspec

BLANK_TEXT = rule(
    "voucher.blank_text",
    Kind.REFUSED,
    "请填写{name}：{place}的{name}里只有空格或看不见的字符",
    "fill in the {name}: that of {place} has nothing but blanks or characters that nobody sees",
    "会计基础工作规范 art. 51(1)",
)
FIELDS = {
    "summary": Phrase("摘要", "summary"),
    "party": Phrase("往来单位", "counterparty"),
    "project": Phrase("项目", "project"),
}
"""The fields that say in words what was booked, and with whom."""

NAME = "name"
"""The field that says what an account is called."""

_UNSEEN = (
    " \u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000"
    "\u180b-\u180e\u3164\ufe00-\ufe0f\ufeff\uffa0\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Spaces, and characters that have no shape of their own."""

_BLANK = re.compile(f"[{_UNSEEN}]+")
_BYTES = b"|".join(re.escape(char.encode()) for char in map(chr, range(0xE1000)) if _BLANK.fullmatch(char))
_HAS_BLANK = re.compile(b'"(?:%s)":"(?:%s)+"' % ("|".join([*FIELDS, NAME]).encode(), _BYTES))


def is_blank(text: str) -> bool:
    """Tell whether nothing is to be seen in a text, be it that it is empty."""
    return not text or _BLANK.fullmatch(text) is not None


def may_be_blank(text: bytes) -> bool:
    """Tell whether a canonical entry has one of the fields with nothing to be seen in it; it is quick."""
    return _HAS_BLANK.search(text) is not None


def check_told(data: msgspec.Struct) -> None:
    """Raise `voucher.blank_text` for the first field of a voucher or account in which nothing is to be seen."""
    if isinstance(data, NewAccount) and is_blank(data.name):
        place = Phrase(f"科目 {data.code} ", f"account {data.code}")
        raise BLANK_TEXT(name=Phrase("名称", "name"), place=place, field=NAME)
    if not isinstance(data, (Voucher, Reversal)):
        return
    lines = [
        (Phrase(f"第 {at} 行", f"line {at}"), f"lines[{at}].", line)
        for at, line in enumerate(data.lines, start=1)
    ]
    for place, path, record in [(Phrase("凭证", "the voucher"), "", data), *lines]:
        for field, name in FIELDS.items():
            if _BLANK.fullmatch(getattr(record, field, "")):
                raise BLANK_TEXT(name=name, place=place, field=f"{path}{field}")
