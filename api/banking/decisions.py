"""What accountant and cashier decide of the matches between bank and book: kept with who and when, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from api.banking.account import require_money, take_turn
from api.clock import local_minute
from api.database import snapshot
from api.drafting import require_maker
from domain.kernel.errors import Kind, rule
from domain.kernel.money import format_fen
from domain.reconciliation import Decision
from projections.bank import bank_lines, book_lines, decisions, openings

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from psycopg import Connection
    from psycopg_pool import ConnectionPool

    from api.sessions import Session
    from domain.reconciliation import BankLine, BookLine

LINES_MAX = 200
"""Of each side of one decision: whoever decides of more has not looked at them."""

NO_LINE = rule(
    "bank.line",
    Kind.UNKNOWN,
    "科目 {account} 没有这些行：{lines}；请重新打开余额调节表再选",
    "the account {account} has no such lines: {lines}; open the reconciliation again and choose from it",
    "ADR 0040",
)
TOO_FEW = rule(
    "bank.too_few",
    Kind.REFUSED,
    "要对上的至少两行：对账单和账上各一行以上，或一方中相互抵消的几行；选了 {count} 行",
    "a match has two lines at least: one or more of each side, or some of one side that cancel one another; {count}"
    " were chosen",
    "ADR 0040",
)
OTHER_SUM = rule(
    "bank.other_sum",
    Kind.REFUSED,
    "两边合计不同：对账单 {bank} 元，账上 {book} 元，相差 {difference} 元；请增减所选的行",
    "the sums differ: {bank} yuan of the bank and {book} of the book, by {difference}; choose other lines",
    "ADR 0040",
)
DECIDED = rule(
    "bank.decided",
    Kind.CONFLICT,
    "所选的行里有 {key} 于 {at} 已经决定过的（第 {number} 号决定）；要改，先撤回那个决定",
    "some of these lines were decided of by {key} at {at} (decision {number}); take that back first",
    "ADR 0040",
)
NO_DECISION = rule(
    "bank.no_decision",
    Kind.UNKNOWN,
    "科目 {account} 没有第 {number} 号决定，或者它已撤回",
    "the account {account} has no decision {number}, or it was taken back",
    "ADR 0040",
)

_SELECT = """
    SELECT number, accepted, bank, entries, lines, decided_by, decided_at, undone_by, undone_at
    FROM bank_decisions WHERE book = %s AND account = %s
"""
SELECT_ALL = f"{_SELECT} ORDER BY number"
SELECT_ONE = f"{_SELECT} AND number = %s"
INSERT = """
    INSERT INTO bank_decisions (book, account, number, accepted, bank, entries, lines, decided_by)
    SELECT %(book)s, %(account)s, coalesce(max(number), 0) + 1, %(accepted)s,
           %(bank)s::integer[], %(entries)s::bigint[], %(lines)s::integer[], %(key)s
    FROM bank_decisions WHERE book = %(book)s AND account = %(account)s
    RETURNING number
"""
UNDO = """
    UPDATE bank_decisions SET undone_by = %s, undone_at = now()
    WHERE book = %s AND account = %s AND number = %s AND undone_at IS NULL
