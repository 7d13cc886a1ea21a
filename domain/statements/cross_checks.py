"""The cross-checks (勾稽关系): which figures of different statements must be equal, and whether they are.

Each is data of a chart version: two figures, each named by where it stands and its key there, `sheet.assets`. `when`
says of which periods it holds: `december`, `begun_in_january` (no year in whose midst the book was opened), "" of all.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from domain.chart import RESULT
from domain.kernel.period import ends_year
from domain.statements.details import difference_fen
from domain.statements.formula import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.statements.balance_sheet import BalanceSheet
    from domain.statements.details import DetailRow
    from domain.statements.income import Flow, IncomeRow
    from domain.statements.month import AccountMonth


RESERVE, MEMBERS = "311", ("113", "211")
"""公积公益金, and the accounts by which members get what is distributed to them."""


class CrossCheckLine(NamedTuple):
    """A cross-check: its key and names, what its two figures are called, their places, and when it holds."""

    key: str
    name: str
    name_en: str
    left_name: str
    left: str
    right_name: str
    right: str
    when: str


class CrossCheck(NamedTuple):
    """A cross-check with its two figures in fen."""

    line: CrossCheckLine
    left_fen: int
    right_fen: int

    @property
    def off_by_fen(self) -> int:
        """The left figure less the right one: zero when they agree."""
        return self.left_fen - self.right_fen


class Figures(NamedTuple):
    """What the statements of a period say: of the year so far, the flows of its vouchers and trial totals too.

    `called` is what lines of the distribution would show more, in fen, by their keys, if they went by the names of the
    details of 收益分配 (322) that the vouchers use. `earned_fen` is what the accounts of income and expense moved on
    the trial balance, credits less debits, without what transfers took from them.
    """

    sheet: BalanceSheet
    income: Sequence[IncomeRow]
    details: Sequence[DetailRow]
    flows: Iterable[Flow]
    totals: Mapping[str, int]
    called: Mapping[str, int]
    earned_fen: int

    def by_place(self) -> dict[str, int]:
        """Return each figure by where it stands and its key there."""
        rows = [*self.sheet.assets, *self.sheet.claims]
        _, difference = difference_fen(self.details)
        return {
            **{f"sheet.{row.line.key}": row.closing_fen for row in rows},
            **{f"opening.{row.line.key}": row.opening_fen for row in rows},
            **{f"income.{row.line.key}": row.amount_fen for row in self.income},
            **{
                f"called.{row.line.key}": row.amount_fen + self.called.get(row.line.key, 0)
                for row in self.income
            },
            **{f"trial.{name}": fen for name, fen in self.totals.items()},
            "trial.earned": self.earned_fen,
            "details.difference": difference,
            "distributed.reserve": sum(
                flow.credit_fen
                for flow in self.flows
                if flow.distributes and flow.account.startswith(RESERVE)
            ),
            "distributed.members": sum(
                flow.credit_fen - flow.debit_fen
                for flow in self.flows
                if flow.distributes and flow.account.startswith(MEMBERS)
            ),
            "transferred.result": sum(
                flow.debit_fen - flow.credit_fen
                for flow in self.flows
                if flow.distributes and flow.account.startswith(RESULT)
            ),
        }


def earned_fen(rows: Iterable[AccountMonth], transferred_fen: int, *, opens: bool) -> int:
    """Return what accounts of income and expense moved in the year so far, in fen, by a trial balance since January.

    Credits less debits; `transferred_fen` are the debits less credits that transfers took from them, which are left
    out. `opens` tells whether the opening balances are this year's own.
    """
    moved = [row for row in rows if row.account.startswith(RESULT)]
    turnover = sum(-row.closing_fen if opens else row.year_credit_fen - row.year_debit_fen for row in moved)
    return turnover + transferred_fen


@cache
def cross_check_lines(version: str) -> tuple[CrossCheckLine, ...]:
    """Return the cross-checks of a chart version, in order; raises `chart.unknown`."""
    return tuple(CrossCheckLine(*row.values()) for row in read_lines("cross-checks", version))


def cross_checks(version: str, period: str, figures: Figures, *, opened_on: str) -> list[CrossCheck]:
    """Return the cross-checks that hold of a period; `opened_on` as `opened_on` in `domain.kernel.period`."""
    holds = {"": True, "december": ends_year(period), "begun_in_january": not opened_on}
    found = figures.by_place()
    return [
        CrossCheck(line, found[line.left], found[line.right])
        for line in cross_check_lines(version)
        if holds[line.when]
    ]
