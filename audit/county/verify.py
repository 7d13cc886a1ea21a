"""The audit of a county's log: what is in it and what was signed are the same, and no book ever shrank in it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from audit import checks
from audit.county.directory import published_keys
from audit.county.leaf import parse_leaf, read_leaves
from audit.head import fetch_needed, served_key
from audit.report import Finding, Report
from audit.tlog.checkpoint import SIGNATURE, book_of, open_checkpoint, parse_checkpoint
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

_SOURCE = "ADR 0025"
MOVED_SHOWN = 10
SHRUNK = rule(
    "county.shrunk",
    Kind.REFUSED,
    "{origin} 的检查点有 {size} 条，不比之前归集的 {before} 条多",
    "the checkpoint of {origin} has {size} entries, no more than the {before} collected before",
    _SOURCE,
)
TWO_LOGS = rule(
    "county.two_logs",
    Kind.REFUSED,
    "同一本账的两个日志交替增长：{origin} 的检查点排在 {other} 之后；日志迁移以后，旧来源不再增长",
    "two logs of one book grow in turn: a checkpoint of {origin} stands behind one of {other}; once a log has moved,"
    " its old origin grows no more",
    _SOURCE,
)
UNKNOWN_KEY = rule(
    "county.unknown_key",
    Kind.REFUSED,
    "{origin} 的检查点由总日志没有公布的公钥（编号 {key_id}）签名",
    "the checkpoint of {origin} is signed by a key, of the id {key_id}, that the county does not publish for it",
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
    """The outcome for a county's log: `book` is its origin, `books` how many it has; `anchor` is the trusted key.

    `unchecked` counts entries whose book's key is not known, `moved` lists "OLD → NEW" where a book has a second log.
    """

    books: int = 0
    unchecked: int = 0
    moved: list[str] = field(default_factory=list)

    def as_object(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        more = {"books": self.books, "unchecked": self.unchecked, "moved": self.moved}
        return {**super().as_object(), **more}

    @property
    def caution(self) -> str:
        """What has to be said when no key was given, a signature was not checked, or a book has a second log."""
        said = []
        if not self.anchor:
            said.append("注意：没有给出 --key，公钥取自日志本身 / no --key: the key is the log's own word")
        if self.unchecked:
            said.append(
                f"注意：{self.unchecked} 条记录的账套签名没有核对，总日志没有公布它们的公钥（books.json）/"
                f" the books' signatures of {self.unchecked} entries were not checked: the county does not publish"
                " their keys (books.json)"
            )
        if self.moved:
            said.append(
                f"注意：有账套换了日志来源，请核对那本账是否记有迁移：{'，'.join(self.moved[:MOVED_SHOWN])} /"
                " books have a second log; verify that the book itself holds the move"
            )
        return "\n".join(said)


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
        self._newest: dict[str, list[str]] = {}
        self._published = published_keys(source)
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
        self._holds(self._growth, index, self._check_origin, leaf.checkpoint.origin)
        self._holds(self._signatures, index, self._check_signature, index, leaf)

    def _check_growth(self, leaf: Leaf) -> None:
        """A book's checkpoints are in the order of their sizes, none twice."""
        origin, size = leaf.checkpoint.origin, leaf.checkpoint.size
        self._growth.count += 1
        before = self._sizes.get(origin, -1)
        self._sizes[origin] = size
        if size <= before:
            raise SHRUNK(origin=origin, size=size, before=before)

    def _check_origin(self, origin: str) -> None:
        """A book's log may move to another origin, and not back: the origins of a book follow one another."""
        origins = self._newest.setdefault(book_of(origin), [origin])
        if origin == origins[-1]:
            return
        if origin in origins:
            raise TWO_LOGS(origin=origin, other=origins[-1])
        self._report.moved.append(f"{origins[-1]} → {origin}")
        origins.append(origin)

    def _check_signature(self, index: int, leaf: Leaf) -> None:
        """One of the keys that the county publishes for a book signed its checkpoint.

        A key that is not published is no reproach where the county's file of keys was lost since.
        """
        origin, line = leaf.checkpoint.origin, leaf.signature
        keys = self._published.keys.get(origin, [])
        named = [key for key in keys if (key.name, key.key_id) == (line.name, line.key_id)]
        if not keys or (not named and index < self._published.lost):
            self._report.unchecked += 1
            return
        self._signatures.count += 1
        if not named:
            raise UNKNOWN_KEY(origin=origin, key_id=f"{line.key_id:08x}")
        if not any(verify_ed25519(key.public_key, leaf.checkpoint.text, line.signature) for key in named):
            raise SIGNATURE(key=origin)

    def _holds(self, check: Check, entry: int | None, rule_: Callable[..., object], *facts: object) -> None:
        """Run a check; what it raises becomes a finding."""
        try:
            rule_(*facts)
        except RuleViolation as violation:
            self._report.find(check, Finding.of(violation, entry))
