"""The audit of a county's log: what is in it and what was signed are the same, and no book ever shrank in it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit import checks
from audit.county.directory import published_keys
from audit.county.leaf import parse_leaf, read_leaves
from audit.head import fetch_needed, served_key
from audit.report import Finding, Report
from audit.tlog.checkpoint import SIGNATURE, open_checkpoint, parse_checkpoint
from audit.tlog.tiles import TileReader
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.note import parse_note, parse_vkey, verify_ed25519

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.county.leaf import Leaf
    from audit.report import Check
    from audit.source import Source
    from audit.tlog.checkpoint import Checkpoint
    from domain.kernel.note import VerifierKey

_SOURCE = "ADR 0025"
SHRUNK = rule(
    "county.shrunk",
    Kind.REFUSED,
    "{origin} 的检查点有 {size} 条，不比之前归集的 {before} 条多",
    "the checkpoint of {origin} has {size} entries, no more than the {before} collected before",
    _SOURCE,
)
NO_BUNDLE = rule(
    "county.bundle",
    Kind.REFUSED,
    "记录包缺失或损坏，其后无法核对：{problem}",
    "an entry bundle is missing or damaged, and nothing behind it can be verified: {problem}",
    "C2SP tlog-tiles",
)


@dataclass
class CountyReport(Report):
    """The outcome for a county's log: `book` is its origin, `books` how many it has; `anchor` is the trusted key."""

    books: int = 0

    def as_object(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {**super().as_object(), "books": self.books}

    @property
    def caution(self) -> str:
        """What has to be said when no key was given."""
        return (
            ""
            if self.anchor
            else "注意：没有给出 --key，公钥取自日志本身 / no --key: the key is the log's own word"
        )


def verify_county(
    source: Source, vkey: str = "", progress: Callable[[int, int], None] = lambda _done, _all: None
) -> CountyReport:
    """Audit a county's log from its first entry; raises only when it cannot be read at all (`audit.unreadable`).

    `vkey` is the key that the caller trusts; `progress` hears entries done and in all.
    """
    if vkey:
        parse_vkey(vkey)
    return _Audit(source, vkey, progress).run()


class _Audit:
    def __init__(self, source: Source, vkey: str, progress: Callable[[int, int], None]) -> None:
        self._source = source
        self._vkey = vkey
        self._progress = progress
        self.tree = Tree()
        self._sizes: dict[str, int] = {}
        self._keys = published_keys(source)
        report = self._report = CountyReport(anchor=vkey, anchored=bool(vkey))
        self._signed = report.check(
            "checkpoint", "检查点由总日志的密钥签名", "the checkpoint is signed by the log's key"
        )
        self._leaves = report.check(
            "entries", "每条记录都是账套的检查点", "every entry is a book's checkpoint"
        )
        self._growth = report.check("growth", "每本账只增不减", "every book only grew")
        self._signatures = report.check(
            "signatures", "检查点由账套的密钥签名", "the books' checkpoints are signed by their keys"
        )

    @property
    def size(self) -> int:
        """The number of entries that were read."""
        return self.tree.size

    def root(self) -> str:
        """Return the base64 root over them."""
        return base64.b64encode(self.tree.root()).decode()

    def run(self) -> CountyReport:
        report = self._report
        head = self._head()
        if head is None:
            return report
        report.book = report.name = head.origin
        for index, entry in enumerate(self._entries(head.size)):
            self.tree.append(leaf_hash(entry))
            self._holds(self._leaves, index, self._leaf, index, entry)
            if index % 256 == 255:
                self._progress(index + 1, head.size)
        checks.check_root(self, head, report)
        checks.check_tiles(self._source, self, 0, report)
        report.entries, report.books, report.root = self.size, len(self._sizes), self.root()
        self._progress(head.size, head.size)
        return report

    def _head(self) -> Checkpoint | None:
        """Return what the checkpoint says, signed or not; None when it cannot be parsed."""
        note = fetch_needed(self._source, "checkpoint")
        self._signed.count = 1
        try:
            head = parse_checkpoint(parse_note(note).text)
            key = parse_vkey(self._vkey) if self._vkey else served_key(self._source)
        except RuleViolation as violation:
            if violation.rule.kind is Kind.UNAVAILABLE:
                raise
            self._report.find(self._signed, Finding.of(violation))
            return None
        self._holds(self._signed, None, open_checkpoint, note, key)
        return head

    def _entries(self, size: int) -> Iterator[bytes]:
        """Yield the entries, up to the first bundle that cannot be read."""
        try:
            yield from read_leaves(TileReader(size, self._source.fetch))
        except (FileNotFoundError, RuleViolation) as problem:
            if isinstance(problem, RuleViolation) and problem.rule.kind is Kind.UNAVAILABLE:
                raise
            self._report.find(self._leaves, Finding.of(NO_BUNDLE(problem=problem), self.tree.size))

    def _leaf(self, index: int, entry: bytes) -> None:
        self._leaves.count += 1
        leaf = parse_leaf(entry)
        self._holds(self._growth, index, self._check_growth, leaf)
        if self._keys.get(leaf.checkpoint.origin):
            self._holds(self._signatures, index, self._check_signature, leaf)

    def _check_growth(self, leaf: Leaf) -> None:
        """A book's checkpoints are in the order of their sizes, none twice."""
        origin, size = leaf.checkpoint.origin, leaf.checkpoint.size
        self._growth.count += 1
        before = self._sizes.get(origin, -1)
        self._sizes[origin] = size
        if size <= before:
            raise SHRUNK(origin=origin, size=size, before=before)

    def _check_signature(self, leaf: Leaf) -> None:
        """One of the keys that the county publishes for a book signed its checkpoint."""
        self._signatures.count += 1
        if not any(_signed_by(leaf, key) for key in self._keys[leaf.checkpoint.origin]):
            raise SIGNATURE(key=leaf.checkpoint.origin)

    def _holds(self, check: Check, entry: int | None, rule_: Callable[..., object], *facts: object) -> None:
        """Run a check; what it raises becomes a finding."""
        try:
            rule_(*facts)
        except RuleViolation as violation:
            self._report.find(check, Finding.of(violation, entry))


def _signed_by(leaf: Leaf, key: VerifierKey) -> bool:
    line = leaf.signature
    known = (line.name, line.key_id) == (key.name, key.key_id)
    return known and verify_ed25519(key.public_key, leaf.checkpoint.text, line.signature)
