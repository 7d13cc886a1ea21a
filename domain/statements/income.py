"""The statement of income and its distribution (收益及收益分配表) of 财会〔2023〕14号, from what the vouchers moved.

Balances do not tell it: once income and expense are transferred (结转) their accounts are nil. So vouchers are parted
by what they touch. Those that touch the undistributed income (本年收益 321, 收益分配 322) transfer or distribute it;
all others earn and spend. Income and expense are what the others moved; what is distributed, and to whom, is what the
former moved on every account that is neither income, expense nor undistributed income. Which line counts what stands
in its layout (`income_lines`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain.chart import RESULT, UNDISTRIBUTED
from domain.statements.income_lines import OPENING, REST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.statements.income_lines import IncomeLayout, IncomeLine


class Flow(NamedTuple):
    """What vouchers moved on an account, in fen; `distributes` tells whether they touch the undistributed income."""

    account: str
    distributes: bool
    debit_fen: int
    credit_fen: int


class Year(NamedTuple):
    """What is known of a year up to some month: what vouchers moved, and the undistributed income it began with."""

    flows: list[Flow]
    opening_fen: int


class IncomeRow(NamedTuple):
    """A line with its figures in fen: of the year so far, and of the same months of the year before."""

    line: IncomeLine
    amount_fen: int
    before_fen: int


def income_statement(layout: IncomeLayout, year: Year, before: Year) -> list[IncomeRow]:
    """Return the lines with their figures of a year so far, and of the same months of the year before."""
    figures, earlier = _figures(layout, year), _figures(layout, before)
    return [IncomeRow(line, figures[line.key], earlier[line.key]) for line in layout.lines]


def _figures(layout: IncomeLayout, year: Year) -> dict[str, int]:
    rest = 0
    figures = dict.fromkeys((line.key for line in layout.lines), 0)
    for account, distributes, debit_fen, credit_fen in year.flows:
        if distributes and layout.is_rest(account):
            rest += credit_fen - debit_fen
        for key, (debit, credit) in layout.parts_of(distributes, account):
            figures[key] += debit * debit_fen + credit * credit_fen
    whole = {OPENING: year.opening_fen, REST: rest}
    for key, sums in layout.summed:
        for term in sums:
            figures[key] += term.sign * (whole if term.distributes else figures)[term.name]
    return figures


def undistributed_fen(balances: Iterable[tuple[str, int]]) -> int:
    """Return the undistributed income among balances (account, debits less credits in fen), a loss negative.

    Income and expense that are not transferred yet belong to it.
    """
    return -sum(fen for account, fen in balances if account.startswith((RESULT, *UNDISTRIBUTED)))


def off_by_fen(rows: Sequence[IncomeRow], closing: Iterable[tuple[str, int]]) -> int:
    """Return the last line less the undistributed income of the balances: zero, if each voucher balances."""
    return rows[-1].amount_fen - undistributed_fen(closing)
