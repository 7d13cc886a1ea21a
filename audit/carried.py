"""What a bundle (公示包) carries beside the log: read whole all the same, and told where nothing vouches for it.

Whoever hands over a bundle can put another policy, another page and other files in it. None of that changes what the
log says, so none of it is a finding, and none of it is to be trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.bundle import PAGE, POLICY, PROOF, BundleSource
from audit.report import Finding
from audit.tlog.policy import parse_policy
from audit.tlog.proof import BAD_PROOF, check_inclusion
from audit.tlog.proof_file import parse_proof_file
from audit.witnessed import OTHER_LOG
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.merkle import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audit.report import Report
    from audit.source import Source
    from audit.tlog.policy import Policy
    from domain.book import Book

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
OTHER_PROOF = rule(
    "audit.carried_proof",
    Kind.REFUSED,
    "公示包所附的证明 {name} 与本日志不符，不要单独拿出去用：{problem}",
    "the proof {name} in the bundle does not fit this log, do not hand it on by itself: {problem}",
    "C2SP tlog-proof",
)
OTHER_CHECKPOINT = Phrase(
    "它带的检查点与包里的 checkpoint 不是同一份，内容或签名行有别",
    "its checkpoint and the bundle's are not the same file, in what they say or in their signature lines",
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
    book: Book,
    policy: Policy | None,
    page: Callable[[], bytes] | None,
    report: Report,
) -> None:
    """Every file of a bundle is whole; raises `audit.unreadable` for a damaged one.

    `book` was replayed from the log, `policy` is the reader's own, and `page` gives the page that verifies, of the
    reader's own program.
    """
    if not isinstance(source, BundleSource):
        return
    check = report.check("carried", "公示包中的每个文件都完整", "every file in the bundle is whole")
    strange = []
    for name in source.rest:
        data = source.fetch(name)
        if name == POLICY:
            said = _said_of_policy(data, _vkeys(book), policy)
        elif name == PAGE:
            said = _said_of_page(data, page)
        elif proof := PROOF.fullmatch(name):
            said = _said_of_proof(data, name, int(proof["index"]), source.fetch("checkpoint"), book)
        else:
            strange.append(name)
            continue
        report.remarks += map(Finding.of, said)
    check.count = len(source.names)
    if strange:
        names = ", ".join(strange[:NAMED_MAX]) + ("…" if len(strange) > NAMED_MAX else "")
        report.remarks.append(Finding.of(NOT_OF_THE_LOG(count=len(strange), names=names)))


def _said_of_page(carried: bytes, page: Callable[[], bytes] | None) -> list[RuleViolation]:
    if page is None:
        return [PAGE_NOT_COMPARED()]
    return [] if carried == page() else [OTHER_PAGE()]


def _vkeys(book: Book) -> list[str]:
    """Return the keys that sign the checkpoint of the entries that were read, [] when nothing says whose log it is."""
    log, size = book.log, book.size
    return [key.verifier.vkey for key in log.at(size).keys_at(size)] if log.origins else []


def _said_of_proof(
    carried: bytes, name: str, index: int, checkpoint: bytes, book: Book
) -> list[RuleViolation]:
    """A proof is of the entry whose index it is named by, carries it, and stands under the bundle's own checkpoint."""
    try:
        proof = parse_proof_file(carried)
        if proof.checkpoint != checkpoint:
            return [OTHER_PROOF(name=name, problem=OTHER_CHECKPOINT)]
        if proof.index != index:
            raise BAD_PROOF()
        check_inclusion(leaf_hash(proof.extra), index, book.size, proof.hashes, book.tree.root())
    except RuleViolation as violation:
        return [OTHER_PROOF(name=name, problem=violation)]
    return []


def _said_of_policy(carried: bytes, vkeys: Sequence[str], policy: Policy | None) -> list[RuleViolation]:
    said = [OTHER_POLICY()] if policy and policy.text != carried else []
    try:
        accepts = parse_policy(carried).accepts
    except RuleViolation as violation:
        return [*said, BAD_POLICY(problem=violation)]
    if vkeys and not any(map(accepts, vkeys)):
        said.append(BAD_POLICY(problem=OTHER_LOG(key=vkeys[0])))
    return said
