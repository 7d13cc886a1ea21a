"""Queries: the ledger of an account over some periods, and the general ledger of a year, from the journal's rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from domain.chart import KEPT_DAILY, full_name
from domain.kernel.errors import Kind, rule
from domain.kernel.period import parse_period, previous_period, year_start
from domain.ledger_account import Before, LedgerLine, LedgerRow, RowKind, ledger_rows
from projections import register
from projections.balances import check_span
from projections.log import root_at
from projections.report import Report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

    from projections.register import BookRow

NO_ACCOUNT = rule(
    "ledger.unknown_account",
    Kind.UNKNOWN,
    "账套 {book} 没有科目 {account}",
    "the book {book} has no account {account}",
)

TOO_LATE = rule(
    "ledger.after_the_book",
    Kind.UNKNOWN,
    "账套 {book} 记到 {newest}，{period} 还没有账；请选 {last} 以前的月份",
    "the book {book} has entries up to {newest} and no ledger of {period}; choose a month up to {last}",
)
NOBODY = rule(
    "ledger.unknown_party",
    Kind.UNKNOWN,
    "账套 {book} 的科目 {account} 没有往来单位「{party}」的分录；请从科目的明细账里选，名称要一字不差",
    "the account {account} of the book {book} has no lines of the counterparty '{party}'; choose it on the account's"
    " ledger, as it is written there",
)
NO_PROJECT = rule(
    "ledger.unknown_project",
    Kind.UNKNOWN,
    "账套 {book} 的科目 {account} 没有项目「{project}」的分录；请从科目的明细账里选，名称要一字不差",
    "the account {account} of the book {book} has no lines of the project '{project}'; choose it on the account's"
    " ledger, as it is written there",
)

SELECT_NAMED = """
    SELECT coalesce(bool_or(party = %(party)s), false), coalesce(bool_or(project = %(project)s), false)
    FROM journal WHERE book = %(book)s AND account ^@ %(account)s
"""
SELECT_NEWEST = "SELECT coalesce(max(period), %s) FROM journal WHERE book = %s"

SELECT_BEFORE = """
    SELECT coalesce(sum(debit_fen - credit_fen), 0)::bigint,
           coalesce(sum(debit_fen) FILTER (WHERE period >= %(year)s), 0)::bigint,
           coalesce(sum(credit_fen) FILTER (WHERE period >= %(year)s), 0)::bigint,
           coalesce(sum(CASE WHEN debit_fen = 0 THEN -quantity_milli ELSE quantity_milli END), 0)::bigint,
           coalesce(sum(quantity_milli) FILTER (WHERE period >= %(year)s AND debit_fen <> 0), 0)::bigint,
           coalesce(sum(quantity_milli) FILTER (WHERE period >= %(year)s AND debit_fen = 0), 0)::bigint
    FROM journal
    WHERE book = %(book)s AND account ^@ %(account)s AND period < %(first)s
      AND (%(party)s = '' OR party = %(party)s) AND (%(project)s = '' OR project = %(project)s)
"""
SELECT_LINES = """
    SELECT entry, line, period, date::text, number, account, summary, party, project, debit_fen, credit_fen, ARRAY(
        SELECT DISTINCT other.account FROM journal AS other
        WHERE other.book = journal.book AND other.entry = journal.entry
          AND (other.debit_fen = 0) <> (journal.debit_fen = 0)
        ORDER BY 1
    ), quantity_milli
    FROM journal
    WHERE book = %(book)s AND account ^@ %(account)s AND period BETWEEN %(first)s AND %(last)s
      AND (%(party)s = '' OR party = %(party)s) AND (%(project)s = '' OR project = %(project)s)
    ORDER BY period, date, number, entry, line
"""
SELECT_UNIT = """
    SELECT max(unit) FROM journal
    WHERE book = %(book)s AND account ^@ %(account)s AND period <= %(last)s
    HAVING count(DISTINCT account) = 1 AND count(DISTINCT unit) FILTER (WHERE unit <> '') = 1
"""
"""Quantities of several goods are not added up, even in one unit: their sums and prices would be of nothing."""
SELECT_AUXILIARY = """
    SELECT account, party, project FROM (
        SELECT account, party, '' AS project, period, debit_fen, credit_fen FROM journal
        WHERE book = %(book)s AND party <> ''
        UNION ALL
        SELECT account, '', project, period, debit_fen, credit_fen FROM journal
        WHERE book = %(book)s AND project <> ''
    ) AS kept
    WHERE period <= %(last)s
    GROUP BY account, party, project
    HAVING bool_or(period >= %(first)s) OR sum(debit_fen - credit_fen) <> 0
    ORDER BY account, project, party
"""
SELECT_MONTHS = """
    SELECT left(account, 3) AS top, period, sum(debit_fen)::bigint, sum(credit_fen)::bigint FROM journal
    WHERE book = %s AND period <= %s GROUP BY top, period ORDER BY top, period
