"""Following books: one run looks at each address once, verifies what is new there, and says what it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from audit.monitor.budget import BUDGET_S, opened_for
from audit.monitor.database import DAMAGED
from audit.monitor.heads import size_of
from audit.monitor.split import Views
from audit.report import FINDINGS_MAX, Finding
from audit.verify import verify
from audit.witnessed import check_fresh
from domain.kernel.errors import Kind, RuleViolation
from domain.kernel.note import parse_vkey

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from audit.monitor.store import State, StateStore
    from audit.report import Report
    from audit.source import Source
    from audit.witnessed import Asked


@dataclass
class Outcome:
    """One address in one run: `entries` in all and `new` among them; every finding, and which were `fresh` this time.

    `unreadable` says why nothing could be read, which is no verdict on the book. `anew` says why the book was read from
    its first entry though it had been before. `evidence` is where a signed checkpoint lies that does not go with what
    was verified, or with what another address of the book shows; `forks` counts all such of this address, also of
    earlier runs. `unlisted` counts findings of this run beyond those listed.
    """

    address: str
    book: str = ""
    name: str = ""
    entries: int = 0
    new: int = 0
    findings: list[Finding] = field(default_factory=list)
    fresh: list[Finding] = field(default_factory=list)
    unreadable: str = ""
    unlisted: int = 0
    anchored: bool = False
    anew: str = ""
    evidence: str = ""
    forks: int = 0

    def add(self, finding: Finding, *, fresh: bool) -> None:
        """Add one more finding."""
        self.findings.append(finding)
        if fresh:
            self.fresh.append(finding)

    def as_lines(self) -> Iterator[dict[str, Any]]:
        """Yield the outcome as JSON objects: one of the book, then one of each finding, and whether it is fresh."""
        yield {
            "address": self.address,
            "book": self.book,
            "name": self.name,
            "ok": not (self.findings or self.unreadable),
            "entries": self.entries,
            "new": self.new,
            "findings": len(self.findings),
            "unlisted": self.unlisted,
            "anchored": self.anchored,
            "anew": self.anew,
            "evidence": self.evidence,
            "forks": self.forks,
            "unreadable": self.unreadable,
        }
        fresh = set(self.fresh)
        for found in self.findings:
            yield {
                "address": self.address,
                "book": self.book,
                "rule": found.rule,
                "entry": found.entry,
                "message": found.message,
                "fresh": found in fresh,
            }


class Trusted(NamedTuple):
    """What the caller trusts: the township's vkey ("" for none), a policy, and how old its quorum may be."""

    anchor: str
    asked: Asked | None
    max_age_s: int | None


class Run(NamedTuple):
    """One run: what is remembered, what it has seen of each book so far, and how an address is opened."""

    store: StateStore
    views: Views
    opened: Callable[[str], Source]


_opened = opened_for(BUDGET_S)


def follow(
    addresses: Sequence[str],
    store: StateStore,
    anchors: dict[str, str] | None = None,
    asked: Asked | None = None,
    max_age_s: int | None = None,
    opened: Callable[[str], Source] = _opened,
) -> Generator[Outcome, None, None]:
    """Look at each address once; `anchors` are the townships' keys by address, checked whenever a book is read anew.

    `asked` says whose cosignatures each newest checkpoint needs, and the time; `max_age_s` how old they may be, in
    seconds, None for any age: a log that is shown as it once was, for ever, is true in every other way. What was
    verified is durable when the run has ended.
    """
    run = Run(store, Views(store, addresses), opened)
    with store:
        for address in addresses:
            yield _look(address, run, Trusted((anchors or {}).get(address, ""), asked, max_age_s))


