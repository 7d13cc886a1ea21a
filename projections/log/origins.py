"""Query: under which origins, and by which keys, a book's log is or was signed; from the entries that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.entry import parse_entry
from domain.founding import BookOpened
from domain.logkeys import LogKeyAdded, LogKeyRetired, LogMoved, LogOrigins
from projections import register
from projections.log.query import entry_at

if TYPE_CHECKING:
    from psycopg import Connection


def log_origins(connection: Connection[Any], book: str) -> LogOrigins:
    """Return the origins of a book's log, as the replay of its entries gives them; raises `book.unknown`.

    The rows of the keys name the entries; these say more, such as up to which checkpoint an origin counts.
    """
    with connection.cursor() as cursor:
        rows = register.log_keys(cursor, book)
    origins = LogOrigins()
    for index in sorted({place for row in rows for place in (row.added, row.ended) if place is not None}):
        statement = parse_entry(entry_at(connection, book, index)).statement
        if isinstance(statement, BookOpened):
            origins.open(statement.data.log, index)
        elif isinstance(statement, LogKeyAdded):
            origins.add(statement.data.vkey, index)
        elif isinstance(statement, LogKeyRetired):
            origins.retire(statement.data.vkey, index)
        elif isinstance(statement, LogMoved):
            origins.move(statement.data, index)
    return origins
