"""An account's ledger: balances line by line, totals by day, month and year, and pages that carry them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.period import periods, year_start
from domain.ledger_account import Before, LedgerLine, LedgerRow, RowKind, ledger_rows, paged

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST, LAST = "2025-03", "2027-02"


def line(date: str, debit: int = 0, credit: int = 0, number: int = 1) -> LedgerLine:
    """Return a line of an account."""
    return LedgerLine(7, 1, date[:7], date, number, "101", "摘要", "", "", debit, credit)


def words(rows: Sequence[LedgerRow]) -> list[tuple[str, int, int, int]]:
    """Return what stands in the rows."""
    return [(row.summary, row.debit_fen, row.credit_fen, row.balance_fen) for row in rows]


def test_a_year_of_a_cash_journal() -> None:
    lines = [
        line("2025-11-03", debit=500),
        line("2025-11-03", credit=200, number=2),
        line("2025-11-20", credit=50, number=3),
        line("2025-12-31", debit=1, number=1),
    ]
    rows = ledger_rows(
        lines, Before(100, 30, 20), "2025-11", "2026-01", carried_through="2025-12", daily=True
    )
    assert words(rows) == [
        ("期初余额", 0, 0, 100),
        ("摘要", 500, 0, 600),
        ("摘要", 0, 200, 400),
        ("本日合计", 500, 200, 400),
        ("摘要", 0, 50, 350),
        ("本月合计", 500, 250, 350),
        ("本年累计", 530, 270, 350),
        ("摘要", 1, 0, 351),
        ("本月合计", 1, 0, 351),
        ("本年累计", 531, 270, 351),
        ("结转下年", 0, 0, 351),
        ("上年结转", 0, 0, 351),
    ]


@pytest.mark.parametrize(
    ("through", "before", "ends", "begins"),
    [
        ("2025-12", Before(100), ["结转下年"], "上年结转"),
        ("2026-01", Before(100), ["结转下年"], "上年结转"),
        ("2025-11", Before(100), [], "年初余额（上年未结账）"),
        ("2025-12", Before(-1), [], "上年结转"),  # nothing stands there
        ("2025-12", Before(-1, left_milli=5), ["结转下年"], "上年结转"),  # but goods are left
        ("2024-12", Before(100), [], "年初余额（上年未结账）"),
    ],
)
def test_what_stands_there_is_carried_when_the_year_is_closed(
    through: str, before: Before, ends: list[str], begins: str
) -> None:
    rows = ledger_rows([line("2025-12-31", debit=1)], before, "2025-12", "2026-01", carried_through=through)
    assert [row.summary for row in rows if row.kind is RowKind.closing] == ends
    assert [row.summary for row in rows if row.kind is RowKind.opening][1:] == [begins]


def test_a_day_of_one_line_and_a_detail_ledger_have_no_days_total() -> None:
    lines = [line("2026-01-05", debit=1), line("2026-01-06", debit=1), line("2026-01-06", debit=1)]
    kinds = [
        row.kind for row in ledger_rows(lines, Before(), "2026-01", "2026-01", carried_through="2025-12")
    ]
    assert RowKind.day not in kinds
    daily = ledger_rows(lines, Before(), "2026-01", "2026-01", carried_through="2025-12", daily=True)
    assert [row.date for row in daily if row.kind is RowKind.day] == ["2026-01-06"]


def test_pages_carry_the_years_sums() -> None:
    lines = [line(f"2026-01-{day:02d}", debit=day) for day in range(1, 7)]
    pages = paged(ledger_rows(lines, Before(10), "2026-01", "2026-01", carried_through="2025-12"), 5)
    assert [[row.summary for row in page] for page in pages] == [
        ["上年结转", "摘要", "摘要", "摘要", "过次页"],
        ["承前页", "摘要", "摘要", "摘要", "过次页"],
        ["承前页", "本月合计", "本年累计"],
    ]
    assert [words(page)[-1] for page in pages[:2]] == [("过次页", 6, 0, 16), ("过次页", 21, 0, 31)]


def test_a_row_of_several_lines_takes_their_room() -> None:
    lines = [line(f"2026-01-{day:02d}", debit=day) for day in range(1, 7)]
    rows = ledger_rows(lines, Before(10), "2026-01", "2026-01", carried_through="2025-12")
    long = {1: 3, 3: 9, 6: 2}
    pages = paged(rows, 5, lambda row: long.get(row.debit_fen, 1))
    assert [[row.debit_fen if row.line else row.summary for row in page] for page in pages] == [
        ["上年结转", 1, "过次页"],
        ["承前页", 2, "过次页"],
        ["承前页", 3, "过次页"],
        ["承前页", 4, 5, "过次页"],
        ["承前页", 6, "本月合计", "本年累计"],
    ]


def test_the_pages_of_a_journal_of_days_carry_the_months_sums() -> None:
    """会计基础工作规范 art. 60 (8): where 本月发生额 are summed up, what was moved from the month's beginning on."""
    days = ["2026-01-05", "2026-01-06", "2026-02-03", "2026-02-04", "2026-02-05"]
    lines = [line(day, debit=number) for number, day in enumerate(days, start=1)]
    rows = ledger_rows(lines, Before(10, 90, 80), "2026-01", "2026-02", carried_through="2025-12", daily=True)
    assert [row.summary for row in rows[:6]] == ["上年结转", "摘要", "摘要", "本月合计", "本年累计", "摘要"]
    ends = [paged(rows, number + 2)[0][-1] for number in range(1, 8)]
    assert [(row.summary, row.debit_fen, row.balance_fen) for row in ends] == [
        ("过次页", debit, balance)
        for debit, balance in ((1, 11), (3, 13), (3, 13), (3, 13), (3, 16), (7, 20), (12, 25))
    ]


