"""Matching a bank's statement with the bank account of the book: by amount, by date, by the words of both.

What a person decided comes first. Then only lines of the same amount, to the fen, and of days not too far apart can be
one transaction. Among these the nearest are taken first, at the same distance those whose words are most alike, so that
the same lines give the same matches in whatever order they come. A match is certain when neither line had another
candidate. What is left may be one line here and several there together, which is never certain.
"""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from domain.reconciliation.lines import (
    WINDOW_DAYS,
    BankLine,
    BookLine,
    Calendar,
    Match,
    days_between,
    most_days,
    sides,
)
from domain.reconciliation.sums import find_sums

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from domain.reconciliation.lines import Decision, Sides

PAIRS_MAX = 250_000
"""So many candidates of one amount are ordered by nearness and words; of more each line has the next that is free."""

COMPARED_MAX = 40_000
"""So many pairs of words are compared; of more it counts only whether they are the same."""


class _Candidate(NamedTuple):
    """What orders candidates: nearness, likeness, and at last where the lines stand."""

    days: int
    unlike: float
    bank: BankLine
    book: BookLine


def match(
    bank: Iterable[BankLine],
    book: Iterable[BookLine],
    decisions: Collection[Decision] = (),
    window_days: int = WINDOW_DAYS,
) -> list[Match]:
    """Return the matches by the statement's numbers; each line is in one at most.

    A match that a person accepted counts once all of its lines are there. Until then these wait for one another.
    """
    ours, theirs = sorted(bank), sorted(book)
    found = _accepted(ours, theirs, decisions)
    numbers = {number for one in decisions if one.accepted for number in one.bank}
    places = {place for one in decisions if one.accepted for place in one.book}
    refused = {(one.bank, one.book) for one in decisions if not one.accepted}
    ours = [line for line in ours if line.number not in numbers]
    theirs = [line for line in theirs if line.place not in places]
    pairs = _pairs(ours, theirs, refused, window_days)
    taken = {line for one in pairs for line in (*one.bank, *one.book)}
    ours, theirs = [one for one in ours if one not in taken], [one for one in theirs if one not in taken]
    sums = [
        Match(banks, books, most_days(banks, books), certain=False)
        for banks, books in find_sums(ours, theirs, refused, window_days)
    ]
    return sorted([*found, *pairs, *sums])


def _accepted(
    bank: Sequence[BankLine], book: Sequence[BookLine], decisions: Iterable[Decision]
) -> list[Match]:
    """Return the matches that were accepted and of which all lines are there."""
    numbered, placed = {line.number: line for line in bank}, {line.place: line for line in book}
    found = []
    for one in decisions:
        if one.accepted and numbered.keys() >= one.bank and placed.keys() >= one.book:
            banks = tuple(sorted(numbered[number] for number in one.bank))
            books = tuple(sorted(placed[place] for place in one.book))
            found.append(Match(banks, books, most_days(banks, books), certain=True, decision=one.number))
    return found


def _pairs(
    bank: Sequence[BankLine],
    book: Sequence[BookLine],
    refused: Collection[Sides],
    window_days: int,
) -> list[Match]:
    """Return the matches of one line with one."""
    of_amount: dict[int, tuple[list[BankLine], list[BookLine]]] = {}
    for mine in bank:
        of_amount.setdefault(mine.amount_fen, ([], []))[0].append(mine)
    for line in book:
        if line.amount_fen in of_amount:
            of_amount[line.amount_fen][1].append(line)
    left = COMPARED_MAX
    found = list[Match]()
    for ours, theirs in of_amount.values():
        crowded, pairs = _near(ours, theirs, window_days)
        near = [pair for pair in pairs if sides(pair[:1], pair[1:]) not in refused]
        compared = len(near) <= left
        left -= len(near) if compared else 0
        matches = _nearest_first(near, compared=compared)
        found += [one._replace(certain=False) for one in matches] if crowded else matches
    return found


def _near(
    bank: Sequence[BankLine], book: Sequence[BookLine], window_days: int
) -> tuple[bool, list[tuple[BankLine, BookLine]]]:
    """Return the pairs of lines whose days are not too far apart; of too many (True), the next free one for each."""
    calendar = Calendar(book, window_days)
    by_day = sorted(bank, key=lambda line: (line.date, line))
    spans = [calendar.span(mine) for mine in by_day]
    if sum(last - first for first, last in spans) <= PAIRS_MAX:
        return False, [(mine, line) for mine in by_day for line in calendar.around(mine)]
    free, pairs = 0, list[tuple[BankLine, BookLine]]()
    for mine, (first, last) in zip(by_day, spans, strict=True):
        free = max(free, first)
        if free < last:
            pairs.append((mine, calendar.lines[free]))
            free += 1
    return True, pairs


def _nearest_first(near: Sequence[tuple[BankLine, BookLine]], *, compared: bool) -> list[Match]:
    """Return matches of candidates of one amount, the nearest taken first, then those with the words most alike."""
    unlike = cache(_unlike) if compared else _differ
    candidates = sorted(
        _Candidate(days_between(mine, line), unlike(mine.text, line.text), mine, line) for mine, line in near
    )
    of_bank, of_book = Counter(mine for mine, _ in near), Counter(line for _, line in near)
    taken: dict[BankLine, Match] = {}
    booked: set[BookLine] = set()
    for one in candidates:
        if one.bank not in taken and one.book not in booked:
            certain = of_bank[one.bank] == of_book[one.book] == 1
            taken[one.bank] = Match((one.bank,), (one.book,), one.days, certain)
            booked.add(one.book)
    return list(taken.values())


def _unlike(one: str, other: str) -> float:
    """Return how unlike two texts are, from 0 (the same) to 1."""
    first, second = sorted((one, other))
    return 1 - SequenceMatcher(None, first, second, autojunk=False).ratio()


def _differ(one: str, other: str) -> float:
    """Return 0 for the same texts, 1 for others."""
    return float(one != other)
