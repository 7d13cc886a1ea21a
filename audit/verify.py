"""The audit of one book: read its log, replay every entry by the rules, recompute what was published.

What holds: signatures by keys that could sign at that point, every rule, the root, the tiles, the balances.
What no log can tell: whether a signed voucher is true. See docs/verify-by-hand.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit import checks, remarks
from audit.backdating import Backdating
from audit.carried import check_carried
from audit.disclosures import Disclosures
from audit.published import Published
from audit.replay import Replay
from audit.report import FINDINGS_MAX, Finding, Report
from audit.signatures import RULE, SignatureChecker
from audit.tlog.checkpoint import parse_checkpoint, signed_by
from audit.tlog.growth import new_tiles
from audit.tlog.tiles import ENTRIES, fetch_bundle
from audit.witnessed import check_witnesses
from domain.entry import Entry, parse_entries
from domain.founding import BookOpened
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.merkle import leaf_hash
from domain.kernel.note import parse_note, parse_vkey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.report import Check
    from audit.source import Source
    from audit.tlog.checkpoint import Checkpoint
    from audit.witnessed import Asked

NO_CHECKPOINT = rule(
    "audit.no_checkpoint",
    Kind.UNAVAILABLE,
    "这里没有检查点，无法核对；应是一个账套的网址（以 /books/编号 结尾），或者导出的文件夹、公示包",
    "there is no checkpoint here, so nothing can be verified: name the address of a book (which ends in /books/ID), or"
    " an exported folder or bundle",
    "C2SP tlog-checkpoint",
)
BUNDLE = rule(
    "audit.bundle",
    Kind.REFUSED,
    "条目包 {path} 缺失或损坏：{problem}",
    "the entry bundle {path} is missing or damaged: {problem}",
    "C2SP tlog-tiles",
)
UNUSABLE = rule(
    "audit.unusable",
    Kind.REFUSED,
    "记录无法按规则接续：{problem}",
    "the entry cannot follow from those before it: {problem}",
    "ADR 0011",
)
RUBBISH = rule(
    "audit.rubbish",
    Kind.REFUSED,
    "从第 {first} 号记录起连续 {count} 条都无法解析，之后的没有再读",
    "{count} entries one after another, from {first} on, cannot be parsed, so nothing further was read",
    "C2SP tlog-tiles",
)
UNSIGNED = rule(
    "audit.unsigned",
    Kind.REFUSED,
    "检查点没有日志密钥的有效签名，前 {size} 条记录已有 {count} 个问题，之后的没有再读",
    "the checkpoint has no good signature of the log's key and the first {size} entries have {count} findings, so"
    " nothing further was read",
    "C2SP tlog-checkpoint",
)

MALFORMED_MAX = 1000
"""More entries in a row that cannot be parsed are no log, and the size that a checkpoint claims no reason to go on."""


def verify(  # noqa: PLR0913 -- what the caller trusts, one by one
    source: Source,
    *,
    anchor: str = "",
    kept: bytes = b"",
    asked: Asked | None = None,
    page: Callable[[], bytes] | None = None,
    replay: Replay | None = None,
    processes: int = 1,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Audit the book at `source`; raises only when it cannot be read at all (`audit.*`, exit code 2).

    `anchor` is the township's vkey that the caller trusts, `kept` a checkpoint that the caller has saved earlier,
    `asked` says whose cosignatures the newest needs, and the time, `page` gives the page that verifies, of the caller's
    program, to compare the one in a bundle with; `progress` hears entries done and in all. With the `replay` of an
    earlier audit of this log only what is new is verified, and that it extends what was there; the replay is moved on,
    and is worth nothing if there are findings.
    """
    if anchor:
        parse_vkey(anchor)
    return _Audit(source, replay or Replay(), processes, progress).run(anchor, kept, asked, page)


