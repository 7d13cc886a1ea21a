"""What book and bank say of an account day by day, and what persons said of their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from domain.reconciliation import (
    BankLine,
    BookLine,
    Decision,
    Gap,
    StatementFile,
    ends_with,
    find_gaps,
    follows,
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
SELECT_OPENINGS = """
    SELECT side, number, date::text, amount_fen, text FROM bank_openings
    WHERE book = %s AND account = %s AND undone_at IS NULL ORDER BY number DESC
"""
SELECT_DECISIONS = """
    SELECT number, accepted, bank, entries, lines FROM bank_decisions
    WHERE book = %s AND account = %s AND undone_at IS NULL ORDER BY number
"""
SELECT_FILES = """
    SELECT file, min(date)::text, max(date)::text, greatest(max(date), max(through))::text
    FROM bank_imports
    JOIN bank_import_lines AS said USING (book, account)
    JOIN bank_lines USING (book, account)
    WHERE book = %s AND account = %s AND undone_at IS NULL
        AND import = bank_imports.number AND line = bank_lines.number
    GROUP BY bank_imports.number, file ORDER BY min(date), bank_imports.number
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

    They do up to the day to which they go; of a day behind that nobody knows. Nor does anybody of a day on which a
    statement is missing: none ends with it, and what comes next does not follow.
    """
    reach = statements_reach(connection, book).get(account, "")
    return stood_fen(standing(connection, book, account), files(connection, book, account), last, reach)


def files(connection: Connection[Any], book: str, account: str) -> list[StatementFile]:
    """Return the statements of an account that were read in and not undone, the earliest first."""
    rows = connection.execute(SELECT_FILES, (book, account)).fetchall()
    return [StatementFile(*row) for row in rows]


def gaps(lines: Sequence[Standing], read: Sequence[StatementFile]) -> list[Gap]:
    """Return where a statement is missing between the lines of those that were read in."""
    by_day = sorted(lines, key=lambda one: (one.line.date, one.line.number))
    return find_gaps([(one.line.date, one.line.amount_fen, one.balance_fen) for one in by_day], read)


def stood_fen(lines: Sequence[Standing], read: Sequence[StatementFile], last: str, reach: str) -> int | None:
    """Return what stood at the end of a day by lines of statements that reach another, None where they do not say."""
    if last > reach:
        return None
    day = max((one.line.date for one in lines if one.line.date <= last), default="")
    before = max((one.line.date for one in lines if one.line.date < day), default="")
    following = min((one.line.date for one in lines if one.line.date > last), default="")
    found = stood_at_end(_of_day(lines, day), _of_day(lines, before))
    if found is None or not (ends_with(read, day, last) or follows(found, _of_day(lines, following))):
        return None
    return found


def _of_day(lines: Sequence[Standing], day: str) -> list[tuple[int, int | None]]:
    return [(one.line.amount_fen, one.balance_fen) for one in lines if one.line.date == day]


def bank_lines(connection: Connection[Any], book: str, account: str, last: str) -> list[BankLine]:
    """Return the lines of the statements that were read in, up to a day."""
    return [one.line for one in standing(connection, book, account) if one.line.date <= last]


class Openings(NamedTuple):
    """What was outstanding at the opening (期初未达账项): what the bank had already, and what the book had.

    `places` are lines of the ledger that were, where the statements begin later than the book.
    """

    bank: list[BankLine]
    book: list[BookLine]
    places: set[tuple[int, int]]


def openings(connection: Connection[Any], book: str, account: str) -> Openings:
    """Return what a person entered as outstanding; what the book has since it opened is the line in its ledger."""
    rows = connection.execute(SELECT_OPENINGS, (book, account)).fetchall()
    mine = [BookLine(number, 1, *said) for side, number, *said in rows if side == "book"]
    days = [one.date for one in mine if one.date >= opened_on(connection, book)]
    ledger = book_lines(connection, book, account, min(days), max(days)) if days else []
    free, places, kept = {line.place: line for line in ledger}, set[tuple[int, int]](), list[BookLine]()
    for one in mine:
        line = next((line for line in free.values() if line[2:4] == one[2:4]), None)
        if line:
            places.add(free.pop(line.place).place)
        else:
            kept.append(one)
    return Openings([BankLine(number, *said) for side, number, *said in rows if side == "bank"], kept, places)


def decisions(connection: Connection[Any], book: str, account: str) -> list[Decision]:
    """Return what was decided of an account's matches and not taken back."""
    rows = connection.execute(SELECT_DECISIONS, (book, account)).fetchall()
    return [
        Decision(number, accepted, frozenset(bank), frozenset(zip(entries, lines, strict=True)))
        for number, accepted, bank, entries, lines in rows
    ]


def opened_on(connection: Connection[Any], book: str) -> str:
    """Return the first day of which a book has the lines itself."""
    return f"{register.book(connection, book).first_period}-01"
