"""What a book may not begin a year with: balances of income and expense, which would count as that year's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.importing.rules import INCOME_LEFT
from domain.closing import income_at_opening
from domain.kernel.money import format_fen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.kernel.errors import RuleViolation


def income_left(balances: Iterable[tuple[str, int]], opened: str) -> RuleViolation | None:
    """Return what is to be said of the income and expense among balances (code; debits less credits in fen), if any.

    In mid-year they are the year's so far, and nothing is.
    """
    found = income_at_opening(balances, opened)
    if not found:
        return None
    count, fen = found
    return INCOME_LEFT(opened=opened, year=opened[:4], count=count, amount=format_fen(fen))
