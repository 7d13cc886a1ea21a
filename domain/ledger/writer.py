"""Group commit: one thread drains the queue, decides, writes one transaction, then answers.

An answer is given only after COMMIT has returned. On any database error the books concerned are forgotten,
read again from the store and the entries decided again: what the lost COMMIT had stored is then found under
its id, so that nothing is stored twice and nothing acknowledged is lost.
"""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, TypeAlias, cast

import psycopg.errors
from eventsourcing.persistence import IntegrityError, PersistenceError

from domain.accounts import AccountAdded, same_name
from domain.closing import excess_of
from domain.entry import Entry, parse_entry
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.ledger.books import Books
from domain.ledger.mapper import EntryMapper, Recorded
from domain.ledger.posted import of_each
from domain.ledger.signatures import BatchVerifier, Job
from domain.vouchers import VoucherPosted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eventsourcing.domain import DomainEventProtocol

    from domain.book import Book
    from domain.ledger.recorder import BookRecorder
    from domain.roles import Key

UNAVAILABLE = rule(
    "store.unavailable",
    Kind.UNAVAILABLE,
    "数据库暂时不可用，请稍后用同样的内容重新提交（重复提交不会重复入账）",
    "the database cannot be reached; post the same bytes again later (posting twice stores once)",
    "ADR 0007",
)
FULL = rule(
    "store.full",
    Kind.UNAVAILABLE,
    "磁盘已满，系统只读；腾出空间后会自动恢复",
    "the disk is full and the service is read-only; it recovers by itself once there is room",
    "ADR 0007; SQLSTATE 53100",
)

MOVED_ON = rule(
    "store.moved_on",
    Kind.CONFLICT,
    "账套 {book} 在核对时有 {expected} 条记录，现在有 {size} 条；请照现在的再核对一次，重新提交",
    "the book {book} had {expected} entries when this was checked, and has {size} now; check it against these, and post"
    " it again",
    "ADR 0007",
)

ENTRIES_PER_COMMIT = 4_000
ATTEMPTS = 4
RETRY_SECONDS = 0.25
GIVE_UP_SECONDS = 3.0
"""After this no further attempt is begun: whoever posts would rather hear 503 and post again."""

FULL_PROBE_SECONDS = 2.0


@dataclass(frozen=True)
class Receipt:
    """Where an entry stands: book, index, leaf hash; `created` is False when it was there already.

    `warnings` are what whoever posted it is told though no rule forbids it, as the book stands now.
    """

    book: str
    index: int
    leaf_hash: bytes
    created: bool
    warnings: tuple[RuleViolation, ...] = field(default=(), compare=False)


Outcome: TypeAlias = list[Receipt] | Exception
"""What becomes of a unit: its receipts, or why it is refused."""


@dataclass
class Unit:
    """Entries of one book that are stored all or none, and the future that gets their receipts.

    `objections` are what stands against each of them if it is new; `size` is how many entries the book has to have.
    """

    book: str
    entries: list[Entry]
    objections: Sequence[RuleViolation | None]
    future: Future[list[Receipt]]
    size: int | None = None

    def objections_at(self, size: int) -> Sequence[RuleViolation | None]:
        """Return what stands against each entry in a book of so many."""
        if self.size in {None, size}:
            return self.objections
        return [MOVED_ON(book=self.book, expected=self.size, size=size)] * len(self.entries)


_book_of = attrgetter("book")


