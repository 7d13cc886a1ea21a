"""A month's closing is held against the checklist again when it is signed, and when it is posted.

Its draft is made when nothing stops the closing, or despite what does. What comes up between then and the last
signature nobody has decided to leave: a voucher that is booked meanwhile, or a draft that is left waiting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from api.drafting.originals import take_turn
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.ledger import MOVED_ON
from domain.periods import PeriodClosed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from psycopg import Connection

    from api.drafting.store import Waiting
    from domain.closing import Remark
    from projections.closing import Checklist

MEANWHILE = rule(
    "closing.meanwhile",
    Kind.CONFLICT,
    "这张结账单制成以后，{period} 的结账检查又有 {count} 项必须处理：{stops}。请先处理好再签；"
    "决定照样结账的，撤回这张，写明理由另制一张",
    "since this closing was drafted, {count} more things of {period} are to be set right: {stops}. Set them right"
    " before you sign; whoever closes all the same withdraws this draft and makes another that says why",
    "财会〔2023〕14号: 按月结账",
)

ATTEMPTS = 4
"""So often a closing is held against the checklist and posted, while others go on posting to its book."""

Inspect: TypeAlias = "Callable[[str, str], Checklist]"
"""What returns the checklist of a book's period over all that its log has now; raises `period.*`."""

Enter: TypeAlias = "Callable[[str, bytes, int | None], int]"
"""What appends a note to a book, if given only while it has so many entries (`store.moved_on`); returns its index."""


class Closings:
    """The closings among the drafts of all books."""

    def __init__(self, inspect: Inspect, enter: Enter) -> None:
        """Ask `inspect` for checklists, post with `enter`."""
        self._inspect, self._enter = inspect, enter

    def remarks(self, book: str, period: str) -> list[Remark]:
        """Return the checklist's remarks on a period; raises `period.*`."""
        return self._inspect(book, period).remarks

    def check(self, connection: Connection[Any], book: str, was: Waiting) -> int | None:
        """Return at how many entries nothing new stops a draft that is a closing; None of any other.

        Whoever makes or changes a draft waits until the transaction ends, so that none is left in the month. Raises
        `closing.meanwhile`.
        """
        statement = was.draft.statement
        if not isinstance(statement, PeriodClosed):
            return None
        take_turn(connection, book)
        period = statement.data.period
        found = self._inspect(book, period)
        problem = meanwhile(was, period, found.remarks)
        if problem:
            raise problem
        return found.entries

    def post(self, connection: Connection[Any], book: str, was: Waiting, note: bytes) -> int:
        """Post a draft that is locked; a closing over the very entries that its checklist was of."""
        for last in (*[False] * (ATTEMPTS - 1), True):
            size = self.check(connection, book, was)
            try:
                return self._enter(book, note, size)
            except RuleViolation as violation:
                if last or violation.rule is not MOVED_ON:
                    raise
        raise AssertionError


def meanwhile(was: Waiting, period: str, remarks: Iterable[Remark]) -> RuleViolation | None:
    """Return what is said of the draft of a closing when its checklist stops it by what it was not made despite."""
    stops = [one.violation for one in remarks if one.stops and one.violation.zh not in was.despite]
    if not stops:
        return None
    said = Phrase("；".join(one.zh for one in stops), "; ".join(one.en for one in stops))
    return MEANWHILE(period=period, count=len(stops), stops=said)
