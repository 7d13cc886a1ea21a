"""Whether the newest checkpoint has the cosignatures (见证签名) that the reader's own policy asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.report import Finding
from audit.tlog.cosignature import BAD_COSIGNATURE
from domain.founding import BookOpened
from domain.kernel.errors import Kind, rule
from domain.kernel.note import parse_note

if TYPE_CHECKING:
    from audit.report import Report
    from audit.tlog.checkpoint import Checkpoint
    from audit.tlog.policy import Policy
    from domain.entry import Entry

OTHER_LOG = rule(
    "audit.log_not_in_policy",
    Kind.REFUSED,
    "见证策略没有列出本日志的公钥 {key}",
    "the policy does not list the key of this log, {key}",
    "C2SP tlog-policy",
)
NO_QUORUM = rule(
    "audit.no_quorum",
    Kind.REFUSED,
    "检查点的见证签名不够，还缺：{missing}",
    "the checkpoint has too few cosignatures; still missing: {missing}",
    "C2SP tlog-policy; tlog-cosignature",
)


def check_witnesses(
    note: bytes, checkpoint: Checkpoint | None, first: Entry | None, policy: Policy, report: Report
) -> None:
    """The checkpoint carries the cosignatures that the policy asks for, each of a witness that it lists."""
    check = report.check(
        "witnesses",
        "检查点有见证策略所要求的见证签名",
        "the checkpoint has the cosignatures that the policy asks for",
    )
    opened = first.statement if first else None
    if checkpoint is None or not isinstance(opened, BookOpened):
        return
    if not policy.accepts(opened.data.log.vkey):
        report.find(check, Finding.of(OTHER_LOG(key=opened.data.log.vkey)))
    verdict = policy.judge(checkpoint, parse_note(note).signatures)
    check.count = max(1, len(verdict.signed))
    for name in verdict.bad:
        report.find(check, Finding.of(BAD_COSIGNATURE(key=name)))
    if not verdict.reached:
        report.find(check, Finding.of(NO_QUORUM(missing=", ".join(verdict.missing))))
