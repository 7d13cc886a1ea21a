"""Books drawn at random that earn, spend, transfer and distribute over a year's end; and their statements of income."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from domain.chart import RESULT, UNDISTRIBUTED
from domain.kernel.period import period_of, year_start
from domain.opening import OpeningPosted
from domain.statements import Flow, Year, income_layout, income_statement, undistributed_fen
from domain.vouchers import VoucherPosted, VoucherReversed
from tests.domain.drawn import AMOUNT, DATE, MONTHS, Drawn, line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.kernel.statement import Statement
    from domain.vouchers import Line

CHART = "rural-collective-2024"
LAYOUT = income_layout(CHART, {})
OPENED = MONTHS[0]
"""The first period of a drawn book: in the middle of a year, so that its opening balances may hold income."""

ENDS = (*MONTHS, "2026-12", "2027-01")
"""Up to which period the statements are asked for."""

ACCOUNTS = (
    "101",
    "113",
    "121",
    "153",
    "211",
    "301",
    "311",
    "321",
    "322",
    "401",
    "501",
    "502",
    "511",
    "513",
    "521",
)


def balanced(lines: list[Line]) -> list[Line]:
    """Return lines with one more, in cash, so that debits equal credits."""
    off = sum(one.debit_fen - one.credit_fen for one in lines)
    return [*lines, line("101", off, debit=False)] if off else lines


LINES = st.lists(
    st.builds(line, st.sampled_from(ACCOUNTS), AMOUNT, debit=st.booleans()), min_size=1, max_size=4
).map(balanced)
INCOME_BOOKS = st.tuples(
    st.none() | LINES,
    st.lists(st.builds(Drawn, LINES, DATE, st.sampled_from([False, False, True])), max_size=12),
)
"""Opening balances or none, and what follows them, as in `tests.domain.drawn`."""


def shown(found: Iterable[Statement], period: str, opened: str = OPENED) -> dict[str, int]:
    """Return the figures of the statement of income up to a period, from each line of each entry once."""
    flows: list[Flow] = []
    before: list[tuple[str, int]] = []
    for one in found:
        if not isinstance(one, (OpeningPosted, VoucherPosted, VoucherReversed)):
            continue
        posted_in = "" if isinstance(one, OpeningPosted) else period_of(one.data.date)
        touches = any(each.account.startswith(UNDISTRIBUTED) for each in one.data.lines)
        for each in one.data.lines:
            of_year = not posted_in and opened[:4] == period[:4] and each.account.startswith(RESULT)
            if of_year or year_start(period) <= posted_in <= period:
                distributes = touches and not of_year
                flows.append(Flow(each.account, distributes, each.debit_fen, each.credit_fen))
            elif posted_in < year_start(period):
                before.append((each.account, each.debit_fen - each.credit_fen))
    rows = income_statement(LAYOUT, Year(flows, undistributed_fen(before)), Year([], 0))
    return {row.line.key: row.amount_fen for row in rows}
