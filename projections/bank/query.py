"""What book and bank say of an account day by day, and how they are reconciled at the end of a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.reconciliation import (
    WINDOW_DAYS,
    BankLine,
    BookLine,
    Decision,
    Reconciliation,
    follows,
    match,
    reconcile,
    stood_at_end,
)
from projections import register

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Connection

SELECT_LINES = """
    SELECT entry, line, date::text, debit_fen - credit_fen, concat_ws(' ', summary, nullif(party, ''))
    FROM journal
    WHERE book = %(book)s AND account LIKE %(account)s || '%%' AND date <= %(last)s AND (
        date >= %(first)s
        OR (entry, line) IN (SELECT * FROM unnest(%(entries)s::bigint[], %(lines)s::bigint[]))
    )
    ORDER BY entry, line
"""
SELECT_BALANCE = """
    SELECT coalesce(sum(debit_fen - credit_fen), 0) FROM journal
    WHERE book = %(book)s AND account LIKE %(account)s || '%%' AND (date IS NULL OR date <= %(last)s)
"""
SELECT_STANDING = """
    SELECT number, date::text, amount_fen, text, balance_fen FROM bank_standing
    WHERE book = %s AND account = %s ORDER BY number
"""
SELECT_BEGIN = "SELECT min(date)::text FROM bank_standing WHERE book = %s AND account = %s"
SELECT_OPENINGS = """
    SELECT side, number, date::text, amount_fen, text FROM bank_openings
    WHERE book = %s AND account = %s AND undone_at IS NULL ORDER BY number DESC
"""
SELECT_DECISIONS = """
    SELECT number, accepted, bank, entries, lines FROM bank_decisions
    WHERE book = %s AND account = %s AND undone_at IS NULL ORDER BY number
"""
SELECT_REACH = """
    SELECT account, greatest(max(date), max(through))::text
    FROM bank_imports
    JOIN bank_import_lines AS said USING (book, account)
    JOIN bank_lines USING (book, account)
    WHERE book = %s AND undone_at IS NULL AND import = bank_imports.number AND line = bank_lines.number
    GROUP BY account
"""


def statements_reach(connection: Connection[Any], book: str) -> dict[str, str]:
    """Return up to which day the banks' statements were read in, by account."""
    return dict(connection.execute(SELECT_REACH, (book,)).fetchall())


def book_lines(
    connection: Connection[Any],
    book: str,
    account: str,
    first: str,
    last: str,
    places: Iterable[tuple[int, int]] = (),
) -> list[BookLine]:
    """Return the lines of an account with all below it of the days `first` to `last`, and earlier ones at `places`."""
    wanted = list(places)
    asked = {"book": book, "account": account, "first": first, "last": last}
    at = {"entries": [entry for entry, _ in wanted], "lines": [line for _, line in wanted]}
    return [BookLine(*row) for row in connection.execute(SELECT_LINES, asked | at).fetchall()]


def balance_fen(connection: Connection[Any], book: str, account: str, last: str) -> int:
    """Return the balance of an account with all below it at the end of a day, debits less credits."""
    asked = {"book": book, "account": account, "last": last}
    ((found,),) = connection.execute(SELECT_BALANCE, asked).fetchall()
    return int(found)


class Standing(NamedTuple):
    """A line of a statement that stands, and the balance behind it, None where none says it."""

    line: BankLine
    balance_fen: int | None


def standing(connection: Connection[Any], book: str, account: str) -> list[Standing]:
    """Return the lines that stand, of all statements that were read in: they take long to put together."""
    rows = connection.execute(SELECT_STANDING, (book, account)).fetchall()
    return [Standing(BankLine(*said), balance) for *said, balance in rows]


def bank_balance_fen(connection: Connection[Any], book: str, account: str, last: str) -> int | None:
    """Return what the bank says stood on an account at the end of a day, None where its statements do not.

    They do up to the day to which they go; of a day behind that nobody knows. Nor does anybody of a day after which a
    statement is missing: what comes next does not follow.
    """
    reach = statements_reach(connection, book).get(account, "")
    return _stood_fen(standing(connection, book, account), last, reach)


