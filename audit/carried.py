"""What a bundle (公示包) carries beside the log: read whole all the same, and told where nothing vouches for it.

Whoever hands over a bundle can put another policy, another page and other files in it. None of that changes what the
log says, so none of it is a finding, but a policy that fails this very log; and none of it is to be trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.bundle import PAGE, POLICY, BundleSource
from audit.report import Finding
from audit.tlog.policy import parse_policy
from audit.witnessed import OTHER_LOG
from domain.kernel.errors import Kind, RuleViolation, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audit.report import Check, Report
    from audit.source import Source
    from audit.tlog.policy import Policy

BAD_POLICY = rule(
    "audit.carried_policy",
    Kind.REFUSED,
    "公示包所附的见证策略不成立：{problem}",
    "the policy in the bundle does not hold: {problem}",
    "C2SP tlog-policy",
)
OTHER_POLICY = rule(
    "audit.other_policy",
    Kind.REFUSED,
    "公示包所附的见证策略与您给出的不同：核对用的是您的那一份",
    "the policy in the bundle is not the one that you gave; yours was used",
    "C2SP tlog-policy",
)
OTHER_PAGE = rule(
    "audit.other_page",
    Kind.REFUSED,
    "公示包所附的核对网页 verify.html 不是本程序的那一份：可能是另一个版本，也可能被人换过；请用自己保存的核对网页",
    "the page verify.html in the bundle is not this program's: it may be of another version, or somebody else's; use a"
    " page that you saved yourself",
    "ADR 0020",
)
PAGE_NOT_COMPARED = rule(
    "audit.page_not_compared",
    Kind.REFUSED,
    "公示包所附的核对网页 verify.html 没有核对：网页不能核对自己，请用自己保存的核对网页",
    "the page verify.html in the bundle was not compared with anything: no page can judge itself; use one that you"
    " saved yourself",
    "ADR 0020",
)
NOT_OF_THE_LOG = rule(
    "audit.not_of_the_log",
    Kind.REFUSED,
    "公示包中有 {count} 个文件没有核对，不要当作账本的一部分：{names}",
    "{count} files in the bundle were not verified, do not take them for a part of the log: {names}",
    "C2SP tlog-tiles",
)

NAMED_MAX = 5
"""So many of the files that are not verified are named."""


def check_carried(
    source: Source,
    vkeys: Sequence[str],
    policy: Policy | None,
    page: Callable[[], bytes] | None,
    report: Report,
) -> None:
    """Every file of a bundle is whole, and its policy lists the log; raises `audit.unreadable` for a damaged one.

    `vkeys` are the keys by which the log signs at this size, `policy` is the reader's own, and `page` gives the page
    that verifies, of the reader's own program.
    """
    if not isinstance(source, BundleSource):
        return
    check = report.check("carried", "公示包中的每个文件都完整", "every file in the bundle is whole")
    rest = {name: source.fetch(name) for name in source.rest}
    check.count = len(source.names)
    carried_policy, carried_page = rest.pop(POLICY, None), rest.pop(PAGE, None)
    if carried_policy is not None:
        _check_policy(carried_policy, vkeys, policy, check, report)
    if carried_page is not None and page is None:
        report.unvouched.append(Finding.of(PAGE_NOT_COMPARED()))
    elif carried_page is not None and page is not None and carried_page != page():
        report.unvouched.append(Finding.of(OTHER_PAGE()))
    if rest:
        names = ", ".join(list(rest)[:NAMED_MAX]) + ("…" if len(rest) > NAMED_MAX else "")
        report.unvouched.append(Finding.of(NOT_OF_THE_LOG(count=len(rest), names=names)))


def _check_policy(
    carried: bytes, vkeys: Sequence[str], policy: Policy | None, check: Check, report: Report
) -> None:
    if policy and policy.text != carried:
        report.unvouched.append(Finding.of(OTHER_POLICY()))
    try:
        accepts = parse_policy(carried).accepts
    except RuleViolation as violation:
        report.find(check, Finding.of(BAD_POLICY(problem=violation)))
        return
    if vkeys and not any(map(accepts, vkeys)):
        report.find(check, Finding.of(BAD_POLICY(problem=OTHER_LOG(key=vkeys[0]))))
