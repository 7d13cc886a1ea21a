"""What book and bank say of an account day by day, and how they are reconciled at the end of a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from domain.reconciliation import WINDOW_DAYS, BankLine, BookLine, Reconciliation, match, reconcile

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
SELECT_BANK_LINES = """
    SELECT number, date::text, amount_fen, text FROM bank_lines
    WHERE book = %s AND account = %s AND date <= %s ORDER BY number
"""
SELECT_BANK_BALANCE = """
    SELECT balance_fen FROM bank_lines WHERE book = %s AND account = %s AND date <= %s
    ORDER BY date DESC, number DESC LIMIT 1
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


def bank_balance_fen(connection: Connection[Any], book: str, account: str, last: str) -> int | None:
    """Return what the bank says stood on an account at the end of a day, None where its statements do not.

    They do up to the day to which they go; of a day behind that nobody knows.
    """
    row = connection.execute(SELECT_BANK_BALANCE, (book, account, last)).fetchone()
    reach = statements_reach(connection, book).get(account, "")
    return row[0] if row and last <= reach else None


def bank_lines(connection: Connection[Any], book: str, account: str, last: str) -> list[BankLine]:
    """Return the lines of the statements that were read in, up to a day."""
    return [BankLine(*row) for row in connection.execute(SELECT_BANK_LINES, (book, account, last)).fetchall()]


def reconciliation(
    connection: Connection[Any], book: str, account: str, last: str, bank_fen: int
) -> Reconciliation | None:
    """Return the reconciliation of an account at the end of a day, None where no statement was read in until then.

    Before the first day of the statements, lines of the book are looked at only as far as they may be the statement's.
    """
    bank = bank_lines(connection, book, account, last)
    if not bank:
        return None
    begins = min(line.date for line in bank)
    mine = book_lines(connection, book, account, _days_before(begins), last)
    matches = match(bank, mine)
    taken = {line for one in matches for line in one.book}
    mine = [line for line in mine if line in taken or line.date >= begins]
    return reconcile(balance_fen(connection, book, account, last), bank_fen, bank, mine, matches)


def difference_fen(connection: Connection[Any], book: str, account: str, last: str) -> int | None:
    """Return what a reconciliation leaves at the end of a day, None where no bank's balance of it is known."""
    bank_fen = bank_balance_fen(connection, book, account, last)
    found = None if bank_fen is None else reconciliation(connection, book, account, last, bank_fen)
    return found.difference_fen if found else None


def _days_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=WINDOW_DAYS)).isoformat()
