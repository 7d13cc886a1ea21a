"""Balances are sums: any order of entries gives the same, and every column of a trial balance ties to the next."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.balances import (
    OPENING,
    Balances,
    TrialBalances,
    TrialRow,
    Turnover,
    TurnoverKey,
    totals,
    trial_balance,
)
from domain.kernel.period import periods
from domain.kernel.statement import Seen
from domain.opening import Balances as OpeningBalances
from domain.opening import OpeningPosted
from domain.vouchers import (
    Attachments,
    Line,
    Reversal,
    Voucher,
    VoucherPosted,
    VoucherReversed,
    mirrored,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from domain.kernel.statement import Statement
    from tests.domain.conftest import Village

CHART = "rural-collective-2024"
ACCOUNTS = ["101", "10201", "211", "301", "501", "513"]
NAMES = {"101": "库存现金", "513": "管理费用"}
MONTHS = periods("2025-11", "2027-02")
COMMON: dict[str, Any] = {"at": "2026-03-05T10:12:33+08:00", "book": "B", "id": "I", "seen": Seen(n=0, r="")}
FIGURES = TrialRow._fields[2:]

AMOUNT = st.integers(-(10**12), 10**12).filter(bool)
PAIR = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS), AMOUNT)
PAIRS = st.lists(PAIR, min_size=1, max_size=4)
MONTH = st.sampled_from(MONTHS)


def lines(pairs: Iterable[tuple[str, str, int]]) -> list[Line]:
    """Return a balanced voucher's lines; a negative amount is red on both sides."""
    return [
        line
        for debit, credit, fen in pairs
        for line in (Line(account=debit, debit_fen=fen), Line(account=credit, credit_fen=fen))
    ]


def voucher(pairs: Iterable[tuple[str, str, int]], month: str) -> Statement:
    data = Voucher(attachments=Attachments(), date=f"{month}-05", lines=lines(pairs), summary="s")
    return VoucherPosted(data=data, **COMMON)


def reversal(pairs: Iterable[tuple[str, str, int]], month: str) -> Statement:
    data = Reversal(
        attachments=Attachments(),
        date=f"{month}-28",
        lines=mirrored(lines(pairs)),
        reverses="I",
        summary="s",
    )
    return VoucherReversed(data=data, **COMMON)


def opening(pairs: Iterable[tuple[str, str, int]]) -> Statement:
    return OpeningPosted(data=OpeningBalances(lines=lines(pairs)), **COMMON)


STATEMENTS = st.lists(
    st.builds(voucher, PAIRS, MONTH) | st.builds(reversal, PAIRS, MONTH) | st.builds(opening, PAIRS),
    max_size=12,
)
SPAN = st.tuples(MONTH, MONTH).map(sorted)


def folded(statements: Iterable[Statement]) -> dict[TurnoverKey, Turnover]:
    balances = Balances(CHART)
    for statement in statements:
        balances.fold(statement)
    return balances.turnover


def trial(statements: Iterable[Statement], first: str, last: str) -> list[TrialRow]:
    rows = [(key.account, key.period, *turnover) for key, turnover in folded(statements).items()]
    return trial_balance(rows, NAMES, first, last)


def by_account(rows: Iterable[TrialRow]) -> dict[str, TrialRow]:
    return {row.account: row for row in rows}


def opening_fen(row: TrialRow) -> int:
    return row.opening_debit_fen - row.opening_credit_fen


def closing_fen(row: TrialRow) -> int:
    return row.closing_debit_fen - row.closing_credit_fen


NOTHING = TrialRow("", "", *[0] * len(FIGURES))


# -------------------------------------------------------------------------------------- an example


def test_an_example_by_hand(village: Village) -> None:
    village.account("10201", "基本账户")
    balances = Balances()
    bought = village.voucher(("513", 30_000), ("10201", -30_000), date="2026-02-10")
    log = [
        bought,
        village.voucher(("10201", 5_000), ("501", -5_000), date="2026-01-20"),
        village.reversal(bought, date="2026-03-02"),
        village.voucher(("513", 20_000), ("10201", -20_000), date="2026-03-02"),
        village.close("2026-01"),
    ]
    balances.chart = CHART
    balances.fold(opening([("10201", "301", 100_000)]))
    for entry in log:
        balances.fold(entry.statement)
    assert balances.turnover[TurnoverKey(CHART, "10201", OPENING)] == (100_000, 0)
    assert balances.turnover[TurnoverKey(CHART, "10201", "2026-03")] == (0, -10_000)
    rows = trial_balance(
        ((key.account, key.period, *value) for key, value in balances.turnover.items()),
        {"10201": "基本账户"},
        "2026-02",
        "2026-03",
    )
    assert by_account(rows) == {
        "10201": TrialRow("10201", "基本账户", 105_000, 0, 0, 20_000, 5_000, 20_000, 85_000, 0),
        "301": TrialRow("301", "", 0, 100_000, 0, 0, 0, 0, 0, 100_000),
        "501": TrialRow("501", "", 0, 5_000, 0, 0, 0, 5_000, 0, 5_000),
        "513": TrialRow("513", "", 0, 0, 20_000, 0, 20_000, 0, 20_000, 0),
    }


