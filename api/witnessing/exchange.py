"""One book's newest checkpoint and one witness: asked until it has cosigned, or has said what stands against it.

A witness that is behind is led forward by a consistency proof; the size it stands at is what it cosigned last here, or
what it answers. Nothing of its answer is believed: a cosignature is checked before it is kept, and that a witness has
seen another history is a claim as long as it shows no checkpoint that the log's key signed.
"""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from api.clock import posix_seconds
from audit.tlog.checkpoint import Checkpoint, open_by_any, parse_checkpoint, sign_checkpoint
from audit.tlog.cosignature import check_cosignature
from audit.tlog.witness_request import SIZE_MALFORMED, WitnessRequest, parse_size
from audit.witnessed import dated_ahead, latest_time
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.merkle import EMPTY_ROOT
from domain.kernel.note import parse_note, parse_vkey, split_note
from projections import log, register

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection
    from psycopg_pool import ConnectionPool

    from api.witnessing.door import Answer, WitnessDoor
    from audit.tlog.policy import WitnessLine
    from domain.kernel.note import Signature, VerifierKey

LOGGER = logging.getLogger(__name__)

ROUNDS = 4
"""A witness that names another size each time is left alone after so many requests."""

REFUSED = rule(
    "witnessing.refused",
    Kind.REFUSED,
    "见证人 {witness} 不予见证：HTTP {status}（{zh}）",
    "the witness {witness} does not cosign: HTTP {status} ({en})",
    "C2SP tlog-witness",
)
BAD_ANSWER = rule(
    "witnessing.bad_answer",
    Kind.REFUSED,
    "见证人 {witness} 的回答不成立：{problem}",
    "the answer of the witness {witness} does not hold: {problem}",
    "C2SP tlog-witness; tlog-cosignature",
)

SAYS_AHEAD = rule(
    "witnessing.ahead",
    Kind.CONFLICT,
    "见证人 {witness} 说它已见证过 {seen} 条记录，而日志只有 {size} 条",
    "the witness {witness} says that it has cosigned {seen} entries, and the log has {size}",
    "C2SP tlog-witness",
)
SAYS_OTHER = rule(
    "witnessing.other",
    Kind.CONFLICT,
    "见证人 {witness} 说它所见证的前 {seen} 条记录与日志现在的 {size} 条不衔接",
    "the witness {witness} says that the {size} entries of the log do not extend the {seen} that it has cosigned",
    "C2SP tlog-witness",
)

FORGOT = rule(
    "witnessing.forgot",
    Kind.CONFLICT,
    "见证人 {witness} 曾为 {cosigned} 条记录签名，{at} 却说只见过 {seen} 条：它忘了，多半是文件夹从备份恢复过，"
    "再不能保证没有两份历史；请它用 sunledger witness init 换一把新密钥，并改好见证策略（docs/witness.md）",
    "the witness {witness} had cosigned {cosigned} entries, and said on {at} that it had seen {seen}: it has forgotten,"
    " most likely its folder was restored from a backup, and it no longer rules out a second history; ask it for a new"
    " key (sunledger witness init) and change the policy (docs/witness.md)",
    "C2SP tlog-witness: a witness persists what it cosigned",
)

UNTRUSTED = 403

MEANINGS = {
    400: ("请求有误", "it finds the request malformed"),
    UNTRUSTED: (
        "它所信任的日志公钥不是本日志的，请它登记现在的公钥：sunledger witness add-log 公钥",
        "the log's key is not the one that it trusts; it has to add the present one: sunledger witness add-log VKEY",
    ),
    404: (
        "它还没有登记这个日志，请它登记：sunledger witness add-log 公钥",
        "it does not know this log yet; it has to add it: sunledger witness add-log VKEY",
    ),
}
"""By status, what a witness means by it."""


class Found(NamedTuple):
    """What stands against the log of an origin: a sighting, proved or only claimed, and what says it in words."""

    origin: str
    sighting: log.Sighting
    proved: bool
    violation: RuleViolation