class Ledger:
    """The one way to append entries. Thread-safe; `close` finishes what was queued."""

    def __init__(
        self,
        recorder: BookRecorder,
        on_commit: Callable[[set[str]], None] | None = None,
        guard: Callable[[str, Sequence[Entry]], None] | None = None,
    ) -> None:
        """Write through `recorder`; `on_commit` hears which books have grown; `guard` may refuse that one grows."""
        self._recorder = recorder
        self._books = Books(recorder)
        self._mapper = EntryMapper()
        self._on_commit = on_commit or (lambda _: None)
        self._guard = guard or (lambda _book, _entries: None)
        self._queue: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._full_since = 0.0
        self._closed = False
        self._door = threading.Lock()  # nothing is queued behind the end
        self._verifier = BatchVerifier()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    @property
    def read_only(self) -> bool:
        """Whether the disk was full at the last attempt to write."""
        return self._full_since > 0

    def submit(
        self,
        book: str,
        notes: Sequence[bytes],
        objections: Sequence[RuleViolation | None] = (),
        size: int | None = None,
    ) -> Future[list[Receipt]]:
        """Queue entries for one book, all or none; raises at once when one is malformed, or the guard refuses.

        An objection (one for each note, None: nothing) refuses an entry that is new. One that is stored already gets
        its receipt. With `size` what is new is appended only while the book has so many entries (`store.moved_on`).
        """
        entries = of_each(notes, map(parse_entry, notes))
        unit = Unit(book, entries, objections or [None] * len(notes), Future(), size)
        self._guard(book, unit.entries)
        with self._door:
            if self._closed:
                raise UNAVAILABLE()
            self._queue.put(unit)
        return unit.future

    def post(self, book: str, notes: Sequence[bytes]) -> list[Receipt]:
        """Append entries and return their receipts once they are durable; raises `RuleViolation`."""
        return self.submit(book, notes).result()

    def close(self) -> None:
        """Finish the queue and stop."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
        self._verifier.close()

    def _run(self) -> None:
        while True:
            units, stop = self._drain()
            if units:
                self._commit(units)
            if stop:
                return

    def _drain(self) -> tuple[list[Unit], bool]:
        units: list[Unit] = []
        count = 0
        item = self._queue.get()
        while item is not None:
            if item.future.set_running_or_notify_cancel():
                units.append(item)
                count += len(item.entries)
            if count >= ENTRIES_PER_COMMIT:
                return units, False
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return units, False
        return units, True

    def _commit(self, units: list[Unit]) -> None:
        """Decide and store the units, again after each database error, and answer them.

        Order matters within a book only, so each book's are taken together: its state is in the processor's cache then.
        """
        units.sort(key=_book_of)
        problem = self._refuse_while_full()
        deadline = time.monotonic() + GIVE_UP_SECONDS
        for attempt in range(0 if problem else ATTEMPTS):
            try:
                self._answer(units, self._attempt(units))
            except PersistenceError as error:
                self._forget(units)
                problem = self._diagnose(error)
                if problem.rule is FULL or time.monotonic() > deadline:
                    break
                if not isinstance(error, IntegrityError):
                    time.sleep(RETRY_SECONDS * attempt)
            except Exception as error:  # noqa: BLE001 -- the writer must outlive any fault; the poster hears of it
                self._forget(units)
                _fail(units, error)
                return
            else:
                self._full_since = 0.0
                return
        if problem:
            _fail(units, problem)

    def _refuse_while_full(self) -> RuleViolation | None:
        waiting = self._full_since and time.monotonic() - self._full_since < FULL_PROBE_SECONDS
        return FULL() if waiting else None

    def _diagnose(self, error: PersistenceError) -> RuleViolation:
        if isinstance(error.__cause__, psycopg.errors.DiskFull):
            self._full_since = time.monotonic()
            return FULL()
        return UNAVAILABLE()

    def _forget(self, units: list[Unit]) -> None:
        for unit in units:
            self._books.discard(unit.book)

    def _attempt(self, units: list[Unit]) -> list[Outcome]:
        """Decide all units in one transaction; COMMIT has returned when this returns."""
        accepted: dict[str, list[Recorded]] = {unit.book: [] for unit in units}
        verified = self._verify(units)
        with self._recorder.batch(list(accepted)) as batch:
            outcomes = [
                self._decide(
                    unit,
                    list(islice(verified, len(unit.entries))),
                    accepted[unit.book],
                    batch.heads.get(unit.book, 0),
                )
                for unit in units
            ]
            events = [cast("DomainEventProtocol[str]", recorded) for recorded in chain(*accepted.values())]
            if events:
                batch.insert([self._mapper.to_stored_event(event) for event in events])
        return outcomes

    def _verify(self, units: list[Unit]) -> Iterator[list[Key]]:
        """Yield for each entry of each unit the keys under which it was verified ahead."""
        jobs = []
        for unit in units:
            book = self._books.peek(unit.book)
            jobs += [Job(book.roles if book else None, entry) for entry in unit.entries]
        return iter(self._verifier.verify(jobs))

    def _decide(self, unit: Unit, verified: list[list[Key]], pending: list[Recorded], head: int) -> Outcome:
        """Decide one unit on top of `head` stored entries and the `pending` ones that this batch accepted.

        A fault of the program is an outcome too: it is this unit's alone, not that of the others in the batch.
        """
        start = head + len(pending)
        try:
            book = self._books.at(unit.book, start)
            notes = [entry.note for entry in unit.entries]
            receipts = of_each(
                notes, map(_append, repeat(book), unit.entries, verified, unit.objections_at(start))
            )
        except PersistenceError:
            raise
        except RuleViolation as refusal:
            self._rewind(unit.book, start, pending)
            return refusal
        except Exception as fault:  # noqa: BLE001 -- see above
            self._books.discard(unit.book)
            self._rewind(unit.book, start, pending)
            return fault
        pending += [
            Recorded(unit.book, receipt.index, entry)
            for receipt, entry in zip(receipts, unit.entries, strict=True)
            if receipt.created
        ]
        return receipts

    def _rewind(self, book_id: str, start: int, pending: list[Recorded]) -> None:
        """Undo the first entries of a unit that failed later: read the book again, and what this batch accepted."""
        book = self._books.peek(book_id)
        if start and book and book.size == start:
            return
        self._books.discard(book_id)
        if pending:
            book = self._books.at(book_id, start - len(pending))
            for recorded in pending:
                book.evolve(recorded.entry)

    def _answer(self, units: list[Unit], outcomes: list[Outcome]) -> None:
        grown: set[str] = set()
        for unit, outcome in zip(units, outcomes, strict=True):
            if isinstance(outcome, Exception):
                unit.future.set_exception(outcome)
                continue
            unit.future.set_result(outcome)
            if any(receipt.created for receipt in outcome):
                grown.add(unit.book)
        if grown:
            self._on_commit(grown)


def _append(book: Book, entry: Entry, verified: list[Key], objection: RuleViolation | None = None) -> Receipt:
    """Apply an entry to its book, or find that the same bytes are there already."""
    index = book.ids.get(entry.statement.id)
    if index is not None and book.tree.leaf(index) == entry.leaf_hash:
        return _receipt(book, index, entry, created=False)
    if objection:
        raise objection
    book.apply(entry, verified)
    return _receipt(book, book.size - 1, entry, created=True)


def _receipt(book: Book, index: int, entry: Entry, *, created: bool) -> Receipt:
    """Return the receipt of an entry that its book has taken in, with what is to be set right of it."""
    statement, warning = entry.statement, None
    if isinstance(statement, VoucherPosted):
        warning = excess_of(book.balances, statement.data, booked=True)
    elif isinstance(statement, AccountAdded):
        warning = same_name(book.accounts, statement.data)
    return Receipt(book.book, index, entry.leaf_hash, created, (warning,) if warning else ())


def _fail(units: list[Unit], error: BaseException) -> None:
    for unit in units:
        if not unit.future.done():  # a listener may fail after the answers
            unit.future.set_exception(error)
