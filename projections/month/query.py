"""Queries: the money at a month's start and end, what moved it, and income and expense by account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.chart import MONEY_ACCOUNTS
from domain.kernel.period import periods
from domain.statements import detail_rows
from projections import register
from projections.statements import flows

if TYPE_CHECKING:
    from psycopg import Connection

SELECT_MONEY_BEFORE = """
    SELECT coalesce(sum(debit_fen - credit_fen), 0)::bigint FROM balances
    WHERE book = %(book)s AND left(account, 3) = ANY(%(money)s) AND period < %(period)s
"""
SELECT_MOVED = """
    SELECT coalesce(sum(debit - moved_within), 0)::bigint, coalesce(sum(credit - moved_within), 0)::bigint
    FROM (
        SELECT debit, credit,
               CASE WHEN debit * credit > 0 THEN sign(debit) * least(abs(debit), abs(credit)) ELSE 0 END AS moved_within
        FROM (
            SELECT sum(debit_fen) AS debit, sum(credit_fen) AS credit FROM journal
            WHERE book = %(book)s AND period = %(period)s AND left(account, 3) = ANY(%(money)s)
            GROUP BY entry
        ) AS money
    ) AS vouchers
"""
SELECT_GLANCE = """
    SELECT coalesce(sum(debit_fen - credit_fen) FILTER (WHERE left(account, 3) = '101'), 0)::bigint,
           coalesce(sum(debit_fen - credit_fen) FILTER (WHERE left(account, 3) = '102'), 0)::bigint,
           (SELECT count(*) FROM vouchers WHERE book = %(book)s AND period = %(period)s)
    FROM balances WHERE book = %(book)s AND period <= %(period)s
"""
SELECT_NEWEST = "SELECT max(period) FROM vouchers WHERE book = %s"


class Purpose(NamedTuple):
    """What money was earned by or spent on in the month: an income or expense account and its amount in fen."""

    account: str
    name: str
    income: bool
    amount_fen: int


@dataclass(frozen=True)
class Month:
    """A month of a book, all in fen: `start_fen` + `in_fen` - `out_fen` = `end_fen`.

    Cash and bank count as money; what a voucher moves from one to the other is neither in nor out, and a red
    voucher takes back what it cancels. `purposes` leave out what transfers or distributes (321, 322), as the statements
    do.
    """

    period: str
    start_fen: int
    in_fen: int
    out_fen: int
    purposes: list[Purpose]

    @property
    def end_fen(self) -> int:
        """The money at the month's end."""
        return self.start_fen + self.in_fen - self.out_fen

    @property
    def income(self) -> list[Purpose]:
        """What it was earned by."""
        return [purpose for purpose in self.purposes if purpose.income]

    @property
    def expense(self) -> list[Purpose]:
        """What it was spent on."""
        return [purpose for purpose in self.purposes if not purpose.income]


class Glance(NamedTuple):
    """A month in a bookkeeper's terms, in fen: cash and bank at its end, income and expense of it; and its vouchers."""

    cash_fen: int
    bank_fen: int
    income_fen: int
    expense_fen: int
    vouchers: int

    @property
    def surplus_fen(self) -> int:
        """What the month's income exceeds its expense by (本月收益)."""
        return self.income_fen - self.expense_fen


def glance_of(connection: Connection[Any], book: str, period: str) -> Glance:
    """Return a month of a book at a glance; a month without vouchers has what the earlier ones left."""
    values = {"book": book, "period": period}
    ((cash, bank, vouchers),) = connection.execute(SELECT_GLANCE, values).fetchall()
    moved = _purposes(connection, book, period)
    income, expense = (sum(one.amount_fen for one in moved if one.income is side) for side in (True, False))
    return Glance(cash, bank, income, expense, vouchers)


def _purposes(connection: Connection[Any], book: str, period: str) -> list[Purpose]:
    """Return income and expense of a month, the largest first, as the statement by detail account has them."""
    moved = flows(connection, register.book(connection, book), period, period)
    rows = detail_rows(moved, (), register.account_names(connection, book))
    purposes = [Purpose(row.account, row.name, row.is_income, row.month_fen) for row in rows]
    return sorted(purposes, key=lambda one: (-one.amount_fen, one.account))


def month_of(connection: Connection[Any], book: str, period: str) -> Month:
    """Return a month of a book; a month without vouchers has zeros."""
    values = {"book": book, "period": period, "money": list(MONEY_ACCOUNTS)}
    before = connection.execute(SELECT_MONEY_BEFORE, values).fetchone()
    moved = connection.execute(SELECT_MOVED, values).fetchone()
    purposes = _purposes(connection, book, period)
    (start,), (came, went) = before or (0,), moved or (0, 0)
    return Month(period, start, came, went, purposes)


def periods_of(connection: Connection[Any], book: str) -> list[str]:
    """Return the periods of a book, newest first: from its first to the newest with vouchers, the quiet ones too.

    What is closed, and what is to be closed next, is among them, be it quiet.
    """
    row = register.book(connection, book)
    ((newest,),) = connection.execute(SELECT_NEWEST, (book,)).fetchall()
    return periods(row.first_period, max(newest or "", row.next_to_close))[::-1]
