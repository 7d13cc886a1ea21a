"""How a log grows: the tiles and bundles that a log of more entries has and that of fewer had not.

What lies under a path never changes: a part of a tile that is filled further gets another path (``.p/<width>``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.tlog.tiles import (
    ENTRIES,
    MAX_LEVEL,
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    encode_bundle,
    fetch_bundle,
    fetch_hashes,
)
from domain.kernel.merkle import HASH_BYTES, Tree, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Fetch = Callable[[str], bytes]


def new_tiles(old: int, new: int) -> Iterator[Tile]:
    """List the tiles and bundles that a log of `new` entries has and that of `old` had not, each at its width."""
    for level in range(ENTRIES, MAX_LEVEL + 1):
        height = TILE_HEIGHT * max(level, 0)
        before, after = old >> height, new >> height
        if before == after:
            return
        for index in range(before // TILE_WIDTH, -(-after // TILE_WIDTH)):
            yield Tile(level, index, min(TILE_WIDTH, after - index * TILE_WIDTH))


def grow(old: int, entries: Sequence[bytes], fetch: Fetch) -> Iterator[tuple[Tile, bytes]]:
    """Yield every new tile and bundle, with its bytes, of a log of `old` entries to which these are appended.

    `fetch` gives the files of the log as it is, as `audit.tlog.tiles.TileReader` has it; only the partly filled tiles
    at the right edge are read. Bundles come first, then the tiles from the lowest level up.
    """
    new = {ENTRIES: list(entries), 0: [leaf_hash(entry) for entry in entries]}
    for tile in new_tiles(old, old + len(entries)):
        added = new[tile.level]
        kept = max(0, (old >> TILE_HEIGHT * max(tile.level, 0)) - tile.index * TILE_WIDTH)
        taken, added[:] = added[: tile.width - kept], added[tile.width - kept :]
        part = Tile(tile.level, tile.index, kept) if kept else None
        if tile.level == ENTRIES:
            yield tile, encode_bundle([*(fetch_bundle(fetch, part) if part else []), *taken])
            continue
        hashes = (fetch_hashes(fetch, part) if part else b"") + b"".join(taken)
        if tile.width == TILE_WIDTH:
            new.setdefault(tile.level + 1, []).append(_root(hashes))
        yield tile, hashes


def _root(tile: bytes) -> bytes:
    """Return the root over a full tile's hashes."""
    tree = Tree()
    for place in range(0, len(tile), HASH_BYTES):
        tree.append(tile[place : place + HASH_BYTES])
    return tree.root()
