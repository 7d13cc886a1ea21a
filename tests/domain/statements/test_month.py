"""A month of a book: what was transferred in it and before it is no income and no expense of the year."""

from __future__ import annotations

import pytest

from domain.statements.month import Month
from tests.domain.statements.months import Month as Moved


@pytest.mark.parametrize(
    ("transferred_in", "earned"),
    [
        ("2025-12", 0),  # of the year before: no transfer of this one's
        ("2026-01", 900),
        ("2026-02", 900),
        ("2026-06", 900),
        ("2026-07", 0),  # what comes later is not known yet
    ],
)
def test_transfers_from_january_to_the_month_are_told_from_what_was_earned(
    transferred_in: str, earned: int
) -> None:
    """An account whose 900 of income stand on it, and were moved from it, be it in the first or last month."""
    rows = [Moved("50102", year_debit_fen=900, year_credit_fen=900)]
    month = Month("2026-06", rows, {transferred_in: {"50102": (900, 0)}}, opens=False)
    assert (
        sum(flow.credit_fen - flow.debit_fen for flow in month.year.flows if not flow.distributes) == earned
    )
