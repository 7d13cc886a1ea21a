"""What the book says of an account day by day: its lines, and its balance at the end of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.reconciliation import BookLine

if TYPE_CHECKING:
    from psycopg import Connection

SELECT_LINES = """
    SELECT entry, line, date::text, debit_fen - credit_fen, concat_ws(' ', summary, nullif(party, ''))
    FROM journal
    WHERE book = %(book)s AND account LIKE %(account)s || '%%' AND date BETWEEN %(first)s AND %(last)s
    ORDER BY entry, line
"""
SELECT_BALANCE = """
    SELECT coalesce(sum(debit_fen - credit_fen), 0) FROM journal
    WHERE book = %(book)s AND account LIKE %(account)s || '%%' AND (date IS NULL OR date <= %(last)s)
"""

SELECT_REACH = """
    SELECT account, greatest(max(date), max(through))::text
    FROM bank_lines LEFT JOIN bank_reach USING (book, account) WHERE book = %s GROUP BY account
"""


def statements_reach(connection: Connection[Any], book: str) -> dict[str, str]:
    """Return up to which day the banks' statements were read in, by account."""
    return dict(connection.execute(SELECT_REACH, (book,)).fetchall())


def book_lines(connection: Connection[Any], book: str, account: str, first: str, last: str) -> list[BookLine]:
    """Return the lines of an account with all below it, of the days from `first` to `last`."""
    asked = {"book": book, "account": account, "first": first, "last": last}
    return [BookLine(*row) for row in connection.execute(SELECT_LINES, asked).fetchall()]


def balance_fen(connection: Connection[Any], book: str, account: str, last: str) -> int:
    """Return the balance of an account with all below it at the end of a day, debits less credits."""
    asked = {"book": book, "account": account, "last": last}
    ((found,),) = connection.execute(SELECT_BALANCE, asked).fetchall()
    return int(found)
