"""The files that were read in: kept with what they are, by whom and when, and undone by accountant and cashier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from api.banking.account import require_money, take_turn
from api.database import snapshot
from api.drafting import require_maker
from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection
    from psycopg_pool import ConnectionPool

    from api.sessions import Session

NO_IMPORT = rule(
    "bank.no_import",
    Kind.UNKNOWN,
    "科目 {account} 没有第 {number} 次读入的对账单，或者它已撤回",
    "the account {account} has no import {number}, or it was undone",
    "ADR 0040",
)

_SELECT = """
    SELECT bank_imports.number, file, sha256, count(*), min(date)::text, max(date)::text, through::text,
           read_by, read_at, undone_by, undone_at
    FROM bank_imports
    JOIN bank_import_lines AS said USING (book, account)
    JOIN bank_lines USING (book, account)
    WHERE book = %s AND account = %s AND import = bank_imports.number AND line = bank_lines.number
"""
_GROUP = "GROUP BY book, account, bank_imports.number"
SELECT_ALL = f"{_SELECT} {_GROUP} ORDER BY number"
SELECT_ONE = f"{_SELECT} AND bank_imports.number = %s {_GROUP}"
UNDO = """
    UPDATE bank_imports SET undone_by = %s, undone_at = now()
    WHERE book = %s AND account = %s AND number = %s AND undone_at IS NULL
"""
SELECT_GONE = """
    SELECT line FROM bank_import_lines
    WHERE book = %(book)s AND account = %(account)s AND import = %(number)s AND line NOT IN (
        SELECT number FROM bank_standing WHERE book = %(book)s AND account = %(account)s
    )
"""
LAPSE = """
    UPDATE bank_decisions SET undone_by = %s, undone_at = now()
    WHERE book = %s AND account = %s AND bank && %s::integer[] AND undone_at IS NULL
"""


class KeptImport(NamedTuple):
    """A file that was read in: how many lines it had, of which days; by which key and when, and undone by which.

    The SHA-256 is None of what was read before it was kept; `read_by` is None of what was read at the server.
    """

    number: int
    file: str
    sha256: str | None
    lines: int
    first: str
    last: str
    through: str | None
    read_by: str | None
    read_at: datetime
    undone_by: str | None
    undone_at: datetime | None

    @property
    def stands(self) -> bool:
        """Tell whether it was not undone."""
        return self.undone_at is None


class Undone(NamedTuple):
    """An import that was undone: how many lines left with it, and how many decisions about them lapsed."""

    kept: KeptImport
    lines: int
    decisions: int

    @property
    def told(self) -> Phrase:
        """What is said of it to whoever undid it: what people had decided is theirs to decide again."""
        return Phrase(
            f"去掉 {self.lines} 行，{self.decisions} 个核对决定（有人认可或否定过的）随之撤回",
            f"lines gone: {self.lines}; decisions by people that lapsed with them: {self.decisions}",
        )


class BankImports:
    """The files of all books' accounts."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        """Use the tables through `pool`."""
        self._pool = pool

    def all(self, book: str, account: str) -> list[KeptImport]:
        """Return the files that were read into an account, those too that were undone; raises `bank.account`."""
        with snapshot(self._pool) as connection:
            require_money(connection, book, account)
            return [KeptImport(*row) for row in connection.execute(SELECT_ALL, (book, account)).fetchall()]

    def undo(self, session: Session, account: str, number: int) -> Undone:
        """Undo an import: lines that no other has leave, and what was decided of them is taken back.

        Raises `draft.not_maker`, `bank.account`, `bank.no_import`.
        """
        require_maker(session)
        book, key = session.book, session.key.name
        with self._pool.connection() as connection, connection.transaction():
            take_turn(connection, book, account)
            if not connection.execute(UNDO, (key, book, account, number)).rowcount:
                raise NO_IMPORT(account=account, number=number)
            gone = _gone(connection, book, account, number)
            lapsed = connection.execute(LAPSE, (key, book, account, gone)).rowcount
            (row,) = connection.execute(SELECT_ONE, (book, account, number)).fetchall()
            return Undone(KeptImport(*row), len(gone), lapsed)


def _gone(connection: Connection[Any], book: str, account: str, number: int) -> list[int]:
    """Return the numbers of an import's lines that no longer stand."""
    asked = {"book": book, "account": account, "number": number}
    return [line for (line,) in connection.execute(SELECT_GONE, asked).fetchall()]
