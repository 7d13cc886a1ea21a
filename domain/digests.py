"""Where an entry has salted digests: what stands outside the log, and what of it may be disclosed there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain.founding import BookOpened
from domain.kernel.errors import Kind, rule
from domain.roles import KeyGranted, KeyRotated
from domain.vouchers import SaltedVoucherPosted, SaltedVoucherReversed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.kernel.disclosure import Disclosed
    from domain.kernel.statement import Record, Statement
    from domain.roles import KeyGrant
    from domain.vouchers import SaltedReversal, SaltedVoucher

NAME_TAKEN = rule(
    "disclosure.name",
    Kind.REFUSED,
    "披露的名称 {name} 与该处公开写着的字段或应有的名称不符",
    "the disclosure's name {name} does not fit the place of its digest: a field of that name stands there in clear",
    "RFC 9901 section 7.1",
)

HOLDER = "holder"
"""The name under which a key's holder is disclosed."""


class Hidden(NamedTuple):
    """A digest with its place: the `line` of a voucher (from 1; 0: the entry itself), and the names in clear there."""

    digest: str
    line: int
    clear: frozenset[str]


def hidden_in(statement: Statement) -> Iterator[Hidden]:
    """Yield every digest of an entry, its decoys too."""
    match statement:
        case SaltedVoucherPosted() | SaltedVoucherReversed():
            yield from _of_voucher(statement.data)
        case KeyGranted():
            yield _of_grant(statement.data)
        case KeyRotated():
            yield _of_grant(statement.data.new)
        case BookOpened():
            yield from map(_of_grant, statement.data.keys)
        case _:
            pass


def check_name(hidden: Hidden, disclosed: Disclosed) -> None:
    """Raise `disclosure.name` when what is disclosed would contradict what stands at its place in clear."""
    is_holder = hidden.clear == {HOLDER}
    if is_holder != (disclosed.name == HOLDER) or (not is_holder and disclosed.name in hidden.clear):
        raise NAME_TAKEN(name=disclosed.name)


def _of_voucher(voucher: SaltedVoucher | SaltedReversal) -> Iterator[Hidden]:
    clear = _filled(voucher)
    for digest in voucher.digests:
        yield Hidden(digest, 0, clear)
    for number, line in enumerate(voucher.lines, start=1):
        clear = _filled(line)
        for digest in line.digests:
            yield Hidden(digest, number, clear)


def _filled(record: Record) -> frozenset[str]:
    return frozenset(name for name in record.__struct_encode_fields__ if getattr(record, name, ""))


def _of_grant(grant: KeyGrant) -> Hidden:
    return Hidden(grant.holder, 0, frozenset({HOLDER}))
