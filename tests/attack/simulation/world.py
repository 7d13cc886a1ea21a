"""One run of the simulation: a seed decides who does what, what fails and when; the invariants hold at each step.

- nothing acknowledged is lost;
- a witness never cosigns two checkpoints that no one log can have, nor one smaller or earlier than its last,
  and keeps as evidence what contradicts it;
- a policy, and all that is told by it, finds a quorum where enough of its witnesses signed, and only there;
- a reader is alarmed when what is shown does not extend what he holds, and only then;
- a log never signs a fork, also when it lost its memory, as long as a witness remembers;
- in the end everyone agrees again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter
from random import Random
from typing import TYPE_CHECKING, NamedTuple, Self

from audit.tlog.checkpoint import parse_checkpoint
from audit.tlog.cosignature import check_cosignature
from audit.tlog.policy import Policy, parse_policy
from audit.witness import Witness
from audit.witnessed import latest_time
from domain.kernel.note import Signature, parse_note, split_note
from tests.attack.history import History, log_key, tree_of
from tests.attack.simulation.log import Log
from tests.attack.simulation.machine import Luck
from tests.attack.simulation.people import Monitor, Reader
from tests.attack.simulation.quorum import check_verdict, draw, policy_text
from tests.attack.simulation.witnesses import WitnessMachine
from tests.domain.conftest import BOOK, Village

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit.tlog.checkpoint import Checkpoint
    from audit.witness import Answer
    from tests.attack.simulation.people import Shown

FORGED = 0.3
"""How likely somebody adds a witness's line to a checkpoint under another one's name."""

TOLD = 40
"""How many of the last things that happened are told when an invariant breaks."""

START_S = 1_700_000_000


@dataclass(frozen=True)
class Parts:
    """The parts that a run is made of; tests put in broken ones."""

    witness: type[Witness] = Witness
    log: type[Log] = Log
    reader: Callable[[str], Reader] = Reader
    policy: Callable[[bytes], Policy] = parse_policy


class Heard(NamedTuple):
    """A cosignature that a witness has given away: over which checkpoint, at what time (POSIX seconds)."""

    name: str
    checkpoint: Checkpoint
    time_s: int
    line: Signature

    def contradicts(self, other: Checkpoint) -> bool:
        """Tell whether the other one is of this size and has another root."""
        return self.checkpoint.size == other.size and self.checkpoint.root != other.root


@dataclass
class Claims:
    """What was signed and promised so far, by whom, and whether it all fits together."""

    entries: dict[bytes, tuple[bytes, ...]] = field(default_factory=dict)
    """By root, the entries below it, of every history that anybody has shown."""

    signed: list[Checkpoint] = field(default_factory=list)
    cosigned: list[Heard] = field(default_factory=list)
    receipts: dict[int, bytes] = field(default_factory=dict)

    def know(self, entries: list[bytes]) -> None:
        """Remember a history under its root."""
        self.entries[tree_of(entries).root()] = tuple(entries)

    def agree(self, one: Checkpoint, other: Checkpoint) -> bool:
        """Tell whether one log can have both."""
        least = min(one.size, other.size)
        return self.entries[one.root][:least] == self.entries[other.root][:least]

    def lines(self, checkpoint: Checkpoint) -> list[Signature]:
        """Return all cosignatures of a checkpoint."""
        return [heard.line for heard in self.cosigned if heard.checkpoint == checkpoint]

    def signers(self, checkpoint: Checkpoint) -> dict[str, int]:
        """Return who has cosigned a checkpoint, and when last."""
        found = [heard for heard in self.cosigned if heard.checkpoint == checkpoint]
        return {heard.name: heard.time_s for heard in sorted(found, key=attrgetter("time_s"))}


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
            WitnessMachine(name, self.folder / name, self.luck, self, self._answered, self.parts.witness)
            for name in ("town", "county", "peer")[: self.random.randint(1, 3)]
        ]
        lines = [machine.line for machine in self.witnesses]
        self.wanted = draw(self.random, [line.name for line in lines])
        self.policy = self.parts.policy(policy_text(self.wanted, lines))
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

    def _answered(self, name: str, note: bytes, answer: Answer) -> None:
        """Hear that a witness has answered."""
        text = parse_note(note).text
        checkpoint = parse_checkpoint(text)
        (machine,) = [machine for machine in self.witnesses if machine.name == name]
        if answer.refusal:
            self._refused(machine, checkpoint, answer.refusal.rule.code)
            return
        self.note(f"cosigned: {name} {checkpoint.size}")
        (line,) = split_note(text + b"\n" + answer.body)[1]
        self._cosigned(machine, checkpoint, line)

    def _refused(self, machine: WitnessMachine, checkpoint: Checkpoint, code: str) -> None:
        """A checkpoint that contradicts one of its size is refused as a fork, and both are kept as evidence."""
        cosigned = [heard for heard in self.claims.cosigned if heard.name == machine.name]
        if any(heard.contradicts(checkpoint) for heard in cosigned):
            self.note(f"forked: {machine.name} {checkpoint.size}")
            assert machine.forks, f"{machine.name} was shown a fork of {checkpoint.size} and has no evidence"
            assert code in {"witness.fork", "witness.size"}, f"{machine.name} calls a fork {code}"

    def _cosigned(self, machine: WitnessMachine, checkpoint: Checkpoint, line: Signature) -> None:
        """Hear of a cosignature."""
        name = machine.name
        time_s = check_cosignature(checkpoint, line, machine.line.key)
        assert time_s <= machine.latest_s, (
            f"{name} cosigned at {time_s}, and its clock has not shown that yet"
        )
        for other in self.claims.cosigned:
            if other.name == name:
                before = f"{other.checkpoint} and {checkpoint}"
                assert self.claims.agree(checkpoint, other.checkpoint), f"{name} cosigned a fork: {before}"
                assert other.checkpoint.size <= checkpoint.size, f"{name} went back: {before}"
                assert other.time_s <= time_s, f"{name} cosigned at {other.time_s} and later at {time_s}"
        self.claims.cosigned.append(Heard(name, checkpoint, time_s, line))
        self._check_policy(checkpoint)

    def _check_policy(self, checkpoint: Checkpoint) -> None:
        """What the policy says of a checkpoint is true, also when a forged line stands among the good ones."""
        lines, bad = self.claims.lines(checkpoint), []
        if self.luck.happens(FORGED):
            stolen, key = self.random.choice(lines), self.random.choice(self.witnesses).line.key
            if (stolen.name, stolen.key_id) != (key.name, key.key_id):
                lines.append(Signature(key.name, key.key_id, stolen.signature))
                bad = [name for name, line in self.policy.witnesses.items() if line.key == key]
        verdict = self.policy.judge(checkpoint, lines, latest_time(self.now_s))
        check_verdict(self.wanted, self.policy, verdict, self.claims.signers(checkpoint), bad)

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
