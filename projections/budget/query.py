"""Queries: the plan in force, read off its signed entry, and how it is carried out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from domain.budget import Adopted, BudgetAdopted
from domain.entry import parse_entry
from domain.kernel.errors import Kind, rule
from domain.kernel.period import parse_period
from domain.statements import Carried, budget_rows, carrying_accounts
from domain.vouchers import Line
from projections import log, register
from projections.balances import trial_balance
from projections.report import Report, one_moment
from projections.statements import income_details

if TYPE_CHECKING:
    from psycopg import Connection

    from domain.statements import BudgetRow

NO_PLAN = rule(
    "budget.none",
    Kind.UNKNOWN,
    "账套 {book} 没有通过 {year} 年的收支计划；由成员大会或成员代表大会决议后，用 sunledger budget 登记",
    "no plan of the year {year} was adopted in the book {book}; enter the members' resolution with sunledger budget",
    "农村集体经济组织法 art. 26",
)

SELECT_ENTRY = "SELECT max(entry) FROM budgets WHERE book = %s AND year = %s"

SELECT_CARRYING = """
    SELECT entry, date::text, account, debit_fen, credit_fen FROM journal
    WHERE book = %(book)s AND entry IN (
        SELECT entry FROM journal
        WHERE book = %(book)s AND period BETWEEN %(year)s || '-01' AND %(year)s || '-12'
          AND credit_fen <> 0 AND left(account, 3) = ANY(%(counted)s)
    )
    ORDER BY entry, line
"""


@dataclass(frozen=True)
class BudgetReport(Report):
    """How a year's plan is carried out (收支计划执行情况) up to a period, from how many entries under which root."""

    plan: Adopted
    rows: list[BudgetRow]


def is_planned(connection: Connection[Any], book: str, period: str) -> bool:
    """Tell whether a plan of a period's year was adopted."""
    return _entry(connection, book, period[:4]) is not None


def budget_of(connection: Connection[Any], book: str, year: str) -> Adopted:
    """Return the plan of a year that is in force; raises `budget.none`."""
    entry = _entry(connection, book, year)
    if entry is None:
        raise NO_PLAN(book=book, year=year)
    statement = parse_entry(log.entry_at(connection, book, entry)).statement
    if not isinstance(statement, BudgetAdopted):
        raise TypeError(f"entry {entry} of {book} adopts no plan: rebuild the read side")
    return Adopted(statement.data, entry)


def budget(connection: Connection[Any], book_id: str, period: str) -> BudgetReport:
    """Return how the plan of a period's year is carried out; raises `book.unknown`, `period.*`, `budget.none`."""
    with one_moment(connection):
        trial = trial_balance(connection, book_id, parse_period(period))
        plan = budget_of(connection, book_id, period[:4])
        details = income_details(connection, book_id, period)
        names = register.account_names(connection, book_id)
        chart = register.book(connection, book_id).chart
        carried = carried_of(connection, book_id, period[:4], chart).upto(period)
    rows = budget_rows(plan.budget.lines, details.rows, trial.rows, carried, chart, names)
    return BudgetReport(book_id, trial.name, period, trial.entries, trial.root, plan, rows)


def carried_of(connection: Connection[Any], book: str, year: str, chart: str) -> Carried:
    """Return what the vouchers of a year carried on, in the log's order."""
    asked = {"book": book, "year": year, "counted": [*carrying_accounts(chart)]}
    carried = Carried()
    lines = connection.execute(SELECT_CARRYING, asked)
    for (_, date), group in groupby(lines, lambda row: row[:2]):
        voucher = [
            Line(account=account, debit_fen=debit, credit_fen=credit) for *_, account, debit, credit in group
        ]
        carried.fold(chart, date, voucher)
    return carried


def _entry(connection: Connection[Any], book: str, year: str) -> int | None:
    row = connection.execute(SELECT_ENTRY, (book, year)).fetchone()
    return int(row[0]) if row and row[0] is not None else None
