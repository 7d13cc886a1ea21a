"""People: clerks who post until they have a receipt, readers and a monitor who look and exchange checkpoints."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from audit.monitor import StateStore, follow
from audit.monitor.database import Database
from audit.monitor.heads import Heads
from audit.source import Source
from audit.tlog.checkpoint import parse_checkpoint
from audit.verify import verify
from domain.entry import parse_entry
from domain.kernel.errors import Kind, RuleViolation
from domain.kernel.note import parse_note
from domain.ledger import Receipt
from domain.vouchers import VoucherPosted
from tests.attack.history import received, tree_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.report import Report
    from audit.tlog.checkpoint import Checkpoint
    from tests.attack.history import History
    from tests.attack.simulation.log import Log


class Shown(Source, Protocol):
    """A log as it is shown to a reader; `shown` tells what really is there, for judging the reader's verdict."""

    def shown(self) -> tuple[Checkpoint | None, list[bytes]]:
        """Return the newest checkpoint that is shown, and the entries below it."""
        ...


class Interleaved:
    """A source at which other things happen between two fetches."""

    def __init__(self, source: Shown, meanwhile: Callable[[], None]) -> None:
        """Read from `source`; `meanwhile` runs before each file."""
        self._source = source
        self._meanwhile = meanwhile
        self.name = source.name
        self.newest = b""
        """The newest checkpoint that was read."""

    def fetch(self, path: str) -> bytes:
        """Return a file."""
        self._meanwhile()
        data = self._source.fetch(path)
        if path == "checkpoint":
            self.newest = data
        return data

    def publishes(self, form: str) -> bool:
        """As the log has it."""
        return self._source.publishes(form)

    def months(self, form: str) -> list[str]:
        """As the log has it."""
        return self._source.months(form)

    def published(self, form: str, period: str) -> bytes | None:
        """Return what is published."""
        return self._source.published(form, period)


def extends(entries: list[bytes], shown: Checkpoint, kept: Checkpoint | None) -> bool:
    """Tell whether a log that shows these entries extends a checkpoint: what a reader has to find, by other means."""
    if kept is None:
        return True
    return kept.size <= shown.size and tree_of(entries[: kept.size]).root() == kept.root


class VerdictError(AssertionError):
    """A reader who was alarmed without reason, or was not although there was one."""


@dataclass
class Clerk:
    """Somebody who signs vouchers and posts each one until its receipt has come."""

    name: str
    history: History
    acknowledged: Callable[[Receipt], None]
    made: int = 0
    note: bytes = b""

    def sign(self, log: Log) -> None:
        """Sign the next voucher, over the newest checkpoint that the log shows."""
        checkpoint, entries = log.shown()
        seen = self.history.view_of(entries if checkpoint else self.history.entries)
        self.made += 1
        self.note = self.history.sign(VoucherPosted, received(self.made), "accountant head", seen=seen)

    def hear(self, answer: Receipt | str) -> None:
        """Take a receipt; a refusal means that the voucher is signed anew if its history is gone, else tried again."""
        if isinstance(answer, Receipt):
            assert answer.leaf_hash == parse_entry(self.note).leaf_hash
            self.note = b""
            self.acknowledged(answer)
        elif not answer.startswith("log."):
            self.note = b""


@dataclass
class Reader:
    """Somebody who verifies the whole log now and then, and keeps the checkpoint of each good visit."""

    name: str
    kept: bytes = b""
    alarms: int = 0

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint that was kept."""
        return parse_checkpoint(parse_note(self.kept).text) if self.kept else None

    def visit(self, place: Shown, meanwhile: Callable[[], None], kept: bytes | None = None) -> None:
        """Verify, against the checkpoint kept or against somebody else's; raises `VerdictError` for a wrong verdict."""
        held = self.kept if kept is None else kept
        source = Interleaved(place, meanwhile)
        try:
            report = self.verify(source, held)
        except RuleViolation as violation:
            if violation.rule.kind is not Kind.UNAVAILABLE:
                raise
            return
        self.judge(place, source, held, [found.rule for found in report.findings])
        if report.ok and kept is None:
            self.kept = source.newest

    def verify(self, source: Source, held: bytes) -> Report:
        """Run the program."""
        return verify(source, kept=held)

    def judge(self, place: Shown, source: Interleaved, held: bytes, found: list[str]) -> None:
        """Hold the verdict against what was really shown."""
        shown = parse_checkpoint(parse_note(source.newest).text)
        _, entries = place.shown()
        checkpoint = parse_checkpoint(parse_note(held).text) if held else None
        if extends(entries, shown, checkpoint) != (not found):
            raise VerdictError(f"{self.name} holds {checkpoint}, is shown {shown}, and finds {found}")
        self.alarms += bool(found)


class HeadsInMemory(Heads):
    """The monitor's signed checkpoints, in memory."""

    def __init__(self) -> None:
        """Keep none yet."""
        super().__init__(Path())
        self._kept: dict[str, bytes] = {}
        self._found: set[tuple[str, bytes]] = set()

    def newest(self, address: str) -> bytes:
        """Return the newest good checkpoint."""
        return self._kept.get(address, b"")

    def keep(self, address: str, note: bytes) -> None:
        """Keep a good checkpoint."""
        self._kept[address] = note

    def keep_fork(self, address: str, note: bytes) -> str:
        """Keep evidence."""
        self._found.add((address, note))
        return "in memory"

    def forks(self, address: str) -> int:
        """Return how much evidence there is."""
        return sum(of == address for of, _ in self._found)


class InMemory(StateStore):
    """The monitor's store, in memory: it stays open from one run to the next."""

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__(Path())
        self._database = Database(Path(":memory:"))
        self.heads = HeadsInMemory()

    def __enter__(self) -> Self:
        """Begin a run."""
        return self

    def __exit__(self, *_: object) -> None:
        """End a run."""
        self._database.commit()


@dataclass
class Monitor(Reader):
    """A monitor: it verifies only what is new, and what it holds is how far it has replayed."""

    store: InMemory = field(default_factory=InMemory)

    def visit(self, place: Shown, meanwhile: Callable[[], None], kept: bytes | None = None) -> None:
        """Follow the log once; raises `VerdictError` for a wrong verdict. It holds nobody else's checkpoints."""
        del kept
        source = Interleaved(place, meanwhile)
        (outcome,) = follow([self.name], self.store, opened=lambda _: source)
        if not outcome.unreadable:
            self.judge(place, source, self.kept, [found.rule for found in outcome.findings])
            if not outcome.findings:
                self.kept = source.newest


def pairs(readers: list[Reader]) -> list[tuple[Reader, Reader]]:
    """Return every two readers of whom the second holds a checkpoint, and the first takes it."""
    takers = [reader for reader in readers if not isinstance(reader, Monitor)]
    return [(one, other) for one in takers for other in readers if one is not other and other.kept]
