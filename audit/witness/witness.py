"""The witness itself: what it checks, in the order of the specification, and what it keeps before it answers.

    400  malformed, or `old` beyond the checkpoint
    404  a log that it does not know
    403  no signature of a trusted log key, or a bad one
    409  `old` is not the size that it cosigned last: the answer tells that size
    422  a proof that does not hold; a root that contradicts what it cosigned
    200  its cosignature

Two heads that the log signed and that cannot both be of one log are kept as evidence (分叉证据), whatever the answer.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from audit.tlog.cosignature import check_cosignature, cosign, witness_verifier
from audit.tlog.proof import check_consistency, prefix_root
from audit.tlog.witness_request import SIZE_TYPE, encode_size, parse_request
from audit.witness.folder import DAMAGED, TrustedLog, origin_hash
from audit.witness.head import SIGNATURE, parse_head, trusted_signatures
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.merkle import EMPTY_ROOT
from domain.kernel.note import format_note, is_valid_public_key, parse_note, parse_vkey

if TYPE_CHECKING:
    from audit.tlog.witness_request import WitnessRequest
    from audit.witness.folder import LogFolder, WitnessFolder
    from audit.witness.head import Head
    from domain.kernel.note import Signature, SigningKey, VerifierKey

LOGGER = logging.getLogger(__name__)

TEXT_TYPE = "text/plain; charset=utf-8"
MAX_ORIGIN_BYTES = 255

_SPEC = "C2SP tlog-witness"
OLD_SIZE = rule(
    "witness.old_size",
    Kind.MALFORMED,
    "请求中的 old 为 {old}，超过检查点的大小 {size}",
    "old is {old} in the request, which is more than the checkpoint's size {size}",
    _SPEC,
)
UNKNOWN_LOG = rule(
    "witness.unknown_log",
    Kind.UNKNOWN,
    "见证人不认识日志 {origin}；请见证人的管理者用 witness add-log 加上",
    "the witness does not know the log {origin}; whoever runs it adds it with witness add-log",
    _SPEC,
)
NO_CHECKPOINT = rule(
    "witness.no_checkpoint",
    Kind.UNKNOWN,
    "见证人还没有为日志 {origin} 签过名",
    "the witness has cosigned nothing of the log {origin} yet",
    _SPEC,
)
SIZE = rule(
    "witness.size",
    Kind.CONFLICT,
    "见证人上次为日志 {origin} 见证到第 {size} 条；请从 {size} 起重新生成请求",
    "the witness last cosigned {size} entries of the log {origin}; make the request again from {size} on",
    _SPEC,
)
PROOF = rule(
    "witness.proof",
    Kind.REFUSED,
    "从 {old} 条到 {size} 条的一致性证明不成立",
    "the consistency proof from {old} to {size} entries does not hold",
    _SPEC + "; RFC 6962 section 2.1.2",
)
EMPTY = rule(
    "witness.empty_root",
    Kind.REFUSED,
    "空日志的根只能是空串的 SHA-256",
    "the root of an empty log is SHA-256 of nothing",
    _SPEC,
)
FORK = rule(
    "witness.fork",
    Kind.REFUSED,
    "日志 {origin} 分叉：这个 {size} 条的检查点与见证人签过的不是同一本账；两份签名都已留作证据",
    "the log {origin} is forked: this checkpoint of {size} entries contradicts what the witness cosigned; both are kept"
    " as evidence",
    _SPEC,
)
LOG_KEY = rule(
    "witness.log_key",
    Kind.REFUSED,
    "日志 {origin} 的密钥与见证人的密钥相同；见证人不能用日志的密钥",
    "the log {origin} has the same key as the witness; a witness's key is no log's key",
    "C2SP tlog-cosignature",
)
BAD_KEY = rule(
    "witness.bad_key",
    Kind.REFUSED,
    "{vkey} 不是可靠的 Ed25519 公钥",
    "{vkey} is no sound Ed25519 key",
    "RFC 8032 section 5.1.3",
)
ORIGIN = rule(
    "witness.origin",
    Kind.MALFORMED,
    "日志来源应是 1 到 {limit} 字节的一行文字，读到 {read}",
    "an origin is one line of 1 to {limit} bytes, not {read}",
    "C2SP tlog-checkpoint",
)
NOT_TRUSTED = rule(
    "witness.not_trusted",
    Kind.UNKNOWN,
    "日志 {origin} 没有登记公钥 {vkey}",
    "the key {vkey} is not trusted for the log {origin}",
)


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A head that this witness cosigned: the note with its line, and the time in it (POSIX seconds)."""

    head: Head
    note: bytes
    time_s: int


