"""Query: the balance sheet of a book, from the same balances as its trial balance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain import statements
from domain.kernel.period import opened_on, parse_period, previous_period, year_start
from domain.statements import PARTED
from projections import register
from projections.balances import party_balances, trial_balance
from projections.report import Report, one_moment

if TYPE_CHECKING:
    from psycopg import Connection

    from domain.statements import BalanceSheet, Note


@dataclass(frozen=True)
class NotesReport(Report):
    """The notes' skeleton: of which book and year up to which period, from how many entries under which root.

    `opened_on` is the day on which the book was opened, if that was in the midst of this year, else "".
    """

    notes: list[Note]
    opened_on: str


@dataclass(frozen=True)
class BalanceSheetReport(Report):
    """A balance sheet: of which book and period, from how many entries under which root; `opened_on` as in notes."""

    sheet: BalanceSheet
    opened_on: str


def balance_sheet(connection: Connection[Any], book_id: str, period: str) -> BalanceSheetReport:
    """Return the balance sheet (资产负债表) at the end of a period; raises `book.unknown`, `period.*`."""
    january = year_start(parse_period(period))
    with one_moment(connection):
        trial = trial_balance(connection, book_id, period, january)
        book = register.book(connection, book_id)
        closing = party_balances(connection, book_id, period, PARTED)
        opening = party_balances(connection, book_id, previous_period(january), PARTED)
    sheet = statements.balance_sheet(
        statements.layout(book.chart),
        closing={row.account: row.closing_fen for row in trial.rows},
        opening={row.account: row.opening_fen for row in trial.rows},
        parties=(closing, opening),
    )
    opened = opened_on(book.first_period, period)
    return BalanceSheetReport(book_id, trial.name, period, trial.entries, trial.root, sheet, opened)


def notes(connection: Connection[Any], book_id: str, period: str) -> NotesReport:
    """Return the notes' skeleton (会计报表附注) of the year up to a period; raises `book.unknown`, `period.*`."""
    with one_moment(connection):
        trial = trial_balance(connection, book_id, period)
        book = register.book(connection, book_id)
        names = register.account_names(connection, book_id)
    opens = statements.flow_year(year_start(period), book.first_period).opens
    found = statements.notes(book.chart, trial.rows, names, opens=opens)
    opened = opened_on(book.first_period, period)
    return NotesReport(book_id, trial.name, period, trial.entries, trial.root, found, opened)
