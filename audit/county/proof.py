"""The proof that a book's checkpoint is in the county's log (总日志证明): a tlog-proof that carries the checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.county.leaf import parse_leaf, read_leaves_back
from audit.head import read_head, tiles_of
from audit.tlog.proof import inclusion_proof
from audit.tlog.proof_file import ProofFile
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from audit.source import Source

NO_BOOK = rule(
    "county.no_book",
    Kind.UNKNOWN,
    "总日志中没有账套 {origin}；用 county list 查看有哪些",
    "the county's log has no book {origin}; county list tells which it has",
    "ADR 0025",
)


def prove_book(source: Source, origin: str, vkey: str = "") -> ProofFile:
    """Return the proof of a book's newest entry in the county's log, checked; the entry is its `extra`.

    Raises `county.no_book`, `tlog.bad_proof`, `audit.unreadable` and what `open_checkpoint` raises.
    """
    head = read_head(source, vkey)
    reader = tiles_of(source, head.checkpoint)
    for index, entry in read_leaves_back(reader):
        if parse_leaf(entry).checkpoint.origin == origin:
            hashes = tuple(inclusion_proof(index, reader.size, reader))
            proof = ProofFile(index, hashes, head.note, entry)
            proof.check(entry, head.key)
            return proof
    raise NO_BOOK(origin=origin)
