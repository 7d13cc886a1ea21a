"""Whether the newest checkpoint has the cosignatures (见证签名) that the reader's own policy asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from audit.report import Finding, WitnessReport
from audit.tlog.cosignature import BAD_COSIGNATURE, moment_of
from audit.tlog.policy import label_of
from domain.kernel.errors import Kind, rule
from domain.kernel.note import parse_note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.report import Check, Report
    from audit.tlog.checkpoint import Checkpoint
    from audit.tlog.policy import Policy, Verdict
    from domain.kernel.errors import RuleViolation
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
STALE = rule(
    "audit.stale",
    Kind.REFUSED,
    "见证停在 {at}：此后不再有够数的见证人签名，已超过所设期限。日志可能停在旧处；"
    "请向村里和别的读者索取最新的检查点比对",
    "witnessing stands still at {at}: no quorum has signed since, for longer than the limit; the log may be an old one"
    " that is shown on and on; compare it with the newest checkpoint that the village or other readers have",
    "C2SP tlog-witness: a witness signs a checkpoint again to show that it is fresh",
)
FUTURE = rule(
    "witness.future",
    Kind.REFUSED,
    "见证人 {witness} 的签名时间 {time} 比现在晚一天以上，不能算数；请先看自己的时钟准不准",
    "the cosignature of {witness} is dated {time}, more than a day after now, and does not count; look at your own"
    " clock first",
    "C2SP tlog-cosignature",
)

AHEAD_MAX_S = 86_400
"""How far the time of a cosignature may be ahead of the reader's clock: either of the two may be wrong."""


class Asked(NamedTuple):
    """What a reader asks of a checkpoint's cosignatures: the `policy`, and the time by the reader's clock.

    The time `now_s`, in POSIX seconds, is read where the program begins.
    """

    policy: Policy
    now_s: int


def latest_time(now_s: int) -> int:
    """Return the latest time of a cosignature that counts at the time `now_s`; both in POSIX seconds."""
    return now_s + AHEAD_MAX_S


def dated_ahead(witness: str, time_s: int) -> RuleViolation:
    """Return what is said of a cosignature that is dated in the future; `witness` is its name as it can be shown."""
    return FUTURE(witness=witness, time=_moment(time_s))


def check_witnesses(
    note: bytes, checkpoint: Checkpoint | None, log: LogOrigins, asked: Asked, report: Report
) -> None:
    """The checkpoint carries the cosignatures that the policy asks for, each of a witness that it lists."""
    check = witnesses_check(report)
    if checkpoint is not None:
        vkeys = [key.verifier.vkey for key in log.at(checkpoint.size).keys_at(checkpoint.size)]
        judge_witnesses(check, note, checkpoint, vkeys, asked, report)


def witnesses_check(report: Report) -> Check:
    """Begin the check."""
    return report.check(
        "witnesses",
        "检查点有见证策略所要求的见证签名",
        "the checkpoint has the cosignatures that the policy asks for",
    )


def judge_witnesses(
    check: Check, note: bytes, checkpoint: Checkpoint, vkeys: Sequence[str], asked: Asked, report: Report
) -> None:
    """Judge the cosignatures of a checkpoint that the log has signed with these keys."""
    verdict = judged(note, checkpoint, asked)
    check.count = max(1, len(verdict.signed))
    for violation in _objections(asked.policy, verdict, vkeys):
        report.find(check, Finding.of(violation))
    report.witnesses = told(asked.policy, verdict)


def judged(note: bytes, checkpoint: Checkpoint, asked: Asked) -> Verdict:
    """Return what the reader's policy says of a checkpoint's signature lines."""
    return asked.policy.judge(checkpoint, parse_note(note).signatures, latest_time(asked.now_s))


def told(policy: Policy, verdict: Verdict) -> WitnessReport:
    """Return a verdict with the witnesses' names as they can be shown."""
    signed = {label_of(name): _moment(time_s) for name, time_s in verdict.signed.items()}
    missing = [label_of(name) for name in verdict.missing]
    return WitnessReport(verdict.reached, signed, missing, policy.fresh_at(verdict.signed))


def _objections(policy: Policy, verdict: Verdict, vkeys: Sequence[str]) -> Iterator[RuleViolation]:
    """Yield what is wrong with the cosignatures under the log's keys."""
    if not any(map(policy.accepts, vkeys)):
        yield OTHER_LOG(key=vkeys[0])
    for name in verdict.bad:
        yield BAD_COSIGNATURE(key=label_of(name))
    for name, time_s in verdict.future:
        yield dated_ahead(label_of(name), time_s)
    if not verdict.reached:
        yield NO_QUORUM(missing=", ".join(map(label_of, verdict.missing)))


def witnessed(note: bytes, checkpoint: Checkpoint, vkeys: Sequence[str], asked: Asked) -> WitnessReport:
    """Return whose cosignatures a checkpoint has that stands by itself; raises the first that is wrong with them."""
    verdict = judged(note, checkpoint, asked)
    for violation in _objections(asked.policy, verdict, vkeys):
        raise violation
    return told(asked.policy, verdict)


def check_fresh(witnesses: WitnessReport | None, oldest_s: int) -> Finding | None:
    """Return a finding when a checkpoint's quorum is older than `oldest_s` (POSIX seconds); None when it has none."""
    fresh_s = witnesses.fresh_s if witnesses else None
    return Finding.of(STALE(at=_moment(fresh_s))) if fresh_s is not None and fresh_s < oldest_s else None


def _moment(time_s: int) -> str:
    """Return a time in POSIX seconds as RFC 3339 in UTC."""
    return moment_of(time_s).isoformat()
