"""An honest log: the real rules, folds, guard and signing, on a machine that fails between any two steps.

Each process is a generator that yields where another process may go on, and where the machine may stop.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, cast

from audit.files import UNREADABLE
from audit.tlog.checkpoint import parse_checkpoint
from audit.tlog.tiles import ENTRIES, encode_bundle, parse_tile_path
from domain.book import Book
from domain.entry import parse_entry
from domain.founding import Log as Founded
from domain.kernel.errors import RuleViolation
from domain.kernel.note import parse_note
from domain.ledger.writer import _append
from projections.log import check_history, fold, latest_checkpoint, log_size, sign_checkpoint_of
from projections.log.query import StoredTiles
from tests.attack.history import log_key
from tests.attack.simulation.witnesses import Asking
from tests.domain.conftest import BOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from psycopg import Connection as PostgresConnection
    from psycopg import Cursor

    from audit.tlog.checkpoint import Checkpoint
    from domain.ledger import Receipt
    from projections.log import LogKeys, Others
    from tests.attack.simulation.database import Connection, Database
    from tests.attack.simulation.machine import Keys, Luck
    from tests.attack.simulation.witnesses import WitnessMachine

FOUNDED = Founded(origin=log_key(BOOK).name, vkey=log_key(BOOK).verifier.vkey)
"""What the first entry says of the log."""

LOST, KEPT_UNSAID = 0.06, 0.06
"""How likely a COMMIT fails: what it should have stored is lost, or it is kept though an error is told."""


def _cursor(connection: Connection) -> Cursor[Any]:
    return cast("Cursor[Any]", connection)


class Posting(NamedTuple):
    """A note on its way, and who hears its receipt, or the code of the rule that refuses it."""

    note: bytes
    told: Callable[[Receipt | str], None]


class Backup(NamedTuple):
    """What was copied of a machine: its database, and what lay beside the log's key."""

    database: Database
    signed: bytes