"""


@dataclass(frozen=True)
class LedgerFilter:
    """The lines from `first` ("": January) to `period`, of a counterparty (往来单位), a project (项目); "": of all.

    What lies before the book's first period is left out.
    """

    period: str
    first: str = ""
    party: str = ""
    project: str = ""


@dataclass(frozen=True)
class AccountLedger:
    """The ledger of an account: of which book and periods, from how many entries under which root; `daily`: 日记账.

    `unit` is that of its quantities (数量金额式); "" where none are told, or of several accounts. `details` are the
    names of the accounts below it, by code, if it has any.
    """

    book: str
    name: str
    account: str
    account_name: str
    party: str
    project: str
    daily: bool
    unit: str
    details: Mapping[str, str]
    first: str
    period: str
    entries: int
    root: str
    rows: list[LedgerRow]


@dataclass(frozen=True)
class GeneralLedger(Report):
    """The general ledger (总账): each level-1 account with its name and the totals of the year up to a period."""

    accounts: list[tuple[str, str, list[LedgerRow]]]


def auxiliary_ledgers(
    connection: Connection[Any], book_id: str, period: str
) -> list[tuple[str, LedgerFilter]]:
    """Return the auxiliary ledgers (辅助账) of a year up to a period: of each account by counterparty, and by project.

    Those with lines in the year, or with a balance.
    """
    values = {"book": book_id, "first": year_start(period), "last": period}
    rows = connection.execute(SELECT_AUXILIARY, values).fetchall()
    return [(account, LedgerFilter(period, party=party, project=project)) for account, party, project in rows]


def account_ledger(
    connection: Connection[Any], book_id: str, account: str, wanted: LedgerFilter
) -> AccountLedger:
    """Return the ledger of an account, with all below it; raises `book.unknown`, `period.*`, `ledger.unknown_account`.

    `connection` is in one snapshot.
    """
    book = register.book(connection, book_id)
    period = _reached(connection, book, wanted.period)
    asked_first = parse_period(wanted.first) if wanted.first else year_start(period)
    first = max(asked_first, book.first_period)
    check_span(book, first, period)
    names = register.account_names(connection, book_id)
    if account not in names:
        raise NO_ACCOUNT(book=book_id, account=account)
    _check_named(connection, book_id, account, wanted)
    asked = {
        "book": book_id,
        "account": account,
        "party": wanted.party,
        "project": wanted.project,
        "first": first,
        "last": period,
        "year": year_start(first),
    }
    [before] = connection.execute(SELECT_BEFORE, asked).fetchall()
    found = connection.execute(SELECT_LINES, asked).fetchall()
    lines = [LedgerLine._make((*values, tuple(contra), quantity)) for *values, contra, quantity in found]
    unit = connection.execute(SELECT_UNIT, asked).fetchone()
    daily = account.startswith(KEPT_DAILY)
    return AccountLedger(
        book=book_id,
        name=book.name,
        account=account,
        account_name=full_name(account, names),
        party=wanted.party,
        project=wanted.project,
        daily=daily,
        unit=unit[0] if unit else "",
        details={
            code: full_name(code, names) for code in names if code.startswith(account) and code != account
        },
        first=first,
        period=period,
        entries=book.entries,
        root=root_at(connection, book_id, book.entries),
        rows=ledger_rows(
            lines, Before(*before), first, period, carried_through=_carried_through(book), daily=daily
        ),
    )


def _reached(connection: Connection[Any], book: BookRow, period: str) -> str:
    """Return a period of which there is a ledger: up to the end of the year behind the newest line's.

    Raises `period.malformed`, `ledger.after_the_book`.
    """
    asked = parse_period(period)
    [(newest,)] = connection.execute(SELECT_NEWEST, (book.first_period, book.book)).fetchall()
    last = f"{int(newest[:4]) + 1:04d}-12"
    if asked > last:
        raise TOO_LATE(book=book.book, newest=newest, period=asked, last=last)
    return asked


def _check_named(connection: Connection[Any], book: str, account: str, wanted: LedgerFilter) -> None:
    """Raise `ledger.unknown_party`, `ledger.unknown_project` where an account has never had a line of them."""
    if not (wanted.party or wanted.project):
        return
    named = {"party": wanted.party, "project": wanted.project}
    [(has_party, has_project)] = connection.execute(
        SELECT_NAMED, {"book": book, "account": account, **named}
    ).fetchall()
    if wanted.party and not has_party:
        raise NOBODY(book=book, account=account, party=wanted.party)
    if wanted.project and not has_project:
        raise NO_PROJECT(book=book, account=account, project=wanted.project)


def general_ledger(connection: Connection[Any], book_id: str, period: str) -> GeneralLedger:
    """Return the general ledger of the year up to a period; raises `book.unknown`, `period.*`.

    `connection` is in one snapshot.
    """
    book = register.book(connection, book_id)
    first = max(year_start(_reached(connection, book, period)), book.first_period)
    check_span(book, first, period)
    names = register.account_names(connection, book_id)
    months = connection.execute(SELECT_MONTHS, (book_id, period)).fetchall()
    accounts = [
        (account, names[account], _totals(list(group), first, period, _carried_through(book)))
        for account, group in groupby(months, lambda month: month[0])
    ]
    return GeneralLedger(
        book=book_id,
        name=book.name,
        period=period,
        entries=book.entries,
        root=root_at(connection, book_id, book.entries),
        accounts=accounts,
    )


def _carried_through(book: register.BookRow) -> str:
    """Return the last period whose balances stand for good: the last that is closed, or that before the book."""
    return previous_period(book.next_to_close)


def _totals(
    months: list[tuple[str, str, int, int]], first: str, period: str, carried_through: str
) -> list[LedgerRow]:
    """Return an account's sums by month and year: its ledger without the lines, for which each month's sums stand."""
    before = sum(debit - credit for _, month, debit, credit in months if month < first)
    lines = [
        LedgerLine(0, 0, month, "", 0, account, "", "", "", debit, credit)
        for account, month, debit, credit in months
        if month >= first
    ]
    rows = ledger_rows(lines, Before(before), first, period, carried_through=carried_through)
    return [row for row in rows if row.kind is not RowKind.line]
