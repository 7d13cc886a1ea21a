"""Witnessing by file (见证回执): a witness without a line answers in a file, with the bytes that travel over HTTP.

Where a witness has seen more than it is asked about, or other entries, its file also holds the checkpoint that it
cosigned last. That is kept as an alarm, which the guard of the log hears as if it had come over HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from api.clock import posix_seconds
from api.witnessing.exchange import BAD_ANSWER, check_answer, lines_of, verifiers
from audit.tlog.checkpoint import open_by_any, parse_checkpoint
from audit.tlog.cosignature import check_cosignature
from audit.tlog.witness_request import parse_size
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.note import parse_note, split_note
from projections import log, register

if TYPE_CHECKING:
    from psycopg import Connection

    from audit.tlog.policy import Policy, WitnessLine
    from domain.kernel.note import Note

CHECKPOINTS_MAX = 1_000
"""An answer may be for one of so many newest checkpoints: it travels for days."""

NO_POLICY = rule(
    "witnessing.no_policy",
    Kind.UNKNOWN,
    "没有设见证策略：请在 SUNLEDGER_WITNESSES 中给出策略文件",
    "there is no policy: name its file in SUNLEDGER_WITNESSES",
    "C2SP tlog-policy",
)
OTHER_LOGS = rule(
    "witnessing.other_logs",
    Kind.UNKNOWN,
    "SUNLEDGER_WITNESSES 的策略没有列出账套 {book} 的日志，也就没有它的见证人；"
    "请加上 log 一行（公钥见 sunledger log list）",
    "the policy in SUNLEDGER_WITNESSES does not list the log of {book}, which so has no witnesses; add its line"
    " 'log <vkey>' (sunledger log list shows the key)",
    "C2SP tlog-policy",
)
NOT_OURS = rule(
    "witnessing.not_ours",
    Kind.REFUSED,
    "回执中没有策略中任何见证人对账套 {book} 检查点的有效签名",
    "the answer holds no good signature by a witness of the policy for a checkpoint of {book}",
    "C2SP tlog-cosignature",
)
OTHER_SIZE = rule(
    "witnessing.other_size",
    Kind.CONFLICT,
    "见证人回答：它已见证到 {seen} 条记录；请用 sunledger witness request --old {seen} 重新生成请求",
    "the witness answers that it has cosigned {seen} entries; make the request again with sunledger witness request"
    " --old {seen}",
    "C2SP tlog-witness",
)
WHICH_WITNESS = rule(
    "witnessing.which_witness",
    Kind.CONFLICT,
    "回执说已见证到 {seen} 条记录，比日志的 {size} 条多，却没有写明是谁说的；请加上 --witness 名称，可选：{names}",
    "the answer says that {seen} entries were cosigned, more than the {size} of the log, and not by whom; add --witness"
    " NAME, one of: {names}",
    "C2SP tlog-witness",
)


class FileAnswer(NamedTuple):
    """What a witness answered in a file, and who that is, by its name in the policy; "" where the file says so."""

    data: bytes
    witness: str = ""


class Accepted(NamedTuple):
    """A witness's cosignature that was kept: by whom, over how many entries, at which time in POSIX seconds."""

    witness: str
    size: int
    time_s: int


def accept(
    connection: Connection[Any], keys: log.LogKeys, book: str, policy: Policy, answer: FileAnswer
) -> list[Accepted]:
    """Keep the cosignatures in a witness's answer and return them; raises `witnessing.*`, `witness.future`.

    The answer is one of signature lines, or of a whole checkpoint with them. It may be for an earlier checkpoint.
    Raises `log.witness_ahead` or `log.witness_other`, and keeps why, when the witness has seen another history.
    """
    _hear_size(connection, book, policy, answer)
    lines = answer.data.rpartition(b"\n\n")[2]
    _hear_checkpoint(connection, keys, book, policy, answer.data)
    checkpoints = log.newest_checkpoints(connection, book, CHECKPOINTS_MAX)
    found = [
        (witness, cosignature)
        for witness in _signers(policy, lines)
        for cosignature in _first_good(witness, checkpoints, lines)
    ]
    if not found:
        raise NOT_OURS(book=book)
    for _, cosignature in found:
        log.store_cosignature(connection, book, cosignature)
    return [Accepted(witness.label, kept.size, kept.time_s) for witness, kept in found]


