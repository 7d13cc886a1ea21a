"""Query: the cross-checks between the statements of a period, from the same balances and flows as they."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain import statements
from domain.chart import RESULT, UNDISTRIBUTED
from domain.closing import RESULT_ACCOUNT, TRANSFERS, said_otherwise
from domain.kernel.period import opened_on, parse_period, year_start
from domain.statements.income_lines import INCOME
from projections import register
from projections.balances import trial_balance
from projections.distributing import posted_distributing
from projections.report import Report, one_moment
from projections.statements.income import income_details, income_statement, year_flows
from projections.statements.query import balance_sheet

if TYPE_CHECKING:
    from psycopg import Connection

    from domain.statements import CrossCheck
    from projections.balances import TrialBalance

SELECT_TRANSFERRED = """
    SELECT coalesce(sum(CASE WHEN pure THEN emptied WHEN takes THEN taken ELSE 0 END), 0)::bigint FROM (
        SELECT bool_and(account ^@ ANY(%(pure)s)) AS pure,
               bool_or(account ^@ %(own)s OR (account ^@ ANY(%(pool)s) AND credit_fen <> 0)) AS takes,
               sum(debit_fen - credit_fen) FILTER (WHERE account ^@ %(result)s) AS emptied,
               sum(CASE WHEN account ^@ %(income)s THEN debit_fen ELSE -credit_fen END)
                   FILTER (WHERE account ^@ %(result)s) AS taken
        FROM journal
        WHERE book = %(book)s AND entry IN (
            SELECT entry FROM journal
            WHERE book = %(book)s AND period BETWEEN %(first)s AND %(last)s AND account ^@ ANY(%(pool)s)
        )
        GROUP BY entry HAVING bool_or(account ^@ %(result)s)
    ) AS transfers
"""
"""What vouchers that touch 321 or 322 took from income and expense.

All, where they do nothing else. Of others what empties: debits of income and credits of expense, if it comes to
本年收益 (321), or past it to the credit of 收益分配 (322); what went on from there does not matter. What was earned or
spent there was not transferred.
"""


@dataclass(frozen=True)
class CrossCheckReport(Report):
    """The cross-checks: of which book and period, from how many entries under which root."""

    checks: list[CrossCheck]


def cross_checks(connection: Connection[Any], book_id: str, period: str) -> CrossCheckReport:
    """Return the cross-checks between the statements (勾稽关系) of a period; raises `book.unknown`, `period.*`."""
    with one_moment(connection):
        trial = trial_balance(connection, book_id, period, year_start(parse_period(period)))
        book = register.book(connection, book_id)
        figures = statements.Figures(
            sheet=balance_sheet(connection, book_id, period).sheet,
            income=income_statement(connection, book_id, period).rows,
            details=income_details(connection, book_id, period).rows,
            flows=year_flows(connection, book, period),
            totals=trial.totals,
            called=_called(connection, book, period),
            earned_fen=_earned(connection, book, trial),
        )
    checks = statements.cross_checks(
        book.chart, period, figures, opened_on=opened_on(book.first_period, period)
    )
    return CrossCheckReport(book_id, trial.name, period, trial.entries, trial.root, checks)


def _earned(connection: Connection[Any], book: register.BookRow, trial: TrialBalance) -> int:
    """Return what the accounts of income and expense moved in the year so far, without what was transferred."""
    values = {
        "book": book.book,
        "first": trial.first,
        "last": trial.period,
        "pool": list(UNDISTRIBUTED),
        "pure": list(TRANSFERS),
        "result": RESULT,
        "income": INCOME,
        "own": RESULT_ACCOUNT,
    }
    ((fen,),) = connection.execute(SELECT_TRANSFERRED, values).fetchall()
    opens = statements.flow_year(trial.first, book.first_period).opens
    return statements.earned_fen(trial.rows, fen, opens=opens)


def _called(connection: Connection[Any], book: register.BookRow, period: str) -> Counter[str]:
    """Return what lines of the year's distribution would show more if they went by the details of 收益分配."""
    names = register.account_names(connection, book.book)
    called: Counter[str] = Counter()
    for voucher in posted_distributing(connection, book.book, book.chart, year_start(period), period):
        called.update(said_otherwise(voucher, names))
    return called
