"""What stands outside the log: each digest is disclosed, withheld or erased, and none of that is wrong by itself.

A log's server, folder or bundle may have a file ``disclosures``, one public disclosure (RFC 9901) a line. Wrong is only
a disclosure that no signed digest stands for, and one that is still published although the log says it was erased.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.outside import DigestState
from audit.report import Finding
from domain.kernel.disclosure import Disclosed, digest_of, parse_disclosure
from domain.kernel.errors import Kind, RuleViolation, rule

if TYPE_CHECKING:
    from audit.replay import Replay
    from audit.report import Check, Report
    from audit.source import Source
    from domain.book import Book

PATH = "disclosures"
MAX_LINES = 100_000
"""No more of a file is read: some six disclosures for each household of the largest village."""

UNSIGNED = rule(
    "audit.disclosure",
    Kind.REFUSED,
    "公布的披露 {digest} 不对应任何签过名的摘要：内容不是当时所签的",
    "the published disclosure {digest} has no signed digest: it is not what was signed",
    "RFC 9901 section 7.1",
)
STILL_THERE = rule(
    "audit.disclosure_erased",
    Kind.REFUSED,
    "日志注明 {digest} 的内容已删除，却仍在公布",
    "the log says that what stood behind {digest} was erased, yet it is still published",
    "个人信息保护法 art. 47",
)


class Disclosures:
    """What is published of the values outside a log.

    It is fetched before the checkpoint, so that the log is the newer one and has every digest. A log that was read
    before and had none is not asked; should its new entries have some, it is asked at the end, when what is disclosed
    may belong to entries that came meanwhile.
    """

    def __init__(self, source: Source, replay: Replay) -> None:
        """Fetch the public disclosures of a log that is read for the first time, or of which digests are known."""
        self._source = source
        self._first = not replay.size or bool(replay.book.privacy.digests)
        self._served = self._fetch() if self._first else []

    def _fetch(self) -> list[str]:
        try:
            text = self._source.fetch(PATH)
        except FileNotFoundError:
            return []
        return text.decode("ascii", "replace").splitlines()[:MAX_LINES]

    def check(self, book: Book, report: Report) -> None:
        """Put the state of every digest into the report; what is published fits a digest that was not erased."""
        privacy = book.privacy
        if privacy.digests and not self._first:
            self._served = self._fetch()
        if self._served or privacy.digests:
            check = report.check(
                "disclosures", "公布的披露都与所签的摘要相符", "what is disclosed fits the signed digests"
            )
            check.count = len(self._served)
            self._check(book, report, check)
        report.outside.rolls = len(book.rolls.committed)
        report.outside.rows_erased = len(privacy.erased_rows)

    def _check(self, book: Book, report: Report, check: Check) -> None:
        said: dict[str, Disclosed] = {}
        for line in self._served:
            try:
                said[digest_of(line)] = parse_disclosure(line)
            except RuleViolation as violation:
                report.find(check, Finding.of(violation))
        places = _places(book, said)
        for digest in sorted(said.keys() - places.keys()) if self._first else ():
            report.find(check, Finding.of(UNSIGNED(digest=digest)))
        erased = book.privacy.erased
        if said.keys() & erased.keys():
            said = _without(said, erased, {digest_of(line) for line in self._fetch()}, report, check)
        report.outside.digests = [
            _state(entry, digest, said.get(digest), erased.get(digest)) for digest, entry in places.items()
        ]


def _without(
    said: dict[str, Disclosed], erased: dict[str, int], still: set[str], report: Report, check: Check
) -> dict[str, Disclosed]:
    """Return what is disclosed and not erased; what is `still` published after the log was read is a finding."""
    for digest in sorted(said.keys() & erased.keys() & still):
        report.find(check, Finding.of(STILL_THERE(digest=digest), erased[digest]))
    return {digest: what for digest, what in said.items() if digest not in erased}


def _places(book: Book, said: dict[str, Disclosed]) -> dict[str, int]:
    """Return the entry of every digest; of the keys' holders only those of whom something is said or erased."""
    holders = {key.holder: key.granted for key in book.roles.keys.values()}
    told = {
        digest: entry for digest, entry in holders.items() if digest in said or digest in book.privacy.erased
    }
    return told | book.privacy.digests


def _state(entry: int, digest: str, said: Disclosed | None, erased_by: int | None) -> DigestState:
    if erased_by is not None:
        return DigestState(entry, digest, "erased", None, erased_by)
    return DigestState(entry, digest, "disclosed" if said else "withheld", said)
