"""Following books: one run looks at each address once, verifies what is new there, and says what it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from audit.monitor.database import DAMAGED
from audit.source import open_source
from audit.verify import verify
from audit.witnessed import check_fresh
from domain.kernel.errors import Kind, RuleViolation

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from audit.monitor.store import State, StateStore
    from audit.report import Finding, Report
    from audit.source import Source
    from audit.tlog.policy import Policy


@dataclass
class Outcome:
    """One address in one run: `entries` in all and `new` among them; every finding, and which were `fresh` this time.

    `unreadable` says why nothing could be read, which is no verdict on the book.
    """

    address: str
    book: str = ""
    name: str = ""
    entries: int = 0
    new: int = 0
    findings: list[Finding] = field(default_factory=list)
    fresh: list[Finding] = field(default_factory=list)
    unreadable: str = ""

    def as_lines(self) -> Iterator[dict[str, Any]]:
        """Yield the outcome as JSON objects: one of the book, then one of each fresh finding."""
        yield {
            "address": self.address,
            "book": self.book,
            "name": self.name,
            "ok": not (self.findings or self.unreadable),
            "entries": self.entries,
            "new": self.new,
            "findings": len(self.findings),
            "unreadable": self.unreadable,
        }
        for found in self.fresh:
            yield {
                "address": self.address,
                "book": self.book,
                "rule": found.rule,
                "entry": found.entry,
                "message": found.message,
            }


class MaxAge(NamedTuple):
    """How old the newest quorum of a checkpoint may be, in seconds, at the time `now_s` in POSIX seconds."""

    seconds: int
    now_s: int


class Trusted(NamedTuple):
    """What the caller trusts: the township's vkey ("" for none), a policy, and how old its quorum may be."""

    anchor: str
    policy: Policy | None
    max_age: MaxAge | None


def follow(
    addresses: Sequence[str],
    store: StateStore,
    anchors: dict[str, str] | None = None,
    policy: Policy | None = None,
    max_age: MaxAge | None = None,
    opened: Callable[[str], Source] = open_source,
) -> Generator[Outcome, None, None]:
    """Look at each address once; `anchors` are the townships' keys by address, checked whenever a book is read anew.

    `policy` says whose cosignatures each newest checkpoint needs, `max_age` how old they may be: a log that is shown as
    it once was, for ever, is true in every other way. What was verified is durable when the run has ended.
    """
    with store:
        for address in addresses:
            yield _look(address, store, Trusted((anchors or {}).get(address, ""), policy, max_age), opened)


def _look(address: str, store: StateStore, trusted: Trusted, opened: Callable[[str], Source]) -> Outcome:
    state = store.load(address)
    before = state.replay.size
    try:
        report = verify(opened(address), anchor=trusted.anchor, policy=trusted.policy, replay=state.replay)
    except RuleViolation as violation:
        if violation.rule is DAMAGED:
            store.forget(address, violation)
            return _look(address, store, trusted, opened)
        if violation.rule.kind is not Kind.UNAVAILABLE:
            raise
        return Outcome(address, findings=state.findings, unreadable=str(violation))
    return _take_in(report, state, before, store, trusted.max_age)


def _take_in(report: Report, state: State, before: int, store: StateStore, limit: MaxAge | None) -> Outcome:
    """Remember what was verified. What is wrong with an entry stays so, and the audit goes on behind it.

    When the log as a whole is wrong, nothing of it is taken in: the next run looks from where it was good.
    """
    known = set(state.findings)
    state.findings = [*state.settled, *(found for found in report.findings if found not in state.settled)]
    if limit and (stale := check_fresh(report.witnesses, limit.now_s - limit.seconds)):
        state.findings.append(stale)  # it says nothing against the entries: what is good is good
    outcome = _outcome(state, before, [found for found in state.findings if found not in known])
    if all(found.entry is not None for found in report.findings):
        state.settled = [found for found in state.findings if found.entry is not None]
    else:
        state.replay = store.load(state.address).replay
    store.save(state)
    return outcome


def _outcome(state: State, before: int, fresh: list[Finding]) -> Outcome:
    book = state.replay.book
    name = book.founding.organisation.name if book.founding.organisation else ""
    return Outcome(state.address, book.book, name, book.size, book.size - before, state.findings, fresh)
