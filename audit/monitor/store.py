"""What a monitor keeps between two runs: for each address the replay of what it verified, and what it found.

Of a book, what each entry adds to (ids, vouchers, hashes) is looked up in a database when it is asked for. The rest is
read whole: the state of each of its slices, decoded into the types that the program declares. What does not fit, is
damaged, or was written by another version of the program is passed over, and the book is verified anew from its
first entry.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

import domain
from audit.figures import Figures
from audit.monitor.database import DAMAGED, Database
from audit.monitor.heads import Heads
from audit.monitor.kept import HASHES, Kept, edge_keys, kept_tree, new_facts, new_hashes
from audit.replay import Replay
from audit.report import Finding
from domain.book import Book
from domain.entry import Entry
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.vouchers.state import Posted

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGGER = logging.getLogger(__name__)

FILE = "states.sqlite"
BOOKS_PER_COMMIT = 250
IDS, POSTED = "ids", "posted"
LOST = "监察进度丢失 / what was remembered is lost"
KEPT_DAMAGED = (
    "留存的检查点已损坏，没有用它对照 / the kept checkpoint is damaged and was compared with nothing"
)
KEPT_OLDER = (
    "最新留存的检查点已损坏，用较早的一个对照 / the newest kept checkpoint is damaged; an older one was used"
)

UNREADABLE = rule(
    "monitor.unreadable",
    Kind.UNAVAILABLE,
    "监察进度无法解读，本账从头核对",
    "what is remembered of this book cannot be understood ({problem}), so it is verified anew",
)
OTHER_VERSION = rule(
    "monitor.other_version",
    Kind.UNAVAILABLE,
    "监察进度由程序的另一版本所记，本账从头核对",
    "what is remembered of this book was written by another version of the program, so it is verified anew",
)

encode = msgspec.msgpack.encode


@dataclass
class State:
    """A book as far as it was verified (`replay`) with what is wrong there (`settled`), and what the last run found.

    `kept` is how many of its entries are remembered; `anew` says why nothing is though something was, else "".
    """

    address: str
    replay: Replay = field(default_factory=Replay)
    settled: list[Finding] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    kept: int = 0
    anew: str = ""


class StateStore:
    """A folder with the database of what is remembered, by address; as a context, the one run that uses it."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, made when a run begins; nobody else should be able to write there."""
        self._folder = folder
        self._unsaved = 0
        self.heads = Heads(folder)

    def __enter__(self) -> Self:
        """Begin a run; raises `monitor.busy`, `monitor.unusable`."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._database = Database(self._folder / FILE)
        self.heads.begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the run; all that was saved is durable, unless an error ended it midway."""
        try:
            if kind is None or kind is GeneratorExit:
                self._commit()
        finally:
            self._database.close()

    def load(self, address: str) -> State:
        """Return what is known of an address, or the state before the first run."""
        try:
            known = self._database.book(address)
            if known:
                return self._decode(*known, address)
            return State(address, anew=self.beginning(address, LOST) if self._was_known(address) else "")
        except Exception as problem:  # noqa: BLE001 -- whatever is wrong with a state, the log itself is there
            violation = problem if isinstance(problem, RuleViolation) else UNREADABLE(problem=problem)
            self.forget(address, violation)
            return State(address, anew=self.beginning(address, violation))

    def places(self, book: str) -> list[str]:
        """Return the addresses at which any run has seen a book; none where that cannot be read any more."""
        try:
            return self._database.places(book)
        except RuleViolation as violation:
            LOGGER.warning("监察 / monitor: %s: %s", book, violation)
            return []

    def beginning(self, address: str, why: object) -> str:
        """Return in words why an address is verified anew, and that what was kept is damaged too, if it is."""
        if not self.heads.damaged(address):
            return str(why)
        return f"{why}；{KEPT_OLDER if self.heads.newest(address) else KEPT_DAMAGED}"

    def _was_known(self, address: str) -> bool:
        return bool(self.heads.newest(address)) or self.heads.damaged(address) or self._database.put_aside

    def forget(self, address: str, problem: object) -> None:
        """Delete what is known of an address, and tell why."""
        LOGGER.warning("监察：%s 从头核对 / monitor: %s is verified anew: %s", address, address, problem)
        self._database.forget(address)

    def save(self, state: State) -> None:
        """Keep a state, at the latest durable when the run ends; a crash leaves the one before.

        It also stays when sums are larger than any honest book has: what is new is verified again then. Raises
        `monitor.damaged`, also when that on which the state rests was put aside since: then nothing of it is kept.
        """
        if state.kept and not self._database.holds(state.address):
            raise DAMAGED(problem=LOST)
        book = state.replay.book
        try:
            rest = encode(_rest(state))
        except OverflowError as problem:
            LOGGER.warning(
                "监察：%s 的进度仍为上次的 / monitor: %s is remembered as it was before: %s",
                state.address,
                state.address,
                problem,
            )
            return
        facts = chain(
            new_facts(IDS, book.ids),
            new_facts(POSTED, book.vouchers.posted),
            new_hashes(book.tree, state.kept),
        )
        self._database.put(state.address, _program() + rest, facts)
        self._database.put_place(book.book, state.address)
        self._unsaved += 1
        if self._unsaved == BOOKS_PER_COMMIT:
            self._commit()

    def _commit(self) -> None:
        """Make all durable so far: the checkpoints first, so that a state never stands without the one it rests on."""
        self.heads.sync()
        self._database.commit()
        self._unsaved = 0

    def _decode(self, number: int, data: bytes, address: str) -> State:
        version = _program()
        if not data.startswith(version):
            raise OTHER_VERSION()
        kept = _REST.decode(data[len(version) :])
        lookup, book = partial(self._database.fact, number), Book("")
        vars(book).update({name: _PARTS[name].decode(part) for name, part in kept.parts.items()})
        book.ids = Kept(lookup, IDS, int)
        book.vouchers.posted = Kept(lookup, POSTED, Posted)
        edge = self._database.facts(number, HASHES, edge_keys(kept.size))
        book.tree = kept_tree(lookup, kept.size, edge)
        return State(address, Replay(book, kept.figures, kept.first), kept.settled, kept.findings, kept.size)


class Rest(msgspec.Struct, gc=False):
    """What is read whole of a state: the number of entries, the parts of the book by name, and what stands beside."""

    size: int
    parts: dict[str, msgspec.Raw]
    figures: Figures
    first: Entry | None
    settled: list[Finding]
    findings: list[Finding]


_LOOKED_UP = {IDS, "tree", "_seen"}
"""The parts of a book that are not among them; `_seen` is worked out again."""

_REST = msgspec.msgpack.Decoder(Rest)
_PARTS = {
    name: msgspec.msgpack.Decoder(type(part))
    for name, part in vars(Book("")).items()
    if name not in _LOOKED_UP
}


def _rest(state: State) -> dict[str, object]:
    """Return what `Rest` is decoded from."""
    replay, book = state.replay, state.replay.book
    parts: dict[str, Any] = {name: getattr(book, name) for name in _PARTS}
    parts["vouchers"] = replace(book.vouchers, posted={})
    return {
        "size": book.size,
        "parts": parts,
        "figures": replay.figures,
        "first": replay.first,
        "settled": state.settled,
        "findings": state.findings,
    }


@cache
def _program() -> bytes:
    """Return a digest of the code, which stands before a state: another version may see another meaning in it."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.read_bytes())
    return digest.digest()


def _sources() -> Iterator[Path]:
    for package in (Path(domain.__file__ or "").parent, Path(__file__).parents[1]):
        yield from sorted(package.rglob("*.py"))
