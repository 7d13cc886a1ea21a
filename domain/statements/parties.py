"""What stands with each counterparty (往来单位) on the accounts that a balance sheet shows on both sides: 113 内部往来.

Of these the debit balances are receivables and the credit balances payables, each counterparty's by itself: what one
member owes is not set against what another is owed. A counterparty is known by its name in public; what names none, or
keeps it out of the record, counts as one more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PARTED = ("113",)
"""The accounts, with all below them, that a layout names by their halves (`113.debit`)."""

PartyBalances = dict[tuple[str, str], int]
"""Debits less credits in fen by account and counterparty."""


class Held(NamedTuple):
    """What stands on an account with a counterparty, "" with none that is known, in fen, debit positive."""

    account: str
    party: str
    fen: int


def held(balances: Mapping[str, int], parties: Mapping[tuple[str, str], int]) -> Iterator[Held]:
    """Yield balances by account, those with counterparties by these, and what is left without one; none that is nil."""
    rest = dict(balances)
    for (account, party), fen in parties.items():
        rest[account] = rest.get(account, 0) - fen
        if fen:
            yield Held(account, party, fen)
    for account, fen in rest.items():
        if fen:
            yield Held(account, "", fen)


@dataclass
class Parties:
    """What vouchers moved on these accounts, by period (the opening balances under ""), account and counterparty."""

    moved: dict[str, PartyBalances] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember what stood at the end of which periods: each sum goes on from the one before."""
        self._stood: dict[str, PartyBalances] = {}

    def move(self, period: str, account: str, party: str, fen: int) -> None:
        """Take in what a line moved, debits less credits."""
        if self._stood:
            self._stood = {}
        of_period = self.moved.setdefault(period, {})
        of_period[account, party] = of_period.get((account, party), 0) + fen

    def upto(self, period: str) -> PartyBalances:
        """Return what stands at the end of a period."""
        if period not in self._stood:
            before = max((one for one in self._stood if one < period), default=None)
            sums = dict(self._stood[before]) if before is not None else {}
            for one, moved in self.moved.items():
                if one <= period and (before is None or one > before):
                    for place, fen in moved.items():
                        sums[place] = sums.get(place, 0) + fen
            self._stood[period] = sums
        return self._stood[period]
