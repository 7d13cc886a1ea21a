"""An account's ledger (明细账, 日记账): its lines with the balance after each, and the totals that the rules want.

会计基础工作规范 art. 57 to 63: balances day by day for cash and bank, 本月合计, 本年累计; on paper 承前页 and 过次页,
which carry what was moved up to the page's end: in a 日记账 since the month began, in others since the year did. When a
year is closed (年度终了), what stands on an account is carried into the next (结转下年, 上年结转): not before, and not
where nothing stands (art. 63). Of goods it says how many came, went and are left (数量金额式): quantities are signed as
amounts are, in thousandths of the account's unit.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from domain.kernel.period import previous_period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

DECEMBER, JANUARY = "-12", "-01"


class RowKind(StrEnum):
    """What a row of a ledger is; all but `line` are sums."""

    opening = "opening"
    line = "line"
    day = "day"
    month = "month"
    year = "year"
    closing = "closing"
    carried = "carried"
    brought = "brought"


class LedgerLine(NamedTuple):
    """A voucher's line of the account; `contra` are codes of the accounts on the voucher's other side (对方科目)."""

    entry: int
    line: int
    period: str
    date: str
    number: int
    account: str
    summary: str
    party: str
    project: str
    debit_fen: int
    credit_fen: int
    contra: tuple[str, ...] = ()
    quantity_milli: int = 0


class Before(NamedTuple):
    """What lies before a ledger's first period: the balance and the turnover of the same year, in fen, and of goods."""

    balance_fen: int = 0
    year_debit_fen: int = 0
    year_credit_fen: int = 0
    left_milli: int = 0
    year_came_milli: int = 0
    year_went_milli: int = 0


class LedgerRow(NamedTuple):
    """A row: a line or a sum, with the balance after it (debits less credits) and what a page's end behind it carries.

    An `opening` row has no debit and credit; `date` is a line's or a day's, "" of other rows. `came_milli` and
    `went_milli` are the quantities of its debits and credits, `left_milli` what is left after it. Amounts in fen.
    """

    kind: RowKind
    period: str
    date: str
    summary: str
    debit_fen: int
    credit_fen: int
    balance_fen: int
    carried_debit_fen: int
    carried_credit_fen: int
    line: LedgerLine | None = None
    came_milli: int = 0
    went_milli: int = 0
    left_milli: int = 0
    carried_came_milli: int = 0
    carried_went_milli: int = 0


def ledger_rows(
    lines: Iterable[LedgerLine],
    before: Before,
    first: str,
    last: str,
    *,
    carried_through: str,
    daily: bool = False,
) -> list[LedgerRow]:
    """Return the rows of the periods from `first` to `last`, of lines in the order of periods and dates.

    `daily` adds a day's total (本日合计) where a day has several lines. A period without lines has no rows.
    `carried_through` is the last period whose balances stand for good: that is closed, or lies before the book.
    """
    ledger = _Ledger(before, carried_through, daily=daily)
    by_year = {year: list(group) for year, group in groupby(lines, lambda line: line.period[:4])}
    for year in range(int(first[:4]), int(last[:4]) + 1):
        ledger.open(max(first, f"{year:04d}{JANUARY}"))
        for period, of_period in groupby(by_year.get(f"{year:04d}", []), lambda line: line.period):
            ledger.month(period, list(of_period))
        if f"{year:04d}{DECEMBER}" <= last:
            ledger.close(f"{year:04d}{DECEMBER}")
    return ledger.rows


def paged(
    rows: Sequence[LedgerRow], lines_per_page: int, lines_of: Callable[[LedgerRow], int] = lambda _: 1
) -> list[list[LedgerRow]]:
    """Return the rows as printed pages: each but the last ends with 过次页, each but the first begins with 承前页.

    `lines_of` says how many lines of its page a row takes; those two take one each, so `lines_per_page` is 3 or more. A
    row that is longer than a page has one of its own.
    """
    pages: list[list[LedgerRow]] = []
    page: list[LedgerRow] = []
    taken = 0
    for number, row in enumerate(rows, start=1):
        needed = lines_of(row) + (number < len(rows))
        if len(page) > bool(pages) and taken + needed > lines_per_page:
            pages.append([*page, _carried(page[-1], RowKind.carried, "过次页")])
            page, taken = [_carried(page[-1], RowKind.brought, "承前页")], 1
        page.append(row)
        taken += lines_of(row)
    return [*pages, page]


