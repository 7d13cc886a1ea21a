"""The history of a line of the statement of income ends in what the statement shows, before and after a year's end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.history import FigureFold, Span, figure_of
from domain.kernel.period import last_day
from tests.domain.drawn import statements
from tests.domain.drawn_income import CHART, ENDS, INCOME_BOOKS, LAYOUT, OPENED, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.entry import Entry
    from domain.kernel.statement import Statement
    from domain.vouchers import Line
    from tests.domain.conftest import Village
    from tests.domain.drawn import Drawn

KEYS = [line.key for line in LAYOUT.lines]
SIGNERS = ("accountant/1", "head/1")


def traced(found: Sequence[Statement], key: str, opened: str = OPENED) -> FigureFold:
    fold = FigureFold(figure_of(key, "B", CHART, {}, opened))
    for index, one in enumerate(found):
        fold.fold(index, one, SIGNERS)
    return fold


def amount(fold: FigureFold, span: Span) -> int:
    """Return what the statement shows, after asking that rows and sums come to the same."""
    sums, rows = fold.over(span)
    balance = sums.opening_fen
    for row in rows:
        balance += row.posting.debit_fen - row.posting.credit_fen
        assert row.balance_fen == balance
    assert balance == sums.closing_fen
    on_sheet = fold.on_sheet(span)
    assert on_sheet is not None
    assert abs(on_sheet.amount_fen) == abs(sums.closing_fen)
    return on_sheet.amount_fen


# ---------------------------------------------------------------------------------- a year and the next

A_YEAR: list[tuple[str, tuple[tuple[str, int], ...]]] = [
    ("2026-03-01", (("102", 90_000), ("501", -90_000))),
    ("2026-06-01", (("102", 500), ("503", -500))),
    ("2026-06-10", (("511", 10_000), ("102", -10_000))),
    ("2026-12-30", (("513", 6_000), ("101", -6_000))),
]
TRANSFER: list[tuple[str, tuple[tuple[str, int], ...]]] = [
    ("2026-12-31", (("501", 90_000), ("503", 500), ("321", -90_500))),
    ("2026-12-31", (("321", 16_000), ("511", -10_000), ("513", -6_000))),
    ("2026-12-31", (("321", 74_500), ("322", -74_500))),
    ("2026-12-31", (("322", 20_000), ("311", -20_000))),
    ("2026-12-31", (("322", 30_000), ("113", -25_000), ("211", -5_000))),
    ("2026-12-31", (("311", 700), ("322", -700))),
    ("2026-12-31", (("322", 900), ("301", -900))),
]
OPENING = (("102", 58_000), ("101", 9_000), ("322", -7_000), ("301", -60_000))
EARNED = {
    "operating_income": 90_000,
    "subsidies": 500,
    "operating_expenses": 10_000,
    "administration": 6_000,
    "operating_surplus": 74_500,
    "total_surplus": 74_500,
    "net_surplus": 74_500,
    "brought_forward": 7_000,
    "distributable": 81_500,
    "undistributed": 81_500,
}
DISTRIBUTED = EARNED | {
    "losses_covered": 700,
    "distributable": 82_200,
    "appropriated": 20_000,
    "to_members": 30_000,
    "otherwise_distributed": 900,
    "undistributed": 31_300,
}


@pytest.fixture
def ended(village: Village) -> list[Entry]:
    """The entries of a year that was earned, transferred, distributed; and of a voucher reversed in the next."""
    entries = [village.opening(*OPENING)]
    entries += [village.voucher(*lines, date=date) for date, lines in [*A_YEAR, *TRANSFER]]
    entries.append(village.reversal(entries[3], date="2027-02-03"))
    return entries


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("until", "size", "figures"),
    [
        ("2026-12-31", 5, EARNED),
        ("2026-12-31", 12, DISTRIBUTED),
        (
            "2026-05-31",
            12,
            {
                "operating_income": 90_000,
                "brought_forward": 7_000,
                **dict.fromkeys(("operating_surplus", "total_surplus", "net_surplus"), 90_000),
                **dict.fromkeys(("distributable", "undistributed"), 97_000),
            },
        ),
        ("2027-01-31", 12, dict.fromkeys(("brought_forward", "distributable", "undistributed"), 31_300)),
    ],
    ids=["before the transfer", "after it", "in the middle", "a month later"],
)
def test_each_line_ends_in_the_figure_worked_out_by_hand(
    ended: list[Entry], key: str, until: str, size: int, figures: dict[str, int]
) -> None:
    fold = traced([entry.statement for entry in ended[:size]], key, "2026-01")
    assert amount(fold, Span(until=until)) == figures.get(key, 0)


def rows_of(ended: list[Entry], key: str, span: Span) -> list[tuple[Any, ...]]:
    sums, rows = traced([entry.statement for entry in ended], key, "2026-01").over(span)
    assert sums.count == len(rows)
    return [
        (row.posting.entry, row.posting.debit_fen, row.posting.credit_fen, row.balance_fen) for row in rows
    ]


def test_the_transfer_is_no_expense_and_only_the_half_that_is_meant_counts(ended: list[Entry]) -> None:
    year = Span(until="2026-12-31")
    assert rows_of(ended, "operating_income", year) == [(1, 0, 90_000, -90_000)]
    assert rows_of(ended, "administration", year) == [(4, 6_000, 0, 6_000)]
    assert rows_of(ended, "appropriated", year) == [(8, 0, 20_000, -20_000)]
    assert rows_of(ended, "losses_covered", year) == [(10, 700, 0, 700)]
    assert rows_of(ended, "to_members", year) == [(9, 0, 30_000, -30_000)]
    assert rows_of(ended, "otherwise_distributed", year) == [(11, 0, 900, -900)]
    assert rows_of(ended, "net_surplus", year) == [
        (1, 0, 90_000, -90_000),
        (2, 0, 500, -90_500),
        (3, 10_000, 0, -80_500),
        (4, 6_000, 0, -74_500),
    ]


def test_what_a_year_begins_with_is_told_by_the_entries_before_it(ended: list[Entry]) -> None:
    assert rows_of(ended, "brought_forward", Span(until="2026-12-31")) == [(0, 0, 7_000, -7_000)]
    later = rows_of(ended, "brought_forward", Span(until="2027-12-31"))
    assert [row[0] for row in later] == list(range(12))
    assert later[-1][3] == -31_300


def test_what_is_carried_into_the_year_stands_before_its_vouchers(ended: list[Entry]) -> None:
    fold = traced([entry.statement for entry in ended], "distributable", "2026-01")
    sums, rows = fold.over(Span(until="2027-12-31"))
    assert fold.listed(Span(until="2027-12-31")) == Span("2027-01", "2027-12-31")
    assert (sums.opening_fen, [row.posting.entry for row in rows]) == (-31_300, [12])
    # Money that comes in from the reserve is credited to what may be distributed.
    assert rows_of(ended, "distributable", Span(until="2026-12-31"))[-1] == (10, 0, 700, -82_200)


def test_a_month_alone_carries_what_the_year_had_before_it(ended: list[Entry]) -> None:
    sums, rows = traced([entry.statement for entry in ended], "net_surplus", "2026-01").over(
        Span("2026-06", "2026-06-30")
    )
    assert (sums.opening_fen, sums.debit_fen, sums.credit_fen, sums.closing_fen) == (
        -90_000,
        10_000,
        500,
        -80_500,
    )
    assert [row.posting.entry for row in rows] == [2, 3]


def test_a_reversal_beyond_the_years_end_lowers_the_next_year_and_names_what_it_reverses(
    ended: list[Entry],
) -> None:
    found = [entry.statement for entry in ended]
    fold = traced(found, "operating_expenses", "2026-01")
    assert amount(fold, Span(until="2026-12-31")) == 10_000
    _, (spent,) = fold.over(Span(until="2026-12-31"))
    _, (red,) = fold.over(Span(until="2027-02-28"))
    assert (spent.posting.entry, spent.posting.reversed_by) == (3, 12)
    assert (red.posting.entry, red.posting.reverses, red.posting.debit_fen) == (12, 3, -10_000)
    assert amount(fold, Span(until="2027-02-28")) == -10_000 == shown(found, "2027-02")["operating_expenses"]


def test_without_a_date_it_is_of_the_newest_year(ended: list[Entry]) -> None:
    fold = traced([entry.statement for entry in ended], "operating_expenses", "2026-01")
    assert amount(fold, Span()) == -10_000
    assert amount(traced([], "operating_expenses", "2026-01"), Span()) == 0


def test_a_line_is_called_without_its_number_and_is_found_by_its_key() -> None:
    figure = figure_of("operating_income", "B", CHART, {}, OPENED)
    assert (figure.name, figure.accounts) == ("经营收入", ("501",))
    assert figure_of("operating_expenses", "B", CHART, {}, OPENED).name == "经营支出"
    assert figure_of("otherwise_distributed", "B", CHART, {}, OPENED).accounts == ()
    assert figure_of("brought_forward", "B", CHART, {}, OPENED).accounts == ("321", "322", "5")
    assert figure_of("undistributed", "B", CHART, {}, OPENED).flow is None, (
        "it is a line of the balance sheet"
    )


# ---------------------------------------------------------------------------------------- properties


@given(INCOME_BOOKS, st.sampled_from(KEYS), st.sampled_from(ENDS), st.integers(0, 14))
def test_any_line_up_to_any_month_after_any_entry_is_the_statements(
    drawn: tuple[list[Line] | None, list[Drawn]], key: str, period: str, size: int
) -> None:
    known = statements("B", drawn)[:size]
    figures = shown(known, period)
    fold = traced(known, key)
    assert amount(fold, Span(until=last_day(period))) == figures[key]
    assert amount(fold, Span(period, last_day(period))) == figures[key]
