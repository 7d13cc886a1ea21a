"""The account of money that a bank's statement is of: there is one, and who changes what is kept of it takes turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.chart import MONEY_ACCOUNTS
from domain.kernel.errors import Kind, rule
from projections import register

if TYPE_CHECKING:
    from psycopg import Connection

NO_MONEY = rule(
    "bank.account",
    Kind.REFUSED,
    "{account} 不是本账套的货币资金科目（101、102、109 及其明细）",
    "{account} is no account of money in this book (101, 102, 109 and those below)",
    "会计基础工作规范 art. 57",
)

TURN = 0x62616E6B
TAKE_TURN = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"


def require_money(connection: Connection[Any], book: str, account: str) -> None:
    """Raise `bank.account` unless it is one of money, `book.unknown` without the book."""
    register.book(connection, book)
    if not account.startswith(MONEY_ACCOUNTS) or account not in register.account_names(connection, book):
        raise NO_MONEY(account=account)


def take_turn(connection: Connection[Any], book: str, account: str) -> None:
    """Wait, within a transaction, until nobody else changes what is kept of an account."""
    require_money(connection, book, account)
    connection.execute(TAKE_TURN, (TURN, f"{book}/{account}"))