def _carried(row: LedgerRow, kind: RowKind, summary: str) -> LedgerRow:
    return row._replace(
        kind=kind,
        date="",
        summary=summary,
        debit_fen=row.carried_debit_fen,
        credit_fen=row.carried_credit_fen,
        came_milli=row.carried_came_milli,
        went_milli=row.carried_went_milli,
        line=None,
    )


class _Ledger:
    """Rows, and what has been added up so far."""

    def __init__(self, before: Before, carried_through: str, *, daily: bool) -> None:
        self.rows: list[LedgerRow] = []
        self._carried_through = carried_through
        self._daily = daily
        self._balance, self._year_debit, self._year_credit = before[:3]
        self._left, self._year_came, self._year_went = before[3:]
        self._carried_since = (0, 0, 0, 0)

    def open(self, period: str) -> None:
        """Begin a year, or the ledger within one."""
        summary = "期初余额"
        if period.endswith(JANUARY):
            carried = previous_period(period) <= self._carried_through
            summary = "上年结转" if carried else "年初余额（上年未结账）"
            self._year_debit = self._year_credit = 0
            self._year_came = self._year_went = 0
        self._begin_month()
        self._add(RowKind.opening, period, summary)

    def month(self, period: str, lines: Sequence[LedgerLine]) -> None:
        """Take in the lines of a period and sum them up."""
        self._begin_month()
        for date, group in groupby(lines, lambda line: line.date):
            of_day = list(group)
            for line in of_day:
                self._balance += line.debit_fen - line.credit_fen
                self._year_debit += line.debit_fen
                self._year_credit += line.credit_fen
                self._left += _came(line) - _went(line)
                self._year_came += _came(line)
                self._year_went += _went(line)
                self._add(RowKind.line, period, line.summary, [line], date, line)
            if self._daily and len(of_day) > 1:
                self._add(RowKind.day, period, "本日合计", of_day, date)
        self._add(RowKind.month, period, "本月合计", lines)
        self._add(RowKind.year, period, "本年累计")
        self.rows[-1] = self.rows[-1]._replace(
            debit_fen=self._year_debit,
            credit_fen=self._year_credit,
            came_milli=self._year_came,
            went_milli=self._year_went,
        )

    def close(self, period: str) -> None:
        """End a year that is closed: what stands there is carried into the next."""
        if period <= self._carried_through and (self._balance or self._left):
            self._add(RowKind.closing, period, "结转下年")

    def _begin_month(self) -> None:
        """In a 日记账 pages carry what is moved from here on."""
        if self._daily:
            self._carried_since = self._year_debit, self._year_credit, self._year_came, self._year_went

    def _add(
        self,
        kind: RowKind,
        period: str,
        summary: str,
        lines: Sequence[LedgerLine] = (),
        date: str = "",
        line: LedgerLine | None = None,
    ) -> None:
        debit, credit, came, went = self._carried_since
        self.rows.append(
            LedgerRow(
                kind=kind,
                period=period,
                date=date,
                summary=summary,
                debit_fen=sum(each.debit_fen for each in lines),
                credit_fen=sum(each.credit_fen for each in lines),
                balance_fen=self._balance,
                carried_debit_fen=self._year_debit - debit,
                carried_credit_fen=self._year_credit - credit,
                line=line,
                came_milli=sum(map(_came, lines)),
                went_milli=sum(map(_went, lines)),
                left_milli=self._left,
                carried_came_milli=self._year_came - came,
                carried_went_milli=self._year_went - went,
            )
        )


def _came(line: LedgerLine) -> int:
    return line.quantity_milli if line.debit_fen else 0


def _went(line: LedgerLine) -> int:
    return 0 if line.debit_fen else line.quantity_milli
