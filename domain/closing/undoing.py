"""What is done about a voucher that should not stand (冲销、撤回、不签), in the words of every check that says so.

What is not booked yet may be a draft, which is withdrawn, or about to be signed at once, and is not signed.
"""

from __future__ import annotations

from domain.kernel.errors import Phrase

REVERSE = Phrase("冲销", "reverse")
UNSIGNED = Phrase("撤回或不签", "withdraw or do not sign")


def undo(entry: int | None) -> Phrase:
    """Return what is done with a voucher, by its entry, None for what is not booked; its object comes after it."""
    return UNSIGNED if entry is None else REVERSE
