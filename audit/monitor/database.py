"""The file in which a monitor remembers: an SQLite database that one run at a time reads and writes.

What was saved is durable with the next commit, for many books at once; a crash leaves what the commit before had.
"""

from __future__ import annotations

import logging
import sqlite3
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

LOGGER = logging.getLogger(__name__)

SECONDS_TO_WAIT = 5.0
CHECKSUM_BYTES = 4
STATE = "state"

BUSY = rule(
    "monitor.busy",
    Kind.CONFLICT,
    "另一次监察正在使用 {path}；请等它结束，或用 --state 另指一个文件夹",
    "another run of the monitor is using {path}; wait until it ends, or name another folder with --state",
)
UNUSABLE = rule(
    "monitor.unusable",
    Kind.FAULT,
    "无法读写监察进度 {path}：{problem}；请检查磁盘空间和权限",
    "cannot read or write what the monitor remembers, {path}: {problem}; look at the disk's room and permissions",
)
DAMAGED = rule(
    "monitor.damaged",
    Kind.UNAVAILABLE,
    "监察进度损坏：{problem}",
    "what the monitor remembers is damaged: {problem}",
)

OPEN = (
    "PRAGMA locking_mode = EXCLUSIVE",  # before the first access, so that WAL needs no shared memory
    "PRAGMA journal_mode = WAL",
    "PRAGMA mmap_size = 1073741824",  # what is looked up is read where it lies
    "PRAGMA synchronous = FULL",  # a commit returns when it is on the disk
    "CREATE TABLE IF NOT EXISTS books (number INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, state BLOB NOT NULL)",
    """
    CREATE TABLE IF NOT EXISTS facts (
        book INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
        PRIMARY KEY (book, kind, key)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS places (
        id TEXT NOT NULL, address TEXT NOT NULL, PRIMARY KEY (id, address)
    ) WITHOUT ROWID
    """,
    "BEGIN IMMEDIATE",
)
SELECT_NUMBER = "SELECT number FROM books WHERE address = ?"
SELECT_BOOK = "SELECT number, state FROM books WHERE address = ?"
PUT_BOOK = """
    INSERT INTO books (address, state) VALUES (?, ?) ON CONFLICT (address) DO UPDATE SET state = excluded.state
"""
DELETE_FACTS = "DELETE FROM facts WHERE book = (SELECT number FROM books WHERE address = ?)"
DELETE_BOOK = "DELETE FROM books WHERE address = ?"
SELECT_PLACES = "SELECT address FROM places WHERE id = ? ORDER BY address"
PUT_PLACE = "INSERT OR IGNORE INTO places (id, address) VALUES (?, ?)"
DELETE_PLACES = "DELETE FROM places WHERE address = ?"
SELECT_FACT = "SELECT value FROM facts WHERE book = ? AND kind = ? AND key = ?"
SELECT_FACTS = "SELECT key, value FROM facts WHERE book = ? AND kind = ? AND key IN ({})"
PUT_FACT = "INSERT OR REPLACE INTO facts (book, kind, key, value) VALUES (?, ?, ?, ?)"


class Fact(NamedTuple):
    """One thing that is remembered of a book; each is found by its kind and key."""

    kind: str
    key: str
    value: bytes


class Database:
    """The database, opened and in a transaction."""

    def __init__(self, path: Path) -> None:
        """Open the file, made if need be; one that is no database is put aside, as is told in `put_aside`.

        Raises `monitor.busy`.
        """
        self._path = path
        self.put_aside = False
        with self._guarded():
            try:
                self._connection = _connect(path)
            except sqlite3.DatabaseError as error:
                if _code(error) not in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                    raise
                LOGGER.warning(
                    "监察：进度文件损坏，每本账从头核对 / monitor: all books are verified anew: %s: %s",
                    path,
                    error,
                )
                self.put_aside = True
                path.replace(path.with_suffix(".damaged"))
                self._connection = _connect(path)

    def book(self, address: str) -> tuple[int, bytes] | None:
        """Return the number and the state of the book at an address, or None; raises `monitor.damaged`."""
        row = self._row(SELECT_BOOK, (address,))
        return (row[0], _opened(row[1], STATE, address)) if row else None

    def fact(self, book: int, kind: str, key: str) -> bytes | None:
        """Return what is remembered of a book under a key; raises `monitor.damaged`."""
        row = self._row(SELECT_FACT, (book, kind, key))
        return _opened(row[0], kind, key) if row else None

    def facts(self, book: int, kind: str, keys: Sequence[str]) -> dict[str, bytes]:
        """Return what is remembered of a book under several keys, by key; raises `monitor.damaged`."""
        statement = SELECT_FACTS.format(", ".join("?" * len(keys)))
        try:
            rows = self._connection.execute(statement, (book, kind, *keys)).fetchall()
        except sqlite3.DatabaseError as error:
            raise DAMAGED(problem=error) from None
        return {key: _opened(value, kind, key) for key, value in rows}

    def places(self, identifier: str) -> list[str]:
        """Return the addresses at which a book of that id was seen; raises `monitor.damaged`."""
        try:
            return [address for (address,) in self._connection.execute(SELECT_PLACES, (identifier,))]
        except sqlite3.DatabaseError as error:
            raise DAMAGED(problem=error) from None

    def put_place(self, identifier: str, address: str) -> None:
        """Remember that a book of that id was seen at an address."""
        with self._guarded():
            self._connection.execute(PUT_PLACE, (identifier, address))

    def put(self, address: str, state: bytes, facts: Iterable[Fact]) -> None:
        """Replace the state of the book at an address, and add facts about it."""
        with self._guarded():
            sealed = _sealed(Fact(STATE, address, state))
            self._connection.execute(PUT_BOOK, (address, sealed))
            (book,) = self._connection.execute(SELECT_NUMBER, (address,)).fetchone()
            rows = ((book, fact.kind, fact.key, _sealed(fact)) for fact in facts)
            self._connection.executemany(PUT_FACT, rows)

    def forget(self, address: str) -> None:
        """Delete all about a book."""
        with self._guarded():
            self._connection.execute(DELETE_FACTS, (address,))
            self._connection.execute(DELETE_BOOK, (address,))
            self._connection.execute(DELETE_PLACES, (address,))

    def commit(self) -> None:
        """Make all durable that was put."""
        with self._guarded():
            self._connection.execute("COMMIT")
            self._connection.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Close the file; what was not committed is gone."""
        self._connection.close()

    def _row(self, statement: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
        except sqlite3.DatabaseError as error:
            raise DAMAGED(problem=error) from None
        return row

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if _code(error) == sqlite3.SQLITE_BUSY:
                raise BUSY(path=self._path) from None
            raise UNUSABLE(path=self._path, problem=error) from None


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code, 0 for an error that is not its own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=SECONDS_TO_WAIT, isolation_level=None)
    try:
        for statement in OPEN:
            connection.execute(statement)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _sealed(fact: Fact) -> bytes:
    """Return the bytes that are stored: the value and a checksum over it and its place."""
    checksum = zlib.crc32(fact.value, zlib.crc32(f"{fact.kind} {fact.key}".encode()))
    return fact.value + checksum.to_bytes(CHECKSUM_BYTES, "big")


def _opened(sealed: bytes, kind: str, key: str) -> bytes:
    value = sealed[:-CHECKSUM_BYTES]
    if sealed != _sealed(Fact(kind, key, value)):
        raise DAMAGED(problem=f"{kind} {key}")
    return value
