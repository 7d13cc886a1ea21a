"""Where a statement is missing between those that were read in (缺对账单): what comes after does not follow."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from domain.reconciliation.balances import follows, stood_at_end, stood_before

if TYPE_CHECKING:
    from collections.abc import Sequence


class StatementFile(NamedTuple):
    """A statement that was read in: its name, the days of its first and last lines, and up to which day it goes."""

    name: str
    first: str
    last: str
    end: str


class Gap(NamedTuple):
    """What is missing behind the day `after` and before the day `before`, between two files or within one.

    `moved_fen` is what the bank's balance went up or (below zero) down by in it.
    """

    after: str
    before: str
    file_before: str
    file_after: str
    moved_fen: int

    def holds(self, day: str) -> bool:
        """Tell whether what stood at the end of a day may be among what is missing."""
        return self.after <= day < self.before


def ends_with(files: Sequence[StatementFile], day: str, last: str) -> bool:
    """Tell whether a statement says that after the lines of a day nothing came until another, up to which it goes."""
    return any(file.last == day and last <= file.end for file in files)


def find_gaps(lines: Sequence[tuple[str, int, int | None]], files: Sequence[StatementFile]) -> list[Gap]:
    """Return the gaps between lines by days, the earliest first; of each line its day, amount and balance behind it."""
    gaps: list[Gap] = []
    days = [(day, [line[1:] for line in of_day]) for day, of_day in groupby(lines, key=lambda line: line[0])]
    before: list[tuple[int, int | None]] = []
    for (day, now), (following, then) in pairwise(days):
        stood_fen = stood_at_end(now, before)
        if stood_fen is not None and not follows(stood_fen, then):
            begun_fen = stood_before([(following, *line) for line in then])
            moved_fen = 0 if begun_fen is None else begun_fen - stood_fen
            gaps.append(_between(files, day, following, moved_fen))
        before = now
    return gaps


def _between(files: Sequence[StatementFile], day: str, following: str, moved_fen: int) -> Gap:
    """Return the gap between two days with lines: within a file that has both, else behind one and before another."""
    within = [file for file in files if file.first <= day and file.last >= following]
    earlier = within or [file for file in files if file.first <= day <= file.last]
    later = within or [file for file in files if file.first <= following <= file.last]
    after = day if within else max((file.end for file in earlier if file.end < following), default=day)
    names = [file.name for file in (*earlier[-1:], *later[:1])]
    return Gap(after, following, names[0], names[-1], moved_fen)
