"""Whose cosignatures suffice, drawn by a seed, and said again in other words: what every verdict is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from audit.verify import verify
from audit.witnessed import Asked
from tests.attack.simulation.people import Reader, VerdictError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from random import Random

    from audit.report import Report
    from audit.source import Source
    from audit.tlog.checkpoint import Checkpoint
    from audit.tlog.policy import Policy, Verdict, WitnessLine
    from tests.attack.simulation.people import Interleaved, Shown

Times: TypeAlias = "Mapping[str, int]"
"""By witness, when it signed (POSIX seconds)."""

NO_QUORUM = "audit.no_quorum"


@dataclass(frozen=True)
class Wanted:
    """So many of these are needed; a member is a witness's name, or again such a choice."""

    needed: int
    members: tuple[Wanted | str, ...]

    def holds(self, names: Collection[str]) -> bool:
        """Tell whether these witnesses suffice."""
        return self.needed <= len([member for member in self.members if _has(member, names)])

    def missing(self, names: Collection[str]) -> set[str]:
        """Return the witnesses who bring it nearer."""
        if self.holds(names):
            return set()
        parts = [{part} - {*names} if isinstance(part, str) else part.missing(names) for part in self.members]
        return {name for part in parts for name in part}

    def since(self, times: Times) -> int | None:
        """Return when it first held."""
        return min((now for now in times.values() if self.holds(_until(times, now))), default=None)

    def fresh(self, times: Times) -> int | None:
        """Return the last moment from which on it would have been made anew."""
        return max((then for then in times.values() if self.holds(_from(times, then))), default=None)

    def groups(self, name: str = "g") -> Iterator[str]:
        """Yield the lines of a policy that say this, the inner groups first."""
        names = []
        for place, member in enumerate(self.members):
            inner = f"{name}{place}"
            names.append(member if isinstance(member, str) else inner)
            if isinstance(member, Wanted):
                yield from member.groups(inner)
        if self.needed:
            yield f"group {name} {self.needed} {' '.join(names)}"


def _has(member: Wanted | str, names: Collection[str]) -> bool:
    return member in names if isinstance(member, str) else member.holds(names)


def _until(times: Times, now: int) -> set[str]:
    return {name for name, time_s in times.items() if time_s <= now}


def _from(times: Times, then: int) -> set[str]:
    return {name for name, time_s in times.items() if time_s >= then}


def draw(random: Random, names: Sequence[str]) -> Wanted:
    """Draw a choice among witnesses: none, some of them, or some of them and of a group within."""
    chosen = random.sample(names, random.randint(1, len(names)))
    if random.random() < 0.1:
        return Wanted(0, ())
    if len(chosen) > 2 and random.random() < 0.5:
        inner = Wanted(random.randint(1, 2), tuple(chosen[:2]))
        return Wanted(random.randint(1, 2), (inner, chosen[2]))
    return Wanted(random.randint(1, len(chosen)), tuple(chosen))


def policy_text(wanted: Wanted, witnesses: Sequence[WitnessLine]) -> bytes:
    """Return the policy that says so; witnesses of whom nothing is wanted stand in it too."""
    lines = [f"witness {line.name} {line.key.vkey}" for line in witnesses]
    quorum = "g" if wanted.needed else "none"
    return "\n".join([*lines, *wanted.groups(), f"quorum {quorum}", ""]).encode()


def check_verdict(wanted: Wanted, policy: Policy, verdict: Verdict, signed: Times, bad: list[str]) -> None:
    """Hold what a policy says of a checkpoint against who truly signed it, and when."""
    told = (verdict.reached, verdict.signed, sorted(verdict.bad), {*verdict.missing})
    true = (wanted.holds(signed), {**signed}, sorted(bad), wanted.missing(signed))
    assert told == true, f"the policy says {told}, and true is {true}"
    moments = (policy.complete_at(signed), policy.fresh_at(signed))
    true_moments = (wanted.since(signed), wanted.fresh(signed))
    assert moments == true_moments, f"the quorum stands since {moments}, and true is {true_moments}"


@dataclass
class Asker(Reader):
    """A reader who holds the policy too; `signers` tells who has truly cosigned a checkpoint, `clock` the time."""

    policy: Policy | None = None
    wanted: Wanted | None = None
    signers: Callable[[Checkpoint], Times] | None = None
    clock: Callable[[], int] | None = None
    fresh_s: int | None = None
    """How new the quorum is that the program has told last."""

    def verify(self, source: Source, held: bytes) -> Report:
        """Run the program with the policy."""
        assert self.policy
        assert self.clock
        report = verify(source, kept=held, asked=Asked(self.policy, self.clock()))
        self.fresh_s = report.witnesses.fresh_s if report.witnesses else None
        return report

    def judge(self, place: Shown, source: Interleaved, held: bytes, found: list[str]) -> None:
        """Hold what is said of the quorum against who signed, and the rest as every reader does."""
        checkpoint, _ = place.shown()
        assert checkpoint
        assert self.wanted
        assert self.signers
        signed = self.signers(checkpoint)
        if self.wanted.holds(signed) != (NO_QUORUM not in found):
            raise VerdictError(f"{self.name} wants {self.wanted}, {signed} signed, and finds {found}")
        if self.fresh_s != (fresh_s := self.wanted.fresh(signed)):
            raise VerdictError(f"{self.name} is told a quorum of {self.fresh_s}, and true is {fresh_s}")
        super().judge(place, source, held, [rule for rule in found if rule != NO_QUORUM])
