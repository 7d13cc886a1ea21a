"""The runner: brings every read model of a book up to the book's head, many entries a transaction.

All read models of a book move together, so that a page, a statement and the log's root agree on one size.
A row lock per book lets several processes run it side by side; `heads` tells where there is work.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from psycopg import OperationalError, sql

from domain.book import Book
from domain.entry import Entry, entries_of
from domain.founding import BookOpened
from domain.kernel.errors import RuleViolation
from domain.logkeys import LogMoved
from projections import balances, budget, journal, log, register, sheets, subtotals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from psycopg import Connection, Cursor
    from psycopg_pool import ConnectionPool

LOGGER = logging.getLogger(__name__)

ENTRIES_PER_COMMIT = 4_000
POLL_SECONDS = 2.0
LOOK_SECONDS = 0.5

BEHIND = """
    SELECT heads.book FROM heads LEFT JOIN positions USING (book)
    WHERE heads.size > coalesce(positions.size, 0) ORDER BY heads.book LIMIT %s
"""
UNSIGNED = """
    SELECT book FROM positions
    WHERE size > coalesce((SELECT max(size) FROM checkpoints WHERE checkpoints.book = positions.book), 0)
    ORDER BY book LIMIT %s
"""
BEGIN_POSITION = """
    INSERT INTO positions (book, size) SELECT book, 0 FROM heads WHERE book = %s ON CONFLICT DO NOTHING
"""
POSITION = "SELECT size FROM positions WHERE book = %s"
LOCK_POSITION = "SELECT size FROM positions WHERE book = %s FOR UPDATE"
READ_EVENTS = """
    SELECT state FROM events JOIN heads ON book = originator_id
    WHERE originator_id = %s AND originator_version >= %s AND originator_version < size
    ORDER BY originator_version LIMIT %s
"""
MOVE_POSITION = "UPDATE positions SET size = %s WHERE book = %s"


class Fold(Protocol):
    """What a read model gives the runner: write what these entries of a book mean."""

    def __call__(self, cursor: Cursor[Any], book: str, start: int, entries: Sequence[Entry]) -> None:
        """Write entries `start`… of `book` in the runner's transaction."""


FOLDS: tuple[Fold, ...] = (
    register.fold,
    log.fold,
    journal.fold,
    balances.fold,
    sheets.fold,
    budget.fold,
    subtotals.fold,
)
"""In order: the register comes first, since the others look up the book's chart."""


class Advance(NamedTuple):
    """How far a book was brought: the new position and the number of entries folded."""

    size: int
    folded: int


