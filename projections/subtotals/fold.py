"""Fold: the table subtotals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.subtotals import SubtotalsSet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Cursor

    from domain.entry import Entry

INSERT = "INSERT INTO subtotals (book, year, entry) VALUES (%s, %s, %s)"


def fold(cursor: Cursor[Any], book: str, start: int, entries: Sequence[Entry]) -> None:
    """Write which of entries `start`… of a book laid down sub-totals, from which year on."""
    for index, entry in enumerate(entries, start):
        if isinstance(entry.statement, SubtotalsSet):
            cursor.execute(INSERT, (book, entry.statement.data.year, index))
