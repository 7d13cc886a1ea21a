"""What is published of a period, as it follows from the entries that were replayed: trial balance and statements.

Each form has its name, as it stands in addresses and files, its words, and its columns, which a finding names.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from domain import statements
from domain.balances import TrialBalances, totals
from domain.kernel.errors import Phrase
from domain.kernel.period import a_year_before
from domain.statements import Month, Year

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.figures import Figures
    from domain.balances import TrialRow
    from domain.book import Book
    from domain.budget import Adopted
    from domain.statements import Carried
    from domain.subtotals import Places


class Replayed(NamedTuple):
    """A period as the entries make it: what it is of, its trial balance and month, and the year before, if asked."""

    book: str
    name: str
    period: str
    entries: int
    root: str
    chart: str
    names: dict[str, str]
    rows: list[TrialRow]
    month: Month
    year_before: Callable[[], Year]
    places: Places
    plan: Adopted | None
    carried: Carried


NO_YEAR = Year([], 0)
"""A year of which a book has nothing."""


def _always(_: Book, __: str) -> bool:
    return True


def _is_planned(book: Book, period: str) -> bool:
    return period[:4] in book.budgets.by_year


class Form(NamedTuple):
    """What is published of each period in one form: its `name`, what it is called, its columns, what stands in it.

    `is_of` tells whether it is published of a period of a book.
    """

    name: str
    said: Phrase
    columns: dict[str, Phrase]
    stands: Callable[[Replayed], dict[str, Any]]
    is_of: Callable[[Book, str], bool] = _always


def _trial_balance(of: Replayed) -> dict[str, Any]:
    return statements.trial_object(of, of.period, of.rows, totals(of.rows))


def _balance_sheet(of: Replayed) -> dict[str, Any]:
    return statements.sheet_object(of, of.month.balance_sheet(statements.layout(of.chart)))


def _income_statement(of: Replayed) -> dict[str, Any]:
    layout = statements.income_layout(of.chart, of.names, of.places)
    rows = statements.income_statement(layout, of.month.year, of.year_before())
    return statements.income_object(of, rows, statements.off_by_fen(rows, of.month.closing.items()))


def _income_details(of: Replayed) -> dict[str, Any]:
    return statements.detail_object(of, of.month.detail_rows(of.names))


def _budget(of: Replayed) -> dict[str, Any]:
    if of.plan is None:
        return {}
    rows = of.month.budget_rows(of.plan.budget.lines, of.carried, of.chart, of.names)
    return statements.budget_object(of, of.plan.entry, rows)


TRIAL_BALANCE = Form(
    "trial-balance",
    Phrase("科目余额表", "trial balance"),
    {
        "opening_debit_fen": Phrase("期初借方余额", "opening debit balance"),
        "opening_credit_fen": Phrase("期初贷方余额", "opening credit balance"),
        "debit_fen": Phrase("本期借方发生额", "debits of the period"),
        "credit_fen": Phrase("本期贷方发生额", "credits of the period"),
        "year_debit_fen": Phrase("本年累计借方", "debits of the year"),
        "year_credit_fen": Phrase("本年累计贷方", "credits of the year"),
        "closing_debit_fen": Phrase("期末借方余额", "closing debit balance"),
        "closing_credit_fen": Phrase("期末贷方余额", "closing credit balance"),
    },
    _trial_balance,
)
FORMS: tuple[Form, ...] = (
    TRIAL_BALANCE,
    Form(
        "balance-sheet",
        Phrase("资产负债表", "balance sheet"),
        {
            "closing_fen": Phrase("期末余额", "closing balance"),
            "opening_fen": Phrase("年初余额", "balance at the beginning of the year"),
        },
        _balance_sheet,
    ),
    Form(
        "income-statement",
        Phrase("收益及收益分配表", "statement of income"),
        {
            "amount_fen": Phrase("本年累计", "amount of the year"),
            "before_fen": Phrase("上年同期", "amount of the same months a year before"),
        },
        _income_statement,
    ),
    Form(
        "income-details",
        Phrase("收支明细表", "details of income and expense"),
        {
            "month_fen": Phrase("本期金额", "amount of the period"),
            "year_fen": Phrase("本年累计", "amount of the year"),
        },
        _income_details,
    ),
    Form(
        "budget",
        Phrase("收支计划执行情况", "budget and its execution"),
        {
            "planned_fen": Phrase("全年计划", "plan of the year"),
            "month_fen": Phrase("本期金额", "amount of the period"),
            "year_fen": Phrase("本年累计", "amount of the year"),
        },
        _budget,
        _is_planned,
    ),
)
"""All that is published, in the order in which it is compared."""


class _Months:
    """The months of a book so far, those of the year before too, which are made when they are asked for."""

    def __init__(self, book: Book, figures: Figures) -> None:
        """Take what was replayed."""
        self._first = book.periods.first
        self._transfers, self._parties = figures.transfers, figures.parties
        self._trials = TrialBalances(book.balances, book.accounts.names)
        self._made: dict[str, Month] = {}

    def make(self, period: str, rows: list[TrialRow]) -> Month:
        """Return a month of these rows."""
        month = Month(period, rows, self._transfers, period[:4] == self._first[:4], self._parties)
        self._made[period] = month
        return month

    def year_before(self, period: str) -> Year:
        """Return the year before up to the same month."""
        before = a_year_before(period)
        if before < self._first:
            return NO_YEAR
        if before not in self._made:
            self.make(before, self._trials.trial_balance(before))
        return self._made[before].year


class Periods:
    """The periods of a book as the entries so far make them; asked in order, each goes on from the one before."""

    def __init__(self, book: Book, figures: Figures) -> None:
        """Take what was replayed, which must not move on meanwhile."""
        self._book = book
        self._names, self._root = book.accounts.names, book.root()
        self._trials = TrialBalances(book.balances, self._names)
        self._months = _Months(book, figures)
        self._carried = figures.carried
        self._made: Replayed | None = None

    def period(self, period: str) -> Replayed:
        """Return a period; what is asked of the same one again is not made again."""
        if self._made is None or self._made.period != period:
            self._made = self._make(period)
        return self._made

    def income(self, period: str) -> dict[str, int]:
        """Return the figures of a period's statement of income by the lines' keys."""
        of = self.period(period)
        rows = statements.income_statement(
            statements.income_layout(of.chart, of.names, of.places), of.month.year, NO_YEAR
        )
        return {row.line.key: row.amount_fen for row in rows}

    def _make(self, period: str) -> Replayed:
        book, organisation = self._book, self._book.founding.organisation
        rows = self._trials.trial_balance(period)
        return Replayed(
            book.book,
            organisation.name if organisation else "",
            period,
            book.size,
            self._root,
            book.balances.chart,
            self._names,
            rows,
            self._months.make(period, rows),
            partial(self._months.year_before, period),
            book.subtotals.places(period),
            book.budgets.by_year.get(period[:4]),
            self._carried,
        )
