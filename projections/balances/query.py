"""Query: the trial balance of a book for one or several periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.balances import MonthBalance, TrialRow, totals, turnover_from
from domain.balances import trial_balance as fold_trial_balance
from domain.kernel.errors import Kind, rule
from domain.kernel.period import parse_period, year_start
from projections import register
from projections.log import root_at
from projections.report import one_moment

if TYPE_CHECKING:
    from psycopg import Connection

    from projections.register import BookRow

BACKWARDS = rule(
    "period.backwards",
    Kind.MALFORMED,
    "起始期间 {first} 晚于截止期间 {last}",
    "the first period {first} comes after the last period {last}",
)

BEFORE_THE_BOOK = rule(
    "period.before_the_book",
    Kind.UNKNOWN,
    "账套从 {first} 起记账，没有 {period} 的数字；请选 {first} 以后的，起始期间也可选那年的 1 月",
    "the book begins with {first}; it has no figures of {period}. Ask from {first} on; the first of several periods may"
    " be January of that year, too",
)

SELECT_NEWEST = "SELECT coalesce(max(period), '') FROM balances WHERE book = %s AND chart = %s"
SELECT_BALANCES = """
    SELECT account, period, opening_fen, debit_fen, credit_fen, year_debit_fen, year_credit_fen FROM balances
    WHERE book = %(book)s AND chart = %(chart)s AND period BETWEEN %(first)s AND %(last)s
    ORDER BY period
"""
SELECT_STANDING = """
    SELECT account, opening_fen + debit_fen - credit_fen FROM balances
    WHERE book = %(book)s AND chart = %(chart)s AND period = (
        SELECT max(period) FROM balances WHERE book = %(book)s AND chart = %(chart)s
    )
"""


@dataclass(frozen=True)
class TrialBalance:
    """A trial balance: of which book and periods, from how many entries under which root, its rows and totals."""

    book: str
    name: str
    first: str
    period: str
    entries: int
    root: str
    rows: list[TrialRow]
    totals: dict[str, int]


def trial_balance(
    connection: Connection[Any], book_id: str, period: str, first: str | None = None
) -> TrialBalance:
    """Return the trial balance of `first` (default: the same) to `period`; raises `book.unknown`, `period.*`."""
    last = parse_period(period)
    first = parse_period(first) if first else last
    with one_moment(connection):
        book = register.book(connection, book_id)
        check_span(book, first, last)
        rows = _balances(connection, book, first, last)
        names = register.account_names(connection, book_id)
        root = root_at(connection, book_id, book.entries)
    lines = fold_trial_balance(turnover_from(rows), names, first, last)
    return TrialBalance(book_id, book.name, first, last, book.entries, root, lines, totals(lines))


def check_span(book: BookRow, first: str, last: str) -> None:
    """Raise `period.backwards` or `period.before_the_book` for periods of which a book can say nothing.

    What a year adds up begins with its January, also in the year in which the book does; of the months between the two
    it has but their sum, in its opening balances.
    """
    for period, is_known in ((last, last >= book.first_period), (first, is_known_from(book, first))):
        if not is_known:
            raise BEFORE_THE_BOOK(first=book.first_period, period=period)
    if first > last:
        raise BACKWARDS(first=first, last=last)


def is_known_from(book: BookRow, first: str) -> bool:
    """Whether a book can say what was moved from a period on: since it began, or since that year's January."""
    return first >= book.first_period or first == year_start(book.first_period)


def standing(connection: Connection[Any], book: BookRow) -> dict[str, int]:
    """Return what stands on each account after all that was posted, debits less credits in fen."""
    asked = {"book": book.book, "chart": book.chart}
    return dict(connection.execute(SELECT_STANDING, asked).fetchall())


def _balances(
    connection: Connection[Any], book: BookRow, first: str, last: str
) -> list[tuple[str, MonthBalance]]:
    """Return the balances from `first` to `last`; after the book's last period its newest ones."""
    row = connection.execute(SELECT_NEWEST, (book.book, book.chart)).fetchone()
    newest = str(row[0]) if row else ""
    values = {"book": book.book, "chart": book.chart, "first": min(first, newest), "last": last}
    rows = connection.execute(SELECT_BALANCES, values).fetchall()
    return [(account, MonthBalance(*month)) for account, *month in rows]
