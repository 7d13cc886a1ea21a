"""Witnessing by file (见证回执): a witness without a line answers in a file, with the bytes that travel over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from api.clock import posix_seconds
from api.witnessing.exchange import BAD_ANSWER, check_answer
from audit.tlog.witness_request import parse_size
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.note import split_note
from projections import log

if TYPE_CHECKING:
    from psycopg import Connection

    from audit.tlog.policy import Policy, WitnessLine

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


class Accepted(NamedTuple):
    """A witness's cosignature that was kept: by whom, over how many entries, at which time in POSIX seconds."""

    witness: str
    size: int
    time_s: int


def accept(connection: Connection[Any], book: str, policy: Policy, answer: bytes) -> list[Accepted]:
    """Keep the cosignatures in a witness's answer and return them; raises `witnessing.*`, `witness.future`.

    The answer is one of signature lines, or of a whole checkpoint with them. It may be for an earlier checkpoint.
    """
    _refuse_size(answer)
    lines = answer.rpartition(b"\n\n")[2]
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


def _refuse_size(answer: bytes) -> None:
    """Raise `witnessing.other_size` when the witness answered the size at which it stands."""
    try:
        seen = parse_size(answer)
    except RuleViolation:
        return
    raise OTHER_SIZE(seen=seen)


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
