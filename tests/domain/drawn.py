"""Books drawn at random: opening balances or none, vouchers in any order of dates, and reversals of some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from domain.budget import Budget, BudgetAdopted
from domain.kernel.period import periods
from domain.kernel.statement import Seen
from domain.kernel.ulid import encode
from domain.opening import Balances, OpeningPosted
from domain.vouchers import Attachments, Line, Reversal, Voucher, VoucherPosted, VoucherReversed, mirrored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.entry import AnyStatement

ACCOUNTS = ("101", "10201", "10202", "301", "513")
MONTHS = periods("2025-11", "2026-04")
START_MS = 1_767_196_800_000


class Drawn(NamedTuple):
    """One posting event: its lines, its date, and whether the voucher before it is reversed in its place."""

    lines: list[Line]
    date: str
    reversal: bool


def line(account: str, fen: int, *, debit: bool) -> Line:
    """Return a line on one side; amounts may be red."""
    return Line(account=account, debit_fen=fen) if debit else Line(account=account, credit_fen=fen)


AMOUNT = st.integers(-(10**9), 10**9).filter(bool)
LINES = st.lists(
    st.builds(line, st.sampled_from(ACCOUNTS), AMOUNT, debit=st.booleans()), min_size=2, max_size=5
)
DATE = st.builds("{}-{:02d}".format, st.sampled_from(MONTHS), st.integers(1, 28))
BOOKS = st.tuples(
    st.none() | LINES,
    st.lists(st.builds(Drawn, LINES, DATE, st.sampled_from([False, False, True])), max_size=12),
)
"""Opening balances or none, and what follows them."""


def statements(
    book: str, drawn: tuple[list[Line] | None, list[Drawn]], plans: Sequence[Budget] = ()
) -> list[AnyStatement]:
    """Return the statements of a drawn book; they are well-formed, and keep no rule beyond that."""
    opening, events = drawn
    made: list[AnyStatement] = []

    def common() -> dict[str, Any]:
        id_ = encode(START_MS + len(made), bytes(10))
        return {"at": "2026-03-05T10:12:33+08:00", "book": book, "id": id_, "seen": Seen(n=0, r="")}

    if opening is not None:
        made.append(OpeningPosted(data=Balances(lines=opening), **common()))
    for event in events:
        last = made[-1] if made else None
        fields: dict[str, Any] = {
            "attachments": Attachments(),
            "date": event.date,
            "summary": f"第{len(made)}笔",
        }
        if event.reversal and isinstance(last, VoucherPosted):
            data = Reversal(lines=mirrored(last.data.lines), reverses=last.id, **fields)
            made.append(VoucherReversed(data=data, **common()))
        else:
            made.append(VoucherPosted(data=Voucher(lines=event.lines, **fields), **common()))
    made += [BudgetAdopted(data=plan, **common()) for plan in plans]
    return made
