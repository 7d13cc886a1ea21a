"""The witnesses of the policy, as the running program deals with them: asked at the start, and after each checkpoint.

At the start a witness's word suffices to stop a log: whoever restored an old backup has nobody else to ask. Its word of
before the start counts as well until it has cosigned again, whether it can be reached now or not. Later, when the log's
own memory is known to be sound, only a checkpoint that its key signed does, and the word of a witness whose answers
travel as files, which another process takes in. Nothing waits for a witness but a book's very first signature in this
process, and that for a few seconds at most.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from api.clock import CHINA
from api.witnessing.courier import Courier, Pace, Target
from api.witnessing.exchange import FORGOT
from api.witnessing.watch import Watch
from audit.tlog.checkpoint import book_of, parse_checkpoint
from domain.kernel.errors import Kind, rule
from domain.kernel.note import parse_note
from projections import register
from projections.log import OTHER, Sighting, alarmed_books, cosigned_books, lapses, open_alarms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection
    from psycopg_pool import ConnectionPool

    from audit.tlog.policy import Policy
    from domain.founding import Log
    from domain.kernel.errors import RuleViolation
    from projections.log import Alarm, LogKeys

LOGGER = logging.getLogger(__name__)

START_SECONDS = 5.0
"""How long all witnesses together have to answer when the program starts, about all books."""

FIRST_SECONDS = 3.0
"""How long they have before the first signature of a book that was not asked about at the start."""

KEY_NOT_LISTED = rule(
    "witnessing.key_not_listed",
    Kind.CONFLICT,
    "见证中断：SUNLEDGER_WITNESSES 的策略没有列出账套 {book} 的日志现在的公钥，读者按这份策略核对不能通过；"
    "请在策略中加上一行 log {key}",
    "witnessing is interrupted: the policy in SUNLEDGER_WITNESSES does not list the present key of the log of {book},"
    " and fails its readers; add the line: log {key}",
    "C2SP tlog-policy",
)
POLICY_MISSING = rule(
    "witnessing.policy_missing",
    Kind.CONFLICT,
    "见证中断：账套 {book} 有见证人签过名，而这里没有它的见证策略；请像从前那样设好 SUNLEDGER_WITNESSES"
    "（策略若有 log 行，要有这本账的一行）。村里确已不再请人见证，就设一份只有 quorum none 一行的策略",
    "witnessing is interrupted: the book {book} was cosigned by witnesses, and there is no policy for it here; set"
    " SUNLEDGER_WITNESSES as it was before (if the policy has log lines, one is for this book). If the village has"
    " really given up on witnesses, set a policy that is the one line 'quorum none'",
    "C2SP tlog-policy; ADR 0027",
)


class Witnesses:
    """Everything that the program knows from its witnesses; without a policy there are none."""

    def __init__(
        self,
        pool: ConnectionPool[Any],
        keys: LogKeys,
        policy: Policy | None,
        pace: Pace = Pace(),  # noqa: B008 -- a named tuple, which nobody can change
    ) -> None:
        """Make a courier for each witness that has an address; raises `witnessing.url`."""
        self.policy = policy
        self.silent: tuple[str, ...] = ()
        self._asked: set[str] = set()
        self._claimed: set[tuple[str, str]] = set()
        self._pool = pool
        self._before: set[str] | None = None
        self._alarmed: set[str] = set()
        self._listed = {book_of(line.key.name) for line in policy.logs} if policy else set()
        lines = [line for line in policy.witnesses.values() if line.url] if policy else []
        self.couriers = [Courier(pool, keys, line, pace, self.concerns) for line in lines]
        self.watch = Watch(self._lapsed, pace.watch_seconds)

    def concerns(self, book: str) -> bool:
        """Whether the policy is for the log of a book: it lists no logs, or one under any origin of the book.

        The keys are not looked at. A database that was restored knows old ones, and a policy may be behind: neither
        may keep the witnesses from being asked.
        """
        return self.policy is not None and (not self.policy.logs or book in self._listed)

    def policy_for(self, book: str) -> Policy | None:
        """Return the policy if it names witnesses for the log of a book."""
        return self.policy if self.policy and self.policy.witnesses and self.concerns(book) else None

    def accepts(self, book: str, vkeys: Sequence[str]) -> bool:
        """Whether the policy lists one of these keys of a book's log, or is not for it."""
        policy = self.policy_for(book)
        return policy is None or any(map(policy.accepts, vkeys))

    def missing(self, connection: Connection[Any], book: str) -> RuleViolation | None:
        """Return `witnessing.policy_missing` when a book was witnessed and the policy is not for it now.

        A policy that names no witness says so of purpose: then nothing is amiss.
        """
        if self.policy and self.concerns(book):
            return None
        return POLICY_MISSING(book=book) if cosigned_books(connection, [book]) else None

    def interrupted(self, connection: Connection[Any], book: str) -> RuleViolation | None:
        """Return why witnessing convinces no reader of a book any more, None when nothing is amiss."""
        return self.missing(connection, book) or self._unlisted(connection, [book]).get(book)

    def _unlisted(
        self, connection: Connection[Any], books: Sequence[str] | None = None
    ) -> dict[str, RuleViolation]:
        """Return by book what the policy lacks: a line for a key by which the log signs."""
        if not self._listed:
            return {}
        signing = register.signing_keys(connection, books)
        return {
            book: KEY_NOT_LISTED(book=book, key=vkeys[-1])
            for book, vkeys in signing.items()
            if not self.accepts(book, vkeys)
        }

    def _lapsed(self) -> dict[str, RuleViolation]:
        """Return of all books what `interrupted` returns of one."""
        if self.policy and not self._listed:
            return {}
        with self._pool.connection() as connection:
            cosigned = cosigned_books(connection)
            left = {book for book in cosigned if not (self.policy and self.concerns(book))}
            return {**self._unlisted(connection), **{book: POLICY_MISSING(book=book) for book in left}}

    def start(self) -> None:
        """Bring checkpoints to the witnesses, and watch over the policy, in the background until `stop`."""
        self.watch.start()
        for courier in self.couriers:
            courier.start()

    def stop(self) -> None:
        """Stop the background threads."""
        self.watch.stop()
        for courier in self.couriers:
            courier.stop()

    def notify(self, book: str) -> None:
        """Hear that a book has a new checkpoint."""
        if self._listed:
            with self._pool.connection() as connection:
                problem = self.interrupted(connection, book)
            self.watch.tell(book, problem)
        for courier in self.couriers:
            courier.notify(book)

    def ask(self, targets: Sequence[Target], seconds: float = START_SECONDS) -> None:
        """Ask every witness about books, all witnesses at once, and keep what stands against a log.

        Those that have not answered in time, or cannot be reached, stop nothing, unless they did before; `silent` names
        them.
        """
        end = time.monotonic() + seconds
        self._recall(targets)
        self._asked |= {target.book for target in targets}
        wanted = [target for target in targets if self.concerns(target.book)]
        threads = {
            courier: threading.Thread(target=courier.visit, args=(wanted,), daemon=True)
            for courier in self.couriers
            if wanted and not courier.away
        }
        for thread in threads.values():
            thread.start()
        for thread in threads.values():
            thread.join(max(0.0, end - time.monotonic()))
        late = {courier for courier, thread in threads.items() if thread.is_alive()}
        self.silent = tuple(
            courier.witness.label for courier in self.couriers if courier in late or courier.unanswered
        )
        for courier in self.couriers:
            for target in wanted:
                if target.book in courier.found:
                    self._claimed.add((target.book, courier.witness.name))

    def _recall(self, targets: Sequence[Target]) -> None:
        """Recall about which of these books a witness said something, before this start, that it has not taken back."""
        if self._before is None:
            with self._pool.connection() as connection:
                self._before = alarmed_books(connection, self._vkeys)
        self._alarmed |= {target.book for target in targets} & self._before

    @property
    def _vkeys(self) -> list[str]:
        return [line.key.vkey for line in self.policy.witnesses.values()] if self.policy else []

    def seen(self, book: str, log: Log) -> Sequence[Sighting]:
        """Return what stands against a log: claimed when its witnesses were asked first, or proved at any time."""
        if book not in self._asked:
            self.ask([Target(book, log.origin)], FIRST_SECONDS)
        return self._against(book, log.origin)

    def contradicted(self, book: str, origin: str) -> bool:
        """Whether anything stands against a log now."""
        return bool(self._against(book, origin))

    def _against(self, book: str, origin: str) -> list[Sighting]:
        """Return what stands against a log under this origin; what was seen of one that it left counts no more."""
        against: list[Sighting] = []
        for courier in self.couriers:
            found = courier.found.get(book)
            if found is None:
                self._claimed.discard((book, courier.witness.name))
            elif found.origin == origin and (found.proved or (book, courier.witness.name) in self._claimed):
                against.append(found.sighting)
        return [*against, *self._remembered(book, origin)]

    def _remembered(self, book: str, origin: str) -> list[Sighting]:
        """Return what witnesses said before they were asked here, and what another process has heard since.

        Of what was heard since, a word alone counts of a witness that has no address: somebody brought its file.
        """
        if self.policy_for(book) is None or self.policy is None:
            return []
        with self._pool.connection() as connection:
            alarms = open_alarms(connection, book, self._vkeys)
        labels = {line.key.vkey: line.label for line in self.policy.witnesses.values()}
        if not alarms:
            self._alarmed.discard(book)
        if book not in self._alarmed:
            asked = {courier.witness.key.vkey for courier in self.couriers}
            alarms = [alarm for alarm in alarms if alarm.evidence or alarm.vkey not in asked]
        seen = [sighting_of(alarm, labels[alarm.vkey], origin) for alarm in alarms]
        return [sighting for sighting in seen if sighting]

    def refusals(self, book: str) -> list[RuleViolation]:
        """Return why witnesses that answered have not cosigned a book, as far as nothing stands against its log."""
        return [
            courier.problems[book]
            for courier in self.couriers
            if book in courier.problems and book not in courier.found and not courier.unanswered
        ]

    def forgotten(self, connection: Connection[Any], book: str) -> list[RuleViolation]:
        """Return `witnessing.forgot` for what each witness of a book's policy has ever forgotten, the newest first."""
        policy = self.policy_for(book)
        labels = {line.key.vkey: line.label for line in policy.witnesses.values()} if policy else {}
        return [
            FORGOT(
                witness=labels[one.vkey],
                cosigned=one.cosigned,
                seen=one.seen,
                at=one.at.astimezone(CHINA).date().isoformat(),
            )
            for one in (lapses(connection, book, list(labels)) if labels else [])
        ]

    def problem(self, book: str, name: str) -> RuleViolation | None:
        """Return what went wrong when a witness was asked about a book the last time, None when nothing did."""
        for courier in self.couriers:
            if courier.witness.name == name:
                return courier.problems.get(book)
        return None


def sighting_of(alarm: Alarm, witness: str, origin: str) -> Sighting | None:
    """Return what an alarm says that a witness has seen of the log of an origin; None when it shows another log."""
    if not alarm.evidence:
        return Sighting(witness, alarm.seen, other=alarm.kind == OTHER)
    shown = parse_checkpoint(parse_note(alarm.evidence).text)
    return Sighting(witness, shown.size, shown.root) if shown.origin == origin else None
