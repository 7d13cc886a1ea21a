"""A county proof checked by whoever has the county's key, or its line from the newspaper (核对总日志证明).

The proof file says that the checkpoint which it carries, a book's, is an entry of the county's log. The printed line
fixes that log's root without any key, so that a county that signs two histories is betrayed by the paper. A line that
is older than the county's head in the file is led to it by the consistency proof that the file carries.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.anchor import AnchorLine, Proved, check_commits
from audit.county.leaf import LEAF, make_leaf, parse_leaf
from audit.county.proof import split_extra
from audit.report import Finding, Report
from audit.tlog.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from audit.tlog.proof import check_inclusion
from audit.tlog.proof_file import parse_proof_file
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.merkle import leaf_hash
from domain.kernel.note import parse_note, parse_vkey

if TYPE_CHECKING:
    from collections.abc import Callable

NO_TRUST = rule(
    "county.no_trust",
    Kind.MALFORMED,
    "请用 --key 给出您信任的总日志公钥，或用 --anchor 照抄报纸、墙上印出的锚定行；两者至少一样",
    "give the county's key that you trust with --key, or the line from the newspaper or the wall with --anchor; one of"
    " them is needed",
    "ADR 0025",
)


@dataclass
class BookProof(Report):
    """What a county proof shows: `book` is the origin of the book's log, `entries` and `root` are its checkpoint's.

    `leaf` is that checkpoint as a note, which lies at `index` in the county's log of the head `county`; `printed` is
    the line that it was held against, if one was; `by_book` says whether the book's own signature was looked at.
    """

    leaf: bytes = b""
    index: int = 0
    county: Checkpoint | None = None
    printed: AnchorLine | None = None
    by_book: bool = False

    @property
    def heading(self) -> list[str]:
        """The book, and where the county's log has it."""
        lines = [f"账套 book: {self.book}", f"  {self.entries} 条 / entries    根 root: {self.root}"]
        if self.county:
            size, root = self.county.size, _text(self.county.root)
            place = f"第 {self.index} 号记录，共 {size} 条 / entry {self.index} of {size}"
            lines += [f"县级总日志 county's log: {self.county.origin}", f"  {place}    县根 root: {root}"]
        return lines

    @property
    def caution(self) -> str:
        """What has to be said when the book's own signature was not looked at."""
        if self.by_book:
            return ""
        return "注意：没有给出 --book-key，没有核对账套自己的签名 / no --book-key: the book's signature was not checked"

    def as_object(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        head, line = self.county, self.printed
        county = head and {
            "origin": head.origin,
            "index": self.index,
            "entries": head.size,
            "root": _text(head.root),
        }
        printed = line and {"date": line.date, "entries": line.head.size, "root": _text(line.head.root)}
        return {**super().as_object(), "county": county, "printed": printed}


def _text(root: bytes) -> str:
    return base64.b64encode(root).decode()


def check_book(
    data: bytes, *, key: str = "", anchor: AnchorLine | None = None, book_key: str = ""
) -> BookProof:
    """Check a county proof with the county's `key`, or its printed line, or both; with the book's own key if given.

    Raises only what makes it unreadable: `county.no_trust`, `note.…`, `tlog.proof_malformed`, `checkpoint.malformed`;
    and `anchor.other_size` where nothing is wrong, and the line and the proof cannot be compared.
    """
    if not (key or anchor):
        raise NO_TRUST()
    county_key, own_key = (parse_vkey(vkey) if vkey else None for vkey in (key, book_key))
    file = parse_proof_file(data)
    leaf, extension = split_extra(file)
    head = parse_checkpoint(parse_note(file.checkpoint).text)
    proof = BookProof(
        anchor=key, anchored=bool(key), index=file.index, county=head, printed=anchor, by_book=bool(own_key)
    )
    if county_key:
        _holds(
            proof,
            ("checkpoint", "县根由总日志的密钥签名", "the county's root is signed by the log's key"),
            lambda: open_checkpoint(file.checkpoint, county_key),
        )
    _holds(
        proof,
        ("entries", "所证明的是一本账的检查点", "what is proved is a book's checkpoint"),
        lambda: _take(proof, leaf),
    )
    _holds(
        proof,
        ("inclusion", "账套的检查点在县级总日志中", "the book's checkpoint is in the county's log"),
        lambda: check_inclusion(leaf_hash(leaf), file.index, head.size, file.hashes, head.root),
    )
    if own_key and proof.leaf:
        _holds(
            proof,
            ("signatures", "检查点由账套自己的密钥签名", "the checkpoint is signed by the book's own key"),
            lambda: make_leaf(proof.leaf, own_key),
        )
    if anchor:
        proved = Proved(file.index, head, extension)
        _holds(proof, _printed(anchor, head), lambda: check_commits(anchor, proved))
    return proof


def _printed(line: AnchorLine, head: Checkpoint) -> tuple[str, str, str]:
    """Return what is said of a proof that the printed line commits to."""
    date, size = line.date, line.head.size
    if size == head.size:
        return (
            "printed",
            f"{date} 印出的锚定行与县根一致",
            f"the line printed on {date} has the county's root",
        )
    return (
        "printed",
        f"县根延续 {date} 印出的 {size} 条，账套的检查点在其中",
        f"the county's root extends the {size} entries printed on {date}, and the book's checkpoint is one of them",
    )


def _take(proof: BookProof, leaf: bytes) -> None:
    """Take what the leaf says of the book; raises `county.leaf`."""
    try:
        said = parse_leaf(leaf).checkpoint
    except RuleViolation as violation:
        raise LEAF(problem=violation) from None
    proof.leaf = leaf
    proof.book = proof.name = said.origin
    proof.entries, proof.root = said.size, _text(said.root)


def _holds(proof: BookProof, named: tuple[str, str, str], look: Callable[[], object]) -> None:
    """Make one check; what it raises becomes a finding, but no verdict is not one while all else is well."""
    check = proof.check(*named)
    check.count = 1
    try:
        look()
    except RuleViolation as violation:
        if violation.rule.kind is Kind.UNAVAILABLE and proof.ok:
            raise
        proof.find(check, Finding.of(violation))
