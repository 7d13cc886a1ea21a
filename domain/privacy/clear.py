"""What stands in an entry in clear, for all to read and for ever: it may not name a person by a number (明文检查).

This is looked at where entries come in, never when a book is replayed: what was once accepted stays good.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec
from msgspec import inspect

from domain.kernel.errors import Kind, rule
from domain.kernel.statement import PLAIN
from domain.privacy.personal import Personal, find_personal

if TYPE_CHECKING:
    from collections.abc import Iterator

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
}
"""The fields in which people write freely, as they are called on paper; another has its own name."""


def check_clear(text: str, field: str) -> None:
    """Raise `privacy.*` when a text has what looks like a person's number; the number itself is not repeated."""
    found = find_personal(text)
    if found:
        name = field.rpartition(".")[2]
        field_zh = f"{FIELDS[name]}({field})" if name in FIELDS else field
        raise _RULES[found.kind](field=field, field_zh=field_zh, masked=found.masked)


def check_clear_fields(data: msgspec.Struct) -> None:
    """Raise `privacy.*` for the first text field of a statement's data that has what looks like a person's number."""
    for path, text in _texts(data, ""):
        check_clear(text, path)


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of every field that holds free text."""
    if isinstance(value, list):
        for number, member in enumerate(value, start=1):
            yield from _texts(member, f"{path}[{number}]")
    elif isinstance(value, msgspec.Struct):
        free = _free_fields(type(value))
        for field in value.__struct_fields__:
            inner = getattr(value, field)
            below = f"{path}.{field}" if path else field
            if field in free:
                yield below, inner
            else:
                yield from _texts(inner, below)


@cache
def _free_fields(struct: type[msgspec.Struct]) -> frozenset[str]:
    """Return the fields of a struct that hold text as people write it (`Text`, `OptionalText`)."""
    kinds = {field.name: inspect.type_info(field.type) for field in msgspec.structs.fields(struct)}
    return frozenset(
        name for name, kind in kinds.items() if isinstance(kind, inspect.StrType) and kind.pattern == PLAIN
    )
