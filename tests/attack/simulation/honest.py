"""A run with an honest log: machines crash, networks lose, backups are restored, with the log's memory or without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.tlog.checkpoint import parse_checkpoint
from domain.kernel.merkle import leaf_hash
from domain.kernel.note import parse_note
from tests.attack.simulation.database import Database
from tests.attack.simulation.log import Backup, Posting
from tests.attack.simulation.machine import Crash, Keys
from tests.attack.simulation.people import Clerk, pairs
from tests.attack.simulation.witnessed import check_witnessed
from tests.attack.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.ledger import Receipt

STEPS = 120
CRASH = 0.02
ANSWER_LOST = 0.1
BACKUP_AGAIN = 0.25
AWAY, STAYS_AWAY = 0.5, 0.7
TRIES = 100
"""What fails at random succeeds within so many tries, unless it cannot."""


class HonestWorld(World):
    """The operator is honest and not always lucky."""

    def __post_init__(self) -> None:
        """Set the stage for an honest log."""
        super().__post_init__()
        self.keys = Keys(self.luck)
        self.log = self.parts.log(Database(), self.keys, self.luck, self.witnesses)
        self.keys.told = self._signed
        self.clerks = [Clerk(name, self.history, self._acknowledged) for name in ("clerk", "other")]
        self.processes: dict[str, Iterator[str]] = {}
        self.backup: Backup | None = None
        self.mirror: list[bytes] = []
        self.amnesia = self.ever_amnesia = False

    # --- what was promised

    def _signed(self, note: bytes) -> None:
        checkpoint = parse_checkpoint(parse_note(note).text)
        self.claims.know(self.log.database.entries[: checkpoint.size])
        self.note(f"signed: {checkpoint.size}")
        for other in self.claims.signed:
            assert self.claims.agree(checkpoint, other), f"the log signed a fork: {other} and {checkpoint}"
        self.claims.signed.append(checkpoint)

    def _acknowledged(self, receipt: Receipt) -> None:
        self.note(f"acknowledged: {receipt.index}")
        known = self.claims.receipts.setdefault(receipt.index, receipt.leaf_hash)
        assert known == receipt.leaf_hash, f"entry {receipt.index} was promised twice"

    def _check_promises(self) -> None:
        leaves = [leaf_hash(note) for note in self.log.database.entries]
        for index, leaf in self.claims.receipts.items():
            assert leaves[index : index + 1] == [leaf], f"entry {index} was acknowledged and is lost"

    # --- what happens

    def act(self) -> None:
        """Open the book; let everyone act at random, then let all failures end and everyone agree."""
        self.log.start()
        self.log.queue.append(Posting(self.history.entries[0], lambda _: None))
        self._drain()
        self.luck.crash = CRASH
        for _ in range(STEPS):
            self.tick()
            self._safely(self._one)
        self._settle()

    def _safely(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Crash:
            self._stop("crash")

    def _stop(self, why: str) -> None:
        self.note(why)
        self.processes.clear()
        self.log.stop()

    def _start(self) -> None:
        self.log.start()
        self.note(f"start: {self.log.database.size} entries, witnesses say {self.log.asking.remembered}")
        if self.amnesia:
            self._forget(max(self.log.asking.remembered.values(), default=0))

    def _one(self) -> None:
        if not self.log.up:
            self._start()
            return
        actions: list[Callable[[], None]] = [
            *[self._post] * 6,
            *[self._step] * 20,
            *[self._ask] * 4,
            *[self._look] * 2,
            self._exchange,
            self._operate,
        ]
        self.random.choice(actions)()

    def _post(self) -> None:
        clerk = self.random.choice(self.clerks)
        if not clerk.note:
            clerk.sign(self.log)
        self.note(f"post: {clerk.name}")
        self._queue(clerk, lost=self.luck.happens(ANSWER_LOST))

    def _queue(self, clerk: Clerk, *, lost: bool) -> None:
        note = clerk.note

        def told(answer: Receipt | str) -> None:
            if clerk.note == note and not lost:
                clerk.hear(answer)

        self.log.queue.append(Posting(note, told))

    def _step(self) -> None:
        """Let one of the log's processes go one step further, or begin."""
        self.luck.maybe_crash()
        name = self.random.choice(("write", "project"))
        process = self.processes.get(name)
        if process is None:
            if name == "write" and not self.log.queue:
                return
            process = self.processes[name] = getattr(self.log, name)()
        reached = next(process, "")
        if reached:
            self.note(f"{name}: {reached}")
        else:
            del self.processes[name]
        self.luck.maybe_crash()

    def _meanwhile(self) -> None:
        if self.log.up and self.luck.happens(0.3):
            self._safely(self._step)

    def _ask(self) -> None:
        machine = self.random.choice(self.witnesses)
        machine.away = machine.away and self.luck.happens(STAYS_AWAY)
        done = self.log.asking.ask(machine.name)
        self.note(f"ask: {machine.name} {done}")
        if done:
            check_witnessed(self.log.database, self.wanted, self.policy)

    def _look(self) -> None:
        reader = self.random.choice(self.readers)
        self.note(f"look: {reader.name}")
        self.visit(reader, self.log, self._meanwhile)

    def _exchange(self) -> None:
        for one, other in self.random.sample(found := pairs(self.readers), min(len(found), 2)):
            self.note(f"exchange: {one.name} {other.name}")
            self.visit(one, self.log, self._meanwhile, other.kept)

    # --- the operator

    def _operate(self) -> None:
        """Bring lost entries back if the log refuses to go on; else take a backup, or lose the machine and restore."""
        if self.log.refusal:
            self._recover()
        elif self.ever_amnesia:
            return  # once a run is enough
        elif self.backup is None or self.luck.happens(BACKUP_AGAIN):
            self.backup = self.log.backup()
            self.note("backup")
        else:
            self._restore(self.backup, keys=self.luck.happens(0.5))

    def _restore(self, backup: Backup, *, keys: bool) -> None:
        self._stop(f"restore: {'all' if keys else 'database'} to {backup.database.size} entries")
        if self.keys.signed and not self.amnesia:  # somebody has a copy of what was signed
            self.mirror = list(self.claims.entries[parse_checkpoint(parse_note(self.keys.signed).text).root])
        self.log.restore(backup, keys=keys)
        if keys:
            self.amnesia = self.ever_amnesia = True
            for machine in self.witnesses:  # the disaster may have struck the lines too
                machine.away = self.luck.happens(AWAY)
        elif self.keys.signed:
            self._forget(parse_checkpoint(parse_note(self.keys.signed).text).size)

    def _recover(self) -> None:
        done = self.log.recover(self.mirror)
        self.note(f"recover: {done}")
        if done:
            self.amnesia = False
            self.processes.clear()

    def _forget(self, remembered: int) -> None:
        """Excuse what only the lost machine knew: beyond its backup and what somebody who was heard remembers."""
        size = max(self.log.database.size, remembered)
        claims = self.claims
        claims.receipts = {index: leaf for index, leaf in claims.receipts.items() if index < size}
        claims.signed = [checkpoint for checkpoint in claims.signed if checkpoint.size <= size]

    # --- the end

    def _drain(self) -> None:
        """Let the log do all that it has to do."""
        for _ in range(TRIES):
            for name in ("write", "project"):
                for _reached in getattr(self.log, name)():
                    pass
            if not self.log.queue and self.log.shown()[1] == self.log.database.entries:
                return

    def _settle(self) -> None:
        """Nothing fails any more: what is acknowledged is there, everyone cosigns, and nobody is alarmed."""
        self.luck.crash = 0.0
        for machine in self.witnesses:
            machine.away = False
        self.processes.clear()
        self._start()
        if self.log.refusal:
            self._recover()
        if self.log.refusal:
            assert self.ever_amnesia, f"an honest log is stopped: {self.log.refusal}"
            self.note(f"stopped: {self.log.refusal}")
            return
        for clerk in self.clerks:
            if clerk.note:
                self._queue(clerk, lost=False)
        self._drain()
        self._check_promises()
        if self.ever_amnesia:
            return
        assert self.log.shown()[1] == self.log.database.entries, "the log signs no more"
        for machine in self.witnesses:
            assert any(self.log.asking.ask(machine.name) for _ in range(TRIES)), (
                f"{machine.name} does not cosign"
            )
        for reader in self.readers:
            before = reader.alarms
            self.visit(reader, self.log, lambda: None)
            assert reader.alarms == before, f"{reader.name} is alarmed in the end"
        self.note("settled")
