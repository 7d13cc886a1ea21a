"""Queries: a book, all books, its accounts, its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg.rows import class_row

from domain.kernel.errors import Kind, rule
from domain.kernel.period import next_period
from domain.roles import ROLES

if TYPE_CHECKING:
    from psycopg import Connection, Cursor

NO_BOOK = rule(
    "book.unknown",
    Kind.UNKNOWN,
    "没有编号为 {book} 的账套",
    "there is no book {book}",
)

SELECT_BOOK = """
    SELECT book, name, division, chart, first_period, closed_through, origin, log_vkey,
           entries, opening_entry, opened_at, last_at FROM books WHERE book = %s
"""
SELECT_BOOKS = """
    SELECT book, name, division, chart, first_period, closed_through, origin, log_vkey,
           entries, opening_entry, opened_at, last_at FROM books ORDER BY division, book LIMIT %s
"""
SELECT_CHART = "SELECT chart, first_period FROM books WHERE book = %s"
SELECT_ORIGIN = "SELECT origin FROM books WHERE book = %s"
SELECT_ACCOUNTS = (
    "SELECT chart, code, name, kind, side, parent, leaf FROM accounts WHERE book = %s ORDER BY code"
)
SELECT_KEYS = "SELECT name, role, holder, person, vkey, granted, last FROM keys WHERE book = %s ORDER BY name"

SELECT_UNITS = "SELECT DISTINCT account, unit FROM journal WHERE book = %s AND unit <> ''"


class BookRow(NamedTuple):
    """A book as it stands; periods `YYYY-MM`, `closed_through` empty as long as none is closed."""

    book: str
    name: str
    division: str
    chart: str
    first_period: str
    closed_through: str
    origin: str
    log_vkey: str
    entries: int
    opening_entry: int | None
    opened_at: str
    last_at: str

    @property
    def next_to_close(self) -> str:
        """The oldest period that is open."""
        return next_period(self.closed_through) if self.closed_through else self.first_period


class AccountRow(NamedTuple):
    """An account of a book; only leaves take postings."""

    chart: str
    code: str
    name: str
    kind: str
    side: str
    parent: str | None
    leaf: bool


class KeyRow(NamedTuple):
    """A key: good for the entries after `granted` up to `last` (None: still good)."""

    name: str
    role: str
    holder: str
    person: str
    vkey: str
    granted: int
    last: int | None


def book(connection: Connection[Any], book_id: str) -> BookRow:
    """Return a book; raises `book.unknown`."""
    with connection.cursor(row_factory=class_row(BookRow)) as cursor:
        row = cursor.execute(SELECT_BOOK, (book_id,)).fetchone()
    if row is None:
        raise NO_BOOK(book=book_id)
    return row


def chart_of(cursor: Cursor[Any], book_id: str) -> tuple[str, str]:
    """Return the chart version of a book and its first period; raises `book.unknown`."""
    row = cursor.execute(SELECT_CHART, (book_id,)).fetchone()
    if row is None:
        raise NO_BOOK(book=book_id)
    return str(row[0]), str(row[1])


def origin_of(cursor: Cursor[Any], book_id: str) -> str:
    """Return the origin of a book's log; raises `book.unknown`."""
    row = cursor.execute(SELECT_ORIGIN, (book_id,)).fetchone()
    if row is None:
        raise NO_BOOK(book=book_id)
    return str(row[0])


def books(connection: Connection[Any], limit: int = 1_000) -> list[BookRow]:
    """Return the books, by division."""
    with connection.cursor(row_factory=class_row(BookRow)) as cursor:
        return cursor.execute(SELECT_BOOKS, (limit,)).fetchall()


def accounts(connection: Connection[Any], book_id: str) -> list[AccountRow]:
    """Return the accounts of a book in order of their codes."""
    with connection.cursor(row_factory=class_row(AccountRow)) as cursor:
        return cursor.execute(SELECT_ACCOUNTS, (book_id,)).fetchall()


def account_names(connection: Connection[Any], book_id: str) -> dict[str, str]:
    """Return the names of the accounts of a book by code, in order of their codes."""
    return {account.code: account.name for account in accounts(connection, book_id)}


def units(connection: Connection[Any], book_id: str) -> dict[str, str]:
    """Return the units in which accounts are measured (计量单位), by code."""
    found = connection.execute(SELECT_UNITS, (book_id,)).fetchall()
    return {str(account): str(unit) for account, unit in found}


def keys(connection: Connection[Any], book_id: str) -> list[KeyRow]:
    """Return all keys ever granted in a book."""
    with connection.cursor(row_factory=class_row(KeyRow)) as cursor:
        return cursor.execute(SELECT_KEYS, (book_id,)).fetchall()


def vacant(connection: Connection[Any], book_id: str) -> set[str]:
    """Return the roles of which nobody holds a key that is good now."""
    return {*ROLES} - {key.role for key in keys(connection, book_id) if key.last is None}


def people(connection: Connection[Any], book_id: str) -> dict[str, str]:
    """Return the names of the holders of all keys of a book, by the keys' names; "" where a name is not public."""
    return {key.name: key.person for key in keys(connection, book_id)}