def test_a_journal_that_begins_within_a_year_carries_nothing_of_the_months_before() -> None:
    rows = ledger_rows(
        [line("2026-03-05", debit=7)],
        Before(10, 90, 80, 5, 6, 7),
        "2026-03",
        "2026-03",
        carried_through="",
        daily=True,
    )
    first = paged([*rows, *rows], 3)[0][-1]
    assert first[:9] == (RowKind.carried, "2026-03", "", "过次页", 7, 0, 17, 7, 0)
    assert (first.came_milli, first.went_milli, first.left_milli) == (0, 0, 5)


@st.composite
def drawn_lines(draw: st.DrawFn) -> list[LedgerLine]:
    """Lines of some periods in their order, red ones too."""
    amounts = st.integers(-(10**6), 10**6).filter(bool)
    drawn = draw(
        st.lists(
            st.tuples(st.sampled_from(periods(FIRST, LAST)), st.integers(1, 28), amounts, st.booleans()),
            max_size=40,
        )
    )
    return [
        line(f"{period}-{day:02d}", *((fen, 0) if debit else (0, fen)))
        for period, day, fen, debit in sorted(drawn)
    ]


@given(drawn_lines(), st.integers(-(10**6), 10**6), st.booleans())
def test_sums_are_those_of_the_lines(lines: list[LedgerLine], balance: int, daily: bool) -> None:  # noqa: FBT001
    rows = ledger_rows(lines, Before(balance), FIRST, LAST, carried_through=LAST, daily=daily)
    assert [row.line for row in rows if row.kind is RowKind.line] == lines
    moved = sum(each.debit_fen - each.credit_fen for each in lines)
    assert rows[-1].balance_fen == balance + moved
    for row in rows:
        upto = [each for each in lines if each.period <= row.period]
        if row.kind is RowKind.month:
            of_month = [each for each in upto if each.period == row.period]
            assert row.debit_fen == sum(each.debit_fen for each in of_month)
            assert row.credit_fen == sum(each.credit_fen for each in of_month)
        if row.kind is RowKind.year:
            of_year = [each for each in upto if each.period >= year_start(row.period)]
            assert row.debit_fen == sum(each.debit_fen for each in of_year)
            assert row.balance_fen == balance + sum(each.debit_fen - each.credit_fen for each in upto)


@given(drawn_lines(), st.integers(3, 12))
def test_pages_hold_every_row_once_and_begin_where_the_last_ended(lines: list[LedgerLine], size: int) -> None:
    rows = ledger_rows(lines, Before(5), FIRST, LAST, carried_through=LAST)
    pages = paged(rows, size)
    assert all(len(page) <= size for page in pages)
    added = {RowKind.carried, RowKind.brought}
    assert [row for page in pages for row in page if row.kind not in added] == rows
    for before, after in pairwise(pages):
        assert after[0]._replace(kind=RowKind.carried, summary="过次页") == before[-1]
