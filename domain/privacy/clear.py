"""What stands in an entry in clear, for all to read and for ever: it may not name a person by a number (明文检查).

This is looked at where entries come in, never when a book is replayed: what was once accepted stays good.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect

from domain.kernel.errors import Kind, rule
from domain.kernel.statement import NUMBER_OF_INVOICE, NUMBER_OF_KEY, PLAIN
from domain.privacy.kinds import Personal
from domain.privacy.personal import find_personal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.privacy.kinds import Found

_REMEDY_ZH = "公开的记录任何人都能看到，且永远不能删改，所以不能写个人的号码；请删去它，确需保存的用披露（private）另存"
_REMEDY_EN = (
    "an entry is public and can never be changed, so it has no personal numbers; leave it out, or keep it"
    " beside the log as a disclosure (`private`)"
)
_SOURCE = "个人信息保护法 art. 6, 28; RFC 9901"

ID_NUMBER = rule(
    "privacy.id_number",
    Kind.REFUSED,
    f"{{field_zh}}中有疑似身份证号码的数字（{{masked}}）。{_REMEDY_ZH}",
    f"{{field}} has what looks like an ID number ({{masked}}); {_REMEDY_EN}",
    f"GB 11643-1999; {_SOURCE}",
)
PHONE = rule(
    "privacy.phone",
    Kind.REFUSED,
    f"{{field_zh}}中有疑似电话号码的数字（{{masked}}）。{_REMEDY_ZH}",
    f"{{field}} has what looks like a phone number ({{masked}}); {_REMEDY_EN}",
    _SOURCE,
)
BANK_CARD = rule(
    "privacy.bank_card",
    Kind.REFUSED,
    f"{{field_zh}}中有疑似银行卡号的数字（{{masked}}）。{_REMEDY_ZH}",
    f"{{field}} has what looks like a bank card number ({{masked}}); {_REMEDY_EN}",
    f"ISO/IEC 7812; {_SOURCE}",
)

_RULES = {Personal.ID_NUMBER: ID_NUMBER, Personal.PHONE: PHONE, Personal.BANK_CARD: BANK_CARD}

FIELDS = {
    "summary": "摘要",
    "party": "往来单位",
    "project": "项目",
    "name": "名称",
    "note": "备注",
    "reason": "原因",
    "resolution": "决议",
    "source": "原凭证号",
    "vkey": "密钥编号",
    "number": "发票号码",
}
"""The fields in which people write freely, as they are called on paper; another has its own name."""


def check_clear(text: str, field: str) -> None:
    """Raise `privacy.*` when a text has what looks like a person's number; the number itself is not repeated."""
    _refuse(find_personal(text), field)


def _refuse(found: Found | None, field: str) -> None:
    if found:
        name = field.rpartition(".")[2]
        field_zh = f"{FIELDS[name]}({field})" if name in FIELDS else field
        raise _RULES[found.kind](field=field, field_zh=field_zh, masked=found.masked)


def check_clear_fields(data: msgspec.Struct) -> None:
    """Raise `privacy.*` for the first text field of a statement's data that has what looks like a person's number."""
    for path, text, number in _texts(data, ""):
        if number is None:
            check_clear(text, path)
        else:
            check_number(text, path, number)


def check_number(text: str, field: str, kind: dict[str, Any] = NUMBER_OF_KEY) -> None:
    """Raise `privacy.*` when the number of a thing is what looks like a person's.

    Of a key that is the last part of its name. The old invoices of Gansu have 18 digits behind 62, as cards have.
    """
    number = text.partition("+")[0].rpartition("/")[2]
    found = find_personal(number)
    if found and not (kind == NUMBER_OF_INVOICE and found.kind is Personal.BANK_CARD):
        _refuse(found, field)


def check_disclosed(value: object, field: str) -> None:
    """Raise `privacy.*` for what looks like a person's number in a value that is shown to everybody.

    Whole numbers count too, but not under a name that ends in ``_fen``.
    """
    if isinstance(value, dict):
        for name, inner in value.items():
            check_disclosed(inner, f"{field}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            check_disclosed(inner, f"{field}[{number}]")
    elif isinstance(value, str):
        check_clear(value, field)
    elif isinstance(value, int) and not field.partition("[")[0].endswith("_fen"):
        check_clear(str(value), field)


def _texts(value: object, path: str) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    """Yield path and text of every field that holds free text, or the number of a thing; and of which thing."""
    if isinstance(value, list):
        for number, member in enumerate(value, start=1):
            yield from _texts(member, f"{path}[{number}]")
    elif isinstance(value, msgspec.Struct):
        told = _told_fields(type(value))
        for field in value.__struct_fields__:
            inner = getattr(value, field)
            below = f"{path}.{field}" if path else field
            if field in told:
                yield below, inner, told[field]
            else:
                yield from _texts(inner, below)


@cache
def _told_fields(struct: type[msgspec.Struct]) -> dict[str, dict[str, Any] | None]:
    """Return the fields of a struct that hold text as people write it (`Text`, `OptionalText`), or a marked number."""
    told: dict[str, dict[str, Any] | None] = {}
    for field in msgspec.structs.fields(struct):
        kind = inspect.type_info(field.type)
        if isinstance(kind, inspect.Metadata) and kind.extra in (NUMBER_OF_KEY, NUMBER_OF_INVOICE):
            told[field.name] = kind.extra
        elif isinstance(kind, inspect.StrType) and kind.pattern == PLAIN:
            told[field.name] = None
    return told