class Exchange:
    """Asks one witness; holds no connection to the database while it waits for an answer."""

    def __init__(
        self, pool: ConnectionPool[Any], keys: log.LogKeys, witness: WitnessLine, door: WitnessDoor
    ) -> None:
        """Read checkpoints and keep cosignatures through `pool`."""
        self._pool = pool
        self._keys = keys
        self._witness = witness
        self._door = door

    def run(self, book: str, origin: str) -> Found | None:
        """Let the witness cosign the book's newest checkpoint and return None; or return what it found against it.

        Raises `witnessing.*`, `witness.future` when it gives no cosignature that counts for other reasons.
        """
        with self._pool.connection() as connection:
            newest, last = self._newest(connection, book), self._last(connection, book)
        if newest is None:
            return self._probe(book, origin)
        origin = parse_checkpoint(parse_note(newest.note).text).origin  # the log may have moved since
        old = last
        for _ in range(ROUNDS):
            with self._pool.connection() as connection:
                request = log.request_from(connection, book, min(old, newest.size), newest)
            answer = self._door.add_checkpoint(request)
            if answer.status == 200:
                self._keep(book, newest, answer.body)
                return None
            if answer.status == 422 and request.old:
                return self._against(book, origin, log.OTHER, request.old, newest.size)
            found = self._untrusted(book, origin, newest.size) if answer.status == UNTRUSTED else None
            if found:
                return found
            seen = self._size(answer)
            if seen > newest.size:
                newest = self._reread(book, newest)
                if seen > newest.size:
                    return self._against(book, origin, log.AHEAD, seen, newest.size)
            elif seen == request.old == newest.size:
                return self._against(book, origin, log.OTHER, seen, newest.size)
            elif seen < last:
                self._forgot(book, origin, last, seen)
            old = seen
        raise BAD_ANSWER(
            witness=self._witness.label,
            problem=Phrase("每次说的大小都不同", "it names another size each time"),
        )

    @staticmethod
    def _newest(connection: Connection[Any], book: str) -> log.SignedCheckpoint | None:
        try:
            return log.latest_checkpoint(connection, book)
        except RuleViolation:
            return None

    def _last(self, connection: Connection[Any], book: str) -> int:
        last = log.last_cosignature(connection, book, self._witness.key.vkey)
        return last.size if last else 0

    def _reread(self, book: str, before: log.SignedCheckpoint) -> log.SignedCheckpoint:
        """Return the newest checkpoint now: another process of this server may have shown it to the witness."""
        with self._pool.connection() as connection:
            return self._newest(connection, book) or before

    def _probe(self, book: str, origin: str) -> Found | None:
        """Ask with a checkpoint of no entries, which every history extends, what the witness has seen of a new log."""
        key = self._keys.key_of(origin)
        if key is None:
            return None
        note = sign_checkpoint(Checkpoint(origin, 0, EMPTY_ROOT), key)
        answer = self._door.add_checkpoint(WitnessRequest(0, (), note))
        if answer.status == UNTRUSTED:
            return self._untrusted(book, origin, 0)
        if answer.status != 409:
            return None
        seen = self._size(answer)
        return self._against(book, origin, log.AHEAD, seen, 0) if seen else None

    def _untrusted(self, book: str, origin: str, size: int) -> Found | None:
        """Return what a witness that trusts another key of the log has seen, if the book's `size` entries are not that.

        The database may be one of before the key changed; then it cannot check the log's signature on what it is shown,
        and the witness's own must do.
        """
        shown = self._cosigned(origin)
        if shown is None:
            return None
        if shown.size > size:
            return self._against(book, origin, log.AHEAD, shown.size, size)
        with self._pool.connection() as connection:
            same = log.root_at(connection, book, shown.size) == base64.b64encode(shown.root).decode()
        return None if same else self._against(book, origin, log.OTHER, shown.size, size)

    def _cosigned(self, origin: str) -> Checkpoint | None:
        """Return the checkpoint that the witness shows of an origin under its own cosignature, None without one."""
        key = self._witness.key
        try:
            note = parse_note(self._door.checkpoint(origin).body)
            shown = parse_checkpoint(note.text)
            own = lines_of(key, note.signatures)
            for line in own:
                check_cosignature(shown, line, key)
        except RuleViolation:
            return None
        return shown if own and shown.origin == origin else None

    def _size(self, answer: Answer) -> int:
        """Return the size that a witness says it has cosigned; raises `witnessing.refused`, `witnessing.bad_answer`."""
        if answer.status != 409:
            zh, en = MEANINGS.get(answer.status, ("意外的回答", "an unexpected answer"))
            raise REFUSED(witness=self._witness.label, status=answer.status, zh=zh, en=en)
        try:
            return parse_size(answer.body)
        except RuleViolation as violation:
            if violation.rule is not SIZE_MALFORMED:
                raise
            raise BAD_ANSWER(witness=self._witness.label, problem=violation.facts["read"]) from None

    def _keep(self, book: str, checkpoint: log.SignedCheckpoint, body: bytes) -> None:
        """Keep the witness's cosignatures; raises as `check_answer` does unless one is there and all are good."""
        found = check_answer(self._witness, checkpoint, body, posix_seconds())
        with self._pool.connection() as connection:
            for cosignature in found:
                log.store_cosignature(connection, book, cosignature)

    def _forgot(self, book: str, origin: str, cosigned: int, seen: int) -> None:
        """Keep that the witness stands behind what it had cosigned of this origin; its log goes on all the same."""
        with self._pool.connection() as connection:
            signed = log.checkpoint_at(connection, book, cosigned)
            if parse_checkpoint(parse_note(signed.note).text).origin != origin:
                return
            log.store_lapse(connection, book, self._witness.key.vkey, cosigned, seen)
        LOGGER.error("%s: %s: %d -> %d", book, FORGOT.code, cosigned, seen)

    def _against(self, book: str, origin: str, kind: str, seen: int, size: int) -> Found:
        """Record an alarm, with the checkpoint that the witness shows if the log's key signed it."""
        note, shown = self._evidence(book, origin)
        root, evidence = b"", b""
        if shown and (shown.size == seen or (kind == log.AHEAD and shown.size > size)):
            seen, root, evidence = shown.size, shown.root, note
        with self._pool.connection() as connection:
            log.store_alarm(connection, book, self._witness.key.vkey, (kind, seen, size, evidence))
        sighting = log.Sighting(self._witness.label, seen, root, other=kind == log.OTHER and not root)
        says = SAYS_OTHER if kind == log.OTHER else SAYS_AHEAD
        return Found(origin, sighting, bool(root), says(witness=self._witness.label, seen=seen, size=size))

    def _evidence(self, book: str, origin: str) -> tuple[bytes, Checkpoint | None]:
        """Return the checkpoint that the witness shows, if a key signed it that the log ever had under this origin."""
        with self._pool.connection() as connection:
            known = verifiers(connection, self._keys, book, origin)
        try:
            note = self._door.checkpoint(origin).body
            return note, open_by_any(note, known)
        except RuleViolation:
            return b"", None


