"""The history of a figure: which entries make it, in which order, and the balance after each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.balances import Balances, trial_balance
from domain.chart import chart
from domain.history import END, MONEY, Figure, FigureFold, Posting, Span, figure_of, span_of
from domain.kernel.errors import RuleViolation
from domain.kernel.period import last_day, previous_period
from domain.opening import OpeningPosted
from domain.statements import balance_sheet, layout
from tests.domain.drawn import BOOKS, DATE, MONTHS, statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.entry import Entry
    from domain.kernel.statement import Statement
    from domain.statements import LayoutLine
    from domain.vouchers import Line
    from tests.domain.conftest import Village
    from tests.domain.drawn import Drawn

CHART = "rural-collective-2024"
CASH = Figure("101", "库存现金", ("101",))
BANK = Figure("102", "银行存款", ("102",))
FIGURES = (CASH, BANK, MONEY, Figure("10201", "", ("10201",)), Figure("301", "", ("301",)))
SIGNERS = ("accountant/1", "head/1")


def folded(entries: Sequence[Entry], figure: Figure) -> FigureFold:
    fold = FigureFold(figure)
    for index, entry in enumerate(entries):
        fold.fold(index, entry.statement, tuple(line.name for line in entry.signatures))
    return fold


# ------------------------------------------------------------------------------------ what is listed


def test_a_figure_is_its_accounts_with_all_below() -> None:
    assert [code for code in ("102", "10201", "1020101", "101", "301") if BANK.holds(code)] == [
        "102",
        "10201",
        "1020101",
    ]
    assert MONEY.holds("10901")
    assert not MONEY.holds("112")


def test_postings_stand_by_date_and_carry_the_balance(village: Village) -> None:
    entries = [
        village.opening(("101", 50_000), ("301", -50_000)),
        village.voucher(("513", 700), ("101", -700), date="2026-02-03"),
        village.voucher(("513", 200), ("301", -200), date="2026-01-04"),
        village.voucher(("513", 300), ("101", -300), date="2026-01-09", by="accountant head supervisor"),
        village.close("2026-01"),
        village.voucher(("101", 90), ("101", -40), ("301", -50), date="2026-02-03"),
    ]
    sums, rows = folded(entries, CASH).over(Span())
    assert [(row.posting.entry, row.posting.date, row.posting.voucher) for row in rows] == [
        (0, "", ""),
        (3, "2026-01-09", "记-2026-01-0002"),
        (1, "2026-02-03", "记-2026-02-0001"),
        (5, "2026-02-03", "记-2026-02-0002"),
    ]
    assert [row.balance_fen for row in rows] == [50_000, 49_700, 49_000, 49_050]
    assert (rows[3].posting.debit_fen, rows[3].posting.credit_fen) == (90, 40)
    assert [name.split("/")[1] for name in rows[1].posting.signers] == ["accountant", "head", "supervisor"]
    assert (sums.opening_fen, sums.debit_fen, sums.credit_fen, sums.count) == (0, 50_090, 1_040, 4)
    assert sums.closing_fen == rows[-1].balance_fen == 49_050
    assert rows[0].recorded_at is rows[0].witnessed_at is None


def test_what_lies_before_the_period_is_carried_and_what_is_dated_later_is_left_out(village: Village) -> None:
    entries = [
        village.opening(("101", 50_000), ("301", -50_000)),
        village.voucher(("513", 300), ("101", -300), date="2026-01-09"),
        village.voucher(("513", 700), ("101", -700), date="2026-02-03"),
        village.voucher(("513", 100), ("101", -100), date="2026-02-04"),
    ]
    fold = folded(entries, CASH)
    sums, rows = fold.over(Span("2026-02", "2026-02-03"))
    assert (sums.opening_fen, sums.closing_fen, [row.posting.entry for row in rows]) == (49_700, 49_000, [2])
    sums, rows = fold.over(Span(until="2025-12-31"))
    assert (sums.closing_fen, [row.posting.entry for row in rows]) == (50_000, [0])


def test_a_reversal_and_what_it_cancels_name_one_another(village: Village) -> None:
    bought = village.voucher(date="2026-01-15")
    entries = [bought, village.voucher(("513", 5), ("301", -5)), village.reversal(bought, date="2026-02-01")]
    _, rows = folded(entries, CASH).over(Span())
    assert [(row.posting.entry, row.posting.reverses, row.posting.reversed_by) for row in rows] == [
        (0, None, 2),
        (2, 0, None),
    ]
    assert [row.balance_fen for row in rows] == [-10_000, 0]
    _, before = folded(entries[:2], CASH).over(Span())
    assert before[0].posting.reversed_by is None


def test_a_reversal_of_what_was_never_seen_reverses_nothing(village: Village) -> None:
    bought = village.voucher(date="2026-01-15")
    fold = FigureFold(CASH)
    fold.fold(7, village.reversal(bought).statement, SIGNERS)
    _, (row,) = fold.over(Span())
    assert row.posting == Posting(7, "2026-01-20", 1, "冲销", 0, -10_000, SIGNERS)


# ------------------------------------------------------------------------------- what may be asked for


@pytest.mark.parametrize(
    ("period", "as_of", "span"),
    [
        ("", "", ("", END)),
        ("", "2026-02-28", ("", "2026-02-28")),
        ("2026-02", "", ("2026-02", "2026-02-28")),
        ("2026-02", "2026-02-01", ("2026-02", "2026-02-01")),
        ("2026-02", "2026-05-01", ("2026-02", "2026-02-28")),
    ],
)
def test_a_period_and_a_date_make_a_span(period: str, as_of: str, span: tuple[str, str]) -> None:
    assert span_of(period, as_of) == Span(*span)


@pytest.mark.parametrize(
    ("period", "as_of", "code"),
    [
        ("2026-13", "", "period.malformed"),
        ("", "2026-02-30", "date.malformed"),
        ("2026-02", "2026-01-31", "history.backwards"),
    ],
)
def test_what_makes_no_span_is_refused(period: str, as_of: str, code: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        span_of(period, as_of)
    assert caught.value.rule.code == code


def test_a_figure_is_found_by_code_or_name_and_called_with_what_is_above_it() -> None:
    names = {"102": "银行存款", "10201": "基本账户"}
    assert figure_of("10201", "B", CHART, names, "2026-01") == Figure(
        "10201", "银行存款/基本账户", ("10201",)
    )
    assert figure_of("money", "B", CHART, names, "2026-01") is MONEY
    several = figure_of("10201+102", "B", CHART, names, "2026-01")
    assert several == Figure("10201+102", "银行存款/基本账户＋银行存款", ("10201", "102"))
    for unknown in ("999", "102+999", "102+", "+"):
        with pytest.raises(RuleViolation) as caught:
            figure_of(unknown, "B", CHART, names, "2026-01")
        assert caught.value.rule.code == "history.unknown_account"


def test_a_line_of_the_balance_sheet_is_a_figure_of_all_its_accounts() -> None:
    assert figure_of("fixed_cost", "B", CHART, {}, "2026-01") == Figure(
        "fixed_cost", "固定资产原值", ("151",), CHART
    )
    assert figure_of("current_assets", "B", CHART, {}, "2026-01").accounts == (
        *("101", "102", "109", "111", "112", "113", "121", "122", "401", "131"),
    )
    assert figure_of("receivables", "B", CHART, {}, "2026-01").name == "应收款项"


@pytest.mark.parametrize("line", layout(CHART).lines, ids=lambda line: line.key)
def test_the_history_of_a_line_ends_in_what_the_sheet_shows(line: LayoutLine) -> None:
    codes = sorted(chart(CHART).accounts)
    leaves = [code for code in codes if not any(other != code and other.startswith(code) for other in codes)]
    balances = {code: 1_000 + 7 * number for number, code in enumerate(leaves) if not code.startswith("113")}
    sheet = balance_sheet(layout(CHART), balances, {})
    shown = {row.line.key: row.closing_fen for row in (*sheet.assets, *sheet.claims)}
    figure = figure_of(line.key, "B", CHART, {}, "2026-01")
    assert abs(sum(fen for code, fen in balances.items() if figure.holds(code))) == abs(shown[line.key]) > 0
    own = {code: fen for code, fen in balances.items() if figure.holds(code)}
    amount = figure.on_sheet(own | {"11301": 30, "11302": -50} if figure.holds("113") else own, {})
    if line.key == "money":
        assert amount is None, "it is a figure of its own"
        return
    whole = balance_sheet(layout(CHART), balances | {"11301": 30, "11302": -50}, {})
    assert amount
    assert amount.amount_fen == next(
        row.closing_fen for row in (*whole.assets, *whole.claims) if row.line.key == line.key
    )


@pytest.mark.parametrize(
    ("line", "amount", "shares"),
    [
        ("receivables", 130, [("11301", 30, "应收款项", True), ("11302", -50, "应付款项", False)]),
        ("payables", 250, [("11301", 30, "应收款项", False), ("11302", -50, "应付款项", True)]),
        ("current_assets", 130, [("11301", 30, "应收款项", True), ("11302", -50, "应付款项", False)]),
        ("short_term_borrowings", 0, []),
    ],
)
def test_an_account_on_both_sides_of_the_sheet_is_shared_out(
    line: str, amount: int, shares: list[tuple[object, ...]]
) -> None:
    balances = {"11201": 100, "211": -200, "11301": 30, "11302": -50, "11303": 0}
    figure = figure_of(line, "B", CHART, {}, "2026-01")
    own = {code: fen for code, fen in balances.items() if figure.holds(code)}
    assert figure.on_sheet(own, {}) == (amount, [(code, "", *share) for code, *share in shares])


def test_counterparties_of_an_account_on_both_sides_are_shared_out() -> None:
    """Of 11301, -20 in all, one owes 30 and another is owed 40; what names nobody is owed 10 more."""
    figure = figure_of("payables", "B", CHART, {}, "2026-01")
    parties = {("11301", "张三户"): 30, ("11301", "李四户"): -40, ("11301", "王五户"): 0}
    assert figure.on_sheet({"11301": -20, "211": -5}, parties) == (
        55,
        [
            ("11301", "", -10, "应付款项", True),
            ("11301", "张三户", 30, "应收款项", False),
            ("11301", "李四户", -40, "应付款项", True),
        ],
    )


# ---------------------------------------------------------------------------------------- properties


def naive(found: Sequence[Statement], figure: Figure, until: str) -> int:
    """Return the figure by going through every line once."""
    total = 0
    for one in found:
        date = "" if isinstance(one, OpeningPosted) else one.data.date  # type: ignore[attr-defined]
        if date <= until:
            for line in one.data.lines:  # type: ignore[attr-defined]
                if line.account.startswith(figure.accounts):
                    total += line.debit_fen - line.credit_fen
    return total


def fold_all(found: Sequence[Statement], figure: Figure) -> FigureFold:
    fold = FigureFold(figure)
    for index, one in enumerate(found):
        fold.fold(index, one, SIGNERS)
    return fold


@given(BOOKS, st.sampled_from(FIGURES), DATE, st.sampled_from(["", *MONTHS]), st.integers(0, 15))
def test_any_figure_as_of_any_date_after_any_entry_is_the_sum_of_its_lines(
    drawn: tuple[list[Line] | None, list[Drawn]], figure: Figure, until: str, first: str, size: int
) -> None:
    known = statements("B", drawn)[:size]
    sums, rows = fold_all(known, figure).over(Span(first, until))
    ends_before = last_day(previous_period(first)) if first else ""
    carried = naive(known, figure, min(ends_before, until)) if first else 0
    assert sums.opening_fen == carried
    if not first or first <= until[:7]:
        assert sums.closing_fen == naive(known, figure, until)
    balance = carried
    for row in rows:
        balance += row.posting.debit_fen - row.posting.credit_fen
        assert row.balance_fen == balance
    assert [(row.posting.date, row.posting.entry) for row in rows] == sorted(
        (row.posting.date, row.posting.entry) for row in rows
    )
    assert sums.count == len(rows) == len({row.posting.entry for row in rows})


@given(BOOKS, st.sampled_from(FIGURES), st.sampled_from(MONTHS))
def test_a_figure_at_a_months_end_is_the_trial_balances(
    drawn: tuple[list[Line] | None, list[Drawn]], figure: Figure, month: str
) -> None:
    found = statements("B", drawn)
    balances = Balances("c")
    for one in found:
        balances.fold(one)
    rows = trial_balance(
        ((key.account, key.period, *moved) for key, moved in balances.turnover.items()), {}, month, month
    )
    closing = sum(row.closing_debit_fen - row.closing_credit_fen for row in rows if figure.holds(row.account))
    sums, _ = fold_all(found, figure).over(Span(month, last_day(month)))
    assert sums.closing_fen == closing
    assert sums.debit_fen == sum(row.debit_fen for row in rows if figure.holds(row.account))


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.code)
def test_a_figure_without_entries_is_nothing(figure: Figure) -> None:
    sums, rows = FigureFold(figure).over(Span("2026-01", "2026-01-31"))
    assert (sums.opening_fen, sums.closing_fen, sums.count, rows) == (0, 0, 0, [])
