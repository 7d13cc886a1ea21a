"""Query: the sub-totals in force for a year, read off their signed entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.entry import parse_entry
from domain.kernel.canonical import MAX_SAFE_INTEGER
from domain.subtotals import InForce, Places, SubtotalsSet, places_in
from projections import log

if TYPE_CHECKING:
    from psycopg import Connection

SELECT_ENTRY = """
    SELECT entry FROM subtotals WHERE book = %s AND year <= %s AND entry < %s ORDER BY year DESC, entry DESC LIMIT 1
"""


def subtotals_of(
    connection: Connection[Any], book: str, period: str, size: int = MAX_SAFE_INTEGER
) -> InForce | None:
    """Return what the county laid down for a period's year in a book's first `size` entries; None: nothing."""
    row = connection.execute(SELECT_ENTRY, (book, period[:4], size)).fetchone()
    if row is None:
        return None
    statement = parse_entry(log.entry_at(connection, book, row[0])).statement
    if not isinstance(statement, SubtotalsSet):
        raise TypeError(f"entry {row[0]} of {book} sets no sub-totals: rebuild the read side")
    return InForce(statement.data, row[0])


def places_of(connection: Connection[Any], book: str, period: str, size: int = MAX_SAFE_INTEGER) -> Places:
    """Return where accounts count on a period's statement of income, as in `subtotals_of`; () for the official form."""
    return places_in(subtotals_of(connection, book, period, size))
