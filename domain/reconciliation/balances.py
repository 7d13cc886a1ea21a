"""What stood on an account at the end of a day, by the balances that a bank's statement has behind its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

Lines = Sequence[tuple[int, int | None]]
"""Lines in the order in which they were read: amount of each, and the balance behind it, None where it is not said."""


def stood_at_end(day: Lines, before: Lines = ()) -> int | None:
    """Return the balance behind the last of a day's lines, None where it is not said; `before` is the day before it.

    The lines may stand in another order than they came: it is the balance that is reached once more than lines go on
    from it. Where that tells nothing, it is the last that was read; of a day with lines that do not say theirs only if
    all that is said leads to it in the order in which it was read.
    """
    if not day:
        return None
    begins = [balance - amount for amount, balance in day if balance is not None]
    if len(begins) < len(day):
        return day[-1][1] if _leads_to(day[-1][1], day, before) else None
    ends = list((Counter(balance for _, balance in day) - Counter(begins)).elements())
    return ends[0] if len(ends) == 1 else day[-1][1]


def stood_before(lines: Sequence[tuple[str, int, int | None]]) -> int | None:
    """Return the balance before the first of a statement's lines, None where none says it.

    Of each line: its day, amount and the balance behind it, by days in the order in which they were read. Those of the
    first day may stand in another order than they came: it is the balance from which one more goes on than leads to it.
    """
    day = [(amount, balance) for at, amount, balance in lines if at == lines[0][0]]
    ends = [balance for _, balance in day if balance is not None]
    if day and len(ends) == len(day):
        starts = list(
            (
                Counter(end - amount for end, (amount, _) in zip(ends, day, strict=True)) - Counter(ends)
            ).elements()
        )
        if len(starts) == 1:
            return starts[0]
    moved_fen = 0
    for _, amount_fen, balance_fen in lines:
        moved_fen += amount_fen
        if balance_fen is not None:
            return balance_fen - moved_fen
    return None


def _leads_to(stood_fen: int | None, day: Lines, before: Lines) -> bool:
    """Tell whether all balances of a day that are said, and one of the day before, lead to the one at its end."""
    for amount_fen, balance_fen in reversed(day):
        if stood_fen is None or balance_fen not in {None, stood_fen}:
            return False
        stood_fen -= amount_fen
    said = [balance_fen for _, balance_fen in before if balance_fen is not None]
    return not said or stood_fen in said


def follows(stood_fen: int, day: Lines) -> bool:
    """Tell whether a later day's lines may go on from a balance: one of them does, or does not say its own."""
    return not day or any(balance is None or balance - amount == stood_fen for amount, balance in day)
