"""What a hostile log makes the audit read, and what is remembered of it, has an end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from audit.report import FINDINGS_MAX, Finding, Report
from audit.signatures import Bad, SignatureChecker
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.tiles import TILE_WIDTH, encode_bundle
from audit.verify import MALFORMED_MAX, verify
from domain.entry import parse_entry
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.note import SigningKey
from tests.audit.conftest import MemorySource
from tests.audit.test_verify import by_another_hand

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.kernel.note import Signature
    from tests.audit.conftest import Log

HUGE = 100_000_000
STRANGER = "somebody.example"


def checkpoint(origin: str, key: SigningKey | None = None) -> bytes:
    """Return a checkpoint of `HUGE` entries."""
    return sign_checkpoint(Checkpoint(origin, HUGE, bytes(32)), key or SigningKey.generate(origin))


@dataclass(frozen=True)
class EndlessSource(MemorySource):
    """A log that has `first` in its first bundle, and `more` again and again in all others, as many as are asked for.

    It counts the bundles that were asked for, and gives up when an audit asks for more than a hundred.
    """

    first: tuple[bytes, ...] = ()
    more: bytes = b"rubbish"
    asked: list[str] = field(default_factory=list)

    def fetch(self, path: str) -> bytes:
        """Return a file of the log."""
        if not path.startswith("tile/entries/"):
            return super().fetch(path)
        self.asked.append(path)
        assert len(self.asked) <= 100, "the audit goes on for ever"
        before = self.first if path == "tile/entries/000" else ()
        return encode_bundle([*before, *[self.more] * (TILE_WIDTH - len(before))])


def rules(report: Report) -> set[str]:
    """Return the rules that were broken."""
    return {finding.rule for finding in report.findings}


def test_behind_a_first_entry_that_opens_no_book_nothing_is_read() -> None:
    source = EndlessSource({"checkpoint": checkpoint(STRANGER)})
    report = verify(source)
    assert source.asked == ["tile/entries/000"]
    assert [(each.rule, each.entry) for each in report.findings] == [
        ("note.malformed", 0),
        ("audit.no_founding", None),
    ]


def test_a_first_entry_that_is_another_one_ends_the_reading(log: Log) -> None:
    shifted = log.with_entries(log.entries[1:])
    report = shifted.verify()
    assert rules(report) == {"key.not_granted", "audit.no_founding"}
    assert report.entries == 1


@pytest.mark.parametrize("by_the_log", [True, False])
def test_a_long_row_of_rubbish_ends_the_reading(log: Log, *, by_the_log: bool) -> None:
    key = log.key if by_the_log else SigningKey.generate(log.key.name)
    source = EndlessSource({"checkpoint": checkpoint(log.key.name, key)}, first=log.entries)
    report = verify(source)
    assert len(source.asked) == MALFORMED_MAX // TILE_WIDTH + 1
    assert {"note.malformed", "audit.rubbish"} <= rules(report)
    (told,) = [each for each in report.findings if each.rule == "audit.rubbish"]
    assert told.entry is None
    assert "19" in told.zh
    assert ("checkpoint.signature" in rules(report)) != by_the_log


def test_under_a_checkpoint_that_the_log_did_not_sign_the_reading_ends_with_the_findings(log: Log) -> None:
    """Entries that can be read, each refused: only what the log answers for is read to its end."""
    forged = checkpoint(log.key.name, SigningKey.generate(log.key.name))
    source = EndlessSource({"checkpoint": forged}, first=log.entries, more=log.entries[-1])
    report = verify(source)
    assert len(source.asked) == FINDINGS_MAX // TILE_WIDTH + 1
    assert {"entry.id_used", "audit.unsigned", "checkpoint.signature"} <= rules(report)


def test_a_bad_checkpoint_hides_no_finding_in_the_entries(log: Log) -> None:
    forged = log.with_entries([*log.entries[:-1], by_another_hand(log.entries[-1])])
    files = forged.files() | {
        "checkpoint": sign_checkpoint(
            Checkpoint(log.key.name, 19, bytes(32)), SigningKey.generate(log.key.name)
        )
    }
    assert rules(verify(MemorySource(files))) == {"signature.invalid", "checkpoint.signature"}


def test_findings_beyond_the_limit_are_counted(log: Log) -> None:
    entries = [*log.entries, *[log.entries[-1]] * (FINDINGS_MAX + 50)]
    report = log.with_entries(entries).verify()
    assert len(report.findings) == FINDINGS_MAX
    failed = {check.name: check.failed for check in report.checks if check.failed}
    assert failed == {"rules": FINDINGS_MAX + 50, "cash": 1}
    assert report.unlisted == report.as_object()["unlisted"] == 51
    text = report.as_text()
    assert f"{FINDINGS_MAX + 51 - 10} more" in text
    assert f"{FINDINGS_MAX + 51} 个问题" in text


def test_what_concerns_the_whole_log_is_listed_behind_any_number_of_entries() -> None:
    report = Report()
    check = report.check("entries", "", "")
    for index in range(FINDINGS_MAX + 1):
        report.find(check, Finding("rule", index, "", ""))
    report.find(check, Finding("whole", None, "", ""))
    assert (report.findings[-1].rule, report.unlisted) == ("whole", 1)


@pytest.mark.parametrize("processes", [1, 2])
def test_bad_signatures_beyond_the_limit_are_counted(log: Log, processes: int) -> None:
    entry = parse_entry(by_another_hand(log.entries[-1]))
    signers = log.book().signers(entry)
    with SignatureChecker(processes) as checker:
        for index in range(FINDINGS_MAX):
            checker.add(index, entry, signers)
        bad = list(checker.finish())
    assert len(bad) == FINDINGS_MAX
    assert checker.failed == FINDINGS_MAX * len(signers)
    assert bad == sorted(_all_bad(entry.signatures))[:FINDINGS_MAX]


def _all_bad(signatures: Sequence[Signature]) -> Iterator[Bad]:
    for index in range(FINDINGS_MAX):
        for line in signatures:
            yield Bad(index, line.name)


def test_the_tree_of_what_was_read_is_told(log: Log) -> None:
    source = EndlessSource({"checkpoint": checkpoint(log.key.name, log.key)}, first=log.entries)
    report = verify(source)
    tree = Tree()
    for entry in [*log.entries, *[b"rubbish"] * (report.entries - len(log.entries))]:
        tree.append(leaf_hash(entry))
    assert tree.size == report.entries == len(source.asked) * TILE_WIDTH
