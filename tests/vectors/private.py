"""One honest log that keeps values outside: with digests, a roll, reversals and an erasure."""

from __future__ import annotations

import base64
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from domain.entry import parse_entry
from domain.kernel.disclosure import digest_of, disclosure, hidden
from domain.privacy import ErasedRow, Erasure, SubjectErased
from domain.roles import KeyGrant, KeyGranted, possession_text
from domain.rolls import Column, Roll, RollCommitted, Row, in_order, root_of, seal_row
from domain.vouchers import (
    Attachments,
    SaltedLine,
    SaltedReversal,
    SaltedVoucher,
    SaltedVoucherPosted,
    SaltedVoucherReversed,
    VoucherReversed,
    mirrored,
)
from tests.vectors.honest import BASIC, HEAD, OTHERS, PEOPLE, SUPERVISOR, TOWNSHIP, founded, reversal
from tests.vectors.village import Log, holder, office

if TYPE_CHECKING:
    from domain.kernel.canonical import Json

ERASERS = (TOWNSHIP, HEAD, SUPERVISOR)
ROLL, SALTED = 8, 7
"""The entries with the roll and with the first digests."""


def salted(name: str, value: Json) -> str:
    """Return the disclosure of a value under a salt that follows from both."""
    return disclosure(sha256(f"{name} {value}".encode()).digest()[:16], name, value)


PARTY, PHONE, MEMO = salted("party", "张三"), salted("phone", "13800138000"), salted("memo", "住院救助")
DETAILS = salted("details", {"beds": 2, "days": [3, 4], "paid": True})
HOLDER = salted("holder", "李四")
ON_LINE = hidden([PARTY, PHONE], [b"decoy"])
ON_VOUCHER = hidden([MEMO, DETAILS])
ON_REVERSAL = hidden([salted("memo", "重复入账")])
ROWS = in_order(
    seal_row(sha256(who.encode()).digest()[:16], Row(amounts_fen=[fen], who=who))
    for who, fen in (("张三户", 11_000), ("李四户", 4_400))
)
TOTAL_FEN = 15_400


def salted_lines(
    *digests: str, debit: str = "51301", credit: str = "10201", fen: int = 50_000
) -> list[SaltedLine]:
    """Return two lines with digests on the first."""
    first = SaltedLine(account=debit, debit_fen=fen, digests=list(digests))
    return [first, SaltedLine(account=credit, credit_fen=fen)]


def salted_voucher(**change: object) -> SaltedVoucher:
    """Return a voucher with digests on its first line and on itself."""
    good: dict[str, Any] = {
        "attachments": Attachments(count=1),
        "date": "2026-01-15",
        "digests": ON_VOUCHER,
        "lines": salted_lines(*ON_LINE),
        "summary": "救助金",
    }
    return SaltedVoucher(**(good | change))


def roll(**change: object) -> Roll:
    """Return the roll of two rows."""
    good: dict[str, Any] = {
        "columns": [Column(account="113", name="分红", side="credit", total_fen=TOTAL_FEN)],
        "count": len(ROWS),
        "kind": "dividend",
        "root": root_of(ROWS),
        "summary": "2025年度分红",
    }
    return Roll(**(good | change))


def booking(roll_id: str, fen: int = TOTAL_FEN, debit: str = "322", credit: str = "113") -> SaltedVoucher:
    """Return a voucher that books a roll."""
    lines = salted_lines(debit=debit, credit=credit, fen=fen)
    return salted_voucher(digests=[], lines=lines, roll=roll_id, summary="分红")


def red(log: Log, index: int, **change: object) -> SaltedReversal:
    """Return the reversal of a voucher with digests."""
    original: Any = parse_entry(log.entries[index]).statement
    good: dict[str, Any] = {
        "attachments": Attachments(),
        "date": "2026-01-25",
        "lines": mirrored(original.data.lines),
        "reverses": original.id,
        "summary": "冲销",
    }
    return SaltedReversal(**(good | change))


def member(number: int, disclosed: str) -> KeyGrant:
    """Return the grant of a member's key whose holder is a disclosure's digest."""
    signer, digest = office("member", number), digest_of(disclosed)
    proof = base64.b64encode(signer.sign_raw(possession_text(signer.verifier.vkey, digest))).decode()
    return KeyGrant(holder=digest, proof=proof, vkey=signer.verifier.vkey)


def erasure(*digests: str, **more: Any) -> Erasure:  # noqa: ANN401 -- fields of the struct
    """Return an erasure at the wish of the person."""
    return Erasure(basis="consent", digests=list(digests), **more)


def roll_of(log: Log) -> str:
    """Return the id of the roll in a log."""
    return parse_entry(log.entries[ROLL]).statement.id


def committed() -> Log:
    """Return a log of nine entries: a member's key, a voucher with digests, and a roll."""
    log = founded().then(KeyGranted, member(1, HOLDER), *OTHERS)
    log = log.then(SaltedVoucherPosted, salted_voucher(), *BASIC)
    return log.then(RollCommitted, roll(), *BASIC)


def private() -> Log:
    """Return the whole log: the roll is booked, reversed and booked again; at last something is erased."""
    log = committed()
    log = log.then(SaltedVoucherPosted, booking(roll_of(log)), *BASIC)
    log = log.then(VoucherReversed, reversal(log, ROLL + 1), *BASIC)
    log = log.then(SaltedVoucherPosted, booking(roll_of(log)), *BASIC)
    log = log.then(SaltedVoucherReversed, red(log, SALTED, digests=ON_REVERSAL), *BASIC)
    row = ErasedRow(roll=roll_of(log), row=1)
    said = erasure(digest_of(PHONE), holder(PEOPLE["cashier"]), note="本人要求", rows=[row])
    return log.then(SubjectErased, said, *ERASERS)


def beside(log: Log, *disclosures: str) -> Log:
    """Return the log with these disclosures published."""
    return log.alter("disclosures", "".join(f"{one}\n" for one in disclosures).encode())


PRIVATE = private()
SIZE = len(PRIVATE.entries)
BARE = replace(PRIVATE, entries=PRIVATE.entries[:-1])
"""The log before the erasure."""
PUBLIC = beside(PRIVATE, PARTY, DETAILS, HOLDER).publish()
"""The log with what is public of it."""
