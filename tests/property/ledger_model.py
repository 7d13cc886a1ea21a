"""A book in a few plain values, from which the tests say what the ledger must accept and by which rule it refuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from domain.kernel.period import periods, previous_period
from domain.policy import Tier
from domain.vouchers import Line

if TYPE_CHECKING:
    from collections.abc import Iterable

MONTHS = periods("2026-01", "2028-12")
"""More months than any run closes; the first is the village's first."""

ROLES = ("accountant", "head", "supervisor", "cashier")

MONTH_OF_SIGNING = "2026-03"
"""The villages sign in that month: it is the last one that they may close."""

LATEST_MONTH = "2027-03"
"""The last month that the villages, which sign in March 2026, may write about."""

TIERS: dict[str, list[Tier]] = {
    "lower": [
        Tier(from_fen=0, roles=["accountant"], to_fen=10_000),
        Tier(from_fen=10_000, roles=["accountant", "head"]),
    ],
    "higher": [
        Tier(from_fen=0, roles=["accountant", "head"], to_fen=10_000),
        Tier(from_fen=10_000, roles=["accountant", "head", "supervisor"]),
    ],
    "gap": [
        Tier(from_fen=0, roles=["accountant"], to_fen=10_000),
        Tier(from_fen=10_001, roles=["accountant"]),
    ],
}
"""Policies to set; the last has a gap and is never one."""

LEVEL_1 = 3
"""Digits of the code of an account that is there from the beginning."""

Turnover = dict[tuple[str, str], tuple[int, int]]
"""Debit and credit turnover by account and period."""


class KnownLine(NamedTuple):
    """An account with its debit and credit."""

    account: str
    debit: int
    credit: int


class KnownVoucher(NamedTuple):
    """A voucher: its id, its month, its lines, whether it is a reversal, and the roles that signed it."""

    id: str
    month: str
    lines: tuple[KnownLine, ...]
    reversal: bool
    roles: frozenset[str] = frozenset({"accountant", "head"})

    @property
    def mirror(self) -> tuple[KnownLine, ...]:
        """The lines that cancel it."""
        return tuple(KnownLine(account, -debit, -credit) for account, debit, credit in self.lines)


def as_lines(lines: Iterable[KnownLine]) -> list[Line]:
    """Return lines as they stand in a voucher."""
    return [Line(account=account, debit_fen=debit, credit_fen=credit) for account, debit, credit in lines]


@dataclass
class Model:
    """The entries so far and what follows from them."""

    notes: list[bytes] = field(default_factory=list)
    vouchers: list[KnownVoucher] = field(default_factory=list)
    reversed: set[str] = field(default_factory=set)
    turnover: Turnover = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    at_closing: dict[str, Turnover] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ROLES, 1))
    ended: list[str] = field(default_factory=list)
    opening: bool = False
    added: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    tiers: list[Tier] = field(default_factory=lambda: [Tier(from_fen=0, roles=["accountant", "head"])])

    def required(self, fen: int) -> frozenset[str]:
        """Return the roles that must sign a voucher of that amount now."""
        return frozenset(next(tier.roles for tier in reversed(self.tiers) if tier.from_fen <= fen))

    def bad_account(self, code: str) -> str:
        """Return the rule by which a posting to one of the machine's accounts is refused, "" when it is a leaf."""
        if len(code) > LEVEL_1 and code not in self.added:
            return "account.unknown"
        return "account.not_leaf" if any(code == added[:-2] for added in self.added) else ""

    def month(self, offset: int) -> str:
        """Return the oldest open month, or one that many before or after it."""
        index = len(self.closed) + offset
        return MONTHS[index] if index >= 0 else previous_period(MONTHS[0])

    def key(self, role: str) -> str:
        """Return the key of a role that may sign now."""
        return f"{role}/{self.numbers[role]}"

    def replace_key(self, role: str) -> None:
        """The role's key ends, and the next number may sign."""
        self.ended.append(self.key(role))
        self.numbers[role] += 1

    def add(self, voucher: KnownVoucher) -> None:
        """Take a voucher in."""
        self.vouchers.append(voucher)
        self.turn(voucher.lines, voucher.month)

    def turn(self, lines: Iterable[KnownLine], period: str) -> None:
        """Take turnover in, opening balances under their own period."""
        for account, debit, credit in lines:
            self.used.add(account)
            before = self.turnover.get((account, period), (0, 0))
            self.turnover[account, period] = (before[0] + debit, before[1] + credit)

    def close(self, period: str) -> None:
        """Close a period; its turnover stays what it is now."""
        self.closed.append(period)
        self.at_closing[period] = self.of_period(period)

    def of_period(self, period: str) -> Turnover:
        """Return the turnover of one period."""
        return {key: moved for key, moved in self.turnover.items() if key[1] == period}