def verifiers(connection: Connection[Any], keys: log.LogKeys, book: str, origin: str) -> list[VerifierKey]:
    """Return all keys of an origin, as the book names them; of a book that is not there yet, the one held here."""
    with connection.cursor() as cursor:
        try:
            rows = register.log_keys(cursor, book)
        except RuleViolation:
            return [key.verifier for key in keys.held(origin)]
    return [parse_vkey(row.vkey) for row in rows if row.origin == origin]


def lines_of(key: VerifierKey, signatures: Iterable[Signature]) -> list[Signature]:
    """Return the signature lines that name a key."""
    return [line for line in signatures if (line.name, line.key_id) == (key.name, key.key_id)]


def check_answer(
    witness: WitnessLine, signed: log.SignedCheckpoint, lines: bytes, now_s: int
) -> list[log.Cosignature]:
    """Return a witness's cosignatures among the signature lines that it answered, one at least; all must be good.

    Raises `witnessing.bad_answer`, and `witness.future` for a time that no reader lets count. Lines of other keys are
    passed over; `now_s` is the time in POSIX seconds.
    """
    text = parse_note(signed.note).text
    checkpoint = parse_checkpoint(text)
    key = witness.key
    try:
        answered_text, answered = split_note(text + b"\n" + lines)
        own = lines_of(key, answered)
        times = [check_cosignature(checkpoint, line, key) for line in own]
    except RuleViolation as violation:
        raise BAD_ANSWER(witness=witness.label, problem=violation) from None
    if not own or answered_text != text:
        raise BAD_ANSWER(witness=witness.label, problem=Phrase("没有它的签名", "no signature of its key"))
    if 0 in times:
        raise BAD_ANSWER(witness=witness.label, problem=Phrase("没有时间", "it has no time"))
    if max(times) > latest_time(now_s):
        raise dated_ahead(witness.label, max(times))
    return [
        log.Cosignature(key.vkey, checkpoint.size, time_s, line.line.rstrip(b"\n"))
        for line, time_s in zip(own, times, strict=True)
    ]
