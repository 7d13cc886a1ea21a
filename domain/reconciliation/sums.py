"""One line on one side that is several on the other together: a payment in parts, receipts that were banked at once.

Parts go the same way as the whole, and lie in the same window of days about it, or, if it has waited since the opening,
about one another. Fewer parts are more likely than many,
so all pairs are looked for before the first three; of the same number those nearest in days come first. The search is
bounded: it begins with the newest lines, looks at the nearest parts, and ends after so many steps.
"""

from __future__ import annotations

from heapq import nsmallest
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from domain.reconciliation.lines import BankLine, BookLine, Calendar, days_between, ordinal, sides

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from domain.reconciliation.lines import Sides

PARTS_MAX = 6
"""Of more parts any amount can be made."""
NEAR_MAX = 20
"""Among so many of the nearest lines a line's parts are looked for."""
WHOLES_MAX = 500
"""Of so many lines, the newest of each side, the parts are looked for."""
STEPS_MAX = 400_000
"""So many lines are tried as parts in all; it takes a fraction of a second."""

W = TypeVar("W", bound=BankLine | BookLine)
P = TypeVar("P", bound=BankLine | BookLine)


class _Whole(NamedTuple, Generic[W, P]):
    """A line that may be several of the other side, and the nearest of these."""

    line: W
    near: list[P]
    window_days: int


def find_sums(
    bank: Sequence[BankLine], book: Sequence[BookLine], refused: Collection[Sides], window_days: int
) -> list[tuple[tuple[BankLine, ...], tuple[BookLine, ...]]]:
    """Return the lines of both sides that are equal in sum, one of one side and 2 to 6 of the other."""
    steps = iter(range(STEPS_MAX))
    of_bank, of_book = _wholes(bank, book, window_days), _wholes(book, bank, window_days)
    taken: set[BankLine | BookLine] = set()
    found = list[tuple[tuple[BankLine, ...], tuple[BookLine, ...]]]()
    for size in range(2, PARTS_MAX + 1):
        for whole in of_bank:
            for books in _parts(whole, taken, size, steps):
                if sides((whole.line,), books) not in refused:
                    found.append(((whole.line,), books))
                    taken |= {whole.line, *books}
                    break
        for one in of_book:
            for banks in _parts(one, taken, size, steps):
                if sides(banks, (one.line,)) not in refused:
                    found.append((banks, (one.line,)))
                    taken |= {one.line, *banks}
                    break
    return found


def _wholes(lines: Sequence[W], others: Sequence[P], window_days: int) -> list[_Whole[W, P]]:
    """Return the newest lines that may have parts, with the nearest lines of the other side that may be these."""
    calendar = Calendar(others, window_days)
    found = list[_Whole[W, P]]()
    for line in sorted(lines, key=lambda line: (line.date, line), reverse=True)[:WHOLES_MAX]:
        smaller = [one for one in calendar.around(line) if _is_smaller(one.amount_fen, line.amount_fen)]
        near = [one for _, one in nsmallest(NEAR_MAX, ((days_between(one, line), one) for one in smaller))]
        if len(near) > 1:
            found.append(_Whole(line, near, window_days))
    return found


def _is_smaller(part_fen: int, whole_fen: int) -> bool:
    return 0 < part_fen < whole_fen or whole_fen < part_fen < 0


def _parts(
    whole: _Whole[W, P], taken: Collection[BankLine | BookLine], size: int, steps: Iterator[int]
) -> Iterator[tuple[P, ...]]:
    """Yield the parts of a line, `size` of them that are not taken, the nearest first."""
    if whole.line not in taken:
        near = [line for line in whole.near if line not in taken]
        amounts = [abs(line.amount_fen) for line in near]
        for places in _places(amounts, abs(whole.line.amount_fen), size, 0, steps):
            parts = tuple(sorted(near[place] for place in places))
            if not whole.line.is_opening or _days_among(parts) <= whole.window_days:
                yield parts


def _days_among(parts: tuple[P, ...]) -> int:
    """Return how many days lie between the first and the last of lines: they wait together for one at most so long."""
    days = [ordinal(part.date) for part in parts]
    return max(days) - min(days)


def _places(
    amounts: Sequence[int], sought: int, size: int, first: int, steps: Iterator[int]
) -> Iterator[tuple[int, ...]]:
    """Yield the places of `size` amounts from `first` on that come to what is sought, until there are no more steps."""
    last = len(amounts) - size + 1
    if first >= last or not min(amounts[first:]) * size <= sought <= max(amounts[first:]) * size:
        return
    for place in range(first, last):
        if next(steps, None) is None:
            return
        rest = sought - amounts[place]
        if size == 1:
            if rest == 0:
                yield (place,)
        elif rest > 0:
            for more in _places(amounts, rest, size - 1, place + 1, steps):
                yield (place, *more)
