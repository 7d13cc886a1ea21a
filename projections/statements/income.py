"""Query: the statement of income and its distribution, and income and expense by detail account, from the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain import statements
from domain.chart import RESULT, UNDISTRIBUTED
from domain.kernel.period import a_year_before, parse_period, year_start
from domain.statements import Flow, Year, off_by_fen, undistributed_fen
from domain.subtotals import places_in
from projections import register
from projections.balances import is_known_from, trial_balance
from projections.report import Report, one_moment
from projections.subtotals import subtotals_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from domain.statements import DetailRow, IncomeRow
    from domain.subtotals import InForce
    from projections.balances import TrialBalance

SELECT_FLOWS = """
    SELECT account, entry IN (
               SELECT entry FROM journal
               WHERE book = %(book)s AND period BETWEEN %(first)s AND %(last)s AND account ^@ ANY(%(pool)s)
           ) AS distributes, sum(debit_fen)::bigint, sum(credit_fen)::bigint
    FROM journal
    WHERE book = %(book)s AND (
        period BETWEEN %(first)s AND %(last)s OR (%(opens)s AND period = '' AND account ^@ %(result)s)
    )
    GROUP BY account, distributes ORDER BY account, distributes
"""
"""Of the opening balances those of income and expense count: a book may begin in the middle of a year."""


@dataclass(frozen=True)
class IncomeReport(Report):
    """A statement of income: of which book, for the year up to which period, from how many entries under which root.

    `off_by_fen` is its last line less the undistributed income of the balance sheet: zero, if each voucher balances.
    `first` is the first period that it counts, "" for the year's January. `subtotals` is what the county laid down for
    its sub-totals, if anything. `begun` is the book's first period where it began too late to know the same periods of
    the year before (each `before_fen` is 0 then), else "".
    """

    rows: list[IncomeRow]
    off_by_fen: int
    first: str
    subtotals: InForce | None
    begun: str


@dataclass(frozen=True)
class DetailReport(Report):
    """Income and expense by detail account: of which book and period, from how many entries under which root.

    `first` is the first of the periods in the column of the period, "" for the period alone.
    """

    rows: list[DetailRow]
    first: str


def income_statement(
    connection: Connection[Any],
    book_id: str,
    period: str,
    first: str | None = None,
    more: Sequence[Flow] = (),
) -> IncomeReport:
    """Return the statement (收益及收益分配表) of `first` (default: the year's January) to a period, as if `more` moved.

    Beside it stands the same a year before, of a book that was there by then. Raises `book.unknown`, `period.*`.
    """
    since = parse_period(first) if first else year_start(parse_period(period))
    with one_moment(connection):
        trial = trial_balance(connection, book_id, period, since)
        book = register.book(connection, book_id)
        names = register.account_names(connection, book_id)
        used = subtotals_of(connection, book_id, period)
        year = _year(connection, book, trial)
        year.flows.extend(more)
        before = Year([], 0)
        before_since, before_period = a_year_before(since), a_year_before(period)
        is_known = before_period >= book.first_period and is_known_from(book, before_since)
        if is_known:
            earlier = trial_balance(connection, book_id, before_period, before_since)
            before = _year(connection, book, earlier)
    layout = statements.income_layout(book.chart, names, places_in(used))
    rows = statements.income_statement(layout, year, before)
    off_by = off_by_fen(rows, [(row.account, row.closing_fen) for row in trial.rows])
    head = book_id, trial.name, period, trial.entries, trial.root
    return IncomeReport(*head, rows, off_by, first or "", used, "" if is_known else book.first_period)


def income_details(
    connection: Connection[Any], book_id: str, period: str, first: str | None = None
) -> DetailReport:
    """Return income and expense by detail account (收支明细表) of `first` (default: the same) to a period.

    Raises `book.unknown`, `period.*`.
    """
    with one_moment(connection):
        trial = trial_balance(connection, book_id, period, first)
        book = register.book(connection, book_id)
        span = _flows(connection, book, trial.first, period, opens=bool(first) and _opens(book, trial.first))
        year = year_flows(connection, book, period)
        names = register.account_names(connection, book_id)
    rows = statements.detail_rows(span, year, names)
    return DetailReport(book_id, trial.name, period, trial.entries, trial.root, rows, first or "")


def flows(connection: Connection[Any], book: register.BookRow, first: str, last: str) -> list[Flow]:
    """Return what vouchers of some periods moved, by whether they transfer and distribute; no opening balances."""
    return _flows(connection, book, first, last, opens=False)


def year_flows(connection: Connection[Any], book: register.BookRow, period: str) -> list[Flow]:
    """Return what vouchers moved in the year up to a period, by whether they transfer and distribute."""
    january = year_start(period)
    return _flows(connection, book, january, period, opens=_opens(book, january))


def _year(connection: Connection[Any], book: register.BookRow, trial: TrialBalance) -> Year:
    """Return what is known of the periods that a trial balance spans; its opening balances are those before them."""
    opens = _opens(book, trial.first)
    flows = _flows(connection, book, trial.first, trial.period, opens=opens)
    opening = [(row.account, row.opening_fen) for row in trial.rows]
    kept = [each for each in opening if not (opens and each[0].startswith(RESULT))]
    return Year(flows, undistributed_fen(kept))


def _opens(book: register.BookRow, first: str) -> bool:
    """Whether the opening balances of income are of the periods from `first` on: the book was opened in that year."""
    return statements.flow_year(first, book.first_period).opens


def _flows(
    connection: Connection[Any], book: register.BookRow, first: str, last: str, *, opens: bool
) -> list[Flow]:
    values = {
        "book": book.book,
        "first": first,
        "last": last,
        "opens": opens,
        "pool": list(UNDISTRIBUTED),
        "result": RESULT,
    }
    return [Flow(*row) for row in connection.execute(SELECT_FLOWS, values).fetchall()]
