"""How a line of the statement of income counts each line of a voucher: its formula, taken apart.

What vouchers moved counts by the part (`Part`) of the statement to which it belongs: what the year began with, what was
earned and spent, what was transferred and distributed. A line to which debits add (an expense) is debits less credits.
All others are credits less debits, as income that may be distributed is: whatever adds to them stands on the credit
side, also what comes from the reserve (其他转入), where it is a debit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from domain.chart import RESULT, UNDISTRIBUTED
from domain.kernel.period import year_start
from domain.statements.income_lines import OPENING, Sides

if TYPE_CHECKING:
    from domain.statements.income_lines import IncomeLayout, IncomeTerm


class Part(StrEnum):
    """Where on the statement belongs what was moved on an account."""

    BEFORE = "before"
    EARNED = "earned"
    DISTRIBUTED = "distributed"


class FlowYear(NamedTuple):
    """What a statement counts: from which period on, January unless another is asked for; and what of the opening.

    `opens` tells whether that is the January of the year in which the book was opened, perhaps in the middle
    (年中建账): the opening balances of income and expense are then this year's.
    """

    since: str
    opens: bool

    def part(self, account: str, period: str, *, distributes: bool) -> Part:
        """Return where a voucher's line belongs; `period` is "" for the opening balances.

        `distributes` tells whether the voucher touches the undistributed income.
        """
        if not period and self.opens and account.startswith(RESULT):
            return Part.EARNED
        if period < self.since:
            return Part.BEFORE
        return Part.DISTRIBUTED if distributes else Part.EARNED


class Counted(NamedTuple):
    """How a voucher's line counts: what of its two sides stands on the debit side of the figure, and on its credit."""

    debit: Sides
    credit: Sides

    def of(self, debit_fen: int, credit_fen: int) -> tuple[int, int]:
        """Return debit and credit of the figure for those of a voucher's line, in fen."""
        return (
            self.debit.debit * debit_fen + self.debit.credit * credit_fen,
            self.credit.debit * debit_fen + self.credit.credit * credit_fen,
        )


@dataclass(frozen=True)
class LineFlow:
    """The line of a key on a book's statement, whose first period is `opened`."""

    layout: IncomeLayout
    key: str
    opened: str

    @cached_property
    def terms(self) -> tuple[IncomeTerm, ...]:
        """What it adds and takes away: accounts, the opening, the rest."""
        return self.layout.terms_of(self.key)

    @property
    def accounts(self) -> tuple[str, ...]:
        """How the codes of its accounts begin; those that no other line names (其他) are not said."""
        opening = (*UNDISTRIBUTED, RESULT)
        named = [
            account
            for term in self.terms
            for account in ((term.name,) if term.is_account else opening if term.name == OPENING else ())
        ]
        return tuple(dict.fromkeys(named))

    @cached_property
    def parts(self) -> frozenset[Part]:
        """The parts of the statement that it counts."""
        return frozenset(_part(term) for term in self.terms)

    @property
    def is_earlier(self) -> bool:
        """Whether it is what the year began with (年初未分配收益): of the year itself it counts nothing."""
        return self.parts == {Part.BEFORE}

    @cached_property
    def is_debit(self) -> bool:
        """Whether its figure is debits less credits, as of an expense; of all others it is credits less debits."""
        sides = [(term.sign * term.sides.debit, term.sign * term.sides.credit) for term in self.terms]
        return all(debit >= 0 >= credit for debit, credit in sides)

    def holds(self, account: str) -> bool:
        """Whether what is moved on an account counts in some part of the statement."""
        return any(self.counted(account, part) for part in self.parts)

    def counted(self, account: str, part: Part) -> Counted | None:
        """Return how what was moved on an account counts in a part of the statement; None: not at all."""
        terms = [term for term in self.terms if _part(term) is part and self._holds(term, account)]
        debit = sum(term.sign * term.sides.debit for term in terms)
        credit = sum(term.sign * term.sides.credit for term in terms)
        if not debit and not credit:
            return None
        more, less = Sides(max(debit, 0), max(credit, 0)), Sides(max(-debit, 0), max(-credit, 0))
        return Counted(debit=more, credit=less) if self.is_debit else Counted(debit=less, credit=more)

    def _holds(self, term: IncomeTerm, account: str) -> bool:
        if term.is_account:
            return account.startswith(term.name)
        if term.name == OPENING:
            return account.startswith((*UNDISTRIBUTED, RESULT))
        return self.layout.is_rest(account)

    def year(self, period: str, since: str = "") -> FlowYear:
        """Return what a statement of `since` (default: the year's January) to a period counts; "": the book's first."""
        return flow_year(since or year_start(period or self.opened), self.opened)

    def first(self, year: FlowYear) -> str:
        """Return from which period on its entries are listed: January, or "" from the opening balances on."""
        return "" if year.opens or self.is_earlier else year.since

    def amount_fen(self, balance_fen: int) -> int:
        """Return what the statement shows of debits less credits."""
        return balance_fen if self.is_debit else -balance_fen


def flow_year(since: str, opened: str) -> FlowYear:
    """Return what a statement counts from a period on, in a book whose first period is `opened`."""
    return FlowYear(since, opens=since == year_start(opened))


def _part(term: IncomeTerm) -> Part:
    if term.name == OPENING:
        return Part.BEFORE
    return Part.DISTRIBUTED if term.distributes else Part.EARNED
