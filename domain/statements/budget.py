"""How a year's plan is carried out (收支计划执行情况): what was planned, and what came in or was spent of it so far.

Of an income or expense account it counts what was earned or spent, of all others (成本、购建、投资) what was debited,
each less what was counted already where it was first spent (see `domain.statements.spending`).
What moved on accounts that the plan does not name stands there too, with nothing planned: it is beyond the plan.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from domain.chart import RESULT, UNDISTRIBUTED
from domain.statements.income_lines import INCOME
from domain.statements.spending import carry_on, counted_accounts, spending_accounts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.budget import PlanLine
    from domain.statements.details import DetailRow
    from domain.statements.month import AccountMonth
    from domain.statements.spending import Store
    from domain.vouchers import Line

WARNED_AT = (9, 10)
"""The share of the plan from which on a line is near its end: 90 % (alert C17)."""

ALL_TENTHS = 1000
"""The whole plan, in tenths of a per cent."""

NOTHING_PLANNED = (False, 0, 0, 0)
"""Of an account of spending that neither the plan names nor any voucher has touched."""


class Standing(StrEnum):
    """How a line stands: within the plan, from 90 % on near its end, at its end, beyond it; income is always within."""

    WITHIN = "within"
    NEAR = "near"
    USED_UP = "used_up"
    OVER = "over"


class BudgetRow(NamedTuple):
    """An account of the plan, or one beyond it: what is planned, and what moved in the month and the year, in fen."""

    account: str
    name: str
    is_income: bool
    planned_fen: int
    month_fen: int
    year_fen: int

    @property
    def standing(self) -> Standing:
        """How it stands."""
        share, whole = WARNED_AT
        if self.is_income:
            return Standing.WITHIN
        if self.year_fen > self.planned_fen:
            return Standing.OVER
        if self.year_fen == self.planned_fen > 0:
            return Standing.USED_UP
        near = self.planned_fen > 0 and self.year_fen * whole >= self.planned_fen * share
        return Standing.NEAR if near else Standing.WITHIN

    @property
    def share(self) -> str:
        """What part of the plan it is, such as "91.3 %", cut to a tenth; "" when nothing is planned.

        What is beyond the plan by less than a tenth is ">100.0 %".
        """
        if not self.planned_fen:
            return ""
        sign = "-" if self.year_fen < 0 else ""
        tenths = abs(self.year_fen) * 1000 // self.planned_fen
        if tenths == ALL_TENTHS and self.year_fen > self.planned_fen:
            sign = ">"
        whole, tenth = divmod(tenths, 10)
        return f"{sign}{whole}.{tenth} %"


def budget_rows(
    plan: Iterable[PlanLine],
    details: Iterable[DetailRow],
    rows: Iterable[AccountMonth],
    carried: Mapping[str, tuple[int, int]],
    chart: str,
    names: Mapping[str, str],
) -> list[BudgetRow]:
    """Return the lines by code, of the plan and beyond it.

    `details` are those of the statement of income and expense by detail account; `rows` the trial balance's; `carried`
    says by account what of the month's and the year's was counted already.
    """
    moved = {row.account: (row.month_fen, row.year_fen) for row in details}
    counted = counted_accounts(chart)
    moved |= {
        row.account: (row.debit_fen, row.year_debit_fen) for row in rows if row.account.startswith(counted)
    }
    for account, (month, year) in carried.items():
        of_month, of_year = moved.get(account, (0, 0))
        moved[account] = (of_month - month, of_year - year)
    lines = {line.account: line.planned_fen for line in plan}
    sums = {code: [0, 0] for code in lines}
    for account, (month, year) in moved.items():
        above = next((code for code in lines if account.startswith(code)), account)
        of_line = sums.setdefault(above, [0, 0])
        of_line[0] += month
        of_line[1] += year
    return [
        BudgetRow(
            account, names.get(account, ""), account.startswith(INCOME), lines.get(account, 0), month, year
        )
        for account, (month, year) in sorted(sums.items())
        if account in lines or month or year
    ]


def spent_with(
    rows: Iterable[BudgetRow],
    lines: Sequence[Line],
    stores: Mapping[str, Store],
    chart: str,
    names: Mapping[str, str],
) -> list[BudgetRow]:
    """Return the lines of spending that a voucher adds to, by code, as they would stand with it.

    `stores` are those of its year. A voucher that transfers (结转) adds to none.
    """
    if any(line.account.startswith(UNDISTRIBUTED) for line in lines):
        return []
    known = {row.account: row for row in rows}
    planned = spending_accounts(chart)
    spent = Counter[str]()
    for line in lines:
        if line.account.startswith(planned):
            spent[line.account] += line.debit_fen - (
                line.credit_fen if line.account.startswith(RESULT) else 0
            )
    spent.subtract(carry_on(lines, chart, dict(stores)))
    added = Counter[str]()
    for account, fen in spent.items():
        added[next((code for code in known if account.startswith(code)), account)] += fen
    found = []
    for code, fen in sorted(added.items()):
        row = known.get(code) or BudgetRow(code, names.get(code, ""), *NOTHING_PLANNED)
        found.append(row._replace(month_fen=row.month_fen + fen, year_fen=row.year_fen + fen))
    return [row for row in found if added[row.account] > 0]
