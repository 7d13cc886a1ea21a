"""The statements of a month from its balances and from what transfers moved: what an auditor has, who keeps no voucher.

Balances alone do not tell income once it is transferred. So beside them it takes what those vouchers moved that touch
the undistributed income (see `domain.statements.income`): what all others moved is the rest.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from domain.chart import RESULT
from domain.kernel.period import previous_period, year_start
from domain.statements.balance_sheet import balance_sheet
from domain.statements.budget import budget_rows
from domain.statements.details import detail_rows
from domain.statements.income import Flow, Year, undistributed_fen
from domain.statements.parties import Parties

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from domain.budget import PlanLine
    from domain.statements.balance_sheet import BalanceSheet
    from domain.statements.budget import BudgetRow
    from domain.statements.details import DetailRow
    from domain.statements.layout import Layout
    from domain.statements.spending import Carried


class AccountMonth(Protocol):
    """An account in a month, all in fen: its turnover, that of the year so far, and its balance at the end."""

    @property
    def account(self) -> str:
        """Its code."""
        ...

    @property
    def debit_fen(self) -> int:
        """Debits of the month."""
        ...

    @property
    def credit_fen(self) -> int:
        """Credits of the month."""
        ...

    @property
    def year_debit_fen(self) -> int:
        """Debits since January."""
        ...

    @property
    def year_credit_fen(self) -> int:
        """Credits since January."""
        ...

    @property
    def closing_fen(self) -> int:
        """The balance at the end, debits less credits."""
        ...


Moved = dict[str, tuple[int, int]]
"""Debit and credit in fen by account."""


@dataclass(frozen=True)
class Month:
    """A month of a book: its balances by account, and by period what was moved by vouchers that transfer.

    `opens` tells whether the book was opened in this year, perhaps in the middle: then the opening balances of income
    and expense are this year's. `parties` has what was moved with each counterparty where the balance sheet parts them.
    """

    period: str
    rows: Sequence[AccountMonth]
    transfers: Mapping[str, Moved]
    opens: bool
    parties: Parties = field(default_factory=Parties)

    @cached_property
    def closing(self) -> dict[str, int]:
        """The balances at the end, by account."""
        return {row.account: row.closing_fen for row in self.rows}

    @cached_property
    def opening(self) -> dict[str, int]:
        """The balances at the beginning of the year, by account."""
        closing = self.closing
        return {
            row.account: closing[row.account] - row.year_debit_fen + row.year_credit_fen for row in self.rows
        }

    def balance_sheet(self, layout: Layout) -> BalanceSheet:
        """Return the balance sheet (资产负债表)."""
        before = previous_period(year_start(self.period))
        parties = self.parties.upto(self.period), self.parties.upto(before)
        return balance_sheet(layout, self.closing, self.opening, parties)

    def detail_rows(self, names: Mapping[str, str]) -> list[DetailRow]:
        """Return income and expense by detail account (收支明细表)."""
        moved = {row.account: (row.debit_fen, row.credit_fen) for row in self.rows}
        month = _earned(moved, self.transfers.get(self.period, {}))
        return detail_rows(month, self.year.flows, names)

    def budget_rows(
        self, plan: Iterable[PlanLine], carried: Carried, chart: str, names: Mapping[str, str]
    ) -> list[BudgetRow]:
        """Return how a plan of this year is carried out (收支计划执行情况)."""
        before = carried.upto(self.period)
        return budget_rows(plan, self.detail_rows(names), self.rows, before, chart, names)

    @cached_property
    def year(self) -> Year:
        """What the statement of income (收益及收益分配表) is made of."""
        moved = {row.account: (row.year_debit_fen, row.year_credit_fen) for row in self.rows}
        transferred = self._transferred()
        flows = [*_earned(moved, transferred), *_flows(transferred, distributes=True)]
        opening = self.opening
        if self.opens:
            begun = {account: (fen, 0) for account, fen in opening.items() if account.startswith(RESULT)}
            flows += _flows(begun, distributes=False)
            opening = {account: fen for account, fen in opening.items() if account not in begun}
        return Year(flows, undistributed_fen(opening.items()))

    def _transferred(self) -> Moved:
        """Return what transfers moved since January."""
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for period, moved in self.transfers.items():
            if year_start(self.period) <= period <= self.period:
                for account, (debit, credit) in moved.items():
                    sums[account][0] += debit
                    sums[account][1] += credit
        return {account: (debit, credit) for account, (debit, credit) in sums.items()}


def _earned(moved: Moved, transferred: Moved) -> Iterator[Flow]:
    """Yield what vouchers moved that earn and spend: all that was moved on income and expense, less the transfers."""
    for account in moved.keys() | transferred.keys():
        if not account.startswith(RESULT):
            continue
        debit, credit = moved.get(account, (0, 0))
        debit_of, credit_of = transferred.get(account, (0, 0))
        yield Flow(account, False, debit - debit_of, credit - credit_of)  # noqa: FBT003 -- a column


def _flows(moved: Moved, *, distributes: bool) -> list[Flow]:
    return [Flow(account, distributes, debit, credit) for account, (debit, credit) in moved.items()]
