"""How long a monitor looks at one book, so that no log keeps it from those behind it in the list."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from audit.source import open_source
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.source import Source

BUDGET_S = 600
"""The usual time for one book: enough for some hundred thousand entries that are read for the first time."""

SPENT = rule(
    "monitor.budget",
    Kind.UNAVAILABLE,
    "这本账用完了 {seconds} 秒的核对时间，本次没有结论；账确实很大的，用 --budget 给更多秒数",
    "the {seconds} seconds for this book are spent, without a verdict; if it really is that large, give more with"
    " --budget",
)


class BudgetedSource:
    """A source that can be read until a time has passed; then `monitor.budget` is raised."""

    def __init__(self, source: Source, seconds: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin now to count the seconds that `clock` tells."""
        self._source = source
        self._seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    @property
    def name(self) -> str:
        """As the source has it."""
        return self._source.name

    def fetch(self, path: str) -> bytes:
        """Return a file."""
        self._require_time()
        return self._source.fetch(path)

    def publishes(self, form: str) -> bool:
        """As the source has it."""
        return self._source.publishes(form)

    def months(self, form: str) -> list[str]:
        """As the source has it."""
        self._require_time()
        return self._source.months(form)

    def published(self, form: str, period: str) -> bytes | None:
        """Return what is published in a form for a period."""
        self._require_time()
        return self._source.published(form, period)

    def _require_time(self) -> None:
        if self._clock() > self._end:
            raise SPENT(seconds=self._seconds)


def opened_for(seconds: int) -> Callable[[str], Source]:
    """Return what opens a source at an address, to be read for so many seconds."""
    return lambda address: BudgetedSource(open_source(address), seconds)