"""

LAST_DAY = "2099-12-31"
"""Behind which no line of bank or book is dated."""


class KeptDecision(NamedTuple):
    """A decision as it is kept: by which key and when, and by which and when it was taken back, if it was."""

    decision: Decision
    decided_by: str
    decided_at: datetime
    undone_by: str | None
    undone_at: datetime | None

    @property
    def stands(self) -> bool:
        """Tell whether it was not taken back."""
        return self.undone_at is None


class BankDecisions:
    """The decisions on all books' accounts."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        """Use the tables through `pool`."""
        self._pool = pool

    def all(self, book: str, account: str) -> list[KeptDecision]:
        """Return the decisions on an account, those too that were taken back; raises `bank.account`."""
        with snapshot(self._pool) as connection:
            require_money(connection, book, account)
            return [_kept(row) for row in connection.execute(SELECT_ALL, (book, account)).fetchall()]

    def decide(
        self,
        session: Session,
        account: str,
        bank: Collection[int],
        places: Collection[tuple[int, int]],
        *,
        accepted: bool,
    ) -> KeptDecision:
        """Keep that lines are one transaction, or that they are not one.

        Raises `draft.not_maker`, `bank.account`, `bank.line`, `bank.too_few`, `bank.other_sum`, `bank.decided`.
        """
        require_maker(session)
        book, wanted = session.book, Decision(0, accepted, frozenset(bank), frozenset(places))
        with self._pool.connection() as connection, connection.transaction():
            take_turn(connection, book, account)
            _check_sums(*_lines_of(connection, book, account, wanted), accepted=accepted)
            self._check_free(connection, book, account, wanted)
            at = sorted(wanted.book)
            facts = {"book": book, "account": account, "accepted": accepted, "bank": sorted(wanted.bank)}
            lines = {"entries": [entry for entry, _ in at], "lines": [line for _, line in at]}
            row = connection.execute(INSERT, facts | lines | {"key": session.key.name})
            return _one(connection, book, account, row.fetchall()[0][0])

    def undo(self, session: Session, account: str, number: int) -> KeptDecision:
        """Take a decision back; raises `draft.not_maker`, `bank.account`, `bank.no_decision`."""
        require_maker(session)
        with self._pool.connection() as connection, connection.transaction():
            take_turn(connection, session.book, account)
            if not connection.execute(UNDO, (session.key.name, session.book, account, number)).rowcount:
                raise NO_DECISION(account=account, number=number)
            return _one(connection, session.book, account, number)

    def _check_free(self, connection: Connection[Any], book: str, account: str, wanted: Decision) -> None:
        """A line is in one accepted match at most; what was accepted is refused only after that is taken back."""
        for one in decisions(connection, book, account):
            same = (one.bank, one.book) == (wanted.bank, wanted.book)
            shared = one.bank & wanted.bank or one.book & wanted.book
            if (one.accepted and shared) if wanted.accepted else same:
                kept = _one(connection, book, account, one.number)
                at = local_minute(kept.decided_at)
                raise DECIDED(key=kept.decided_by, at=at, number=one.number)


def _lines_of(
    connection: Connection[Any], book: str, account: str, wanted: Decision
) -> tuple[list[BankLine], list[BookLine]]:
    """Return the lines that a decision names; raises `bank.line` if one is not there."""
    entered = openings(connection, book, account)
    bank = [
        one
        for one in (*entered.bank, *bank_lines(connection, book, account, LAST_DAY))
        if one.number in wanted.bank
    ]
    there = book_lines(connection, book, account, LAST_DAY, LAST_DAY, wanted.book)
    mine = [one for one in (*entered.book, *there) if one.place in wanted.book]
    missing = [str(number) for number in wanted.bank - {one.number for one in bank}]
    missing += [f"{entry}:{line}" for entry, line in wanted.book - {one.place for one in mine}]
    if missing:
        raise NO_LINE(account=account, lines=", ".join(sorted(missing)))
    return bank, mine


def _check_sums(bank: list[BankLine], book: list[BookLine], *, accepted: bool) -> None:
    if len(bank) + len(book) < 2 or not (accepted or (bank and book)):
        raise TOO_FEW(count=len(bank) + len(book))
    bank_fen, book_fen = sum(one.amount_fen for one in bank), sum(one.amount_fen for one in book)
    if bank_fen != book_fen:
        facts = {"bank": format_fen(bank_fen), "book": format_fen(book_fen)}
        raise OTHER_SUM(**facts, difference=format_fen(bank_fen - book_fen))


def _one(connection: Connection[Any], book: str, account: str, number: int) -> KeptDecision:
    return _kept(connection.execute(SELECT_ONE, (book, account, number)).fetchall()[0])


def _kept(row: tuple[Any, ...]) -> KeptDecision:
    number, accepted, bank, entries, lines, *who = row
    places = frozenset(zip(entries, lines, strict=True))
    return KeptDecision(Decision(number, accepted, frozenset(bank), places), *who)
