"""What a log asks of a witness (见证请求) after C2SP tlog-witness: the body of ``add-checkpoint``.

A request is text, line by line:

    old <decimal>                the size that the witness cosigned last, 0 when that is not known
    <base64 of a hash>           the consistency proof from there to the checkpoint, 0 to 63 lines
    <an empty line>
    <the signed checkpoint, verbatim>

A witness that cosigned another size than `old` answers 409 with that size, a decimal and a newline, of type
`SIZE_TYPE`. The same bytes travel over HTTP and as files.
"""

from __future__ import annotations

from binascii import b2a_base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.tlog.checkpoint import parse_decimal
from audit.tlog.proof import consistency_proof
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.merkle import HASH_BYTES
from domain.kernel.note import decode_base64

if TYPE_CHECKING:
    from audit.tlog.proof import Reader

MAX_HASHES = 63
"""The specification's limit for a consistency proof."""

MAX_CHECKPOINT_BYTES = 256 * 1024
"""Room for 64 signature lines, also of the longest kind that C2SP knows (ML-DSA-44, 3,248 characters)."""

MAX_REQUEST_BYTES = 4 * 1024 + MAX_CHECKPOINT_BYTES
"""A larger request is refused unread: the proof has at most 63 lines of 45 bytes."""

MAX_ANSWER_BYTES = MAX_REQUEST_BYTES
"""An answer in a file is a few lines, and at most a checkpoint behind them."""

MAX_SIZE_BYTES = 20
"""The longest size is 2**63 - 1, 19 digits and a newline."""

SIZE_TYPE = "text/x.tlog.size"
"""The media type of the answer that tells a size."""

MALFORMED = rule(
    "witness.request_malformed",
    Kind.MALFORMED,
    "见证请求格式有误：{problem}",
    "the request to the witness is malformed: {problem}",
    "C2SP tlog-witness",
)
SIZE_MALFORMED = rule(
    "witness.size_malformed",
    Kind.MALFORMED,
    "见证人回答的大小应是一个十进制数和换行，读到 {read}",
    "a witness answers a size as a decimal and a newline, not {read}",
    "C2SP tlog-witness",
)


@dataclass(frozen=True, slots=True)
class WitnessRequest:
    """A request to cosign `checkpoint` (a signed note's bytes), which by `hashes` extends the first `old` entries."""

    old: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """Return the request's bytes."""
        lines = [b"old %d\n" % self.old, *map(b2a_base64, self.hashes), b"\n"]
        return b"".join(lines) + self.checkpoint


def make_request(old: int, size: int, checkpoint: bytes, reader: Reader) -> WitnessRequest:
    """Return the request to cosign the signed checkpoint of `size` entries, of a witness that cosigned `old` of them.

    An `old` of 0 takes no proof. Raises `IndexError` unless 0 <= old <= size.
    """
    hashes = consistency_proof(old, size, reader) if old else []
    return WitnessRequest(old, tuple(hashes), checkpoint)


def parse_request(body: bytes) -> WitnessRequest:
    """Parse a request strictly; raises `witness.request_malformed`. The checkpoint is not looked at."""
    if len(body) > MAX_REQUEST_BYTES:
        raise MALFORMED(
            problem=Phrase(f"超过 {MAX_REQUEST_BYTES} 字节", f"more than {MAX_REQUEST_BYTES} bytes")
        )
    head, gap, checkpoint = body.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    old = parse_decimal(first[4:]) if first.startswith(b"old ") else -1
    if old < 0:
        raise MALFORMED(problem=Phrase("第一行应为「old 十进制数」", "the first line is 'old <decimal>'"))
    if len(lines) > MAX_HASHES:
        raise MALFORMED(problem=Phrase(f"超过 {MAX_HASHES} 个哈希", f"more than {MAX_HASHES} hashes"))
    hashes = tuple(map(decode_base64, lines))
    if any(len(part) != HASH_BYTES for part in hashes):
        raise MALFORMED(
            problem=Phrase("哈希应为严格 base64 的 32 字节", "a hash is 32 bytes in strict base64")
        )
    if not gap or not 0 < len(checkpoint) <= MAX_CHECKPOINT_BYTES:
        raise MALFORMED(
            problem=Phrase(
                f"应有空行，其后是至多 {MAX_CHECKPOINT_BYTES} 字节的检查点",
                f"an empty line and a checkpoint of at most {MAX_CHECKPOINT_BYTES} bytes expected",
            )
        )
    return WitnessRequest(old, hashes, checkpoint)


def encode_size(size: int) -> bytes:
    """Return the body of the answer that tells the size cosigned last."""
    return b"%d\n" % size


def parse_size(body: bytes) -> int:
    """Return the size that a witness answered; raises `witness.size_malformed`."""
    size = parse_decimal(body[:-1]) if body.endswith(b"\n") and len(body) <= MAX_SIZE_BYTES else -1
    if size < 0:
        raise SIZE_MALFORMED(read=repr(body[:40]))
    return size
