"""Which rolls a book has, and by which voucher each was booked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from domain.rolls.events import Roll


class Committed(NamedTuple):
    """A roll and the entry that commits to it."""

    entry: int
    roll: Roll


@dataclass
class Rolls:
    """The rolls of a book by id; the roll that each voucher books, by the voucher's id."""

    committed: dict[str, Committed] = field(default_factory=dict)
    by_voucher: dict[str, str] = field(default_factory=dict)

    def commit(self, id_: str, roll: Roll, entry: int) -> None:
        """Remember a roll."""
        self.committed[id_] = Committed(entry, roll)

    def voucher_of(self, id_: str) -> str | None:
        """Return the voucher that books a roll, if any does."""
        return next((voucher for voucher, roll in self.by_voucher.items() if roll == id_), None)

    def at(self, entry: int) -> Roll | None:
        """Return the roll of an entry, if it has one."""
        return next((known.roll for known in self.committed.values() if known.entry == entry), None)
