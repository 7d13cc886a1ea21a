"""Fold: the table budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.budget import BudgetAdopted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Cursor

    from domain.entry import Entry

INSERT = "INSERT INTO budgets (book, year, entry) VALUES (%s, %s, %s)"


def fold(cursor: Cursor[Any], book: str, start: int, entries: Sequence[Entry]) -> None:
    """Write which of entries `start`… of a book adopted a plan."""
    for index, entry in enumerate(entries, start):
        if isinstance(entry.statement, BudgetAdopted):
            cursor.execute(INSERT, (book, entry.statement.data.year, index))
