"""Whether the newest checkpoint has the cosignatures (见证签名) that the reader's own policy asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from audit.report import Finding, WitnessReport
from audit.tlog.cosignature import BAD_COSIGNATURE
from audit.tlog.policy import label_of
from domain.kernel.errors import Kind, rule
from domain.kernel.note import parse_note

if TYPE_CHECKING:
    from audit.report import Report
    from audit.tlog.checkpoint import Checkpoint
    from audit.tlog.policy import Policy
    from domain.logkeys import LogOrigins

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
    note: bytes, checkpoint: Checkpoint | None, log: LogOrigins, policy: Policy, report: Report
) -> None:
    """The checkpoint carries the cosignatures that the policy asks for, each of a witness that it lists."""
    check = report.check(
        "witnesses",
        "检查点有见证策略所要求的见证签名",
        "the checkpoint has the cosignatures that the policy asks for",
    )
    if checkpoint is None:
        return
    vkeys = [key.verifier.vkey for key in log.at(checkpoint.size).keys_at(checkpoint.size)]
    if not any(map(policy.accepts, vkeys)):
        report.find(check, Finding.of(OTHER_LOG(key=vkeys[0])))
    verdict = policy.judge(checkpoint, parse_note(note).signatures)
    check.count = max(1, len(verdict.signed))
    for name in verdict.bad:
        report.find(check, Finding.of(BAD_COSIGNATURE(key=label_of(name))))
    missing = [label_of(name) for name in verdict.missing]
    if not verdict.reached:
        report.find(check, Finding.of(NO_QUORUM(missing=", ".join(missing))))
    signed = {label_of(name): _moment(time_s) for name, time_s in verdict.signed.items()}
    report.witnesses = WitnessReport(verdict.reached, signed, missing)


def _moment(time_s: int) -> str:
    """Return a time in POSIX seconds as RFC 3339 in UTC; one beyond the calendar as it stands."""
    try:
        return datetime.fromtimestamp(time_s, UTC).isoformat()
    except (OverflowError, OSError, ValueError):
        return str(time_s)