class Answer(NamedTuple):
    """What goes back to the log, over HTTP or as a file; `refusal` is None when it was cosigned."""

    body: bytes
    media_type: str
    refusal: RuleViolation | None = None


class LogStatus(NamedTuple):
    """How a log stands with the witness; `size` and `time_s` are of the last cosignature, -1 and 0 before the first."""

    log: TrustedLog
    size: int
    time_s: int
    forks: int


class Witness:
    """A witness with its key and its folder. Times are POSIX seconds, given by the caller."""

    def __init__(self, key: SigningKey, folder: WitnessFolder) -> None:
        """Raise `witness.missing` or `witness.other_key` unless the folder is the key's own."""
        self._key = key
        self._verifier = witness_verifier(key)
        self._folder = folder
        folder.require(self._verifier.vkey)

    @property
    def verifier(self) -> VerifierKey:
        """The witness's public key; its `vkey` goes into the policies of those who trust it."""
        return self._verifier

    def add_log(self, vkey: str, origin: str = "") -> TrustedLog:
        """Trust a key for a log, beside those that are trusted already; without an origin it is the key's name."""
        key = parse_vkey(vkey)
        origin = origin or key.name
        if not origin.isprintable() or not 0 < len(origin.encode()) <= MAX_ORIGIN_BYTES:
            raise ORIGIN(limit=MAX_ORIGIN_BYTES, read=ascii(origin[:80]))
        if key.public_key == self._verifier.public_key:
            raise LOG_KEY(origin=origin)
        if not is_valid_public_key(key.public_key):
            raise BAD_KEY(vkey=vkey)
        folder = self._folder.new_log(origin_hash(origin))
        with folder.locked():
            known = folder.trusted() or TrustedLog(origin)
            log = TrustedLog(origin, tuple(dict.fromkeys((*known.vkeys, vkey))))
            folder.trust(log)
        return log

    def drop_key(self, vkey: str, origin: str = "") -> TrustedLog:
        """Trust a key no longer, for example the old one after a change of the log's key."""
        origin = origin or parse_vkey(vkey).name
        folder, _ = self._log(origin)
        with folder.locked():
            known = folder.trusted() or TrustedLog(origin)
            if vkey not in known.vkeys:
                raise NOT_TRUSTED(origin=origin, vkey=vkey)
            log = TrustedLog(origin, tuple(kept for kept in known.vkeys if kept != vkey))
            folder.trust(log)
        return log

    def answer(self, body: bytes, now_s: int) -> Answer:
        """Return the answer to a request, as bytes: a cosignature, the size to go on from, or why not."""
        try:
            return Answer(self.add_checkpoint(body, now_s), TEXT_TYPE)
        except RuleViolation as refusal:
            return refused(refusal)

    def answer_in_file(self, body: bytes, now_s: int) -> Answer:
        """Return the answer as it travels in a file: as over HTTP, and what contradicts the request behind it.

        Over HTTP a log that hears a contradiction asks for the cosigned checkpoint; a file cannot be asked back.
        """
        given = self.answer(body, now_s)
        shown = self._contradicting(body, given.refusal) if given.refusal else b""
        return given._replace(body=given.body + b"\n" + shown) if shown else given

    def add_checkpoint(self, body: bytes, now_s: int) -> bytes:
        """Return the cosignature line for a request's checkpoint, after it was kept; else raises what is wrong."""
        request = parse_request(body)
        note = parse_note(request.checkpoint)
        head = parse_head(note.text)
        if request.old > head.size:
            raise OLD_SIZE(old=request.old, size=head.size)
        folder, _ = self._log(head.origin)
        with folder.locked():
            trusted = folder.trusted() or TrustedLog(head.origin)
            lines = trusted_signatures(note, head.origin, trusted.keys)
            last = self._newest(folder, head.origin)
            forked = self._contradicted(folder, request, head, last)
            _judge(request, head, last, forked=forked)
            return self._keep(folder, head, lines, last, now_s)

    def checkpoint(self, name: str) -> bytes:
        """Return the newest cosigned checkpoint of the log with that `origin_hash`, for those who monitor it."""
        folder = self._folder.log(name)
        if folder is None:
            raise UNKNOWN_LOG(origin=ascii(name[:MAX_ORIGIN_BYTES]))
        note = folder.newest()
        if not note:
            raise NO_CHECKPOINT(origin=name)
        return note

    def logs(self) -> list[LogStatus]:
        """Return how every known log stands; raises `witness.damaged`."""
        return [self._status(folder, folder.trusted() or TrustedLog("")) for folder in self._folder.logs()]

    def _status(self, folder: LogFolder, log: TrustedLog) -> LogStatus:
        last = self._newest(folder, log.origin)
        size, time_s = (last.head.size, last.time_s) if last else (-1, 0)
        return LogStatus(log, size, time_s, folder.forks())

    def _contradicting(self, body: bytes, refusal: RuleViolation) -> bytes:
        """Return the newest cosigned checkpoint if it has more than the refused request, or stands against it."""
        try:
            head = parse_head(parse_note(parse_request(body).checkpoint).text)
            folder, _ = self._log(head.origin)
            last = self._newest(folder, head.origin)
        except RuleViolation:
            return b""
        if last is None:
            return b""
        other = last.head.size == head.size and last.head.root != head.root
        against = last.head.size > head.size or other or refusal.rule in {FORK, PROOF, SIGNATURE}
        return last.note if against else b""

    def _log(self, origin: str) -> tuple[LogFolder, TrustedLog]:
        folder = self._folder.log(origin_hash(origin))
        trusted = folder.trusted() if folder else None
        if folder is None or trusted is None:
            raise UNKNOWN_LOG(origin=ascii(origin[:MAX_ORIGIN_BYTES]))
        return folder, trusted

    def _newest(self, folder: LogFolder, origin: str) -> Cosigned | None:
        note = folder.newest()
        return self._read(note, origin) if note else None

    def _read(self, note: bytes, origin: str) -> Cosigned:
        """Read a head that this witness cosigned, from its own folder; its own signature has to hold."""
        try:
            parsed = parse_note(note)
            head = parse_head(parsed.text)
            time_s = check_cosignature(head, parsed.signatures[-1], self._verifier)
        except RuleViolation as violation:
            raise DAMAGED(origin=origin, problem=violation.rule.code) from None
        if head.origin != origin:
            raise DAMAGED(origin=origin, problem=f"{head.origin} ≠ {origin}")
        return Cosigned(head, note, time_s)

    def _cosigned_at(
        self, folder: LogFolder, origin: str, size: int, last: Cosigned | None
    ) -> Cosigned | None:
        if last is None or last.head.size == size:
            return last
        note = folder.history.at(size)
        return self._read(note, origin) if note else None

    def _contradicted(
        self, folder: LogFolder, request: WitnessRequest, head: Head, last: Cosigned | None
    ) -> bool:
        """Tell whether the log signed what cannot be where this witness cosigned another head, and keep both.

        That is a head of a size with another root than it had, or one whose own proof shows another root for the
        first `old` entries.
        """
        for size, root in ((head.size, head.root), (request.old, _shown_root(request, head))):
            known = self._cosigned_at(folder, head.origin, size, last)
            if known and root and known.head.root != root:
                name = f"{head.size}-{head.root.hex()}"
                if folder.keep_fork(name, known.note, request.encode()):
                    LOGGER.warning("a fork of %s at %d entries: %s", head.origin, size, name)
                return True
        return False

    def _keep(
        self,
        folder: LogFolder,
        head: Head,
        lines: tuple[Signature, ...],
        last: Cosigned | None,
        now_s: int,
    ) -> bytes:
        """Cosign a head that was judged good, never earlier than the last; kept on disk before it is returned."""
        line = cosign(head, self._key, max(now_s, last.time_s if last else now_s))
        if last and last.head.size != head.size:
            folder.history.add(last.head.size, last.note)
        folder.replace_newest(format_note(head.text, (*lines, line)))
        return line.line


