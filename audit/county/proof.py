"""The proof that a book's checkpoint is in the county's log (总日志证明): a tlog-proof that carries the checkpoint.

Under a line that was printed before the log grew, its `extra` also carries the consistency proof from there:

    <the book's checkpoint with its signature>
    <an empty line>
    extends <decimal: the printed size>
    <base64 of a hash>          the proof (RFC 6962) that the county's newest head extends the printed one
"""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING

from audit.anchor import Extension, prove_extends
from audit.county.leaf import parse_leaf, read_leaves_back
from audit.head import read_head, tiles_of
from audit.tlog.checkpoint import parse_decimal
from audit.tlog.proof import inclusion_proof
from audit.tlog.proof_file import MALFORMED, MAX_HASHES, ProofFile
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.merkle import HASH_BYTES
from domain.kernel.note import decode_base64

if TYPE_CHECKING:
    from audit.anchor import AnchorLine
    from audit.source import Source

NO_BOOK = rule(
    "county.no_book",
    Kind.UNKNOWN,
    "总日志的前 {size} 条中没有账套 {origin}；用 county list 查看有哪些、各在第几条",
    "the first {size} entries of the county's log have no book {origin}; county list tells which it has, and where",
    "ADR 0025",
)


EXTENDS = b"\n\nextends "


def prove_book(source: Source, origin: str, vkey: str = "", printed: AnchorLine | None = None) -> ProofFile:
    """Return the proof of a book's newest entry in the county's log, checked; the entry begins its `extra`.

    With a `printed` line it is the newest entry that the line commits to. Raises `county.no_book`, `tlog.bad_proof`,
    `audit.unreadable` and what `open_checkpoint` and `prove_extends` raise.
    """
    head = read_head(source, vkey)
    reader = tiles_of(source, head.checkpoint)
    extension = prove_extends(printed, head.checkpoint, source) if printed else Extension(reader.size)
    for index, entry in read_leaves_back(reader, extension.size):
        if parse_leaf(entry).checkpoint.origin == origin:
            hashes = tuple(inclusion_proof(index, reader.size, reader))
            proof = ProofFile(index, hashes, head.note, _join(entry, extension))
            proof.check(entry, head.key)
            return proof
    raise NO_BOOK(origin=origin, size=extension.size)


def _join(leaf: bytes, extension: Extension) -> bytes:
    if not extension.hashes:
        return leaf
    lines = [leaf.removesuffix(b"\n") + EXTENDS, b"%d\n" % extension.size, *map(b2a_base64, extension.hashes)]
    return b"".join(lines)


def split_extra(file: ProofFile) -> tuple[bytes, Extension | None]:
    """Return the entry that a county proof carries, and the extension if there is one.

    Raises `tlog.proof_malformed`; nothing is verified yet.
    """
    leaf, found, text = file.extra.partition(EXTENDS)
    if not found:
        return leaf, None
    size, *lines = text.split(b"\n")
    hashes = tuple(map(decode_base64, lines[:-1]))
    extension = Extension(parse_decimal(size), hashes)
    if (
        extension.size < 0
        or not 0 < len(hashes) <= MAX_HASHES + 1
        or lines[-1]
        or any(len(one) != HASH_BYTES for one in hashes)
    ):
        raise MALFORMED(
            problem=Phrase(
                "extends 之后应是条数和一致性证明，每行一个哈希",
                "a size and a consistency proof, a hash a line, stand behind 'extends'",
            )
        )
    return leaf + b"\n", extension
