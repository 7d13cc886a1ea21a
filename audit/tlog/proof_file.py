"""Proof files (证明文件, ``.tlog-proof``) after C2SP tlog-proof: one entry's proof that is checked offline.

It is text, line by line:

    c2sp.org/tlog-proof@v1
    extra <base64>              may be left out; not authenticated by itself
    index <decimal>
    <base64 of a hash>          the inclusion proof, from the leaf's sibling to the root's child
    <an empty line>
    <the signed checkpoint, verbatim>

The entry itself comes from elsewhere, or travels in `extra`.
"""

from __future__ import annotations

from binascii import b2a_base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.tlog.checkpoint import open_checkpoint, parse_decimal
from audit.tlog.proof import check_inclusion
from audit.tlog.tiles import MAX_ENTRY_BYTES
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.merkle import HASH_BYTES, leaf_hash
from domain.kernel.note import MAX_NOTE_BYTES, decode_base64

if TYPE_CHECKING:
    from audit.tlog.checkpoint import Checkpoint
    from domain.kernel.note import VerifierKey

HEADER = b"c2sp.org/tlog-proof@v1"

MAX_HASHES = 63
"""A tree of 2**63 leaves has no longer path."""

MAX_EXTRA_BYTES = 2 * MAX_ENTRY_BYTES
"""Room for the entry itself and what an application adds."""

MAX_PROOF_BYTES = MAX_NOTE_BYTES + 2 * MAX_EXTRA_BYTES
"""A larger file is refused unread."""

MALFORMED = rule(
    "tlog.proof_malformed",
    Kind.MALFORMED,
    "证明文件格式有误：{problem}",
    "the proof file is malformed: {problem}",
    "C2SP tlog-proof",
)


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A proof that entry `index` is in the log of `checkpoint` (a signed note's bytes), by `hashes`."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def encode(self) -> bytes:
        """Return the file's bytes."""
        extra = [b"extra " + b2a_base64(self.extra)] if self.extra else []
        lines = [HEADER + b"\n", *extra, b"index %d\n" % self.index, *map(b2a_base64, self.hashes), b"\n"]
        return b"".join(lines) + self.checkpoint

    def check(self, entry: bytes, key: VerifierKey) -> Checkpoint:
        """Return the log's checkpoint that is thereby known to hold these bytes as its entry `index`.

        Raises what `open_checkpoint` raises, or `tlog.bad_proof`.
        """
        checkpoint = open_checkpoint(self.checkpoint, key)
        check_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint


def parse_proof_file(data: bytes) -> ProofFile:
    """Parse a proof file strictly; raises `tlog.proof_malformed`. Nothing is verified yet."""
    if len(data) > MAX_PROOF_BYTES:
        raise MALFORMED(problem=Phrase(f"超过 {MAX_PROOF_BYTES} 字节", f"more than {MAX_PROOF_BYTES} bytes"))
    head, gap, checkpoint = data.partition(b"\n\n")
    header, *lines = head.split(b"\n")
    if header != HEADER or not gap:
        raise MALFORMED(
            problem=Phrase(
                "第一行应为 c2sp.org/tlog-proof@v1，证明以空行结束",
                "the first line is 'c2sp.org/tlog-proof@v1', an empty line ends the proof",
            )
        )
    extra = _parse_extra(lines.pop(0)) if lines and lines[0].startswith(b"extra ") else b""
    index = parse_decimal(lines[0][6:]) if lines and lines[0].startswith(b"index ") else -1
    if index < 0:
        raise MALFORMED(problem=Phrase("应有「index 十进制数」一行", "an 'index <decimal>' line expected"))
    if len(lines) > 1 + MAX_HASHES:
        raise MALFORMED(problem=Phrase(f"超过 {MAX_HASHES} 个哈希", f"more than {MAX_HASHES} hashes"))
    hashes = tuple(decode_base64(line) for line in lines[1:])
    if any(len(part) != HASH_BYTES for part in hashes):
        raise MALFORMED(
            problem=Phrase("哈希应为严格 base64 的 32 字节", "a hash is 32 bytes in strict base64")
        )
    return ProofFile(index, hashes, checkpoint, extra)


def _parse_extra(line: bytes) -> bytes:
    extra = decode_base64(line[6:])
    if not 0 < len(extra) <= MAX_EXTRA_BYTES:
        raise MALFORMED(
            problem=Phrase(
                f"extra 应为严格 base64 的 1 到 {MAX_EXTRA_BYTES} 字节",
                f"extra is 1 to {MAX_EXTRA_BYTES} bytes in strict base64",
            )
        )
    return extra
