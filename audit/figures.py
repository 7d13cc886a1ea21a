"""What an audit keeps of the entries it has read: the figures that they add up to, never the entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from domain.budget import BudgetAdopted
from domain.chart import MONEY_ACCOUNTS, UNDISTRIBUTED
from domain.closing import amiss
from domain.opening import OpeningPosted
from domain.statements import PARTED, Carried, Moved, Parties
from domain.subtotals import SubtotalsSet
from domain.vouchers import VoucherPosted, VoucherReversed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.kernel.statement import Statement
    from domain.vouchers import Line

MONEY, RESULT, PARTY = "money", "result", "party"
"""Why the lines of an account are looked at more closely."""


class _Watched(dict[str, str]):
    """By account why its lines are, "" when they are not: looked at once an account, not once a line."""

    def __missing__(self, account: str) -> str:
        codes = {MONEY: MONEY_ACCOUNTS, RESULT: UNDISTRIBUTED, PARTY: PARTED}
        self[account] = why = next((why for why in codes if account.startswith(codes[why])), "")
        return why


_watched = _Watched()


class Mixed(NamedTuple):
    """A voucher that mixes a transfer or distribution with other business: its entry, its date, on which accounts."""

    entry: int
    date: str
    accounts: tuple[str, ...]


@dataclass
class Figures:
    """What the published figures are compared with, folded entry by entry: no entry is kept."""

    money_days: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """By account and date what moved in fen, and the last entry that moved it; opening balances under ""."""

    transfers: dict[str, Moved] = field(default_factory=dict)
    """By period what was moved by vouchers that touch the undistributed income: transfers and distributions."""

    carried: Carried = field(default_factory=Carried)
    """What the execution of a year's plan does not count again."""

    parties: Parties = field(default_factory=Parties)
    """What was moved with each counterparty where the balance sheet parts them."""

    mixed: dict[str, Mixed] = field(default_factory=dict)
    """By the id of each voucher what it mixes; those that were reversed are left out."""

    newest: str = ""
    """The latest date of a voucher."""

    changed_from: str = ""
    """The first period whose published figures are to be compared with these; "" stands for all."""

    def fold(self, index: int, statement: Statement, chart: str) -> None:
        """Take in entry `index` of a book with a chart version."""
        if isinstance(statement, (VoucherPosted, VoucherReversed)):
            date = statement.data.date
            if date > self.newest:  # noqa: PLR1730 -- max() costs a call an entry
                self.newest = date
            if date < self.changed_from:
                self.changed_from = date[:7]
        elif isinstance(statement, OpeningPosted):
            date = ""
        else:
            if isinstance(
                statement, (BudgetAdopted, SubtotalsSet)
            ):  # they stand on every month of their year
                self.changed_from = min(self.changed_from, f"{statement.data.year}-01")
            return
        transfers = self._watch(index, date, statement.data.lines)
        if not date:
            return
        if transfers:  # which carries nothing on
            self._transfer(date[:7], statement.data.lines)
            self._mix(index, statement)
        else:
            self.carried.fold(chart, date, statement.data.lines)

    def _watch(self, index: int, date: str, lines: Sequence[Line]) -> bool:
        """Take in what lines move of money and counterparties; tell whether any touches the undistributed income."""
        days = self.money_days
        transfers = False
        for line in lines:
            why = _watched[line.account]
            if not why:
                continue
            if why == RESULT:
                transfers = True
            elif why == PARTY:
                self.parties.move(date[:7], line.account, line.party, line.debit_fen - line.credit_fen)
            else:
                key = (line.account, date)
                moved, _ = days.get(key, (0, 0))
                days[key] = (moved + line.debit_fen - line.credit_fen, index)
        return transfers

    def _mix(self, index: int, statement: Statement) -> None:
        if isinstance(statement, VoucherReversed):
            self.mixed.pop(statement.data.reverses, None)
        elif isinstance(statement, VoucherPosted):
            accounts = amiss(tuple([line.account for line in statement.data.lines]))
            if accounts:
                self.mixed[statement.id] = Mixed(index, statement.data.date, accounts)

    def _transfer(self, period: str, lines: Sequence[Line]) -> None:
        moved = self.transfers.setdefault(period, {})
        for line in lines:
            debit, credit = moved.get(line.account, (0, 0))
            moved[line.account] = (debit + line.debit_fen, credit + line.credit_fen)
