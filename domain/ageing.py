"""The age of receivables and payables (账龄): what is still open of each account and counterparty, by how long.

A payment settles the oldest open amount first. Opening balances are as old as the book at least. A voucher that was
reversed and the red one that reverses it are no moves: together they left everything as it was. Likewise a red line
that names no voucher, and the newest line of its amount before it; where there is none, it makes less the newest line
of a larger amount, or the newest ones together. What was paid too little then has its own age again.
What sets a voucher right says what that one should have said (订正、调整、更正), so that no debt grows young by being
corrected: its lines are as old, on whatever account and of whatever counterparty, and those of the same account and
counterparty are one with its own. A payment or a debt of a later day is a voucher of its own: in one that sets another
right it would be dated back.
"""

from __future__ import annotations

from collections import deque
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ACCOUNTS = ("112", "113", "211", "221")
"""应收款、内部往来、应付款、长期借款及应付款: what others owe, and what is owed to them."""

YEARS = (1, 2, 3)
"""The ages at which the columns part: up to 1 year, 1 to 2, 2 to 3, above."""

Key = tuple[str, str]
"""An account and a counterparty (往来单位), "" where the line names none."""


class Move(NamedTuple):
    """A line of an account that is aged, in fen: debits positive. A red line (红字) has the sign of the other side.

    `entry` and `date` are those of its voucher. A line that `corrects` has those of the voucher that it sets right,
    the first where one set right another.
    """

    account: str
    party: str
    date: str
    fen: int
    is_red: bool = False
    entry: int = 0
    corrects: bool = False


class AgedRow(NamedTuple):
    """What is open of an account and a counterparty on a day, in fen: debit balances (others owe) are positive.

    `by_age` are the parts of the balance, youngest first, one more than `YEARS`; `oldest` is the oldest part's date.
    """

    account: str
    party: str
    balance_fen: int
    by_age: tuple[int, ...]
    oldest: str


class _Open(NamedTuple):
    date: str
    fen: int


def aged_rows(moves: Iterable[Move], day: str) -> list[AgedRow]:
    """Return a row for each account and counterparty with a balance on `day`, of moves in the order of their dates."""
    by_key: dict[Key, list[Move]] = {}
    for move in moves:
        by_key.setdefault((move.account, move.party), []).append(move)
    limits = [_years_before(day, years) for years in YEARS]
    return list(_rows({key: _open_items(of_key) for key, of_key in by_key.items()}, limits))


def _set_right(moves: Iterable[Move]) -> Iterator[Move]:
    """Yield the moves of one account and counterparty; those of a voucher and of what sets it right are one."""
    for _, of_entry in groupby(moves, key=lambda move: move.entry):
        first, *more = of_entry
        if first.corrects or any(move.corrects for move in more):
            yield first._replace(fen=first.fen + sum(move.fen for move in more))
        else:
            yield from (first, *more)


def _put(kept: list[Move], move: Move) -> None:
    """Keep a move; a red one makes less what it takes back, and what nothing is there for is a move of its own."""
    left = move.fen
    for place in _taken_back(kept, move) if move.is_red else ():
        part = min(abs(left), abs(kept[place].fen)) * (1 if left > 0 else -1)
        kept[place] = kept[place]._replace(fen=kept[place].fen + part)
        left -= part
    if left:
        kept.append(move._replace(fen=left))


def _taken_back(kept: list[Move], move: Move) -> list[int]:
    """Return the places of what a red move takes back: the newest of its amount or else of more, or the newest ones."""
    lines, more = list[int](), list[int]()
    for place in range(len(kept) - 1, -1, -1):
        one = kept[place]
        if one.is_red or one.fen * move.fen >= 0:
            continue
        if one.fen == -move.fen:
            return [place]
        if not more and abs(one.fen) > abs(move.fen):
            more.append(place)
        lines.append(place)
    return more or lines


def _open_items(moves: Iterable[Move]) -> deque[_Open]:
    """Return what is open after moves of one account and counterparty, in the order in which it is settled."""
    kept: list[Move] = []
    for move in _set_right(moves):
        _put(kept, move)
    open_items: deque[_Open] = deque()
    for move in kept:
        _settle(open_items, move)
    return open_items


def _settle(open_items: deque[_Open], move: Move) -> None:
    """Let a move settle what is open on the other side, the oldest first; open what is left."""
    left = move.fen
    while left and open_items and (open_items[0].fen > 0) != (left > 0):
        settled = open_items.popleft()
        left += settled.fen
        if (left > 0) == (settled.fen > 0) and left:
            open_items.appendleft(_Open(settled.date, left))
            return
    if left:
        open_items.append(_Open(move.date, left))


def _rows(items: dict[Key, deque[_Open]], limits: list[str]) -> Iterator[AgedRow]:
    for (account, party), open_items in sorted(items.items()):
        if not open_items:
            continue
        by_age = [0] * (len(limits) + 1)
        for item in open_items:
            by_age[sum(item.date <= limit for limit in limits)] += item.fen
        yield AgedRow(account, party, sum(by_age), tuple(by_age), min(item.date for item in open_items))


def _years_before(day: str, years: int) -> str:
    """Return the date `years` before a day; what is of that date or before is that old."""
    return f"{int(day[:4]) - years:04d}{day[4:]}"
