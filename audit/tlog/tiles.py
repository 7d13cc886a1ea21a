"""Tiles and entry bundles (瓦片、记录包) after C2SP tlog-tiles: their paths, their bytes, and a reader over them.

A hash tile of level L holds up to 256 hashes of complete subtrees of 256**L leaves; a bundle holds up to
256 entries, each behind its length in 2 bytes, big-endian. Both lie under ``tile/<level>/<index>``, the
partial ones with ``.p/<width>`` behind; the index is written in groups of three digits (x001/x234/067).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from audit.tlog.proof import range_root
from domain.kernel.errors import Kind, rule
from domain.kernel.merkle import HASH_BYTES, node_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from domain.kernel.merkle import Tree

T = TypeVar("T")

TILE_WIDTH = 256
"""Hashes in a full tile, entries in a full bundle."""

TILE_HEIGHT = 8
"""Levels of the tree that one tile spans: 2**8 hashes."""

ENTRIES = -1
"""The `level` of an entry bundle."""

MAX_LEVEL = 63
MAX_LEAVES = 2**63 - 1
"""Sizes and indexes stay in a signed 64-bit integer, as Go's x/mod has them."""

MAX_ENTRY_BYTES = 65_535
BAD_PATH = rule(
    "tlog.bad_path",
    Kind.UNKNOWN,
    "不是瓦片路径：{path}",
    "not the path of a tile: {path}",
    "C2SP tlog-tiles",
)
BAD_TILE = rule(
    "tlog.bad_tile",
    Kind.MALFORMED,
    "瓦片 {path} 应有 {expected} 字节，读到 {read}",
    "the tile {path} should have {expected} bytes; read {read}",
    "C2SP tlog-tiles",
)
BAD_BUNDLE = rule(
    "tlog.bad_bundle",
    Kind.MALFORMED,
    "记录包格式有误：{problem}",
    "the entry bundle is malformed: {problem}",
    "C2SP tlog-tiles",
)

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile's place: `level` 0 to 63, or `ENTRIES` for a bundle; `index` in its level; `width` 1 to 256."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def start(self) -> int:
        """The index of its first leaf."""
        return self.index * TILE_WIDTH << TILE_HEIGHT * max(self.level, 0)

    @property
    def path(self) -> str:
        """The path below the log's prefix."""
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def parse_tile_path(path: str) -> Tile:
    """Return the tile of a path; raises `tlog.bad_path` for anything but the one way to write it."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise BAD_PATH(path=ascii(path[:100]))
    level = ENTRIES if match["level"] == "entries" else int(match["level"])
    index = int(match["index"].replace("x", "").replace("/", ""))
    tile = Tile(level, index, int(match["width"] or TILE_WIDTH))
    if level > MAX_LEVEL or tile.width > TILE_WIDTH or tile.start > MAX_LEAVES or tile.path != path:
        raise BAD_PATH(path=ascii(path[:100]))
    return tile


def tile_sizes(size: int) -> Iterator[Tile]:
    """List every tile and bundle that a log of `size` entries has, each at its present width."""
    for level in range(ENTRIES, MAX_LEVEL + 1):
        hashes = size >> TILE_HEIGHT * max(level, 0)
        if not hashes:
            return
        full, partial = divmod(hashes, TILE_WIDTH)
        for index in range(full):
            yield Tile(level, index)
        if partial:
            yield Tile(level, full, partial)


def tile_hashes(tile: Tile, tree: Tree) -> bytes:
    """Return the bytes of a hash tile."""
    return tree.subtrees(TILE_HEIGHT * tile.level, tile.index * TILE_WIDTH, tile.width)


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bundle of 1 to 256 entries; raises `tlog.bad_bundle` beyond the limits."""
    if not 0 < len(entries) <= TILE_WIDTH:
        raise BAD_BUNDLE(problem=f"{len(entries)} entries, where 1 to {TILE_WIDTH} are expected")
    if any(len(entry) > MAX_ENTRY_BYTES for entry in entries):
        raise BAD_BUNDLE(problem=f"an entry of more than {MAX_ENTRY_BYTES} bytes")
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def decode_bundle(bundle: bytes, width: int | None = None, skip: int = 0) -> list[bytes]:
    """Return the entries of a bundle without the first `skip`; raises `tlog.bad_bundle`.

    It has to hold `width` of them if given, else 1 to 256.
    """
    entries: list[bytes] = []
    place, last, number = 0, len(bundle) - 1, 0
    while place < last and number < TILE_WIDTH:
        start = place + 2
        place = start + (bundle[place] << 8 | bundle[place + 1])
        if number >= skip:
            entries.append(bundle[start:place])
        number += 1
    if place != len(bundle) or not number:
        raise BAD_BUNDLE(problem=f"it is cut off, empty, or holds more than {TILE_WIDTH} entries")
    if width is not None and number != width:
        raise BAD_BUNDLE(problem=f"{number} entries, where {width} are expected")
    return entries


