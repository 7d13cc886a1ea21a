"""Query: the balance sheet of a book, from the same balances as its trial balance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain import statements
from domain.kernel.period import parse_period, year_start
from projections import register
from projections.balances import trial_balance
from projections.report import Report, one_moment

if TYPE_CHECKING:
    from psycopg import Connection

    from domain.statements import BalanceSheet, Note


@dataclass(frozen=True)
class NotesReport(Report):
    """The notes' skeleton: of which book and year up to which period, from how many entries under which root."""

    notes: list[Note]


@dataclass(frozen=True)
class BalanceSheetReport(Report):
    """A balance sheet: of which book and period, from how many entries under which root."""

    sheet: BalanceSheet


def balance_sheet(connection: Connection[Any], book_id: str, period: str) -> BalanceSheetReport:
    """Return the balance sheet (资产负债表) at the end of a period; raises `book.unknown`, `period.*`."""
    with one_moment(connection):
        trial = trial_balance(connection, book_id, period, year_start(parse_period(period)))
        layout = statements.layout(register.book(connection, book_id).chart)
    sheet = statements.balance_sheet(
        layout,
        closing={row.account: row.closing_fen for row in trial.rows},
        opening={row.account: row.opening_fen for row in trial.rows},
    )
    return BalanceSheetReport(book_id, trial.name, period, trial.entries, trial.root, sheet)


def notes(connection: Connection[Any], book_id: str, period: str) -> NotesReport:
    """Return the notes' skeleton (会计报表附注) of the year up to a period; raises `book.unknown`, `period.*`."""
    with one_moment(connection):
        trial = trial_balance(connection, book_id, period)
        chart = register.book(connection, book_id).chart
        names = register.account_names(connection, book_id)
    found = statements.notes(chart, trial.rows, names)
    return NotesReport(book_id, trial.name, period, trial.entries, trial.root, found)
