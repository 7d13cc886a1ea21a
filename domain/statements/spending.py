"""What the plan's execution counts once: of what vouchers debit, the part that was counted where it was first spent.

Assets that are bought or built (购建、投资) and costs (成本) are counted when they are debited. A voucher that credits
such an account carries on what was counted: 153 在建工程 to 151 固定资产, 401 生产成本 to 511 经营支出. As much as it
credits of these is not counted again of its debits of accounts that a plan may name, in the order of its lines. Goods
that are made stand in store (121 库存物资) before they are sold: a store's account remembers what of its goods was
counted in the year, and that leaves it first. What else lies in store is counted when it is used. What was given, such
as a donated asset (151 against 311), was spent by nobody and is not counted. Red amounts take back. A voucher that
transfers or distributes (321, 322) carries nothing on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from domain.budget import planned_accounts
from domain.chart import CHARTS, RESULT, UNDISTRIBUTED
from domain.kernel.period import year_start
from domain.statements.income_lines import INCOME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.vouchers import Line

STORES = ("121",)
"""库存物资: no plan names it, and what is made passes through it."""

EQUITY = ("301", "311")
"""资本、公积公益金: what an account of equity is credited with was given, so nobody spent what stands against it."""


class Store(NamedTuple):
    """Of an account of stores in a year, in fen: what it holds that was counted already, and what of it left."""

    held_fen: int = 0
    gone_fen: int = 0


NOTHING = Store()
"""What a store's account holds at first."""


@cache
def counted_accounts(chart: str) -> tuple[str, ...]:
    """Return the accounts, with all below them, whose debits are counted as spending and whose credits carry it on."""
    return tuple(code for code in planned_accounts(chart) if not code.startswith(RESULT))


@cache
def carrying_accounts(chart: str) -> tuple[str, ...]:
    """Return the accounts, with all below them, whose credits may carry something on."""
    return (*counted_accounts(chart), *STORES, *EQUITY)


@cache
def spending_accounts(chart: str) -> tuple[str, ...]:
    """Return the accounts of a plan, with all below them, that are spent on."""
    return tuple(code for code in planned_accounts(chart) if not code.startswith(INCOME))


STORED, GIVEN, COUNTED, SPENT, DISTRIBUTED = "stored", "given", "counted", "spent", "distributed"
"""What an account is: a store's, of equity, counted when it is debited, spent on and no more, of 321 and 322."""

CARRYING = (COUNTED, GIVEN, STORED)
"""Whose credits may carry something on."""


class _Kinds(dict[str, str]):
    """By account what it is, "" for none of these: looked at once an account, not once a line."""

    def __init__(self, chart: str) -> None:
        super().__init__()
        self._codes: dict[str, tuple[str, ...]] = {DISTRIBUTED: UNDISTRIBUTED}
        if chart in CHARTS:
            counted, spent = counted_accounts(chart), spending_accounts(chart)
            self._codes |= {STORED: STORES, GIVEN: EQUITY, COUNTED: counted, SPENT: spent}

    def __missing__(self, account: str) -> str:
        kinds = (kind for kind, codes in self._codes.items() if account.startswith(codes))
        self[account] = kind = next(kinds, "")
        return kind


_kinds = cache(_Kinds)


def carry_on(lines: Sequence[Line], chart: str, stores: dict[str, Store]) -> dict[str, int]:
    """Return what a voucher's debits carry on by account, in fen, and move `stores` on, which are by account."""
    carried: dict[str, int] = {}
    kinds = _kinds(chart)
    left = _credited(lines, kinds, stores)
    if not left:
        return carried
    for line in lines:
        if not line.debit_fen or (line.debit_fen > 0) != (left > 0):
            continue
        part = min(line.debit_fen, left, key=abs)
        kind = kinds[line.account]
        if kind == STORED:
            held, gone = stores.get(line.account, NOTHING)
            stores[line.account] = Store(held + part, gone)
        elif kind in (COUNTED, SPENT):
            carried[line.account] = carried.get(line.account, 0) + part
        else:
            continue
        left -= part
    return carried


def _credited(lines: Sequence[Line], kinds: _Kinds, stores: dict[str, Store]) -> int:
    """Return what a voucher credits of what was counted before or given, in fen, and take it from the stores."""
    sum_fen = 0
    for line in lines:
        if not line.credit_fen:
            continue
        kind = kinds[line.account]
        if kind in (COUNTED, GIVEN):
            sum_fen += line.credit_fen
        elif kind == STORED:
            held, gone = stores.get(line.account, NOTHING)
            taken = min(line.credit_fen, max(held, 0)) if line.credit_fen > 0 else max(line.credit_fen, -gone)
            if taken:
                stores[line.account] = Store(held - taken, gone + taken)
            sum_fen += taken
    return sum_fen


@dataclass
class Carried:
    """What the vouchers so far carried on, by period and account, in fen; and the stores of each year by account."""

    by_period: dict[str, dict[str, int]] = field(default_factory=dict)
    stores: dict[str, dict[str, Store]] = field(default_factory=dict)

    def fold(self, chart: str, date: str, lines: Sequence[Line]) -> None:
        """Take in a voucher, in the log's order."""
        kinds = _kinds(chart)
        carries = False
        for line in lines:
            kind = kinds[line.account]
            if kind == DISTRIBUTED:
                return
            if line.credit_fen and kind in CARRYING:
                carries = True
        if not carries:
            return
        for account, fen in carry_on(lines, chart, self.stores.setdefault(date[:4], {})).items():
            of_period = self.by_period.setdefault(date[:7], {})
            of_period[account] = of_period.get(account, 0) + fen

    def upto(self, period: str) -> dict[str, tuple[int, int]]:
        """Return what was carried on in a period and in its year so far, by account."""
        sums: dict[str, tuple[int, int]] = {}
        for one, accounts in self.by_period.items():
            if year_start(period) <= one <= period:
                for account, fen in accounts.items():
                    month, year = sums.get(account, (0, 0))
                    sums[account] = (month + fen if one == period else month, year + fen)
        return sums
