"""What stood on an account at the end of a day, by the balances that a bank's statement has behind its lines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def stood_at_end(day: Sequence[tuple[int, int | None]]) -> int | None:
    """Return the balance behind the last of a day's lines, amount and balance in fen each; None where it is not said.

    The lines may stand in another order than they came: it is the balance that is reached once more than lines go on
    from it. Where that tells nothing, it is the last that was read.
    """
    if not day:
        return None
    begins = [balance - amount for amount, balance in day if balance is not None]
    if len(begins) < len(day):
        return day[-1][1]
    ends = list((Counter(balance for _, balance in day) - Counter(begins)).elements())
    return ends[0] if len(ends) == 1 else day[-1][1]


def follows(stood_fen: int, day: Sequence[tuple[int, int | None]]) -> bool:
    """Tell whether a later day's lines may go on from a balance: one of them does, or does not say its own."""
    return not day or any(balance is None or balance - amount == stood_fen for amount, balance in day)