def test_the_chart_is_the_one_the_book_was_opened_with(founder: Village) -> None:
    balances = Balances()
    for entry in (founder.open(), founder.voucher()):
        balances.fold(entry.statement)
    assert {key.chart for key in balances.turnover} == {CHART}
    assert balances.turnover[TurnoverKey(CHART, "513", "2026-01")] == (10_000, 0)


def test_an_account_without_figures_has_no_row() -> None:
    assert trial_balance([("101", "2026-01", 0, 0), ("102", "2026-01", 5, 5)], {}, "2026-01", "2026-01") == [
        TrialRow("102", "", 0, 0, 5, 5, 5, 5, 0, 0)
    ]


@pytest.mark.parametrize(("fen", "sides"), [(7, (7, 0)), (-7, (0, 7))])
def test_a_balance_stands_on_the_side_where_it_is(fen: int, sides: tuple[int, int]) -> None:
    (row,) = trial_balance([("101", OPENING, fen, 0)], {}, "2026-01", "2026-01")
    assert (row.opening_debit_fen, row.opening_credit_fen) == sides
    assert (row.closing_debit_fen, row.closing_credit_fen) == sides


def test_the_years_turnover_begins_in_january_of_the_last_month() -> None:
    turnover = [("101", month, 1, 0) for month in MONTHS]
    (row,) = trial_balance(turnover, {}, "2025-12", "2026-02")
    assert (row.opening_debit_fen, row.debit_fen, row.year_debit_fen, row.closing_debit_fen) == (1, 3, 2, 4)


# -------------------------------------------------------------------------------------- properties


@given(STATEMENTS, st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(statements: list[Statement], random: Random) -> None:
    shuffled = list(statements)
    random.shuffle(shuffled)
    assert folded(shuffled) == folded(statements)


@given(STATEMENTS, SPAN)
def test_opening_and_turnover_make_the_closing(statements: list[Statement], span: list[str]) -> None:
    for row in trial(statements, *span):
        assert closing_fen(row) == opening_fen(row) + row.debit_fen - row.credit_fen
        assert min(row.opening_debit_fen, row.opening_credit_fen) == 0
        assert min(row.closing_debit_fen, row.closing_credit_fen) == 0


@given(STATEMENTS, SPAN)
def test_debits_equal_credits_in_every_total(statements: list[Statement], span: list[str]) -> None:
    rows = trial(statements, *span)
    sums = totals(rows)
    assert list(sums) == list(FIGURES)
    assert [sums[name] for name in FIGURES[0::2]] == [sums[name] for name in FIGURES[1::2]]
    assert sums["debit_fen"] == sum(row.debit_fen for row in rows)


@given(STATEMENTS, SPAN)
def test_months_add_up_to_the_span(statements: list[Statement], span: list[str]) -> None:
    whole = by_account(trial(statements, *span))
    months = [by_account(trial(statements, month, month)) for month in periods(*span)]
    for account in ACCOUNTS:
        row = whole.get(account, NOTHING)
        parts = [month.get(account, NOTHING) for month in months]
        assert row.debit_fen == sum(part.debit_fen for part in parts)
        assert row.credit_fen == sum(part.credit_fen for part in parts)
        assert opening_fen(row) == opening_fen(parts[0])
        assert closing_fen(row) == closing_fen(parts[-1])


@given(STATEMENTS)
def test_months_add_up_to_the_year(statements: list[Statement]) -> None:
    year = periods("2026-01", "2026-12")
    for account in ACCOUNTS:
        sums = [0, 0]
        for month in year:
            row = by_account(trial(statements, month, month)).get(account, NOTHING)
            sums = [sums[0] + row.debit_fen, sums[1] + row.credit_fen]
            assert [row.year_debit_fen, row.year_credit_fen] == sums
        row = by_account(trial(statements, year[0], year[-1])).get(account, NOTHING)
        assert [row.year_debit_fen, row.year_credit_fen] == [row.debit_fen, row.credit_fen] == sums


@given(STATEMENTS)
def test_one_months_closing_is_the_nexts_opening(statements: list[Statement]) -> None:
    for month, following in pairwise(MONTHS):
        ended = by_account(trial(statements, month, month))
        begun = by_account(trial(statements, following, following))
        for account in ACCOUNTS:
            assert closing_fen(ended.get(account, NOTHING)) == opening_fen(begun.get(account, NOTHING))


@given(PAIRS, MONTH, MONTH)
def test_a_reversal_leaves_every_balance_as_it_was(
    pairs: list[tuple[str, str, int]], month: str, later: str
) -> None:
    rows = trial([voucher(pairs, month), reversal(pairs, later)], MONTHS[0], MONTHS[-1])
    assert all(closing_fen(row) == 0 and row.debit_fen == row.credit_fen == 0 for row in rows)


@given(STATEMENTS, SPAN)
def test_rows_stand_in_order_of_codes_with_their_names(statements: list[Statement], span: list[str]) -> None:
    rows = trial(statements, *span)
    assert [row.account for row in rows] == sorted({row.account for row in rows})
    assert all(row.name == NAMES.get(row.account, "") for row in rows)


@given(STATEMENTS, st.lists(MONTH, max_size=6))
def test_month_after_month_in_any_order_is_each_month_by_itself(
    statements: list[Statement], months: list[str]
) -> None:
    balances = Balances(CHART)
    for statement in statements:
        balances.fold(statement)
    asked = TrialBalances(balances, NAMES)
    for month in months:
        assert asked.trial_balance(month) == trial(statements, month, month)
