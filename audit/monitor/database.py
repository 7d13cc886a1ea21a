"""The file in which a monitor remembers: an SQLite database that one run at a time reads and writes.

What was saved is durable with the next commit, for many books at once; a crash leaves what the commit before had. A
file whose damage SQLite notices, at opening or at any time later, is put aside, and another one begun: it is not known
what else of it is wrong, and whatever was remembered can be read and verified again.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import zlib
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.kernel.errors import Kind, RuleViolation, rule

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


FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite and its words about a damaged schema raise."""
_OF_THE_MACHINE = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_NOLFS,
}
"""Faults that say nothing against what stands in the file; by any other it is damaged: the statements are good."""


class Fact(NamedTuple):
    """One thing that is remembered of a book; each is found by its kind and key."""

    kind: str
    key: str
    value: bytes


class Database:
    """The database, opened and in a transaction."""

    def __init__(self, path: Path) -> None:
        """Open the file, made if need be; one that is damaged is put aside, as is told in `put_aside`.

        Raises `monitor.busy`, `monitor.unusable`.
        """
        self._path = path
        self.put_aside = False
        try:
            self._connection = _connect(path)
        except FAULTS as error:
            if not _is_damage(error, path):
                raise self._fault(error) from None
            self._begin_anew(error)

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
        except FAULTS as error:
            raise self._damaged(error) from None
        return {key: _opened(value, kind, key) for key, value in rows}

    def places(self, identifier: str) -> list[str]:
        """Return the addresses at which a book of that id was seen; raises `monitor.damaged`."""
        try:
            return [address for (address,) in self._connection.execute(SELECT_PLACES, (identifier,))]
        except FAULTS as error:
            raise self._damaged(error) from None

    def put_place(self, identifier: str, address: str) -> None:
        """Remember that a book of that id was seen at an address; raises `monitor.damaged`."""
        with self._guarded():
            self._connection.execute(PUT_PLACE, (identifier, address))

    def holds(self, address: str) -> bool:
        """Tell whether anything is remembered of an address; raises `monitor.damaged`."""
        return self._row(SELECT_NUMBER, (address,)) is not None

    def put(self, address: str, state: bytes, facts: Iterable[Fact]) -> None:
        """Replace the state of the book at an address, and add facts about it; raises `monitor.damaged`."""
        with self._guarded():
            sealed = _sealed(Fact(STATE, address, state))
            self._connection.execute(PUT_BOOK, (address, sealed))
            (book,) = self._connection.execute(SELECT_NUMBER, (address,)).fetchone()
            rows = ((book, fact.kind, fact.key, _sealed(fact)) for fact in facts)
            self._connection.executemany(PUT_FACT, rows)

    def forget(self, address: str) -> None:
        """Delete all about a book; of a file that turns out to be damaged, all about all of them."""
        with _though_damaged(), self._guarded():
            self._connection.execute(DELETE_FACTS, (address,))
            self._connection.execute(DELETE_BOOK, (address,))
            self._connection.execute(DELETE_PLACES, (address,))

    def commit(self) -> None:
        """Make all durable that was put; of a file that turns out to be damaged nothing is left."""
        with _though_damaged(), self._guarded():
            self._connection.execute("COMMIT")
            self._connection.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Close the file; what was not committed is gone."""
        self._connection.close()

    def _row(self, statement: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
        except FAULTS as error:
            raise self._damaged(error) from None
        return row

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except FAULTS as error:
            if _is_damage(error, self._path):
                raise self._damaged(error) from None
            raise self._fault(error) from None

    def _damaged(self, error: Exception) -> RuleViolation:
        """Return `monitor.damaged`, once a file that is damaged is put aside; a place on the disk may be, alone."""
        if _is_damage(error, self._path):
            self._connection.close()
            self._begin_anew(error)
        return DAMAGED(problem=error)

    def _begin_anew(self, error: Exception) -> None:
        """Put the file aside, which nobody has open, and begin another; raises `monitor.unusable`."""
        LOGGER.warning(
            "监察：进度文件损坏，每本账从头核对 / monitor: all books are verified anew: %s: %s",
            self._path,
            error,
        )
        self.put_aside = True
        try:
            self._path.replace(_unused(self._path.with_suffix(".damaged")))
            self._connection = _connect(self._path)
        except (*FAULTS, OSError) as fault:
            raise self._fault(fault) from None

    def _fault(self, error: Exception) -> RuleViolation:
        if _code(error) == sqlite3.SQLITE_BUSY:
            return BUSY(path=self._path)
        return UNUSABLE(path=self._path, problem=error)


@contextmanager
def _though_damaged() -> Iterator[None]:
    """Go on when a file was put aside: what had to be done to it is done to none."""
    try:
        yield
    except RuleViolation as violation:
        if violation.rule is not DAMAGED:
            raise


def _is_damage(error: Exception, path: Path) -> bool:
    """Tell whether a fault is one of the file's content; that may also say that the file is not to be written."""
    code = getattr(error, "sqlite_errorcode", 0)
    return _code(error) not in _OF_THE_MACHINE or (
        code == sqlite3.SQLITE_READONLY and os.access(path, os.W_OK)
    )


def _code(error: Exception) -> int:
    """Return SQLite's primary result code, 0 for an error that is not its own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=SECONDS_TO_WAIT, isolation_level=None)
    try:
        for statement in OPEN:
            connection.execute(statement)
    except FAULTS:
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


def _unused(path: Path) -> Path:
    """Return a path at which nothing lies: what was put aside before may be worth more."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return path if not path.exists() else next(one for one in numbered if not one.exists())
