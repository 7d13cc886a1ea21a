"""The keys of a book's log (日志密钥): under which origin, and by which of them, the next checkpoint is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg.rows import class_row

from domain.logkeys import LogKeyAdded, LogKeyRetired, LogMoved
from projections.register.query import NO_BOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg import Connection, Cursor

    from domain.founding import Log

INSERT_KEY = """
    INSERT INTO log_keys (book, vkey, origin, added) SELECT book, %(vkey)s, origin, %(added)s FROM books
    WHERE book = %(book)s
"""
END_KEY = "UPDATE log_keys SET ended = %s WHERE book = %s AND vkey = %s"
END_ALL = "UPDATE log_keys SET ended = %s WHERE book = %s AND ended IS NULL"
SET_ORIGIN = "UPDATE books SET origin = %s WHERE book = %s"
SHOW_OLDEST = """
    UPDATE books SET log_vkey = (
        SELECT vkey FROM log_keys WHERE book = %(book)s AND ended IS NULL ORDER BY added LIMIT 1
    ) WHERE book = %(book)s
"""
SELECT_KEYS = "SELECT vkey, origin, added, ended FROM log_keys WHERE book = %s ORDER BY added"

SELECT_SIGNING = """
    SELECT book, array_agg(vkey ORDER BY added) FROM log_keys
    WHERE ended IS NULL AND (%(books)s::text[] IS NULL OR book = ANY(%(books)s)) GROUP BY book
"""


class LogKeyRow(NamedTuple):
    """A key of a log: it signs the checkpoints of more than `added` and at most `ended` entries (None: no end)."""

    vkey: str
    origin: str
    added: int
    ended: int | None


def log_keys(cursor: Cursor[Any], book: str) -> list[LogKeyRow]:
    """Return all keys of a book's log, the oldest first; raises `book.unknown`."""
    with cursor.connection.cursor(row_factory=class_row(LogKeyRow)) as reading:
        rows = reading.execute(SELECT_KEYS, (book,)).fetchall()
    if not rows:
        raise NO_BOOK(book=book)
    return rows


def signing_keys(connection: Connection[Any], books: Sequence[str] | None = None) -> dict[str, list[str]]:
    """Return by book (default: of all) the keys that sign its log's next checkpoint, the oldest first."""
    rows = connection.execute(SELECT_SIGNING, {"books": books and list(books)}).fetchall()
    return dict(rows)


def begin_log(cursor: Cursor[Any], book: str, log: Log) -> None:
    """Write the key that a log begins with; its book is there."""
    cursor.execute(INSERT_KEY, {"book": book, "vkey": log.vkey, "added": 0})


def _add(cursor: Cursor[Any], book: str, index: int, statement: LogKeyAdded) -> None:
    cursor.execute(INSERT_KEY, {"book": book, "vkey": statement.data.vkey, "added": index})


def _retire(cursor: Cursor[Any], book: str, index: int, statement: LogKeyRetired) -> None:
    cursor.execute(END_KEY, (index, book, statement.data.vkey))
    cursor.execute(SHOW_OLDEST, {"book": book})


def _move(cursor: Cursor[Any], book: str, index: int, statement: LogMoved) -> None:
    cursor.execute(END_ALL, (index, book))
    cursor.execute(SET_ORIGIN, (statement.data.origin, book))
    cursor.execute(INSERT_KEY, {"book": book, "vkey": statement.data.vkey, "added": index})
    cursor.execute(SHOW_OLDEST, {"book": book})


WRITE: dict[type[object], Callable[[Cursor[Any], str, int, Any], object]] = {
    LogKeyAdded: _add,
    LogKeyRetired: _retire,
    LogMoved: _move,
}
"""What each entry about the log's keys changes."""
