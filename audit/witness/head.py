"""A log's head as a witness reads it: the three lines of a checkpoint, and whatever a foreign log has behind them.

Our own logs write three lines and an origin that is a key name (`audit.tlog.checkpoint`). A witness also serves logs
that were not made here: their origin may hold spaces, and extension lines are cosigned with the rest of the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.tlog.checkpoint import MALFORMED, parse_decimal
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.merkle import HASH_BYTES
from domain.kernel.note import decode_base64, verify_ed25519

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.kernel.note import Note, Signature, VerifierKey

SIGNATURE = rule(
    "witness.signature",
    Kind.FORBIDDEN,
    "检查点没有日志 {origin} 所信任密钥的有效签名；日志换了密钥的，请用 witness add-log 加上新公钥",
    "the checkpoint has no good signature of a trusted key of the log {origin}; after a change of the log's key,"
    " name the new one with witness add-log",
    "C2SP tlog-witness",
)


@dataclass(frozen=True, slots=True)
class Head:
    """A log's head: its origin, its number of entries, the 32-byte root over them, and the `text` that is signed."""

    origin: str
    size: int
    root: bytes
    text: bytes


def parse_head(text: bytes) -> Head:
    """Parse a checkpoint's text; raises `checkpoint.malformed`. Whether the root fits the size is not looked at."""
    lines = text.split(b"\n")
    if len(lines) < 4 or not all(lines[:-1]) or lines[-1]:
        raise MALFORMED(
            problem=Phrase("应为来源、条数、根，没有空行", "origin, size, root expected, and no empty line")
        )
    size, root = parse_decimal(lines[1]), decode_base64(lines[2])
    if size < 0 or len(root) != HASH_BYTES:
        raise MALFORMED(
            problem=Phrase(
                "条数应为 0 到 2^63-1，根应为 32 字节",
                "a size from 0 to 2^63-1 and a root of 32 bytes expected",
            )
        )
    return Head(lines[0].decode(), size, root, text)


def trusted_signatures(note: Note, origin: str, keys: Iterable[VerifierKey]) -> tuple[Signature, ...]:
    """Return the lines of trusted log keys, at least one; raises `witness.signature`, also when one of them is bad."""
    known = {(key.name, key.key_id): key for key in keys}
    lines = tuple(line for line in note.signatures if (line.name, line.key_id) in known)
    good = [
        verify_ed25519(known[line.name, line.key_id].public_key, note.text, line.signature) for line in lines
    ]
    if not good or not all(good):
        raise SIGNATURE(origin=origin)
    return lines
