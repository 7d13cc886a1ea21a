"""The account of money that a bank's statement is of: there is one, and who changes what is kept of it takes turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.chart import CASH, MONEY_ACCOUNTS
from domain.kernel.errors import Kind, Phrase, rule
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

OF_CASH = rule(
    "bank.statement_of_cash",
    Kind.REFUSED,
    "{account} {name}是现金，银行没有它的对账单：对账单请读入它所属的银行账户（{banks}），现金用现金盘点（网页上，或 "
    "sunledger bank count）",
    "{account} {name} is cash, of which no bank has a statement: read a statement into the account at the bank that it "
    "is of ({banks}), and count cash, on the page or by sunledger bank count",
    "会计基础工作规范 art. 62",
)
OF_SEVERAL = rule(
    "bank.statement_of_several",
    Kind.REFUSED,
    "科目 {account} {name}分了明细，一份对账单只是其中一个账户的；请读入它所属的明细科目：{banks}",
    "{account} {name} has detail accounts, and a statement is of one of them: read it into that one: {banks}",
    "会计基础工作规范 art. 62",
)

AT_BANK = tuple(code for code in MONEY_ACCOUNTS if code != CASH)

TURN = 0x62616E6B
TAKE_TURN = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"


def require_money(connection: Connection[Any], book: str, account: str) -> None:
    """Raise `bank.account` unless it is one of money, `book.unknown` without the book."""
    register.book(connection, book)
    if not account.startswith(MONEY_ACCOUNTS) or account not in register.account_names(connection, book):
        raise NO_MONEY(account=account)


def require_at_bank(connection: Connection[Any], book: str, account: str) -> None:
    """Raise unless a bank's statement may be of an account of money: no cash, and no account above others.

    Raises `bank.statement_of_cash`, `bank.statement_of_several`.
    """
    accounts = register.accounts(connection, book)
    mine = next(one for one in accounts if one.code == account)
    is_cash = account.startswith(CASH)
    if mine.leaf and not is_cash:
        return
    above = AT_BANK if is_cash else (account,)
    banks = [f"{one.code} {one.name}" for one in accounts if one.leaf and one.code.startswith(above)]
    told = "、".join(banks) or Phrase("本账套还没有", "there is none yet")
    raise (OF_CASH if is_cash else OF_SEVERAL)(account=account, name=mine.name, banks=told)


def take_turn(connection: Connection[Any], book: str, account: str) -> None:
    """Wait, within a transaction, until nobody else changes what is kept of an account."""
    require_money(connection, book, account)
    connection.execute(TAKE_TURN, (TURN, f"{book}/{account}"))
