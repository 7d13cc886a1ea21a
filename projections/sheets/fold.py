"""Fold: the table sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.sheets import SheetPublished

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Cursor

    from domain.entry import Entry

INSERT = "INSERT INTO sheets (book, sheet, period, entry) VALUES (%s, %s, %s, %s)"


def fold(cursor: Cursor[Any], book: str, start: int, entries: Sequence[Entry]) -> None:
    """Write which of entries `start`… of a book published a sheet."""
    for index, entry in enumerate(entries, start):
        if isinstance(entry.statement, SheetPublished):
            sheet = entry.statement.data
            cursor.execute(INSERT, (book, sheet.sheet, sheet.period, index))