@dataclass
class Log:
    """A log on its machine. `database` and `keys` are durable, all else is gone with a crash."""

    database: Database
    keys: Keys
    luck: Luck
    witnesses: Sequence[WitnessMachine]
    up: bool = False
    queue: list[Posting] = field(default_factory=list)
    asking: Asking = field(init=False)
    _book: Book | None = None
    _sound: bool = False

    def start(self) -> None:
        """Start the program: it knows what is durable, and nothing else."""
        self.up, self._book, self._sound = True, None, False
        self.queue.clear()
        self.asking = Asking(self.database, self.keys, self.witnesses)
        self.asking.seen(BOOK, FOUNDED)

    def stop(self) -> None:
        """Stop it, or notice that it has crashed."""
        self.up = False
        self.queue.clear()

    def backup(self) -> Backup:
        """Copy the whole machine."""
        return Backup(deepcopy(self.database), self.keys.signed)

    def restore(self, backup: Backup, *, keys: bool) -> None:
        """Put a backup's database in place, and with `keys` also what lay beside the log's key then."""
        self.stop()
        self.database.rows = dict(backup.database.rows)
        if keys:
            self.keys.signed = backup.signed

    # --- its processes

    def write(self) -> Iterator[str]:
        """Take the queue, decide, store and answer: what `domain.ledger` does with one batch."""
        postings, self.queue = self.queue, []
        refusal = self.refusal
        if refusal:
            for posting in postings:
                posting.told(refusal)
            return
        while True:
            tx = self.database.begin()
            answers = [self._decide(tx, posting.note) for posting in postings]
            yield "decided"
            failed = self._commit(tx)
            yield "committed"
            if not failed:
                break
            self._book = None  # what was stored is looked up again, by its id
        for posting, answer in zip(postings, answers, strict=True):
            posting.told(answer)
            yield "answered"

    @property
    def refusal(self) -> str:
        """What forbids the log to grow, as `Runner.require_sound` asks before it does; "" if nothing."""
        if self._sound and not self.asking.contradicted(BOOK, FOUNDED.origin):
            return ""
        try:
            self._check_history()
        except RuleViolation as violation:
            return violation.rule.code
        self._sound = True
        return ""

    def _check_history(self) -> None:
        if self.database.rows.get(("positions",)):
            check_history(_cursor(self.database.begin()), BOOK, *self._memory())

    def _memory(self) -> tuple[LogKeys, Others]:
        """Return who remembers what was signed, outside the database."""
        return self.keys, self.asking

    def _decide(self, tx: Connection, note: bytes) -> Receipt | str:
        if self._book is None:
            self._book = Book(BOOK)
            for stored in self.database.entries:
                self._book.evolve(parse_entry(stored))
        try:
            receipt = _append(self._book, parse_entry(note), [])
        except RuleViolation as violation:
            return violation.rule.code
        if receipt.created:
            tx.write((note,), "events", receipt.index)
            tx.write((receipt.index + 1,), "heads")
        return receipt

    def _commit(self, tx: Connection) -> bool:
        """Commit, perhaps in vain; tell whether an error came back."""
        if self.luck.happens(LOST):
            return True
        tx.commit()
        return self.luck.happens(KEPT_UNSAID)

    def project(self) -> Iterator[str]:
        """Fold new entries and sign a checkpoint over them, in one transaction: `projections.runner.advance`."""
        tx = self.database.begin()
        start = (tx.read("positions") or (0,))[0]
        entries = [parse_entry(note) for note in self.database.entries[start:]]
        if not entries:
            return
        fold(_cursor(tx), BOOK, start, entries)
        tx.write((start + len(entries),), "positions")
        yield "folded"
        try:
            sign_checkpoint_of(_cursor(tx), BOOK, start + len(entries), *self._memory())
        except RuleViolation:
            self._sound = False
            return
        yield "signed"
        self._commit(tx)

    def recover(self, copy: Sequence[bytes]) -> bool:
        """Append what a copy of the log has behind the database's entries, past the guard: `api.recovery.recover`."""
        stored = self.database.entries
        if [*copy[: len(stored)]] != stored or len(copy) <= len(stored):
            return False
        book, tx = Book(BOOK), self.database.begin()
        for index, note in enumerate(copy):
            receipt = _append(book, parse_entry(note), [])
            assert receipt.index == index
            tx.write((note,), "events", index)
        tx.write((len(copy),), "heads")
        tx.commit()
        self.start()
        return True

    # --- what it serves

    @property
    def name(self) -> str:
        """The book's name in the address."""
        return BOOK

    def publishes(self, form: str) -> bool:
        """Serve no figures here."""
        del form
        return False

    def months(self, form: str) -> list[str]:
        """Serve none."""
        del form
        return []

    def published(self, form: str, period: str) -> bytes | None:
        """Serve none."""
        del form, period
        return None

    def fetch(self, path: str) -> bytes:
        """Serve a file, from what is committed at this moment (`audit.source.Source`)."""
        if not self.up:
            raise UNREADABLE(place=path, problem="the machine is down")
        return self._serve(path)

    def _serve(self, path: str) -> bytes:
        connection = cast("PostgresConnection[Any]", self.database.begin())
        try:
            if path == "checkpoint":
                return latest_checkpoint(connection, BOOK).note
            if path == "log.vkey":
                return log_key(BOOK).verifier.vkey.encode()
            return self._tile(connection, path)
        except RuleViolation as violation:
            raise FileNotFoundError(path) from violation

    def _tile(self, connection: PostgresConnection[Any], path: str) -> bytes:
        tile = parse_tile_path(path)
        if tile.level != ENTRIES:
            return StoredTiles(cast("Cursor[Any]", connection), BOOK).read(tile)
        notes = self.database.entries[: log_size(connection, BOOK)][tile.start :][: tile.width]
        if len(notes) != tile.width:
            raise FileNotFoundError(path)
        return encode_bundle(notes)

    def shown(self) -> tuple[Checkpoint | None, list[bytes]]:
        """Return the newest checkpoint that is served, and the entries below it."""
        try:
            note = self._serve("checkpoint")
        except FileNotFoundError:
            return None, []
        checkpoint = parse_checkpoint(parse_note(note).text)
        return checkpoint, self.database.entries[: checkpoint.size]
