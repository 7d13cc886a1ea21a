"""The age of receivables and payables (账龄): what is still open of each account and counterparty, by how long.

A payment settles the oldest open amount first. Opening balances are as old as the book at least. A voucher that was
reversed and the red one that reverses it are no moves: together they left everything as it was. Likewise a red line
that names no voucher, and the newest line of its amount before it; where there is none, it takes back the newest.
"""

from __future__ import annotations

from collections import deque
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
    """A line of an account that is aged, in fen: debits positive. A red line (红字) has the sign of the other side."""

    account: str
    party: str
    date: str
    fen: int
    is_red: bool = False


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
        _put(by_key.setdefault((move.account, move.party), []), move)
    limits = [_years_before(day, years) for years in YEARS]
    return list(_rows({key: _open_items(kept) for key, kept in by_key.items()}, limits))


def _put(kept: list[Move], move: Move) -> None:
    """Keep a move; a red one goes with the newest of its amount that it takes back."""
    if move.is_red:
        for place in range(len(kept) - 1, -1, -1):
            if kept[place].fen == -move.fen and not kept[place].is_red:
                del kept[place]
                return
    kept.append(move)


def _open_items(moves: Iterable[Move]) -> deque[_Open]:
    """Return what is open after moves of one account and counterparty, in the order in which it is settled."""
    open_items: deque[_Open] = deque()
    for move in moves:
        _settle(open_items, move)
    return open_items


def _settle(open_items: deque[_Open], move: Move) -> None:
    """Let a move settle what is open on the other side, the oldest first (a red one: the newest); open what is left."""
    end = -1 if move.is_red else 0
    left = move.fen
    while left and open_items and (open_items[end].fen > 0) != (left > 0):
        settled = open_items[end]
        del open_items[end]
        left += settled.fen
        if (left > 0) == (settled.fen > 0) and left:
            open_items.insert(len(open_items) if move.is_red else 0, _Open(settled.date, left))
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
