"""Query: the trial balance of a book for one or several periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.balances import TrialRow, totals
from domain.balances import trial_balance as fold_trial_balance
from domain.kernel.errors import Kind, rule
from domain.kernel.period import parse_period
from projections import register
from projections.log import root_at

if TYPE_CHECKING:
    from psycopg import Connection

BACKWARDS = rule(
    "period.backwards",
    Kind.MALFORMED,
    "起始期间 {first} 晚于截止期间 {last}",
    "the first period {first} comes after the last period {last}",
)

SELECT_TURNOVER = """
    SELECT account, period, debit_fen, credit_fen FROM balances
    WHERE book = %(book)s AND chart = %(chart)s AND period <= %(last)s
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
    if first > last:
        raise BACKWARDS(first=first, last=last)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        book = register.book(connection, book_id)
        values = {"book": book_id, "chart": book.chart, "last": last}
        turnover = connection.execute(SELECT_TURNOVER, values).fetchall()
        names = {account.code: account.name for account in register.accounts(connection, book_id)}
        root = root_at(connection, book_id, book.entries)
    rows = fold_trial_balance(turnover, names, first, last)
    return TrialBalance(book_id, book.name, first, last, book.entries, root, rows, totals(rows))
