"""The statements that were read in, by book and account; what is read again is not kept twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from api.banking.account import require_money, take_turn
from api.database import snapshot
from domain.kernel.errors import Kind, rule
from domain.kernel.period import parse_date
from projections.bank import balance_fen, bank_balance_fen, reconciliation, statements_reach

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg_pool import ConnectionPool

    from api.banking.reading import StatementLine
    from domain.reconciliation import Reconciliation

NO_CASH = rule(
    "bank.cash",
    Kind.REFUSED,
    "{account} 不是库存现金科目（101 及其明细）；银行存款用 sunledger bank reconcile",
    "{account} is no account of cash (101 and those below); of a bank's use sunledger bank reconcile",
    "会计基础工作规范 art. 62",
)
NO_BALANCE = rule(
    "bank.no_balance",
    Kind.REFUSED,
    "读入的对账单只到 {reach}，没有科目 {account} 在 {date} 的余额：请填写对账单上的余额，或读入到那天的对账单",
    "the statements that were read in go up to {reach} and do not say what stood on {account} on {date}; give the"
    " statement's balance, or read one in that goes so far",
    "会计基础工作规范 art. 62",
)
NOTHING = rule(
    "bank.nothing",
    Kind.REFUSED,
    "科目 {account} 还没有读入 {date} 以前的对账单；请先读入（网页上，或 sunledger bank import）",
    "no statement of {account} up to {date} was read in; read one in first, on the page or by sunledger bank import",
    "会计基础工作规范 art. 62",
)

CASH = "101"
"""库存现金, with all its details."""

SELECT_KNOWN = """
    SELECT date::text, amount_fen, text, balance_fen, number FROM bank_lines
    WHERE book = %s AND account = %s ORDER BY number
"""
UPDATE_BALANCE = "UPDATE bank_lines SET balance_fen = %s WHERE book = %s AND account = %s AND number = %s"
PUT_REACH = """
    INSERT INTO bank_reach (book, account, through) VALUES (%s, %s, %s)
    ON CONFLICT (book, account) DO UPDATE SET through = greatest(bank_reach.through, excluded.through)
"""
INSERT_LINE = """
    INSERT INTO bank_lines (book, account, number, date, amount_fen, text, balance_fen, file)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
SELECT_COLUMNS = "SELECT field, header FROM bank_columns WHERE book = %s AND account = %s"
DELETE_COLUMNS = "DELETE FROM bank_columns WHERE book = %s AND account = %s"
INSERT_COLUMN = "INSERT INTO bank_columns (book, account, field, header) VALUES (%s, %s, %s, %s)"


class Taken(NamedTuple):
    """How many lines of a statement are new, and how many were read before."""

    new: int
    known: int


class BankStatements:
    """The statements of all books' accounts."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        """Use the tables through `pool`."""
        self._pool = pool

    def headers(self, book: str, account: str) -> dict[str, str]:
        """Return the headers that were given for an account's statements, by field."""
        with self._pool.connection() as connection:
            return dict(connection.execute(SELECT_COLUMNS, (book, account)).fetchall())

    def remember_headers(self, book: str, account: str, headers: Mapping[str, str]) -> None:
        """Remember under which headers an account's statements have what is wanted."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(DELETE_COLUMNS, (book, account))
            for field, header in headers.items():
                connection.execute(INSERT_COLUMN, (book, account, field, header))

    def take_in(
        self, book: str, account: str, lines: Sequence[StatementLine], file: str, through: str = ""
    ) -> Taken:
        """Keep the lines of a statement that are new, all or none; raises `bank.account`, `book.unknown`.

        Statements overlap. A line is known by day, amount, words, and the balance behind it if both statements say so;
        of equal ones as many are kept as a statement has. It goes `through` a day, or to its last line.
        """
        with self._pool.connection() as connection, connection.transaction():
            take_turn(connection, book, account)
            rows = connection.execute(SELECT_KNOWN, (book, account)).fetchall()
            known: dict[tuple[str, int, str], list[tuple[int | None, int]]] = {}
            for day, amount_fen, text, balance, of in rows:
                known.setdefault((day, amount_fen, text), []).append((balance, of))
            number = len(rows)
            for line in lines:
                twin = _take_twin(known.get(line[:3], []), line.balance_fen)
                if twin is None:
                    number += 1
                    connection.execute(INSERT_LINE, (book, account, number, *line, file))
                elif twin[0] != line.balance_fen and line.balance_fen is not None:
                    connection.execute(UPDATE_BALANCE, (line.balance_fen, book, account, twin[1]))
            if through:
                connection.execute(PUT_REACH, (book, account, parse_date(through)))
        return Taken(number - len(rows), len(lines) - (number - len(rows)))

    def read_through(self, book: str) -> dict[str, str]:
        """Return up to which day a bank's statement was read in, by account."""
        with self._pool.connection() as connection:
            return statements_reach(connection, book)

    def balance(self, book: str, account: str, day: str) -> int | None:
        """Return what the bank says stood on an account at the end of a day, None where its statements do not.

        They do up to the day to which they go; of a day behind that nobody knows.
        """
        with self._pool.connection() as connection:
            return bank_balance_fen(connection, book, account, parse_date(day))

    def reconcile(self, book: str, account: str, day: str, bank_fen: int | None = None) -> Reconciliation:
        """Return the reconciliation of an account at the end of a day, with the bank's balance as its statement has it.

        The balance need not be given where the statement that was read in says it. Before the first day of the
        statements, lines of the book are looked at only as far as they may be the statement's. Raises `bank.account`,
        `bank.nothing`, `bank.no_balance`, `book.unknown`, `date.malformed`.
        """
        parse_date(day)
        with snapshot(self._pool) as connection:
            require_money(connection, book, account)
            said_fen = bank_balance_fen(connection, book, account, day) if bank_fen is None else bank_fen
            found = reconciliation(connection, book, account, day, said_fen or 0)
            if found is None:
                raise NOTHING(account=account, date=day)
            if said_fen is None:
                reach = statements_reach(connection, book)[account]
                raise NO_BALANCE(account=account, date=day, reach=reach)
        return found

    def counted(self, book: str, account: str, day: str, counted_fen: int) -> tuple[int, int]:
        """Return the book's balance of cash at the end of a day, and what was counted less that; raises `bank.cash`."""
        parse_date(day)
        if not account.startswith(CASH):
            raise NO_CASH(account=account)
        with snapshot(self._pool) as connection:
            require_money(connection, book, account)
            book_fen = balance_fen(connection, book, account, day)
        return book_fen, counted_fen - book_fen


def _take_twin(twins: list[tuple[int | None, int]], balance: int | None) -> tuple[int | None, int] | None:
    """Take the line that a line is out of those that are like it, each with its balance and number; None if none is.

    A balance that one of the two does not say tells nothing apart.
    """
    same = [twin for twin in twins if twin[0] == balance]
    unsaid = [twin for twin in twins if twin[0] is None or balance is None]
    for twin in (*same, *unsaid):
        twins.remove(twin)
        return twin
    return None
