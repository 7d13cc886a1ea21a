"""The invariants hold whatever the seed; and each part, made worse in one way, breaks one of them.

``SUNLEDGER_SEEDS=5000`` runs more seeds, ``SUNLEDGER_SEED=17`` one alone.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit.tlog.cosignature import cosign
from audit.tlog.policy import Policy, parse_policy
from audit.verify import verify
from audit.witness import Witness
from projections.log import NOBODY
from tests.attack.simulation.log import Log
from tests.attack.simulation.machine import Crash, FailingDisk, Keys
from tests.attack.simulation.people import Reader
from tests.attack.simulation.seeds import run
from tests.attack.simulation.world import BrokenError, Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from audit.report import Report
    from audit.source import Source
    from audit.tlog.checkpoint import Checkpoint
    from audit.tlog.policy import Verdict
    from audit.witness.folder import LogFolder
    from audit.witness.head import Head
    from audit.witness.witness import Cosigned
    from domain.kernel.note import Signature
    from projections.log import LogKeys, Others

SEEDS = 200
MUTANT_SEEDS = 120
EVENTS = {
    "acknowledged",
    "alarm",
    "backup",
    "cosigned",
    "crash",
    "exchange",
    "fork",
    "forked",
    "recover",
    "restore",
    "settled",
    "signed",
    "stopped",
}
"""All that has to happen in some run, or the simulation shows nothing."""


def seeds() -> Sequence[int]:
    """Return the seeds that are wanted."""
    if one := os.environ.get("SUNLEDGER_SEED"):
        return [int(one)]
    return range(int(os.environ.get("SUNLEDGER_SEEDS", SEEDS)))


@pytest.mark.slow
def test_the_invariants_hold_for_every_seed() -> None:
    happened: Counter[str] = Counter()
    for seed in seeds():
        happened += run(seed).happened
    assert len(seeds()) < SEEDS or happened.keys() >= EVENTS, happened


def test_a_seed_runs_the_same_way_again() -> None:
    assert [run(seed).trace for seed in (2, 3)] == [run(seed).trace for seed in (2, 3)]


# --- parts made worse


class HastyWitness(Witness):
    """Answers before what it cosigned is durable."""

    def _keep(
        self,
        folder: LogFolder,
        head: Head,
        lines: tuple[Signature, ...],
        last: Cosigned | None,
        now_s: int,
    ) -> bytes:
        line = cosign(head, self._key, max(now_s, last.time_s if last else now_s)).line
        try:
            super()._keep(folder, head, lines, last, now_s)
        except Crash:
            disk = self._folder._disk
            assert isinstance(disk, FailingDisk)
            disk.lose()
        return line


class TimelessWitness(Witness):
    """Cosigns at whatever time its clock shows."""

    def _keep(
        self,
        folder: LogFolder,
        head: Head,
        lines: tuple[Signature, ...],
        last: Cosigned | None,
        now_s: int,
    ) -> bytes:
        earlier = replace(last, time_s=0) if last else None
        return super()._keep(folder, head, lines, earlier, now_s)


class BackwardWitness(Witness):
    """Takes the head before its last one for the last."""

    def _newest(self, folder: LogFolder, origin: str) -> Cosigned | None:
        last = super()._newest(folder, origin)
        note = folder.history.at(last.head.size - 1) if last else b""
        return self._read(note, origin) if note else last


class LenientPolicy(Policy):
    """Takes one member of a group for enough."""

    def _satisfied(self, names: Collection[str]) -> set[str]:
        groups = tuple(group._replace(needed=1) for group in self.groups)
        return Policy._satisfied(replace(self, groups=groups), names)


class CredulousPolicy(Policy):
    """Believes each line that bears a witness's name."""

    def judge(self, checkpoint: Checkpoint, lines: Iterable[Signature], latest_s: int) -> Verdict:
        """Look at no signature."""
        verdict = Policy.judge(self, checkpoint, lines, latest_s)
        return verdict._replace(reached=self.reached({*verdict.signed, *verdict.bad}))


def _made(kind: type[Policy]) -> Callable[[bytes], Policy]:
    def make(text: bytes) -> Policy:
        policy = parse_policy(text)
        return kind(policy.text, policy.quorum, policy.logs, policy.witnesses, policy.groups)

    return make


class ForgetfulKeys(Keys):
    """Do not remember what was signed."""

    def last_signed(self, origin: str) -> bytes:
        """Return nothing."""
        del origin
        return b""


class ForgetfulLog(Log):
    """Asks neither what its key has signed nor what its witnesses have seen."""

    def _memory(self) -> tuple[LogKeys, Others]:
        return ForgetfulKeys(self.luck, told=self.keys.told), NOBODY


class DeafLog(Log):
    """Remembers what its key has signed, and asks no witness: a whole machine from a backup knows nothing."""

    def _memory(self) -> tuple[LogKeys, Others]:
        return self.keys, NOBODY


class HastyLog(Log):
    """Takes a COMMIT that failed for one that did not."""

    def _commit(self, tx: object) -> bool:
        if super()._commit(tx):  # type: ignore[arg-type]
            self._book = None
        return False


class CarelessReader(Reader):
    """Does not compare with the checkpoint that was kept."""

    def verify(self, source: Source, held: bytes) -> Report:
        """Look at what is there now."""
        del held
        return verify(source)


@pytest.mark.parametrize(
    ("parts", "breaks"),
    [
        (Parts(witness=HastyWitness), "cosigned a fork|went back"),
        (Parts(witness=TimelessWitness), "cosigned at .* and later at"),
        (Parts(witness=BackwardWitness), "went back|cosigned a fork|and later at"),
        (Parts(policy=_made(LenientPolicy)), "the policy says|wants"),
        (Parts(policy=_made(CredulousPolicy)), "the policy says"),
        (Parts(log=ForgetfulLog), "signed a fork|promised twice"),
        (Parts(log=DeafLog), "signed a fork|promised twice"),
        (Parts(log=HastyLog), "promised twice|acknowledged and is lost"),
        (Parts(reader=CarelessReader), "holds .* is shown .* finds"),
    ],
    ids=[
        "hasty witness",
        "timeless witness",
        "backward witness",
        "lenient policy",
        "credulous policy",
        "forgetful log",
        "deaf log",
        "hasty log",
        "careless reader",
    ],
)
def test_a_worse_part_is_found(parts: Parts, breaks: str) -> None:
    for seed in range(MUTANT_SEEDS):
        try:
            run(seed, parts)
        except BrokenError as broken:
            assert re.search(breaks, str(broken))
            assert f"--seed {seed}" in str(broken)
            run(seed)  # the same seed with the real part
            return
    pytest.fail(f"{MUTANT_SEEDS} seeds have not found it")