def _stood_fen(lines: Sequence[Standing], last: str, reach: str) -> int | None:
    if last > reach:
        return None
    day = max((one.line.date for one in lines if one.line.date <= last), default="")
    before = max((one.line.date for one in lines if one.line.date < day), default="")
    following = min((one.line.date for one in lines if one.line.date > last), default="")
    found = stood_at_end(_of_day(lines, day), _of_day(lines, before))
    return found if found is not None and follows(found, _of_day(lines, following)) else None


def _of_day(lines: Sequence[Standing], day: str) -> list[tuple[int, int | None]]:
    return [(one.line.amount_fen, one.balance_fen) for one in lines if one.line.date == day]


def bank_lines(connection: Connection[Any], book: str, account: str, last: str) -> list[BankLine]:
    """Return the lines of the statements that were read in, up to a day."""
    return [one.line for one in standing(connection, book, account) if one.line.date <= last]


def openings(connection: Connection[Any], book: str, account: str) -> tuple[list[BankLine], list[BookLine]]:
    """Return what was outstanding at the opening (期初未达账项): what the bank had already, and what the book had."""
    rows = connection.execute(SELECT_OPENINGS, (book, account)).fetchall()
    return (
        [BankLine(number, *said) for side, number, *said in rows if side == "bank"],
        [BookLine(number, 1, *said) for side, number, *said in rows if side == "book"],
    )


def decisions(connection: Connection[Any], book: str, account: str) -> list[Decision]:
    """Return what was decided of an account's matches and not taken back."""
    rows = connection.execute(SELECT_DECISIONS, (book, account)).fetchall()
    return [
        Decision(number, accepted, frozenset(bank), frozenset(zip(entries, lines, strict=True)))
        for number, accepted, bank, entries, lines in rows
    ]


def held_from(connection: Connection[Any], book: str, account: str) -> str:
    """Return from which day on an account is held against its bank: the book is open, and the statements begin."""
    ((begins,),) = connection.execute(SELECT_BEGIN, (book, account)).fetchall()
    return _both_begin(connection, book, begins or "")


def _both_begin(connection: Connection[Any], book: str, begins: str) -> str:
    return max(begins, opened_on(connection, book))


def opened_on(connection: Connection[Any], book: str) -> str:
    """Return the first day of which a book has the lines itself."""
    return f"{register.book(connection, book).first_period}-01"


def held_at_end(
    connection: Connection[Any], book: str, account: str, last: str, reach: str, said_fen: int | None = None
) -> tuple[Reconciliation | None, int | None]:
    """Return the reconciliation at the end of a day, and what it leaves; None where no bank's balance of it is known.

    The balance is the one that is said, else that of the statements, if they `reach` the day. Without it the lines
    that only one side has are known all the same.
    """
    lines = standing(connection, book, account)
    bank_fen = _stood_fen(lines, last, reach) if said_fen is None else said_fen
    found = _reconciliation(connection, book, account, last, lines, bank_fen or 0)
    return found, found.difference_fen if found and bank_fen is not None else None


def _reconciliation(
    connection: Connection[Any], book: str, account: str, last: str, lines: Sequence[Standing], bank_fen: int
) -> Reconciliation | None:
    """Return the reconciliation of an account at the end of a day, None where no statement was read in until then.

    Before the day from which on they are held against one another, lines of either are looked at only as far as they
    may be the other's, or were said to be, and what was entered as outstanding at the opening.
    """
    statement = [one.line for one in lines if one.line.date <= last]
    if not statement:
        return None
    begins = _both_begin(connection, book, min(line.date for line in statement))
    decided = decisions(connection, book, account)
    numbers = {number for one in decided if one.accepted for number in one.bank}
    places = {place for one in decided if one.accepted for place in one.book}
    mine = book_lines(connection, book, account, _days_before(begins), last, places)
    waiting = openings(connection, book, account)
    statement += [line for line in waiting[0] if line.date <= last]
    mine += [line for line in waiting[1] if line.date <= last]
    matches = match(statement, mine, decided)
    taken = {line for one in matches for line in (*one.bank, *one.book)}
    bank = [
        line
        for line in statement
        if line.date >= begins or line.is_opening or line.number in numbers or line in taken
    ]
    ours = [
        line
        for line in mine
        if line.date >= begins or line.is_opening or line.place in places or line in taken
    ]
    return reconcile(balance_fen(connection, book, account, last), bank_fen, bank, ours, matches)


def _days_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=WINDOW_DAYS)).isoformat()