def _look(address: str, run: Run, trusted: Trusted, anew: str = "") -> Outcome:
    store, state = run.store, run.store.load(address)
    state.anew = anew or state.anew
    before = state.replay.size
    bad_anchor = _malformed(trusted.anchor)
    try:
        report = verify(
            run.opened(address),
            anchor="" if bad_anchor else trusted.anchor,
            kept=store.heads.beyond(address, before),
            asked=trusted.asked,
            replay=state.replay,
        )
        beside = [bad_anchor, _stale(report, trusted)]
        return _take_in(report, state, before, run, [found for found in beside if found])
    except RuleViolation as violation:
        if violation.rule is DAMAGED:
            store.forget(address, violation)
            return _look(address, run, trusted, store.beginning(address, violation))
        if violation.rule.kind is not Kind.UNAVAILABLE:
            raise
        run.views.remember(state)
        forks = store.heads.forks(address)
        return Outcome(
            address, findings=state.findings, unreadable=str(violation), anew=state.anew, forks=forks
        )


def _malformed(anchor: str) -> Finding | None:
    """Return what is wrong with how the caller wrote a township's key: it is said of its book, and ends no run."""
    try:
        if anchor:
            parse_vkey(anchor)
    except RuleViolation as violation:
        return Finding.of(violation)
    return None


def _stale(report: Report, trusted: Trusted) -> Finding | None:
    if trusted.asked is None or trusted.max_age_s is None:
        return None
    return check_fresh(report.witnesses, trusted.asked.now_s - trusted.max_age_s)


def _take_in(report: Report, state: State, before: int, run: Run, beside: list[Finding]) -> Outcome:
    """Remember what was verified. What is wrong with an entry stays so, and the audit goes on behind it.

    When the log as a whole is wrong, or the entry that founds it, nothing of it is taken in: the next run looks from
    where it was good. The key of a log that nobody founded is anybody's, and so is what it signs. What is found
    `beside` the log, by what the caller trusts, says nothing against its entries.
    """
    store, known = run.store, set(state.findings)
    settled = set(state.settled)
    state.findings = [*state.settled, *(found for found in report.findings if found not in settled), *beside]
    outcome = _outcome(state, before, [found for found in state.findings if found not in known])
    outcome.unlisted, outcome.anchored = report.unlisted, report.anchored
    founded = report.founded or before > 0  # then its first entry was verified by an earlier run
    outcome.evidence = _keep_head(report, state.address, store) if founded else ""
    sound = founded and all(found.entry is not None for found in report.findings)
    if sound:
        state.settled = [found for found in state.findings if found.entry is not None][:FINDINGS_MAX]
    else:
        state.replay = store.load(state.address).replay
    split = run.views.compare(state, report.head if sound else b"")
    if split:
        outcome.add(split.finding, fresh=split.finding not in known)
        outcome.evidence = outcome.evidence or split.evidence
    outcome.forks = store.heads.forks(state.address)
    store.save(state)
    return outcome


def _keep_head(report: Report, address: str, store: StateStore) -> str:
    """Keep the checkpoint that the log signed: as the newest good one, or as evidence, of which the path is returned.

    What else is wrong with the entries or beside the log says nothing against the checkpoint.
    """
    if not report.head:
        return ""
    if _is_fork(report, size_of(store.heads.newest(address))):
        return store.heads.keep_fork(address, report.head)
    if not report.failed("format", "address", "anchor"):
        store.heads.keep(address, report.head)
    return ""


def _is_fork(report: Report, kept_size: int) -> bool:
    """Tell whether the signed checkpoint does not go with what was verified, or with the one of `kept_size` entries.

    Of entries that were not read up to it nobody knows their root, nor whether they lead on from one that was kept.
    """
    read, size = report.entries, size_of(report.head)
    root = ["root"] if read >= size else []
    kept = [] if read < kept_size <= size else ["kept"]
    return report.failed("checkpoint", "extends", *root, *kept)


def _outcome(state: State, before: int, fresh: list[Finding]) -> Outcome:
    book = state.replay.book
    name = book.founding.organisation.name if book.founding.organisation else ""
    return Outcome(
        state.address, book.book, name, book.size, book.size - before, state.findings, fresh, anew=state.anew
    )
