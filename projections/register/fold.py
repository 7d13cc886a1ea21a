"""Fold: the tables books, accounts and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.accounts import AccountAdded
from domain.chart import chart, parent_code
from domain.founding import BookOpened
from domain.kernel.note import parse_vkey
from domain.opening import OpeningPosted
from domain.periods import PeriodClosed
from domain.roles import KeyGranted, KeyRevoked, KeyRotated, role_of
from projections.register.logkeys import WRITE as WRITE_LOG_KEYS
from projections.register.logkeys import begin_log
from projections.register.query import chart_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from psycopg import Cursor

    from domain.entry import Entry
    from domain.roles import KeyGrant

INSERT_BOOK = """
    INSERT INTO books (book, name, division, chart, first_period, origin, log_vkey, opened_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
INSERT_ACCOUNT = """
    INSERT INTO accounts (book, chart, code, name, kind, side, parent) VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
INSERT_CHILD = """
    INSERT INTO accounts (book, chart, code, name, kind, side, parent)
    SELECT book, chart, %(code)s, %(name)s, kind, side, code FROM accounts
    WHERE book = %(book)s AND code = %(parent)s
"""
MARK_PARENT = "UPDATE accounts SET leaf = false WHERE book = %s AND code = %s"
INSERT_KEY = """
    INSERT INTO keys (book, name, role, holder, person, vkey, granted) VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
END_KEY = "UPDATE keys SET last = %s WHERE book = %s AND name = %s"
CLOSE_PERIOD = "UPDATE books SET closed_through = %s WHERE book = %s"
COUNT_ENTRIES = "UPDATE books SET entries = %s, last_at = %s WHERE book = %s"
SET_OPENING = "UPDATE books SET opening_entry = %s WHERE book = %s"


def fold(cursor: Cursor[Any], book: str, start: int, entries: Sequence[Entry]) -> None:
    """Write what entries `start`… of a book say of its organisation, accounts, keys and closed periods."""
    for index, entry in enumerate(entries, start):
        write = _WRITE.get(type(entry.statement))
        if write:
            write(cursor, book, index, entry.statement)
    cursor.execute(COUNT_ENTRIES, (start + len(entries), entries[-1].statement.at, book))


def _open(cursor: Cursor[Any], book: str, index: int, statement: BookOpened) -> None:
    opened = statement.data
    organisation, log = opened.organisation, opened.log
    cursor.execute(
        INSERT_BOOK,
        (
            book,
            organisation.name,
            organisation.division,
            opened.chart,
            opened.first_period,
            log.origin,
            log.vkey,
            statement.at,
        ),
    )
    begin_log(cursor, book, log)
    cursor.executemany(
        INSERT_ACCOUNT,
        [
            (book, opened.chart, line.code, line.name, line.kind, line.side, None)
            for line in chart(opened.chart).official
        ],
    )
    for grant in opened.keys:
        _key(cursor, book, index, grant)


def _key(cursor: Cursor[Any], book: str, index: int, grant: KeyGrant) -> None:
    name = parse_vkey(grant.vkey).name
    row = (book, name, role_of(name), grant.holder, grant.name, grant.vkey, index)
    cursor.execute(INSERT_KEY, row)


def _rotate(cursor: Cursor[Any], book: str, index: int, statement: KeyRotated) -> None:
    cursor.execute(END_KEY, (index, book, statement.data.old))
    _key(cursor, book, index, statement.data.new)


def _add_account(cursor: Cursor[Any], book: str, _: int, statement: AccountAdded) -> None:
    code, name = statement.data.code, statement.data.name
    parent = parent_code(code)
    if parent is None:
        version = chart_of(cursor, book)[0]
        line = chart(version).accounts[code]
        cursor.execute(INSERT_ACCOUNT, (book, version, code, name, line.kind, line.side, None))
        return
    cursor.execute(INSERT_CHILD, {"code": code, "name": name, "book": book, "parent": parent})
    cursor.execute(MARK_PARENT, (book, parent))


_WRITE: dict[type[object], Callable[[Cursor[Any], str, int, Any], object]] = {
    BookOpened: _open,
    AccountAdded: _add_account,
    KeyGranted: lambda cursor, book, index, statement: _key(cursor, book, index, statement.data),
    KeyRotated: _rotate,
    KeyRevoked: lambda cursor, book, index, statement: cursor.execute(
        END_KEY, (index - 1, book, statement.data.key)
    ),
    PeriodClosed: lambda cursor, book, _, statement: cursor.execute(
        CLOSE_PERIOD, (statement.data.period, book)
    ),
    OpeningPosted: lambda cursor, book, index, _: cursor.execute(SET_OPENING, (index, book)),
    **WRITE_LOG_KEYS,
}