class _Audit:
    def __init__(
        self, source: Source, replay: Replay, processes: int, progress: Callable[[int, int], None]
    ) -> None:
        self._source = source
        self._processes = processes
        self._progress = progress
        self._replay = replay
        self._book, self._figures = replay.book, replay.figures
        self._verified = replay.size
        self._backdating = Backdating()
        self._malformed = 0  # how many entries before the next one could not be parsed
        self._ended = False
        report = self._report = Report()
        self._format = report.check("format", "检查点格式规范", "the checkpoint is well-formed")
        self._entries = report.check("entries", "每条记录格式规范", "every entry is canonical")
        self._rules = report.check(
            "rules", "每条记录都符合当时的规则", "every entry keeps the rules of its time"
        )
        self._signatures = report.check(
            "signatures", "每个签名有效且当时有权", "every signature is good and was entitled"
        )

    def run(self, anchor: str, kept: bytes, asked: Asked | None, page: Callable[[], bytes] | None) -> Report:
        report, book = self._report, self._book
        disclosures = Disclosures(self._source, self._replay)
        checkpoint = self._fetch_checkpoint()
        published = Published(self._source, report, book, self._figures)
        with SignatureChecker(self._processes) as checker:
            size = self._claimed_size(checkpoint)
            self._read_on(size, checkpoint, checker, None)
            if size >= self._verified:  # else it was rolled back, and so were the balances
                self._holds(self._rules, None, published.fetch)
            if published.newest > book.size and not self._ended:  # the book has grown meanwhile: read on
                checkpoint = self._fetch_checkpoint()
                self._read_on(self._claimed_size(checkpoint), checkpoint, checker, published)
            published.end(book.size)
            self._entries.count = self._rules.count = book.size - self._verified
            self._signatures.count = checker.count
            self._check_whole(
                checkpoint, anchor, kept, asked
            )  # while other processes, if any, finish the signatures
            disclosures.check(book, report)
            check_carried(self._source, book, asked.policy if asked else None, page, report)
            bad = list(checker.finish())
            for each in bad:
                report.find(self._signatures, Finding.of(RULE(key=each.key), each.entry))
            report.unlist(self._signatures, checker.failed - len(bad))
        self._progress(book.size, book.size)
        self._figures.changed_from = self._figures.newest[
            :7
        ]  # what closed before was compared; the newest is again
        report.book, report.entries, report.root = book.book, book.size, book.root()
        if book.founding.organisation:
            report.name = book.founding.organisation.name
        report.findings.sort(key=lambda found: (found.entry is None, found.entry or 0))
        return report

    def _fetch_checkpoint(self) -> bytes:
        try:
            return self._source.fetch("checkpoint")
        except FileNotFoundError:
            raise NO_CHECKPOINT() from None

    def _claimed_size(self, checkpoint: bytes) -> int:
        """Return the size that a checkpoint names; its signature is checked once the log's key is known."""
        self._format.count = 1
        try:
            return parse_checkpoint(parse_note(checkpoint).text).size
        except RuleViolation as violation:
            self._report.find(self._format, Finding.of(violation))
            return 0

    @staticmethod
    def _claimed(checkpoint: bytes) -> Checkpoint | None:
        """Return a checkpoint whose signature does not hold: what is served under it is told all the same."""
        try:
            return parse_checkpoint(parse_note(checkpoint).text)
        except RuleViolation:
            return None

    def _read_on(
        self, size: int, checkpoint: bytes, checker: SignatureChecker, published: Published | None
    ) -> None:
        """Check the entries from where the book stands up to `size`, and the balances published at each size.

        Anybody can claim a size. So the reading ends behind a first entry that opens no book, for then nothing can say
        whose log this is; and behind entries that only somebody makes who wants it to go on for ever.
        """
        index = self._book.size
        for notes in self._bundles(index, size):
            for note, entry in zip(notes, parse_entries(notes), strict=True):
                self._one(index, note, entry, checker)
                if not self._book.log.origins:
                    self._ended = True
                    return
                index += 1
                if published and index in published.waiting:
                    self._holds(self._rules, None, published.compare)
            self._progress(index, size)
            if self._is_endless(index, checkpoint, checker):
                self._ended = True
                return

    def _is_endless(self, size: int, checkpoint: bytes, checker: SignatureChecker) -> bool:
        """Tell whether the first `size` entries are reason to read no further, and report why."""
        if self._malformed > MALFORMED_MAX:
            violation = RUBBISH(first=size - self._malformed, count=self._malformed)
            self._report.find(self._entries, Finding.of(violation))
            return True
        count = self._entries.failed + self._rules.failed + self._signatures.failed + checker.failed
        if count > FINDINGS_MAX and not self._is_signed(checkpoint):
            self._report.find(self._format, Finding.of(UNSIGNED(size=size, count=count)))
            return True
        return False

    def _is_signed(self, checkpoint: bytes) -> bool:
        """Tell whether any key that the log has had so far signed a checkpoint; by which it has to be is told later."""
        try:
            return bool(
                signed_by(parse_note(checkpoint), [key.verifier for key in self._book.log.all_keys()])
            )
        except RuleViolation:
            return False

    def _check_whole(self, checkpoint: bytes, anchor: str, kept: bytes, asked: Asked | None) -> None:
        """Check what concerns the log as a whole."""
        report, book = self._report, self._book
        checks.check_name(self._source, book, report)
        if anchor:
            checks.check_anchor(self._replay.first, anchor, report)
        if kept:
            checks.check_kept(kept, book, report)
        signed = checks.check_checkpoint(checkpoint, self._source, book, report)
        if signed or self._is_signed(checkpoint):
            report.head = checkpoint
        if asked:
            self._holds(self._rules, None, check_witnesses, checkpoint, signed, book.log, asked, report)
        head = signed or self._claimed(checkpoint)
        if (
            self._verified
            and head
            and not checks.check_extends(self._source, head, book, self._verified, report)
        ):
            return
        self._holds(self._rules, None, checks.check_root, book, signed, report)
        if book.log.origins:
            self._holds(self._rules, None, checks.check_tiles, self._source, book, self._verified, report)
        self._holds(self._rules, None, checks.check_money, self._figures, report)
        self._backdating.remark(report)
        remarks.remark_namesakes(book.roles, report)
        self._holds(self._rules, None, remarks.remark_untransferred, book, self._figures.changed_from, report)
        self._holds(self._rules, None, remarks.remark_excess, book, self._figures, report)
        remarks.remark_mixed(self._figures, report)
        self._holds(self._rules, None, remarks.remark_distribution, book, self._figures, report)

    def _bundles(self, first: int, size: int) -> Iterator[list[bytes]]:
        """Yield the bytes of each entry from `first` on, a bundle at a time, up to the first that cannot be read."""
        for tile in new_tiles(min(first, size), size):
            if tile.level != ENTRIES:
                return
            try:
                yield fetch_bundle(self._source.fetch, tile, max(first - tile.start, 0))
            except (FileNotFoundError, RuleViolation) as problem:
                if isinstance(problem, RuleViolation) and problem.rule.kind is Kind.UNAVAILABLE:
                    raise  # it could not be read, which says nothing about it
                violation = BUNDLE(path=tile.path, problem=problem)
                self._report.find(self._entries, Finding.of(violation, tile.start))
                return

    def _one(self, index: int, note: bytes, entry: Entry | RuleViolation, checker: SignatureChecker) -> None:
        """Check one entry; a bad one is reported and, if it can be, still taken in, so that it hides no later one."""
        book = self._book
        if isinstance(entry, RuleViolation):
            self._report.find(self._entries, Finding.of(entry, index))
            self._malformed += 1
            self._skip(note)
            return
        self._malformed = 0
        if index == 0 and isinstance(entry.statement, BookOpened):
            book.book = entry.statement.book
        check = self._signatures
        try:
            signers = book.signers(entry)
            checker.add(index, entry, signers)
            check = self._rules
            book.decide(entry, signers)
        except Exception as problem:  # noqa: BLE001 -- nothing that a log contains may end its audit
            if not self._refused(check, index, problem):
                self._skip(note)
                return
        try:
            book.evolve(entry)
        except Exception as problem:  # noqa: BLE001 -- as above
            self._refused(check, index, problem)
            self._skip(note)
            return
        self._figures.fold(index, entry.statement, book.balances.chart)
        self._backdating.look(index, entry.statement)
        if index == 0:
            self._replay.first = entry

    def _holds(self, check: Check, index: int | None, look: Callable[..., object], *things: object) -> bool:
        """Look; report what is refused; tell whether the entry can be taken in all the same.

        Nothing that a hostile log contains may end the audit: an error of any kind is a finding too.
        """
        try:
            look(*things)
        except Exception as problem:  # noqa: BLE001 -- see above
            return self._refused(check, index, problem)
        return True

    def _refused(self, check: Check, index: int | None, problem: Exception) -> bool:
        """Report what was refused; tell whether the entry can be taken in all the same."""
        if not isinstance(problem, RuleViolation):
            self._report.find(check, Finding.of(UNUSABLE(problem=repr(problem)), index))
            return False
        if problem.rule.kind is Kind.UNAVAILABLE:  # the source cannot be read: no verdict
            raise problem
        self._report.find(check, Finding.of(problem, index))
        return problem.rule.kind is not Kind.MALFORMED

    def _skip(self, note: bytes) -> None:
        self._backdating.skip()
        self._book.tree.append(leaf_hash(note))
