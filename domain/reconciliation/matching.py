"""Matching a bank's statement with the bank account of the book: by amount, by date, by the words of both.

Only lines of the same amount, to the fen, and of days not too far apart can be one transaction. Among these the nearest
are taken first, at the same distance those whose words are most alike, so that the same lines give the same matches in
whatever order they come. A match is certain when neither line had another candidate.
"""

from __future__ import annotations

from datetime import date
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WINDOW_DAYS = 10
"""A transfer, a cheque or a deposit over a holiday is on the bank's statement some days before or after the book."""


class BankLine(NamedTuple):
    """A line of a bank's statement: its number there, its day, fen that came in (out: below zero), and its words."""

    number: int
    date: str
    amount_fen: int
    text: str


class BookLine(NamedTuple):
    """A line of the bank account in the book: entry and line, its day, debits less credits in fen, and its words."""

    entry: int
    line: int
    date: str
    amount_fen: int
    text: str


class Match(NamedTuple):
    """Two lines that are one transaction, the days between them, and whether nothing else could be meant."""

    bank: BankLine
    book: BookLine
    days: int
    certain: bool


class _Candidate(NamedTuple):
    """What orders candidates: nearness, likeness, and at last where the lines stand."""

    days: int
    unlike: float
    bank: BankLine
    book: BookLine


def match(bank: Iterable[BankLine], book: Iterable[BookLine], window_days: int = WINDOW_DAYS) -> list[Match]:
    """Return the matches by the statement's numbers; each line is in one at most."""
    candidates = sorted(_candidates(sorted(bank), sorted(book), window_days))
    of_bank: dict[BankLine, int] = {}
    of_book: dict[BookLine, int] = {}
    for one in candidates:
        of_bank[one.bank] = of_bank.get(one.bank, 0) + 1
        of_book[one.book] = of_book.get(one.book, 0) + 1
    taken: dict[BankLine, Match] = {}
    booked: set[BookLine] = set()
    for one in candidates:
        if one.bank not in taken and one.book not in booked:
            certain = of_bank[one.bank] == of_book[one.book] == 1
            taken[one.bank] = Match(one.bank, one.book, one.days, certain)
            booked.add(one.book)
    return sorted(taken.values())


def _candidates(bank: Sequence[BankLine], book: Sequence[BookLine], window_days: int) -> list[_Candidate]:
    by_amount: dict[int, list[BookLine]] = {}
    for line in book:
        by_amount.setdefault(line.amount_fen, []).append(line)
    return [
        _Candidate(days, _unlike(mine.text, line.text), mine, line)
        for mine in bank
        for line in by_amount.get(mine.amount_fen, ())
        if (days := _days_between(mine.date, line.date)) <= window_days
    ]


def _days_between(one: str, other: str) -> int:
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)


def _unlike(one: str, other: str) -> float:
    """Return how unlike two texts are, from 0 (the same) to 1."""
    first, second = sorted((one, other))
    return 1 - SequenceMatcher(None, first, second, autojunk=False).ratio()
