"""The one definition of a balance (余额): turnover per account and period, folded from the entries.

The read side stores the same turnover as rows; the auditor folds it from a log. Both make the trial
balance (科目余额表) of it with `trial_balance`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from domain.founding import BookOpened
from domain.kernel.period import period_of, periods, year_start
from domain.opening import OpeningPosted
from domain.vouchers import VoucherPosted, VoucherReversed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from domain.kernel.statement import Statement

OPENING = ""
"""The period under which opening balances stand: it sorts before every real period."""


class TurnoverKey(NamedTuple):
    """An account, named by chart version and code, in a period."""

    chart: str
    account: str
    period: str


class Turnover(NamedTuple):
    """Debit and credit turnover (发生额) in fen."""

    debit_fen: int
    credit_fen: int


@dataclass
class Balances:
    """Turnover by account and period of a run of entries; `chart` is the chart version in force.

    It is known from the start when the run does not begin with the book's first entry.
    """

    chart: str = ""
    _periods: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    def fold(self, statement: Statement) -> None:
        """Take one entry's statement in."""
        if isinstance(statement, (VoucherPosted, VoucherReversed)):
            period = period_of(statement.data.date)
        elif isinstance(statement, OpeningPosted):
            period = OPENING
        else:
            if isinstance(statement, BookOpened):
                self.chart = statement.data.chart
            return
        accounts = self._periods.get(period)
        if accounts is None:
            accounts = self._periods[period] = {}
        for line in statement.data.lines:
            sums = accounts.get(line.account)
            if sums is None:
                accounts[line.account] = [line.debit_fen, line.credit_fen]
            else:
                sums[0] += line.debit_fen
                sums[1] += line.credit_fen

    def periods(self, first: str, before: str) -> list[str]:
        """Return the periods with turnover from `first` on and before `before`, in order; `OPENING` counts as one."""
        return sorted(period for period in self._periods if first <= period < before)

    def closing_fen(self, account: str, period: str) -> int:
        """Return the balance of an account at the end of a period, debits less credits."""
        sums = (accounts.get(account, (0, 0)) for at, accounts in self._periods.items() if at <= period)
        return sum(debit - credit for debit, credit in sums)

    def total_fen(self, tops: tuple[str, ...], period: str) -> int:
        """Return the balances of the accounts at and below `tops` at the end of a period together, as `closing_fen`."""
        return sum(
            debit - credit
            for at, accounts in self._periods.items()
            if at <= period
            for account, (debit, credit) in accounts.items()
            if account.startswith(tops)
        )

    def moved(self, period: str) -> Mapping[str, Sequence[int]]:
        """Return debit and credit turnover in fen by account of one period."""
        return self._periods.get(period, {})

    @property
    def turnover(self) -> dict[TurnoverKey, Turnover]:
        """All turnover so far."""
        return {
            TurnoverKey(self.chart, account, period): Turnover(debit, credit)
            for period, accounts in self._periods.items()
            for account, (debit, credit) in accounts.items()
        }


class MonthBalance(NamedTuple):
    """An account in one period, all in fen: what it had before, the period's turnover, the year's until then."""

    period: str
    opening_fen: int
    debit_fen: int
    credit_fen: int
    year_debit_fen: int
    year_credit_fen: int


def month_balances(
    turnover: Mapping[str, tuple[int, int]], first: str, newest: str
) -> Iterator[MonthBalance]:
    """Yield an account's balance in each period from its first turnover to `newest`, the quiet ones too.

    `turnover` gives debit and credit by period, opening balances under `OPENING`; `first` is the book's first.
    """
    begins = min(turnover)
    run = [OPENING, *periods(first, newest)] if begins == OPENING else periods(begins, newest)
    balance = year_debit = year_credit = 0
    year = ""
    for period in run:
        debit, credit = turnover.get(period, (0, 0))
        if period[:4] != year:
            year, year_debit, year_credit = period[:4], 0, 0
        year_debit += debit
        year_credit += credit
        yield MonthBalance(period, balance, debit, credit, year_debit, year_credit)
        balance += debit - credit


def turnover_from(rows: Iterable[tuple[str, MonthBalance]]) -> Iterator[tuple[str, str, int, int]]:
    """Yield turnover for `trial_balance` from balances of consecutive periods, in their order.

    What lies before an account's first row stands in that row: it is given as one sum of the years before and
    one of the months before in the same year.
    """
    known: set[str] = set()
    for account, month in rows:
        if account not in known:
            known.add(account)
            earlier_debit = month.year_debit_fen - month.debit_fen
            earlier_credit = month.year_credit_fen - month.credit_fen
            years_before = month.opening_fen - earlier_debit + earlier_credit
            yield account, OPENING, max(years_before, 0), max(-years_before, 0)
            if earlier_debit or earlier_credit:
                yield account, year_start(month.period), earlier_debit, earlier_credit
        yield account, month.period, month.debit_fen, month.credit_fen