def _hear_size(connection: Connection[Any], book: str, policy: Policy, answer: FileAnswer) -> None:
    """Raise when the answer is nothing but the size at which the witness stands: it wants a request from there."""
    try:
        seen = parse_size(answer.data)
    except RuleViolation:
        return
    size = log.log_size(connection, book)
    if seen <= size:
        raise OTHER_SIZE(seen=seen)
    witness = _who(policy, answer.witness)
    if witness is None:
        names = "、".join(line.label for line in policy.witnesses.values())
        raise WHICH_WITNESS(seen=seen, size=size, names=names)
    _hear(connection, book, witness, log.Sighting(witness.label, seen), b"")


def _who(policy: Policy, name: str) -> WitnessLine | None:
    """Return the witness of that name; without one, who alone has no address, or is alone."""
    lines = list(policy.witnesses.values())
    if name:
        return next((line for line in lines if line.label == name), None)
    wanted = [line for line in lines if not line.url] or lines
    return wanted[0] if len(wanted) == 1 else None


def _hear_checkpoint(
    connection: Connection[Any], keys: log.LogKeys, book: str, policy: Policy, data: bytes
) -> None:
    """Raise what a checkpoint in the answer, cosigned by a witness of the policy, says against the log.

    One that no key of the log signed is the witness's word alone, as over HTTP.
    """
    shown = b"\n\n".join(data.split(b"\n\n")[-2:])
    try:
        note = parse_note(shown)
        head = parse_checkpoint(note.text)
    except RuleViolation:
        return
    if head.origin != register.origin_of(connection.cursor(), book):
        return
    try:
        open_by_any(shown, verifiers(connection, keys, book, head.origin))
    except RuleViolation:
        proved = False
    else:
        proved = True
    for witness in policy.witnesses.values():
        if _signed(witness, note):
            sighting = log.Sighting(witness.label, head.size, head.root)
            _hear(connection, book, witness, sighting, shown if proved else b"")


def _signed(witness: WitnessLine, note: Note) -> bool:
    """Tell whether the witness has cosigned the checkpoint, whatever the time."""
    head, own = parse_checkpoint(note.text), lines_of(witness.key, note.signatures)
    try:
        for line in own:
            check_cosignature(head, line, witness.key)
    except RuleViolation:
        return False
    return bool(own)


def _hear(
    connection: Connection[Any], book: str, witness: WitnessLine, sighting: log.Sighting, evidence: bytes
) -> None:
    """Keep what the witness has seen for the guard, and raise it, when the log is not that."""
    try:
        log.check_sighting(connection.cursor(), book, sighting)
    except RuleViolation as contradiction:
        kind = log.OTHER if contradiction.rule is log.WITNESS_OTHER else log.AHEAD
        size = log.signed_size(connection, book)
        log.store_alarm(connection, book, witness.key.vkey, (kind, sighting.size, size, evidence))
        connection.commit()  # what is raised would take it back
        raise


def _signers(policy: Policy, lines: bytes) -> list[WitnessLine]:
    """Return the witnesses of the policy that the lines name; raises `note.malformed`."""
    named = (policy.witness_of(line) for line in split_note(b"\n\n" + lines)[1])
    return list(dict.fromkeys(witness for witness in named if witness))


def _first_good(
    witness: WitnessLine, checkpoints: list[log.SignedCheckpoint], lines: bytes
) -> list[log.Cosignature]:
    """Return the cosignatures for the newest checkpoint that they are good for."""
    for checkpoint in checkpoints:
        try:
            return check_answer(witness, checkpoint, lines, posix_seconds())
        except RuleViolation as violation:
            if violation.rule is not BAD_ANSWER:
                raise
    return []
