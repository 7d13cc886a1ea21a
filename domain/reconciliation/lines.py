"""What is matched: lines of a bank's statement, lines of the bank account in the book, and what a person decided."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

WINDOW_DAYS = 10
"""A transfer, a cheque or a deposit over a holiday is on the bank's statement some days before or after the book."""


class BankLine(NamedTuple):
    """A line of a bank's statement: its number there, its day, fen that came in (out: below zero), and its words.

    What was outstanding at the opening (期初未达账项) has a number below zero.
    """

    number: int
    date: str
    amount_fen: int
    text: str

    @property
    def is_opening(self) -> bool:
        """Tell whether it was outstanding at the opening."""
        return self.number < 0


class BookLine(NamedTuple):
    """A line of the bank account in the book: entry and line, its day, debits less credits in fen, and its words.

    What was outstanding at the opening (期初未达账项) is part of the opening balance, and has an entry below zero; or
    it stands in the book, where the statements begin later than the book, and is `waiting` since before them.
    """

    entry: int
    line: int
    date: str
    amount_fen: int
    text: str
    waiting: bool = False

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands: entry and line."""
        return self.entry, self.line

    @property
    def is_opening(self) -> bool:
        """Tell whether it was outstanding at the opening, or when the statements began."""
        return self.waiting or self.entry < 0


L = TypeVar("L", bound=BankLine | BookLine)


class Decision(NamedTuple):
    """What a person decided of lines, by numbers and places: that they are one transaction, or that they are not."""

    number: int
    accepted: bool
    bank: frozenset[int]
    book: frozenset[tuple[int, int]]


Sides = tuple[frozenset[int], frozenset[tuple[int, int]]]
"""Lines of both sides, by numbers and places."""


class Match(NamedTuple):
    """Lines of both sides that are one transaction, the most days between two of them, whether no other is meant.

    `decision` is the number of what a person decided, 0 of a suggestion.
    """

    bank: tuple[BankLine, ...]
    book: tuple[BookLine, ...]
    days: int
    certain: bool
    decision: int = 0


def sides(bank: Iterable[BankLine], book: Iterable[BookLine]) -> Sides:
    """Return by numbers and places which lines they are."""
    return frozenset(line.number for line in bank), frozenset(line.place for line in book)


@lru_cache(maxsize=16_384)
def ordinal(day: str) -> int:
    """Return the number of a day. Cached: lines share few days."""
    return date.fromisoformat(day).toordinal()


def days_between(one: BankLine | BookLine, other: BankLine | BookLine) -> int:
    """Return how many days lie between two lines."""
    return abs(ordinal(one.date) - ordinal(other.date))


class Calendar(Generic[L]):
    """Lines of one side in the order of their days."""

    def __init__(self, lines: Iterable[L], window_days: int) -> None:
        """Put the lines in order; those within `window_days` of a day are near it."""
        self.lines: list[L] = sorted(lines, key=lambda line: (line.date, line))
        self._days = [ordinal(line.date) for line in self.lines]
        self._opening: list[L] = [line for line in self.lines if line.is_opening]
        self._window_days = window_days

    def span(self, line: BankLine | BookLine) -> tuple[int, int]:
        """Return from which place to before which the lines are near one of the other side.

        What was outstanding at the opening waits for the other side however long that takes.
        """
        at = ordinal(line.date)
        first = bisect_left(self._days, at - self._window_days)
        return first, len(self._days) if line.is_opening else bisect_right(self._days, at + self._window_days)

    def around(self, line: BankLine | BookLine) -> list[L]:
        """Return the lines that are near one of the other side, or have waited for it since the opening.

        What was outstanding then on both sides has not waited for one another.
        """
        first, last = self.span(line)
        if line.is_opening:
            later = self.lines[first:last]
            return [
                one for one in later if not one.is_opening or days_between(one, line) <= self._window_days
            ]
        earliest = ordinal(line.date) - self._window_days
        waiting = [one for one in self._opening if ordinal(one.date) < earliest]
        return [*waiting, *self.lines[first:last]]


def most_days(bank: tuple[BankLine, ...], book: tuple[BookLine, ...]) -> int:
    """Return the most days between lines of both sides, 0 where one side has none."""
    return max((days_between(mine, line) for mine in bank for line in book), default=0)
