"""An account of the book held against its bank's statement at the end of a day (银行存款余额调节表)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.reconciliation import WINDOW_DAYS, find_outstanding, match, reconcile, stood_before
from projections.bank.query import (
    balance_fen,
    book_lines,
    decisions,
    files,
    gaps,
    opened_on,
    openings,
    standing,
    stood_fen,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Connection

    from domain.reconciliation import BankLine, BookLine, Decision, Reconciliation
    from projections.bank.query import Standing

    Place = tuple[int, int]

SELECT_BEGIN = "SELECT min(date)::text FROM bank_standing WHERE book = %s AND account = %s"


def held_from(connection: Connection[Any], book: str, account: str) -> str:
    """Return from which day on an account is held against its bank: the book is open, and the statements begin."""
    ((begins,),) = connection.execute(SELECT_BEGIN, (book, account)).fetchall()
    return max(begins or "", opened_on(connection, book))


def held_at_end(
    connection: Connection[Any], book: str, account: str, last: str, reach: str, said_fen: int | None = None
) -> tuple[Reconciliation | None, int | None]:
    """Return the reconciliation at the end of a day, and what it leaves; None where no bank's balance of it is known.

    The balance is the one that is said, else that of the statements, if they `reach` the day. Without it the lines
    that only one side has are known all the same, as are the gaps in the statements that begin by then. None too where
    no statement was read in until that day.
    """
    read, of = standing(connection, book, account), files(connection, book, account)
    stated_fen = stood_fen(read, of, last, reach)
    bank_fen = stated_fen if said_fen is None else said_fen
    statement = [one for one in read if one.line.date <= last]
    if not statement:
        return None, None
    opened = opened_on(connection, book)
    begins = max(min(one.line.date for one in statement), opened)
    mine = _read_sides(connection, book, account, statement, (_days_before(begins), last))
    balances = balance_fen(connection, book, account, last), bank_fen or 0
    stood = (
        balance_fen(connection, book, account, _days_before(begins, 1)),
        _begun(statement, begins, bank_fen),
    )
    found, left_fen = _counted(mine, begins, balances, stood)
    if left_fen and begins > opened:
        ledger = book_lines(connection, book, account, opened, _days_before(begins, 1))
        counted = {
            line.place for line in (*found.only_book, *(line for one in found.matches for line in one.book))
        }
        waited = find_outstanding([line for line in ledger if line.place not in counted], left_fen)
        if waited:
            early = {line.place for line in mine.book if line.date < begins and line.place in counted}
            found, left_fen = _counted(mine.waiting_for(waited, early), begins, balances, stood)
    missing = [gap for gap in gaps(read, of) if gap.after < last or (bank_fen is None and gap.holds(last))]
    found = found._replace(begins=begins, before_fen=left_fen, gaps=missing, stated_fen=stated_fen)
    return found, found.difference_fen if bank_fen is not None else None


class _Sides(NamedTuple):
    """The lines of both sides, what was decided of them, and which count though they are of before both began."""

    bank: list[BankLine]
    book: list[BookLine]
    decided: list[Decision]
    numbers: set[int]
    places: set[Place]

    def waiting_for(self, lines: Iterable[BookLine], early: set[Place]) -> _Sides:
        """Return the sides with lines of the ledger that have waited since before both began, and `early` ones."""
        waited = {line.place: line._replace(waiting=True) for line in lines}
        others = [line for line in self.book if line.place not in waited]
        return self._replace(book=[*others, *waited.values()], places=self.places | early | waited.keys())


def _read_sides(
    connection: Connection[Any], book: str, account: str, statement: Sequence[Standing], days: tuple[str, str]
) -> _Sides:
    """Return both sides of an account: the lines of its statements, and of the ledger those of some days."""
    decided = decisions(connection, book, account)
    accepted = [one for one in decided if one.accepted]
    entered, last = openings(connection, book, account), days[1]
    places = {place for one in accepted for place in one.book} | entered.places
    ledger = book_lines(connection, book, account, *days, places)
    sides = _Sides(
        [*(one.line for one in statement), *(line for line in entered.bank if line.date <= last)],
        [*ledger, *(line for line in entered.book if line.date <= last)],
        decided,
        {number for one in accepted for number in one.bank},
        places,
    )
    return sides.waiting_for([line for line in ledger if line.place in entered.places], set())


def _begun(statement: Sequence[Standing], begins: str, bank_fen: int | None) -> int | None:
    """Return what the bank had when both began: as its statements say it, else by what moved since then."""
    by_day = sorted(
        (one.line.date, one.line.number, one.line.amount_fen, one.balance_fen) for one in statement
    )
    before_fen = stood_before([(day, amount, balance) for day, _, amount, balance in by_day])
    if before_fen is not None:
        return before_fen + sum(one.line.amount_fen for one in statement if one.line.date < begins)
    moved_fen = sum(one.line.amount_fen for one in statement if one.line.date >= begins)
    return None if bank_fen is None else bank_fen - moved_fen


def _counted(
    mine: _Sides, begins: str, balances: tuple[int, int], stood: tuple[int, int | None]
) -> tuple[Reconciliation, int]:
    """Return the reconciliation of two balances, and by how much book and bank differed when both began.

    `stood` is what book and bank had then. What was under way then, as far as it counts, is no difference.
    """
    matches = match(mine.bank, mine.book, mine.decided)
    taken = {line for one in matches for line in (*one.bank, *one.book)}
    bank = [
        line
        for line in mine.bank
        if line.date >= begins or line.is_opening or line.number in mine.numbers or line in taken
    ]
    book = [
        line
        for line in mine.book
        if line.date >= begins or line.is_opening or line.place in mine.places or line in taken
    ]
    found = reconcile(*balances, bank, book, matches)
    if stood[1] is None:
        return found, 0
    under_way = sum(line.amount_fen for line in book if line.date < begins or line.entry < 0)
    had = sum(line.amount_fen for line in bank if line.date < begins or line.is_opening)
    return found, stood[0] - stood[1] + had - under_way


def _days_before(day: str, days: int = WINDOW_DAYS) -> str:
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()
