"""Which periods are open."""

from __future__ import annotations

from dataclasses import dataclass

from domain.kernel.period import next_period


@dataclass
class Periods:
    """Periods are open from `next_to_close` on; `first` is the book's first period."""

    first: str = ""
    closed_through: str = ""

    def open(self, first: str) -> None:
        """Begin with the book's first period."""
        self.first = first

    def close(self, period: str) -> None:
        """Close a period; it is the next one in order."""
        self.closed_through = period

    @property
    def next_to_close(self) -> str:
        """The oldest open period."""
        return next_period(self.closed_through) if self.closed_through else self.first