def advance(
    connection: Connection[Any],
    book: str,
    schema: str,
    keys: log.LogKeys | None,
    others: log.Others = log.NOBODY,
) -> Advance:
    """Fold up to `ENTRIES_PER_COMMIT` entries of a book into `schema` and sign a checkpoint, in one transaction."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET LOCAL search_path TO {}, public").format(sql.Identifier(schema)))
        cursor.execute(BEGIN_POSITION, (book,))
        cursor.execute(LOCK_POSITION, (book,))
        position = cursor.fetchone()
        if position is None:  # there is no such book
            return Advance(0, 0)
        start: int = position[0]
        cursor.execute(READ_EVENTS, (book, start, ENTRIES_PER_COMMIT))
        entries = entries_of([bytes(state) for (state,) in cursor.fetchall()])
        size = start + len(entries)
        if entries:
            for fold in FOLDS:
                fold(cursor, book, start, entries)
            cursor.execute(MOVE_POSITION, (size, book))
            if keys is not None:
                log.sign_checkpoint_of(cursor, book, size, keys, others)
    return Advance(size, len(entries))


class Runner:
    """Keeps the live read models up to date, in a thread of its own or on demand."""

    def __init__(
        self,
        pool: ConnectionPool[Any],
        keys: log.LogKeys,
        others: log.Others = log.NOBODY,
        on_checkpoint: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Fold into the schema `read`; checkpoints are signed with `keys`, unless `others` have seen another history.

        `on_checkpoint` hears which books were brought further.
        """
        self._pool = pool
        self._keys = keys
        self._others = others
        self._on_checkpoint = on_checkpoint
        self._wake = threading.Condition()
        self._grown: set[str] = set()
        self._stopped = False
        self._sizes: dict[str, int] = {}
        self._sound: dict[str, str] = {}
        self._thread: threading.Thread | None = None

    def catch_up(
        self, books: Iterable[str] | None = None, progress: Callable[[int], None] | None = None
    ) -> int:
        """Bring books (default: all that are behind) to their heads; return the number of entries folded."""
        folded = 0
        with self._pool.connection() as connection:
            for book in list(books) if books is not None else self._behind(connection):
                step = None
                while step is None or step.folded == ENTRIES_PER_COMMIT:
                    step = self._advance(connection, book)
                    folded += step.folded
                    if progress:
                        progress(step.folded)
                self._reached(book, step.size)
                if folded:
                    self._on_checkpoint(book)
        return folded

    def _advance(self, connection: Connection[Any], book: str) -> Advance:
        try:
            return advance(connection, book, "read", self._keys, self._others)
        except RuleViolation:
            self._sound.pop(book, None)
            raise

    def require_sound(self, book: str, entries: Sequence[Entry]) -> None:
        """Raise what forbids a book's log to grow by these entries: a process asks once a book until it is sound.

        Whether the log is frozen is looked up each time; then it takes nothing but what moves it to a new origin, and
        what the witnesses of the old one have seen does not stand in its way: a thief may have shown it to them.
        """
        origin = self._sound.get(book)
        if origin and not self._keys.frozen(origin) and not self._others.contradicted(book, origin):
            return
        with self._pool.connection() as connection, connection.cursor() as cursor:
            if cursor.execute(POSITION, (book,)).fetchone():
                self._sound[book] = self._check(cursor, book, entries)
                return
        opened = entries[0].statement if entries else None
        if isinstance(opened, BookOpened) and _may_found(book, entries[0]):
            log.check_new(book, opened.data.log, self._keys, self._others)

    def _check(self, cursor: Cursor[Any], book: str, entries: Sequence[Entry]) -> str:
        """Return the origin of a log that may grow by these entries."""
        origin = register.origin_of(cursor, book)
        moved = self._keys.frozen(origin) and all(isinstance(entry.statement, LogMoved) for entry in entries)
        log.check_history(cursor, book, self._keys, log.NOBODY if moved else self._others)
        if not moved:
            log.check_not_frozen(book, origin, self._keys)
        return origin

    def sign_waiting(self) -> None:
        """Sign what was folded while a log's key was away; a log that may not sign is reported."""
        with self._pool.connection() as connection:
            waiting = [book for (book,) in connection.execute(UNSIGNED, (10_000,)).fetchall()]
        for book in waiting:
            try:
                self.sign(book)
            except RuleViolation as problem:
                LOGGER.warning("projection runner: %s", problem)
            else:
                self._on_checkpoint(book)

    def sign(self, book: str) -> None:
        """Sign what the read models of a book hold, if that was not done when they were written."""
        with self._pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
            position = cursor.execute(LOCK_POSITION, (book,)).fetchone()
            if position:
                log.sign_checkpoint_of(cursor, book, position[0], self._keys, self._others)

    def _behind(self, connection: Connection[Any]) -> list[str]:
        return [book for (book,) in connection.execute(BEHIND, (10_000,)).fetchall()]

    def _reached(self, book: str, size: int) -> None:
        with self._wake:
            self._sizes[book] = max(size, self._sizes.get(book, 0))
            self._wake.notify_all()

    def start(self) -> None:
        """Run in the background until `stop`."""
        self._thread = threading.Thread(target=self._run, name="projection-runner", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the background thread."""
        with self._wake:
            self._stopped = True
            self._wake.notify_all()
        if self._thread:
            self._thread.join()

    def notify(self, books: set[str]) -> None:
        """Hear that books have grown; called outside the write transaction."""
        with self._wake:
            self._grown |= books
            self._wake.notify_all()

    def wait_for(self, book: str, size: int, timeout: float) -> bool:
        """Wait until the read models of a book hold `size` entries; False when `timeout` seconds have passed.

        Another process may fold the book first, so the position in the database is looked at now and then.
        """
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            with self._wake:
                if self._wake.wait_for(lambda: self._sizes.get(book, 0) >= size, min(left, LOOK_SECONDS)):
                    return True
            with self._pool.connection() as connection:
                row = connection.execute(POSITION, (book,)).fetchone()
            if row:
                self._reached(book, row[0])
            if self._sizes.get(book, 0) >= size or left <= LOOK_SECONDS:
                return self._sizes.get(book, 0) >= size

    def _run(self) -> None:
        """Sign what waits, fold what this process wrote at once, and look from time to time for what others wrote."""
        looked = 0.0
        with self._reported():
            self.sign_waiting()
        while not self._stopped:
            with self._wake:
                self._wake.wait_for(lambda: self._grown or self._stopped, POLL_SECONDS)
                books, self._grown = self._grown, set()
            with self._reported():
                if time.monotonic() - looked > POLL_SECONDS:
                    looked = time.monotonic()
                    books |= set(self._all_behind())
                self.catch_up_each(books)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Report what goes wrong and rest; the thread goes on."""
        try:
            yield
        except OperationalError as error:
            LOGGER.warning("projection runner: the database is away, will try again: %s", error)
            self._pause()
        except Exception:
            LOGGER.exception("projection runner: will try again")
            self._pause()

    def catch_up_each(self, books: Iterable[str] | None = None) -> None:
        """Catch up book by book; one that cannot be folded is reported and does not hold up the others."""
        for book in self._all_behind() if books is None else sorted(books):
            if self._stopped:
                return
            try:
                self.catch_up([book])
            except OperationalError:
                raise
            except Exception:
                LOGGER.exception("projection runner: %s stays behind", book)

    def _all_behind(self) -> list[str]:
        with self._pool.connection() as connection:
            return self._behind(connection)

    def _pause(self) -> None:
        with self._wake:
            self._wake.wait_for(lambda: self._stopped, POLL_SECONDS)


def _may_found(book: str, entry: Entry) -> bool:
    """Whether the book's own rules let an entry found it: what they refuse says nothing of the log that it names."""
    try:
        Book(book).apply(entry)
    except RuleViolation:
        return False
    return True
