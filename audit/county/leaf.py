"""An entry of the county's log: a book's checkpoint with the signature of that book's log key, and no other line.

Without the witnesses' lines, which differ from one copy to the next, equal checkpoints give equal entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from audit.tlog.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from audit.tlog.tiles import TILE_WIDTH
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.note import SIGNATURE_BYTES, format_note, parse_note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.tlog.tiles import TileReader
    from domain.kernel.note import Signature, VerifierKey

LEAF = rule(
    "county.leaf",
    Kind.REFUSED,
    "总日志的记录不是一本账的检查点：{problem}",
    "an entry of the county's log is no checkpoint of a book: {problem}",
    "ADR 0025",
)


class Leaf(NamedTuple):
    """What an entry says, and the one signature that it carries."""

    checkpoint: Checkpoint
    signature: Signature


def make_leaf(note: bytes, key: VerifierKey) -> bytes:
    """Return the entry that a book's checkpoint becomes; raises what `open_checkpoint` raises."""
    checkpoint = open_checkpoint(note, key)
    mine = (key.name, key.key_id)
    line = next(line for line in parse_note(note).signatures if (line.name, line.key_id) == mine)
    return format_note(checkpoint.text, [line])


def parse_leaf(entry: bytes) -> Leaf:
    """Parse an entry strictly; raises `county.leaf`, `note.malformed` or `checkpoint.malformed`. Verifies nothing."""
    text, lines = parse_note(entry)
    checkpoint = parse_checkpoint(text)
    if len(lines) != 1 or lines[0].name != checkpoint.origin or len(lines[0].signature) != SIGNATURE_BYTES:
        raise LEAF(
            problem=Phrase("应只有账套自己的一个签名", "the one signature of the book's own log expected")
        )
    return Leaf(checkpoint, lines[0])


def read_leaves(reader: TileReader, first: int = 0) -> Iterator[bytes]:
    """Yield the entries of a log from `first` on."""
    for index in range(first // TILE_WIDTH, -(-reader.size // TILE_WIDTH)):
        yield from reader.bundle(index)[max(first - index * TILE_WIDTH, 0) :]


def read_leaves_back(reader: TileReader, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield index and entry of the first `size` entries of a log, the newest first."""
    for index in reversed(range(-(-size // TILE_WIDTH))):
        entries = reader.bundle(index)[: size - index * TILE_WIDTH]
        for place in reversed(range(len(entries))):
            yield index * TILE_WIDTH + place, entries[place]
