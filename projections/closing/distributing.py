"""Queries: what a draft that distributes a year's income stands beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.closing import RESERVE, distributed, shown_on
from domain.kernel.period import period_of, year_start
from domain.statements import Flow
from projections import register
from projections.distributing import posted_distributing, prior
from projections.statements import income_statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from domain.vouchers import Voucher

SELECT_HELD = """
    SELECT account, sum(credit_fen - debit_fen)::bigint FROM balances
    WHERE book = %s AND account = ANY(%s) AND period <= %s GROUP BY account
"""


def year_figures(
    connection: Connection[Any], book: str, period: str, more: Sequence[Flow] = ()
) -> dict[str, int]:
    """Return the figures of a statement of income by the lines' keys, as if `more` moved."""
    rows = income_statement(connection, book, period, more=more).rows
    return {row.line.key: row.amount_fen for row in rows}


def distributing(connection: Connection[Any], book: str, voucher: Voucher) -> dict[str, Any]:
    """Return what `Around` tells of a draft that distributes; nothing of another."""
    chart = register.book(connection, book).chart
    own = distributed(chart, voucher.lines)
    if not own:
        return {}
    period = period_of(voucher.date)
    sides = ((line.account, line.debit_fen, line.credit_fen) for line in voucher.lines)
    more = [Flow(code, distributes=True, debit_fen=debit, credit_fen=credit) for code, debit, credit in sides]
    return {
        "income": year_figures(connection, book, period, more),
        "own": own,
        "earlier": _earlier(connection, book, chart, period),
        "reserves": _reserves(connection, book, voucher, period),
        "shown": shown_on(chart, voucher.lines),
        "corrects": prior(connection, book, [voucher.corrects], period).get(voucher.corrects, ""),
    }


def _earlier(connection: Connection[Any], book: str, chart: str, period: str) -> dict[str, list[str]]:
    """Return the numbers of the vouchers of a year, up to a period, that distribute, by the kind of distribution."""
    numbers: dict[str, list[str]] = {}
    for one in posted_distributing(connection, book, chart, year_start(period), period):
        for kind, by in one.shown.items():
            if sum(by.values()):
                numbers.setdefault(kind, []).append(str(one.number))
    return numbers


def _reserves(connection: Connection[Any], book: str, voucher: Voucher, period: str) -> dict[str, int]:
    """Return what the reserve's accounts that a draft moves have at its period's end with it, credits less debits."""
    moved: dict[str, int] = {}
    for line in voucher.lines:
        if line.account.startswith(RESERVE):
            moved[line.account] = moved.get(line.account, 0) + line.credit_fen - line.debit_fen
    held = dict(connection.execute(SELECT_HELD, (book, [*moved], period)).fetchall())
    return {account: held.get(account, 0) + fen for account, fen in moved.items()}