def fetch_bundle(fetch: Callable[[str], bytes], tile: Tile, skip: int = 0) -> list[bytes]:
    """Return the entries of a bundle without the first `skip`; `fetch` as `TileReader` has it."""
    entries = _part_or_full(tile, lambda there: decode_bundle(fetch(there.path), there.width, skip))
    return entries[: tile.width - skip]


def fetch_hashes(fetch: Callable[[str], bytes], tile: Tile) -> bytes:
    """Return the bytes of a tile of hashes; `fetch` as `TileReader` has it."""
    hashes = _part_or_full(tile, lambda there: _of_width(there, fetch(there.path)))
    return hashes[: tile.width * HASH_BYTES]


def _part_or_full(tile: Tile, read: Callable[[Tile], T]) -> T:
    """Read a tile, or the full one in its place when the partial one is gone (C2SP tlog-tiles)."""
    try:
        return read(tile)
    except FileNotFoundError:
        if tile.width == TILE_WIDTH:
            raise
        return read(Tile(tile.level, tile.index))


class TileReader:
    """Subtree hashes of a log of `size` entries, read from its tiles; satisfies `audit.tlog.proof.Reader`.

    `fetch(path)` returns a tile's bytes, or raises `FileNotFoundError` for a tile that is not there: a partial
    tile may be gone once the full one is there, which is taken in its place. The hashes are as they were
    served; a proof or a root that is made of them still has to be checked.
    """

    def __init__(self, size: int, fetch: Callable[[str], bytes], cached_max: int = 64) -> None:
        """Read the tiles of a log of `size` entries and keep up to `cached_max` tiles of 8 KB."""
        self.size = size
        self._fetch = fetch
        self._cached: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._cached_max = cached_max

    def subtree(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree; raises `IndexError` when the log has it not."""
        if level < 0 or index < 0 or (index + 1) << level > self.size:
            raise IndexError(f"no complete subtree {index} of level {level} in a log of {self.size} entries")
        tile_level, inner = divmod(level, TILE_HEIGHT)
        tile_index, first = divmod(index << inner, TILE_WIDTH)
        tile = self._tile(tile_level, tile_index)
        hashes = [tile[i * HASH_BYTES : (i + 1) * HASH_BYTES] for i in range(first, first + (1 << inner))]
        while len(hashes) > 1:
            hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
        return hashes[0]

    def root(self) -> bytes:
        """Return the log's root, to be compared with a signed checkpoint's."""
        return range_root(0, self.size, self)

    def bundle(self, index: int) -> list[bytes]:
        """Return the entries of bundle `index`."""
        return fetch_bundle(self._fetch, self._at(ENTRIES, index))

    def _at(self, level: int, index: int) -> Tile:
        hashes = (self.size >> TILE_HEIGHT * max(level, 0)) - index * TILE_WIDTH
        if index < 0 or hashes <= 0:
            raise IndexError(f"no tile {index} of level {level} in a log of {self.size} entries")
        return Tile(level, index, min(hashes, TILE_WIDTH))

    def _tile(self, level: int, index: int) -> bytes:
        if (level, index) in self._cached:
            self._cached.move_to_end((level, index))
            return self._cached[level, index]
        hashes = fetch_hashes(self._fetch, self._at(level, index))
        self._cached[level, index] = hashes
        if len(self._cached) > self._cached_max:
            self._cached.popitem(last=False)
        return hashes


def _of_width(tile: Tile, hashes: bytes) -> bytes:
    if len(hashes) != tile.width * HASH_BYTES:
        raise BAD_TILE(path=tile.path, expected=tile.width * HASH_BYTES, read=len(hashes))
    return hashes
