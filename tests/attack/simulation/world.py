"""One run of the simulation: a seed decides who does what, what fails and when; the invariants hold at each step.

- nothing acknowledged is lost;
- a witness never cosigns two checkpoints that no one log can have;
- a reader is alarmed when what is shown does not extend what he holds, and only then;
- a log never signs a fork, also when it lost its memory, as long as a witness remembers;
- in the end everyone agrees again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Self

from audit.tlog.checkpoint import parse_checkpoint
from audit.witness import Witness
from domain.kernel.note import parse_note
from tests.attack.history import History, log_key, tree_of
from tests.attack.simulation.log import Log
from tests.attack.simulation.machine import Luck
from tests.attack.simulation.people import Monitor, Reader
from tests.attack.simulation.witnesses import WitnessMachine
from tests.domain.conftest import BOOK, Village

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit.tlog.checkpoint import Checkpoint
    from tests.attack.simulation.people import Shown

TOLD = 40
"""How many of the last things that happened are told when an invariant breaks."""

START_S = 1_700_000_000


@dataclass(frozen=True)
class Parts:
    """The parts that a run is made of; tests put in broken ones."""

    witness: type[Witness] = Witness
    log: type[Log] = Log
    reader: Callable[[str], Reader] = Reader


@dataclass
class Claims:
    """What was signed and promised so far, by whom, and whether it all fits together."""

    entries: dict[bytes, tuple[bytes, ...]] = field(default_factory=dict)
    """By root, the entries below it, of every history that anybody has shown."""

    signed: list[Checkpoint] = field(default_factory=list)
    cosigned: dict[str, list[Checkpoint]] = field(default_factory=dict)
    receipts: dict[int, bytes] = field(default_factory=dict)

    def know(self, entries: list[bytes]) -> None:
        """Remember a history under its root."""
        self.entries[tree_of(entries).root()] = tuple(entries)

    def agree(self, one: Checkpoint, other: Checkpoint) -> bool:
        """Tell whether one log can have both."""
        least = min(one.size, other.size)
        return self.entries[one.root][:least] == self.entries[other.root][:least]


class BrokenError(AssertionError):
    """An invariant that did not hold, with the seed and what had happened before."""


@dataclass
class World(ABC):
    """All who take part, the virtual clock, and what has happened so far."""

    seed: int
    folder: Path
    parts: Parts = field(default_factory=Parts)
    now_s: int = START_S
    trace: list[str] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    claims: Claims = field(default_factory=Claims)

    def __post_init__(self) -> None:
        """Set the stage."""
        self.random = Random(self.seed)
        self.luck = Luck(self.random)
        village = Village()
        entries = [village.open().note]
        self.history = History(village, entries, log_key(BOOK))
        self.claims.know([])
        self.claims.know(entries)
        self.witnesses = [
            WitnessMachine(name, self.folder / name, self.luck, self, self._cosigned, self.parts.witness)
            for name in ("town", "county", "peer")[: self.random.randint(1, 3)]
        ]
        self.readers: list[Reader] = [
            self.parts.reader("reader"),
            self.parts.reader("neighbour"),
            Monitor("monitor"),
        ]

    @abstractmethod
    def act(self) -> None:
        """Let everyone act."""

    def run(self) -> Self:
        """Run to the end; raises `BrokenError`."""
        try:
            self.act()
        except Exception as problem:
            happened = "\n".join(self.trace[-TOLD:])
            replay = f"python -m tests.attack.simulation --seed {self.seed}"
            raise BrokenError(
                f"seed {self.seed}: {problem}\n{happened}\nto see it again: {replay}"
            ) from problem
        return self

    def note(self, what: str) -> None:
        """Write down what happens, and count it by its first word."""
        self.trace.append(f"{self.now_s - START_S:6d}s  {what}")
        self.happened[what.partition(":")[0]] += 1

    def _cosigned(self, name: str, note: bytes) -> None:
        """Hear that a witness has answered with its cosignature."""
        checkpoint = parse_checkpoint(parse_note(note).text)
        self.note(f"cosigned: {name} {checkpoint.size}")
        earlier = self.claims.cosigned.setdefault(name, [])
        for other in earlier:
            assert self.claims.agree(checkpoint, other), f"{name} cosigned a fork: {other} and {checkpoint}"
        earlier.append(checkpoint)

    def tick(self) -> None:
        """Let some time pass."""
        self.now_s += self.random.randrange(1, 600)

    def visit(
        self, reader: Reader, place: Shown, meanwhile: Callable[[], None], kept: bytes | None = None
    ) -> None:
        """Let somebody look, and write down an alarm."""
        before = reader.alarms
        reader.visit(place, meanwhile, kept)
        if reader.alarms > before:
            self.note(f"alarm: {reader.name}")
