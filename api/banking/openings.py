"""What was outstanding at the opening (期初未达账项): entered by hand, beside the statements, and taken back again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from api.banking.account import require_money, take_turn
from api.database import snapshot
from api.drafting import require_maker
from api.importing.cells import parse_text
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import MAX_FEN, format_fen
from domain.kernel.period import parse_date
from projections.bank import book_lines, decisions, held_from, opened_on, openings

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection
    from psycopg_pool import ConnectionPool

    from api.sessions import Session

NOT_BEFORE = rule(
    "bank.opening_date",
    Kind.REFUSED,
    "期初未达账项的日期应早于 {begins}（账套启用、开始读入对账单之日），读到 {read}；此后的，对账单和账上各自都有",
    "what was outstanding at the opening is dated before {begins}, when the book is open and the statements begin; read"
    " {read}. Since then statements and book have it themselves",
    "会计基础工作规范 art. 62",
)
NOT_IN_LEDGER = rule(
    "bank.opening_not_in_ledger",
    Kind.REFUSED,
    "账套已于 {opened} 启用，{read} 企业已记的就在账里，但科目 {account} 那天没有 {amount} 元的一笔（或已经记下）；"
    "账上那天有：{found}。请照账上的日期和金额填（支出写负数）；账上漏了的，先补记凭证",
    "the book is open since {opened}: what it had by {read} is in its ledger, but {account} has no line of {amount}"
    " yuan of that day, or it was entered already; it has: {found}. Give day and amount as the ledger has them (what"
    " was paid below zero); what the ledger lacks is booked first",
    "会计基础工作规范 art. 62",
)
NO_AMOUNT = rule(
    "bank.opening_amount",
    Kind.MALFORMED,
    "期初未达账项的金额不能是零，也不能超过一笔的限额，读到 {read} 分；收入写正数，支出写负数",
    "an outstanding item has an amount that is not nil and within the limit of one line; read {read} fen. What was"
    " received is above zero, what was paid below",
    "会计基础工作规范 art. 62",
)
NO_OPENING = rule(
    "bank.no_opening",
    Kind.UNKNOWN,
    "科目 {account} 没有第 {number} 号期初未达账项，或者它已撤回",
    "the account {account} has no outstanding item {number}, or it was taken back",
    "ADR 0040",
)
IN_USE = rule(
    "bank.opening_decided",
    Kind.CONFLICT,
    "第 {number} 号期初未达账项已由第 {decision} 号决定对上；先撤回那个决定",
    "the outstanding item {number} is in decision {decision}; take that back first",
    "ADR 0040",
)

LINES_SHOWN = 10
"""So many lines of a day are told."""

_SELECT = """
    SELECT number, side, date::text, amount_fen, text, made_by, made_at FROM bank_openings
    WHERE book = %s AND account = %s AND undone_at IS NULL
"""
SELECT_ALL = f"{_SELECT} ORDER BY number DESC"
SELECT_ONE = f"{_SELECT} AND number = %s"
INSERT = """
    INSERT INTO bank_openings (book, account, number, side, date, amount_fen, text, made_by)
    SELECT %(book)s, %(account)s, coalesce(min(number), 0) - 1, %(side)s, %(date)s::date,
           %(amount)s::bigint, %(text)s, %(key)s
    FROM bank_openings WHERE book = %(book)s AND account = %(account)s
    RETURNING number
"""
UNDO = """
    UPDATE bank_openings SET undone_by = %s, undone_at = now()
    WHERE book = %s AND account = %s AND number = %s AND undone_at IS NULL
"""


class Opening(NamedTuple):
    """An item that one side had already at the opening: its number below zero, fen (above zero: received), words."""

    number: int
    side: Literal["bank", "book"]
    date: str
    amount_fen: int
    text: str
    made_by: str
    made_at: datetime


class BankOpenings:
    """The items of all books' accounts."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        """Use the tables through `pool`."""
        self._pool = pool

    def all(self, book: str, account: str) -> list[Opening]:
        """Return the items of an account that were not taken back; raises `bank.account`."""
        with snapshot(self._pool) as connection:
            require_money(connection, book, account)
            return [Opening(*row) for row in connection.execute(SELECT_ALL, (book, account)).fetchall()]

    def enter(
        self,
        session: Session,
        account: str,
        side: Literal["bank", "book"],
        date: str,
        amount_fen: int,
        text: str,
    ) -> Opening:
        """Keep an item. One that the book has since it opened is a line of its ledger, and stays that line.

        Raises `draft.not_maker`, `bank.account`, `bank.opening_date`, `bank.opening_not_in_ledger`,
        `bank.opening_amount`, `date.malformed`, `import.text_too_long`, `import.invisible`.
        """
        require_maker(session)
        day, words = parse_date(date), parse_text(text)
        if not 0 < abs(amount_fen) <= MAX_FEN:
            raise NO_AMOUNT(read=amount_fen)
        with self._pool.connection() as connection, connection.transaction():
            take_turn(connection, session.book, account)
            begins = held_from(connection, session.book, account)
            if day >= begins:
                raise NOT_BEFORE(begins=begins, read=day)
            if side == "book":
                _require_in_ledger(connection, session.book, account, day, amount_fen)
            facts = {"book": session.book, "account": account, "side": side, "date": day}
            said = {"amount": amount_fen, "text": words, "key": session.key.name}
            number = connection.execute(INSERT, facts | said).fetchall()[0][0]
            return _one(connection, session.book, account, number)

    def undo(self, session: Session, account: str, number: int) -> None:
        """Take an item back; raises `draft.not_maker`, `bank.account`, `bank.no_opening`, `bank.opening_decided`."""
        require_maker(session)
        with self._pool.connection() as connection, connection.transaction():
            take_turn(connection, session.book, account)
            for one in decisions(connection, session.book, account):
                if one.accepted and (number in one.bank or (number, 1) in one.book):
                    raise IN_USE(number=number, decision=one.number)
            if not connection.execute(UNDO, (session.key.name, session.book, account, number)).rowcount:
                raise NO_OPENING(account=account, number=number)


def _require_in_ledger(
    connection: Connection[Any], book: str, account: str, day: str, amount_fen: int
) -> None:
    """Raise `bank.opening_not_in_ledger` unless the ledger has such a line; of before the book opened it has none."""
    opened = opened_on(connection, book)
    if day < opened:
        return
    entered = openings(connection, book, account).places
    free = [line for line in book_lines(connection, book, account, day, day) if line.place not in entered]
    if amount_fen not in {line.amount_fen for line in free}:
        told = [f"{line.text} {format_fen(line.amount_fen)}" for line in free[:LINES_SHOWN]]
        found = "；".join(told) or Phrase("没有别的", "nothing")
        facts = {"opened": opened, "read": day, "account": account, "amount": format_fen(amount_fen)}
        raise NOT_IN_LEDGER(**facts, found=found)


def _one(connection: Connection[Any], book: str, account: str, number: int) -> Opening:
    return Opening(*connection.execute(SELECT_ONE, (book, account, number)).fetchall()[0])
