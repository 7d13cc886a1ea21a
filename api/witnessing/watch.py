"""The watch over the policy (见证策略): says of each book, once, that the policy fails its readers.

A key is changed and a policy is left behind by people and other processes, of which no new checkpoint need tell here.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from psycopg import OperationalError
from psycopg_pool import PoolClosed, PoolTimeout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from domain.kernel.errors import RuleViolation

LOGGER = logging.getLogger(__name__)


class Watch:
    """Looks at all books from time to time, in a thread of its own."""

    def __init__(self, look: Callable[[], Mapping[str, RuleViolation]], seconds: float) -> None:
        """Look every so many seconds; `look` returns what is wrong, by book."""
        self._look = look
        self._seconds = seconds
        self._told: dict[str, str] = {}
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look in the background until `stop`, for the first time now; one that looks already goes on."""
        self._stopped.clear()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="policy-watch", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop."""
        self._stopped.set()

    def tell(self, book: str, problem: RuleViolation | None) -> None:
        """Say what is wrong with a book unless that was said before; None: nothing is any more."""
        if problem is None:
            self._told.pop(book, None)
        elif self._told.get(book) != problem.rule.code:
            self._told[book] = problem.rule.code
            LOGGER.error("%s", problem)

    def _run(self) -> None:
        while True:
            self._look_at_all()
            if self._stopped.wait(self._seconds):
                return

    def _look_at_all(self) -> None:
        try:
            found = self._look()
        except (OperationalError, PoolTimeout, PoolClosed) as error:
            if not self._stopped.is_set():
                LOGGER.warning("the policy of witnesses: the database is away: %s", error)
            return
        except Exception:
            LOGGER.exception("the policy of witnesses: will look again")
            return
        for book in found.keys() | self._told.keys():
            self.tell(book, found.get(book))
