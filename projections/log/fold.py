"""Fold: leaf hashes into tiles. A tile's row holds the bytes so far; a partial tile is a prefix of them.

Level L holds the roots of the full tiles of level L-1 (C2SP tlog-tiles), so a tile is written once for
every time it grew and then never again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.tlog.tiles import TILE_WIDTH
from domain.kernel.merkle import HASH_BYTES, Tree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from psycopg import Cursor

    from domain.entry import Entry

FULL_BYTES = TILE_WIDTH * HASH_BYTES

SELECT_LAST_TILES = """
    SELECT level, last.n, last.data FROM generate_series(0, 7) AS levels (level)
    CROSS JOIN LATERAL (
        SELECT n, data FROM tiles WHERE book = %s AND tiles.level = levels.level ORDER BY n DESC LIMIT 1
    ) AS last
"""
WRITE_TILES = """
    INSERT INTO tiles (book, level, n, data)
    SELECT %s, * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])
    ON CONFLICT (book, level, n) DO UPDATE SET data = excluded.data
"""


class GrowingTiles:
    """The rightmost tile of each level, and the tiles that changed since the last write."""

    def __init__(self, last: dict[int, tuple[int, bytes]]) -> None:
        """Start from the last stored tile (its number and bytes) of each level."""
        self._open = {level: (n, bytearray(data)) for level, (n, data) in last.items()}
        self.changed: dict[tuple[int, int], bytearray] = {}

    def append(self, leaf_hash: bytes) -> None:
        """Add one leaf hash, and the root of each tile that it fills to the level above."""
        level, value = 0, leaf_hash
        while True:
            n, data = self._open.get(level, (0, bytearray()))
            if len(data) == FULL_BYTES:
                n, data = n + 1, bytearray()
            data += value
            self._open[level] = (n, data)
            self.changed[level, n] = data
            if len(data) < FULL_BYTES:
                return
            level, value = level + 1, _tile_root(data)


def _tile_root(data: bytearray) -> bytes:
    tree = Tree()
    for start in range(0, len(data), HASH_BYTES):
        tree.append(bytes(data[start : start + HASH_BYTES]))
    return tree.root()


def fold(cursor: Cursor[Any], book: str, start: int, entries: Sequence[Entry]) -> None:
    """Write the tiles that entries `start`… of a book change."""
    del start
    cursor.execute(SELECT_LAST_TILES, (book,))
    tiles = GrowingTiles({level: (n, bytes(data)) for level, n, data in cursor.fetchall()})
    for entry in entries:
        tiles.append(entry.leaf_hash)
    keys = list(tiles.changed)
    cursor.execute(
        WRITE_TILES,
        (
            book,
            [level for level, _ in keys],
            [n for _, n in keys],
            [bytes(tiles.changed[key]) for key in keys],
        ),
    )
