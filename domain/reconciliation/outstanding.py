"""What was under way when the statements began (期初未达账项), where the book was open already and has it.

Before its first statement nobody says of a line of the book whether the bank had it. But the two balances of that
moment do: they differ by what was under way.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.reconciliation.lines import BookLine

PARTS_MAX = 3
"""Of more lines than that almost any difference can be made: a person names them."""
NEWEST = 20
"""What is under way is of the last days: among so many of the newest lines several are looked for."""


def find_outstanding(lines: Iterable[BookLine], differ_fen: int) -> tuple[BookLine, ...]:
    """Return the fewest lines that come to what book and bank differed by in fen when the statements began.

    Of equal amounts the newest are taken. There are none where other amounts come to it just as well, or none do.
    """
    if not differ_fen:
        return ()
    newest = sorted(lines, key=lambda line: (line.date, line.place), reverse=True)
    for size in range(1, PARTS_MAX + 1):
        among = newest if size == 1 else newest[:NEWEST]
        found = [
            some for some in combinations(among, size) if sum(one.amount_fen for one in some) == differ_fen
        ]
        if found:
            amounts = {tuple(sorted(one.amount_fen for one in some)) for some in found}
            return found[0] if len(amounts) == 1 else ()
    return ()
