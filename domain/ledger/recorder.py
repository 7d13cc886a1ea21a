"""The recorder: eventsourcing's aggregate recorder on the tables `events` and `heads`, many entries a transaction.

Order matters within a book only. A batch locks the heads of its books, so that two processes take turns;
the primary key of `events` stays as the second line of defence.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from eventsourcing.postgres import PostgresAggregateRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from domain.ledger.connection import PROBE_SECONDS, BoundedConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eventsourcing.persistence import StoredEvent
    from psycopg import Connection, Cursor
    from psycopg.rows import DictRow

LOCK_HEADS = "SELECT book, size FROM heads WHERE book = ANY(%s) ORDER BY book FOR UPDATE"
COPY_EVENTS = "COPY events (originator_id, originator_version, topic, state) FROM STDIN (FORMAT BINARY)"
MOVE_HEADS = """
    INSERT INTO heads (book, size) SELECT * FROM unnest(%s::text[], %s::bigint[])
    ON CONFLICT (book) DO UPDATE SET size = excluded.size WHERE heads.size < excluded.size
"""
CONNECT_SECONDS = 2.0
RECONNECT_SECONDS = 1.0
"""A pool that gives up soon begins anew at the next request, instead of waiting ever longer in between."""

SET_ROLE = SQL("SET ROLE {}")
COPY_TYPES = ("text", "int8", "text", "bytea")


class BookDatastore(PostgresDatastore):
    """A datastore whose connections may only insert and select on events."""

    def __init__(self, conninfo: str, role: str | None, pool_size: int) -> None:
        """Take a URL or conninfo string; `role` is the restricted role of the web processes, if any."""
        self._role = role
        parts = conninfo_to_dict(conninfo)
        super().__init__(
            dbname=str(parts.get("dbname", "")),
            host=str(parts.get("host", "")),
            port=str(parts.get("port", "5432")),
            user=str(parts.get("user", "")),
            password=str(parts.get("password", "")),
            pool_size=pool_size,
            max_overflow=2,
            connect_timeout=CONNECT_SECONDS,
            pre_ping=True,
            originator_id_type="text",
        )
        self.pool.reconnect_timeout = RECONNECT_SECONDS
        self.pool.connection_class = BoundedConnection
        timeout = {"connect_timeout": PROBE_SECONDS}
        self.pool.kwargs = {
            "row_factory": dict_row,
            **timeout,
            **parts,
        }  # all that a URL can say, such as sslmode

    def after_connect_func(self) -> Callable[[Connection[Any]], None]:
        """Return what is done to each new connection."""
        configure = super().after_connect_func()
        role = self._role

        def after_connect(connection: Connection[DictRow]) -> None:
            configure(connection)
            if role:
                connection.execute(SET_ROLE.format(Identifier(role)))

        return after_connect


class Batch:
    """A running transaction over some books: their locked heads, and what is to be inserted."""

    def __init__(self, cursor: Cursor[DictRow], heads: dict[str, int]) -> None:
        """Wrap the cursor of the transaction; `heads` gives the size of each book that exists."""
        self._cursor = cursor
        self.heads = heads

    def insert(self, stored_events: Sequence[StoredEvent]) -> None:
        """COPY the events, in order, and move the heads of their books."""
        sizes: dict[str, int] = {}
        with self._cursor.copy(COPY_EVENTS) as copy:
            copy.set_types(COPY_TYPES)
            for event in stored_events:
                row = (event.originator_id, event.originator_version, event.topic, event.state)
                copy.write_row(row)
                sizes[str(event.originator_id)] = event.originator_version + 1
        self._cursor.execute(MOVE_HEADS, (list(sizes), list(sizes.values())))


class BookRecorder(PostgresAggregateRecorder):
    """Records the entries of books; the schema comes from `migrations`, not from `create_table`."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        """Use the table `events`."""
        super().__init__(datastore, events_table_name="events")

    @contextmanager
    def batch(self, books: Sequence[str]) -> Iterator[Batch]:
        """Open a transaction that holds the heads of `books`; it commits when the block ends well."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(LOCK_HEADS, (sorted(books),))
            rows = cursor.fetchall()
            yield Batch(cursor, {row["book"]: row["size"] for row in rows})

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: object) -> None:
        """Insert events in a transaction of their own (the `EventStore` path)."""
        with self.batch([str(event.originator_id) for event in stored_events]) as batch:
            batch.insert(stored_events)


def open_recorder(conninfo: str, *, role: str | None = None, pool_size: int = 2) -> BookRecorder:
    """Return a recorder on the database at `conninfo`."""
    return BookRecorder(BookDatastore(conninfo, role, pool_size))
