"""Witnesses: the real one on a failing disk, the way to it, and what an honest log does with its answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

from api.witnessing.door import UNREACHABLE, Answer, WitnessDoor
from api.witnessing.exchange import Exchange, Found
from audit.tlog.cosignature import witness_verifier
from audit.tlog.policy import WitnessLine
from audit.witness import Witness, WitnessFolder
from audit.witness.folder import origin_hash
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey
from tests.attack.history import log_key
from tests.attack.simulation.machine import Crash, FailingDisk, Luck
from tests.domain.conftest import BOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from psycopg_pool import ConnectionPool

    from audit.tlog.witness_request import WitnessRequest
    from audit.witness import Answer as Answered
    from domain.founding import Log as Founded
    from projections.log import LogKeys, Sighting
    from tests.attack.simulation.database import Database

STATUS = {"malformed": 400, "forbidden": 403, "unknown": 404, "conflict": 409, "refused": 422, "fault": 500}
UNHEARD = 0.1
"""How likely a request or an answer is lost on its way."""

CLOCK_SET, CLOCK_WRONG_S = 0.1, 7_200
"""How likely a witness's clock is set between two requests, and how wrong it is then, either way."""


class Clock(Protocol):
    """What time it is."""

    @property
    def now_s(self) -> int:
        """POSIX seconds."""
        ...


@dataclass
class WitnessMachine:
    """A witness's machine; it is started anew for each request, so that nothing but its folder can help it."""

    name: str
    folder: Path
    luck: Luck
    clock: Clock
    told: Callable[[str, bytes, Answered], None]
    """Hears of each answer that the witness gives: its name, the checkpoint, the answer."""

    kind: type[Witness] = Witness
    away: bool = False
    """Nobody can reach it for now."""

    wrong_s: int = 0
    """By how many seconds its own clock is wrong."""

    latest_s: int = 0
    """The latest time that its clock has shown when it was asked."""

    disk: FailingDisk = field(init=False)
    key: SigningKey = field(init=False)

    def __post_init__(self) -> None:
        """Set the witness up, on a machine that does not fail yet."""
        self.key = SigningKey(f"witness.example.cn/{self.name}", self.name.encode().ljust(32, b"."))
        self.disk = FailingDisk(Luck(self.luck.random))
        folder = WitnessFolder(self.folder, self.disk)
        folder.create(self.line.key.vkey)
        Witness(self.key, folder).add_log(log_key(BOOK).verifier.vkey)
        self.disk = FailingDisk(self.luck)

    @property
    def line(self) -> WitnessLine:
        """The witness as it stands in a policy."""
        return WitnessLine(self.name, witness_verifier(self.key))

    def add_checkpoint(self, request: WitnessRequest) -> Answer:
        """Ask for a cosignature; raises `witnessing.unreachable` when anything is lost on the way there and back."""
        if self.away or self.luck.happens(UNHEARD):
            raise UNREACHABLE(witness=self.name, problem="the request was lost")
        try:
            answer = self._witness().answer(request.encode(), self._now_s())
        except Crash:
            self.disk.lose()
            raise UNREACHABLE(witness=self.name, problem="it crashed") from None
        status = STATUS[answer.refusal.rule.kind.value] if answer.refusal else 200
        assert status != 500, answer.refusal
        self.told(self.name, request.checkpoint, answer)
        if self.luck.happens(UNHEARD):
            raise UNREACHABLE(witness=self.name, problem="the answer was lost")
        return Answer(status, answer.body)

    def _now_s(self) -> int:
        """Read its own clock, which somebody may have set, also back."""
        if self.luck.happens(CLOCK_SET):
            self.wrong_s = self.luck.random.randint(-CLOCK_WRONG_S, CLOCK_WRONG_S)
        now_s = self.clock.now_s + self.wrong_s
        self.latest_s = max(self.latest_s, now_s)
        return now_s

    def checkpoint(self, origin: str) -> Answer:
        """Ask for what the witness cosigned last."""
        try:
            return Answer(200, self._witness().checkpoint(origin_hash(origin)))
        except RuleViolation as violation:
            return Answer(STATUS[violation.rule.kind.value], b"")

    @property
    def size(self) -> int:
        """How many entries it has cosigned."""
        return self._witness().logs()[0].size

    @property
    def forks(self) -> int:
        """How many forks it has kept as evidence."""
        return self._witness().logs()[0].forks

    def _witness(self) -> Witness:
        return self.kind(self.key, WitnessFolder(self.folder, self.disk))


class Asking:
    """What an honest log knows from its witnesses, as `api.witnessing` has it, without threads and clocks.

    When the program has started, all of them are asked first, and then the word of one suffices to stop the log; later
    only a checkpoint that its own key signed does.
    """

    def __init__(self, database: Database, keys: LogKeys, machines: Sequence[WitnessMachine]) -> None:
        """Ask these witnesses about the book in a database."""
        self.machines = machines
        self.remembered: dict[str, int] = {}
        """By witness, the size that it had cosigned when it was heard at the start."""
        self._asked = False
        self._found: dict[str, Found] = {}
        self._stopping: set[str] = set()
        pool = cast("ConnectionPool[Any]", database)
        self._exchanges = {
            machine.name: Exchange(pool, keys, machine.line, cast("WitnessDoor", machine))
            for machine in machines
        }

    def ask(self, name: str) -> bool:
        """Ask one witness to cosign the newest checkpoint; tell whether it did."""
        try:
            found = self._exchanges[name].run(BOOK, log_key(BOOK).name)
        except RuleViolation:
            return False
        if found is None:
            self._found.pop(name, None)
            self._stopping.discard(name)
            return True
        self._found[name] = found
        if not self._asked:
            self._stopping.add(name)
        return False

    def contradicted(self, book: str, origin: str) -> bool:
        """Tell whether anything is known now that `seen` would return."""
        del book, origin
        return any(found.proved or name in self._stopping for name, found in self._found.items())

    def seen(self, book: str, log: Founded) -> Sequence[Sighting]:
        """Return what stands against the log (`projections.log.Others`)."""
        del book, log
        if not self._asked:
            for machine in self.machines:
                if self.ask(machine.name) or machine.name in self._found:
                    self.remembered[machine.name] = machine.size
            self._asked = True
        return [
            found.sighting for name, found in self._found.items() if found.proved or name in self._stopping
        ]
