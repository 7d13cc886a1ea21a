"""A run with a log that forks whenever it likes, before honest witnesses on failing disks, and honest readers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.attack.simulation.forger import Forger
from tests.attack.simulation.people import pairs
from tests.attack.simulation.quorum import Asker
from tests.attack.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.attack.simulation.forger import View

STEPS = 45
CRASH = 0.03


class ForgerWorld(World):
    """Every act is the forger's or a reader's; who is shown what is drawn anew each time."""

    def __post_init__(self) -> None:
        """Let the forger begin."""
        super().__post_init__()
        self.forger = Forger(self.history, self.random)
        signers, clock = self.claims.signers, lambda: self.now_s
        asker = Asker("asker", policy=self.policy, wanted=self.wanted, signers=signers, clock=clock)
        self.readers.append(asker)
        self.luck.crash = CRASH

    def act(self) -> None:
        """Let everyone act at random."""
        actions: list[Callable[[], None]] = [
            *[self._grow] * 4,
            self._fork,
            *[self._ask] * 8,
            *[self._look] * 3,
            self._exchange,
        ]
        for _ in range(STEPS):
            self.tick()
            self.random.choice(actions)()

    def _know(self) -> None:
        for branch in self.forger.branches:
            for size in range(1, len(branch) + 1):
                self.claims.know(branch[:size])

    def _grow(self) -> None:
        self.forger.grow()
        self._know()
        self.note("grow")

    def _fork(self) -> None:
        self.forger.fork()
        self._know()
        self.note("fork")

    def _ask(self) -> None:
        self.forger.ask(self.random.choice(self.witnesses))

    def _view(self) -> View:
        """Show a history with all cosignatures that there are of it."""
        view = self.forger.view()
        lines = self.claims.lines(view.checkpoint)
        return replace(view, note=view.note + b"".join(line.line for line in lines))

    def _look(self) -> None:
        reader = self.random.choice(self.readers)
        self.note(f"look: {reader.name}")
        self.visit(reader, self._view(), lambda: None)

    def _exchange(self) -> None:
        for one, other in self.random.sample(found := pairs(self.readers), min(len(found), 2)):
            self.note(f"exchange: {one.name} {other.name}")
            self.visit(one, self._view(), lambda: None, other.kept)