class TrialRow(NamedTuple):
    """One account's line of a trial balance, all in fen; a balance stands on the side where it is."""

    account: str
    name: str
    opening_debit_fen: int
    opening_credit_fen: int
    debit_fen: int
    credit_fen: int
    year_debit_fen: int
    year_credit_fen: int
    closing_debit_fen: int
    closing_credit_fen: int

    @property
    def opening_fen(self) -> int:
        """The balance before, debits less credits."""
        return self.opening_debit_fen - self.opening_credit_fen

    @property
    def closing_fen(self) -> int:
        """The balance at the end, debits less credits."""
        return self.closing_debit_fen - self.closing_credit_fen


@dataclass
class _Sums:
    opening: int = 0
    debit: int = 0
    credit: int = 0
    year_debit: int = 0
    year_credit: int = 0


_NOTHING = _Sums()


def trial_balance(
    turnover: Iterable[tuple[str, str, int, int]], names: Mapping[str, str], first: str, last: str
) -> list[TrialRow]:
    """Return the trial balance of the periods `first` to `last`, one row for each account with figures.

    `turnover` gives (account, period, debit_fen, credit_fen), opening balances under `OPENING`; the year's
    turnover (本年累计) runs from January of `last` to `last`.
    """
    sums: dict[str, _Sums] = {}
    january = year_start(last)
    for account, period, debit, credit in turnover:
        if period > last:
            continue
        total = sums.setdefault(account, _Sums())
        if period < first:
            total.opening += debit - credit
        else:
            total.debit += debit
            total.credit += credit
        if period >= january:
            total.year_debit += debit
            total.year_credit += credit
    figures = {
        code: (total.opening, total.debit, total.credit, total.year_debit, total.year_credit)
        for code, total in sorted(sums.items())
    }
    return [_row(code, names, moved) for code, moved in figures.items() if any(moved)]


def _row(code: str, names: Mapping[str, str], figures: tuple[int, int, int, int, int]) -> TrialRow:
    """Return an account's row: the balance before, debit and credit turnover, and the year's."""
    opening, debit, credit, year_debit, year_credit = figures
    closing = opening + debit - credit
    opening_debit, opening_credit = (opening, 0) if opening >= 0 else (0, -opening)
    closing_debit, closing_credit = (closing, 0) if closing >= 0 else (0, -closing)
    return TrialRow(
        code,
        names.get(code, ""),
        opening_debit,
        opening_credit,
        debit,
        credit,
        year_debit,
        year_credit,
        closing_debit,
        closing_credit,
    )


def totals(rows: Iterable[TrialRow]) -> dict[str, int]:
    """Return the sums of each figure; debit and credit totals of each pair are equal."""
    fields = TrialRow._fields[2:]
    columns = list(zip(*rows, strict=True))[2:] or [()] * len(fields)
    return dict(zip(fields, map(sum, columns), strict=True))


class TrialBalances:
    """Trial balances of a book's periods as they stand now: asked in order, each goes on from the one before."""

    def __init__(self, balances: Balances, names: Mapping[str, str]) -> None:
        """Take the turnover, which must not move on meanwhile, and the accounts' names by code."""
        self._balances = balances
        self._names = names
        self._begin()

    def _begin(self) -> None:
        self._next = OPENING
        self._january = OPENING
        self._sums: dict[str, _Sums] = {}
        """By account what was before `_next`, and the turnover since `_january`."""

    def trial_balance(self, period: str) -> list[TrialRow]:
        """Return the trial balance of one period."""
        if period < self._next:
            self._begin()
        for earlier in self._balances.periods(self._next, period):
            self._add(earlier)
        self._enter(year_start(period))
        self._next = period
        return list(self._rows(self._balances.moved(period)))

    def _enter(self, january: str) -> None:
        if january != self._january:
            self._january = january
            for sums in self._sums.values():
                sums.year_debit = sums.year_credit = 0

    def _add(self, period: str) -> None:
        self._enter(year_start(period))
        for account, (debit, credit) in self._balances.moved(period).items():
            sums = self._sums.get(account)
            if sums is None:
                sums = self._sums[account] = _Sums()
            sums.opening += debit - credit
            sums.year_debit += debit
            sums.year_credit += credit

    def _rows(self, moved: Mapping[str, Sequence[int]]) -> Iterator[TrialRow]:
        sums, nothing = self._sums, (0, 0)
        for account in sorted(sums.keys() | moved.keys()):
            before = sums.get(account, _NOTHING)
            debit, credit = moved.get(account, nothing)
            year_debit, year_credit = before.year_debit + debit, before.year_credit + credit
            if before.opening or debit or credit or year_debit or year_credit:
                figures = (before.opening, debit, credit, year_debit, year_credit)
                yield _row(account, self._names, figures)
