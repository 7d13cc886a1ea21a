"""A row of the result: a measure, its yardstick, their ratio, and the floor (or ceiling) for it."""

from __future__ import annotations

import time
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

TURN = 20
"""Calls of one kind in a row."""

HEADINGS = ("measure", "value", "yardstick", "", "ratio", "bound", "")


@dataclass(frozen=True)
class Row:
    """One measure against one yardstick, both medians, in the same unit; `ratio` is the median of the rounds' ratios.

    At most one of `floor` (the ratio is to be at least that) and `ceiling` (at most) is set; without either the
    row informs only.
    """

    measure: str
    unit: str
    value: float
    against: str
    yardstick: float
    ratio: float
    floor: float | None = None
    ceiling: float | None = None

    @property
    def met(self) -> bool:
        """Whether the ratio keeps its bound."""
        return (self.floor is None or self.ratio >= self.floor) and (
            self.ceiling is None or self.ratio <= self.ceiling
        )

    @property
    def bound(self) -> str:
        """The bound as text."""
        if self.floor is not None:
            return f">= {self.floor:g}"
        return f"<= {self.ceiling:g}" if self.ceiling is not None else ""

    @property
    def verdict(self) -> str:
        """`met`, `NOT MET`, or nothing for a row without bound."""
        if not self.bound:
            return ""
        return "met" if self.met else "NOT MET"


@dataclass
class Result:
    """What a measure gives: rows of the table, and lines to be said below it."""

    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __add__(self, other: Result) -> Result:
        return Result(self.rows + other.rows, self.notes + other.notes)


@dataclass
class Rounds:
    """Rounds in which a measure and its yardstick were taken in turns."""

    values: list[float] = field(default_factory=list)
    yardsticks: list[float] = field(default_factory=list)

    def add(self, value: float, yardstick: float) -> None:
        """Take one round in."""
        self.values.append(value)
        self.yardsticks.append(yardstick)

    def row(
        self,
        measure: str,
        unit: str,
        against: str,
        *,
        floor: float | None = None,
        ceiling: float | None = None,
    ) -> Row:
        """Return the row of these rounds."""
        ratio = median(value / base for value, base in zip(self.values, self.yardsticks, strict=True))
        value, yardstick = median(self.values), median(self.yardsticks)
        return Row(measure, unit, value, against, yardstick, ratio, floor, ceiling)


class Clock:
    """Seconds of the wall and of this process's processors, filled in when the `timed` block ends."""

    seconds = 0.0
    cpu = 0.0


@contextmanager
def timed() -> Iterator[Clock]:
    """Time a block."""
    clock = Clock()
    wall, cpu = time.perf_counter(), time.process_time()
    yield clock
    clock.seconds, clock.cpu = time.perf_counter() - wall, time.process_time() - cpu


def in_turn(times: int, *calls: Callable[[], object]) -> list[float]:
    """Return the median milliseconds of each call, made in turns of `TURN` calls, so that each runs warm."""
    seconds: list[list[float]] = [[] for _ in calls]
    for _ in range(max(times // TURN, 1)):
        for call, taken in zip(calls, seconds, strict=True):
            for _ in range(TURN):
                with timed() as clock:
                    call()
                taken.append(clock.seconds)
    return [median(taken) * 1_000 for taken in seconds]


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table of text."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(_width(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = [_line(line, widths) for line in cells]
    lines.insert(1, "-" * max(map(_width, lines)))
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    value, yardstick = _number(row.value), _number(row.yardstick)
    return (
        row.measure,
        f"{value} {row.unit}",
        f"{yardstick} {row.unit}",
        row.against,
        _number(row.ratio),
        row.bound,
        row.verdict,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    right = (1, 2, 4)  # numbers
    padded = []
    for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        gap = " " * (width - _width(cell))
        padded.append(gap + cell if column in right else cell + gap)
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Return the columns that text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