def refused(refusal: RuleViolation) -> Answer:
    """Return the answer that refuses: the size to go on from, or in both languages what is wrong."""
    if refusal.rule is SIZE:
        return Answer(encode_size(int(str(refusal.facts["size"]))), SIZE_TYPE, refusal)
    return Answer(f"{refusal.zh}\n{refusal.en}\n[{refusal.rule.code}]\n".encode(), TEXT_TYPE, refusal)


def _shown_root(request: WitnessRequest, head: Head) -> bytes:
    """Return the root over the first `old` entries that the request's own proof shows in its head, b"" if none."""
    try:
        return prefix_root(request.old, head.size, head.root, request.hashes)
    except RuleViolation:
        return b""


def _judge(request: WitnessRequest, head: Head, last: Cosigned | None, *, forked: bool) -> None:
    """Raise what the specification wants for a head that does not extend the last; order as there."""
    size, root = (last.head.size, last.head.root) if last else (0, EMPTY_ROOT)
    if request.old != size:
        raise SIZE(origin=head.origin, size=size)
    if head.size == 0 and head.root != EMPTY_ROOT:
        raise EMPTY()
    if forked:
        raise FORK(origin=head.origin, size=head.size)
    try:
        if request.old:
            check_consistency(request.old, root, head.size, head.root, request.hashes)
    except RuleViolation:
        raise PROOF(old=request.old, size=head.size) from None
    if not request.old and request.hashes:
        raise PROOF(old=0, size=head.size)
