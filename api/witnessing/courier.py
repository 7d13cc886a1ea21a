"""A courier (信使): brings the newest checkpoints to one witness, in a thread of its own, and waits when it must."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg import OperationalError
from psycopg_pool import PoolClosed, PoolTimeout

from api.witnessing.door import UNREACHABLE, WitnessDoor
from api.witnessing.exchange import Exchange
from domain.kernel.errors import RuleViolation
from projections import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from psycopg_pool import ConnectionPool

    from api.witnessing.exchange import Found
    from audit.tlog.policy import WitnessLine

LOGGER = logging.getLogger(__name__)

REST_DOUBLINGS_MAX = 10


class Pace(NamedTuple):
    """How often a witness is asked.

    There is a look for what is due every `look_seconds`, and `gather_seconds` after a book has grown. After a failure a
    witness rests for `rest_seconds`, doubled each time up to a limit. What it has signed it is asked to sign again when
    its signature is older than `fresh_seconds`. Whether the policy still fits the books is looked at every
    `watch_seconds`.
    """

    look_seconds: float = 5.0
    gather_seconds: float = 0.2
    rest_seconds: float = 1.0
    rest_seconds_max: float = 300.0
    fresh_seconds: float = 86_400.0
    watch_seconds: float = 60.0


class Target(NamedTuple):
    """A book, and the origin of its log."""

    book: str
    origin: str


class Courier:
    """Asks one witness about many books. What went wrong last with each is in `problems`."""

    def __init__(
        self,
        pool: ConnectionPool[Any],
        keys: log.LogKeys,
        witness: WitnessLine,
        pace: Pace,
        concerns: Callable[[str], bool],
    ) -> None:
        """Serve a witness that has an address; `concerns` tells whether the policy is for a book."""
        self.witness = witness
        self.problems: dict[str, RuleViolation] = {}
        self.found: dict[str, Found] = {}
        self._pool = pool
        self._pace = pace
        self._concerns = concerns
        self._door = WitnessDoor(witness)
        self._exchange = Exchange(pool, keys, witness, self._door)
        self._wake = threading.Condition()
        self._grown: set[str] = set()
        self._stopped = False
        self._resting: dict[str, tuple[int, float]] = {}
        self._troubled: dict[str, Target] = {}
        self._thread = threading.Thread(target=self._run, name=f"witness-{witness.label}", daemon=True)

    @property
    def away(self) -> bool:
        """Whether the witness could not be reached the last time, and is left in peace for now."""
        return self._rests("")

    @property
    def unanswered(self) -> bool:
        """Whether the witness could not be reached the last time, however long ago that was."""
        return "" in self._resting

    def start(self) -> None:
        """Run in the background until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; an answer that is still awaited is not waited for."""
        with self._wake:
            self._stopped = True
            self._wake.notify_all()
        self._door.close()

    def notify(self, book: str) -> None:
        """Hear that a book has a new checkpoint."""
        with self._wake:
            self._grown.add(book)
            self._wake.notify_all()

    def visit(self, targets: Iterable[Target]) -> None:
        """Ask about books one after the other, until the witness is away; nothing is raised."""
        with self._reported():
            self._visit(targets)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Report what goes wrong on this side; it is tried again later, or was stopped, and then nothing is wrong."""
        try:
            yield
        except (OperationalError, PoolTimeout, PoolClosed) as error:
            if not self._stopped:
                LOGGER.warning("witness %s: the database is away: %s", self.witness.label, error)
        except Exception:
            if not self._stopped:
                LOGGER.exception("witness %s: will try again", self.witness.label)

    def _visit(self, targets: Iterable[Target]) -> None:
        for target in targets:
            if self._stopped or self.away:
                return
            if not self._rests(target.book):
                self._ask(target)

    def _ask(self, target: Target) -> None:
        try:
            found = self._exchange.run(target.book, target.origin)
        except RuleViolation as violation:
            self.problems[target.book], self._troubled[target.book] = violation, target
            self._rest("" if violation.rule is UNREACHABLE else target.book)
            return
        self._resting.pop("", None)
        if found is None:
            self._resting.pop(target.book, None)
            self.found.pop(target.book, None)
            self.problems.pop(target.book, None)
            self._troubled.pop(target.book, None)
            return
        if found != self.found.get(target.book):
            LOGGER.error("%s: %s", target.book, found.violation)
        self.found[target.book], self.problems[target.book] = found, found.violation
        self._troubled[target.book] = target
        self._rest(target.book)

    def _rests(self, book: str) -> bool:
        """Whether a book, or with "" the witness as a whole, is not to be asked about yet."""
        return self._resting.get(book, (0, 0.0))[1] > time.monotonic()

    def _rest(self, book: str) -> None:
        times = self._resting.get(book, (0, 0.0))[0]
        seconds = min(
            self._pace.rest_seconds * 2 ** min(times, REST_DOUBLINGS_MAX), self._pace.rest_seconds_max
        )
        self._resting[book] = (times + 1, time.monotonic() + seconds)

    def _run(self) -> None:
        looked = 0.0
        while not self._stopped:
            with self._wake:
                if self._wake.wait_for(lambda: self._grown or self._stopped, self._pace.look_seconds):
                    self._wake.wait_for(lambda: self._stopped, self._pace.gather_seconds)
                grown, self._grown = self._grown, set()
            every = time.monotonic() - looked >= self._pace.look_seconds
            looked = time.monotonic() if every else looked
            with self._reported():
                self._visit(self._due(None if every else sorted(grown)))

    def _due(self, books: list[str] | None) -> list[Target]:
        """Return which of these books (default: of all) to ask about, if the witness is not away.

        Where something went wrong it is asked again even when nothing is due: another process may have the signature.
        """
        if self._stopped or self.away:
            return []
        stale_s = int(time.time() - self._pace.fresh_seconds)
        with self._pool.connection() as connection:
            rows = log.due(connection, self.witness.key.vkey, stale_s, books)
        wanted = {row.book: Target(*row) for row in rows if self._concerns(row.book)}
        again = self._troubled if books is None else {}
        return list({**again, **wanted}.values())
