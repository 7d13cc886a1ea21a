"""A ledger on a real database, a way to hold it up in its middle, and what was stored."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest

from domain.ledger import Ledger, open_recorder
from migrations import WEB_ROLE
from tests.domain.ledger.villages import village_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.ledger import BookRecorder
    from tests.domain.conftest import Village

PATIENCE_SECONDS = 30.0

EVENTS = "SELECT state, xmin::text FROM events WHERE originator_id = %s ORDER BY originator_version"
INDICES = "SELECT originator_version FROM events WHERE originator_id = %s ORDER BY originator_version"
HEAD = "SELECT size FROM heads WHERE book = %s"
HOLD = "SELECT 1 FROM heads WHERE book = %s FOR UPDATE"
WAITING = """
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


class Store:
    """What stands in a database, seen past the program and with every right."""

    def __init__(self, url: str) -> None:
        """Look at the database at `url`."""
        self.url = url

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection]:
        """Connect as the superuser."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            yield connection

    def notes(self, book: str) -> list[bytes]:
        """Return the stored bytes of a book, and see that indices and head are dense and right."""
        with self.connect() as connection:
            notes = [bytes(state) for state, _ in connection.execute(EVENTS, (book,)).fetchall()]
            indices = [index for (index,) in connection.execute(INDICES, (book,)).fetchall()]
            head = connection.execute(HEAD, (book,)).fetchone()
        assert indices == list(range(len(notes)))
        assert head == ((len(notes),) if notes else None)
        return notes

    def transactions(self, book: str) -> list[str]:
        """Return by which transaction each entry of a book was stored."""
        with self.connect() as connection:
            return [xmin for _, xmin in connection.execute(EVENTS, (book,)).fetchall()]

    @contextmanager
    def held(self, book: str) -> Iterator[None]:
        """Hold the head of a book, so that a writer who wants it waits until the block ends."""
        with self.connect() as connection, connection.transaction():
            assert connection.execute(HOLD, (book,)).fetchone() == (1,)
            yield

    def waiting(self) -> list[int]:
        """Return the server processes that wait for a lock."""
        with self.connect() as connection:
            return [pid for (pid,) in connection.execute(WAITING).fetchall()]


@pytest.fixture
def store(database_url: str) -> Store:
    """The database of the test."""
    return Store(database_url)


@pytest.fixture
def recorder(database_url: str) -> Iterator[BookRecorder]:
    """A recorder with the rights of the running program."""
    recorder = open_recorder(database_url, role=WEB_ROLE)
    yield recorder
    recorder.datastore.close()


@pytest.fixture
def ledger(recorder: BookRecorder) -> Iterator[Ledger]:
    """A ledger without books."""
    ledger = Ledger(recorder)
    yield ledger
    ledger.close()


@pytest.fixture
def village(ledger: Ledger) -> Village:
    """A village whose book is open, here and in the store."""
    return opened(ledger, 1)


def opened(ledger: Ledger, number: int) -> Village:
    """Return the village with that number, its book open here and in the store."""
    village = village_number(number)
    ledger.post(village.book.book, [village.open().note])
    return village
