"""Books that are nothing but logs, with every key at hand, and a county's log that collects them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from audit.county import Collection, CountyReport, Outcome, verify_county
from audit.county.leaf import read_leaves
from audit.source import FolderSource
from audit.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from audit.tlog.folder import create_log, open_log
from audit.tlog.tiles import ENTRIES, TileReader, encode_bundle, tile_hashes, tile_sizes
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.note import SigningKey
from tests.audit.conftest import MemorySource
from tests.audit.dying_disk import KeysOnDisk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from audit.disk import Disk
    from audit.source import Source

COUNTY = SigningKey("county.example.cn/kaihua", b"\x21" * 32)
NOW = "2026-11-25T08:00:00+08:00"


@dataclass(frozen=True)
class Book:
    """A book's log in memory; `word` tells one history from another."""

    key: SigningKey
    entries: tuple[bytes, ...] = ()
    tree: Tree = field(default_factory=Tree, compare=False)

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.key.name

    def grown(self, size: int, word: str = "") -> Book:
        """Return the book with `size` entries: more, or other ones behind a prefix."""
        entries = (
            *self.entries[:size],
            *(b"%d%s" % (i, word.encode()) for i in range(len(self.entries), size)),
        )
        return replace(self, entries=entries, tree=tree_of(entries))

    def forked(self, at: int, size: int, word: str = "other") -> Book:
        """Return another history of the same log, which leaves this one behind `at` entries."""
        return replace(self, entries=self.entries[:at], tree=tree_of(self.entries[:at])).grown(size, word)

    @property
    def note(self) -> bytes:
        """The signed head."""
        return sign_checkpoint(Checkpoint(self.origin, self.tree.size, self.tree.root()), self.key)

    def files(self) -> dict[str, bytes]:
        """Every file of the log by its path."""
        files = {"checkpoint": self.note, "log.vkey": f"{self.key.verifier.vkey}\n".encode()}
        for tile in tile_sizes(self.tree.size):
            if tile.level == ENTRIES:
                files[tile.path] = encode_bundle(self.entries[tile.start : tile.start + tile.width])
            else:
                files[tile.path] = tile_hashes(tile, self.tree)
        return files

    def source(self, **more: bytes) -> MemorySource:
        """The log as a place where it is read."""
        return MemorySource(self.files() | more)


def tree_of(entries: Sequence[bytes]) -> Tree:
    tree = Tree()
    for entry in entries:
        tree.append(leaf_hash(entry))
    return tree


def book(number: int, size: int) -> Book:
    """Return the book of a village, of so many entries."""
    return Book(SigningKey(f"books.example.cn/{number}", number.to_bytes(32, "big"))).grown(size)


@dataclass
class County:
    """A county's log in a folder, and runs over places that are books or sources in memory."""

    place: Path

    @property
    def folder(self) -> Path:
        """Where the log is."""
        return self.place / "county"

    @property
    def source(self) -> FolderSource:
        """The log as it is served."""
        return FolderSource(self.folder)

    def create(self) -> County:
        """Make the log."""
        create_log(self.folder, COUNTY, KeysOnDisk(COUNTY, self.place / "signed"))
        return self

    def collect(
        self, *places: Book | Source, keys: Sequence[str] = (), disk: Disk | None = None, now: str = NOW
    ) -> list[Outcome]:
        """Look at each place once."""
        sources = {
            str(i): place.source() if isinstance(place, Book) else place for i, place in enumerate(places)
        }
        with open_log(self.folder, KeysOnDisk(COUNTY, self.place / "signed", disk), disk) as log:
            collection = Collection(self.folder, log, keys, disk)
            return list(collection.collect(sources, now, sources.__getitem__))

    @property
    def head(self) -> Checkpoint:
        """The log's signed head."""
        return open_checkpoint(self.source.fetch("checkpoint"), COUNTY.verifier)

    def leaves(self) -> list[bytes]:
        """Every entry."""
        return list(read_leaves(TileReader(self.head.size, self.source.fetch)))

    def verify(self) -> CountyReport:
        """Audit the log."""
        return verify_county(self.source, COUNTY.verifier.vkey)


@pytest.fixture
def county(tmp_path: Path) -> County:
    """An empty county's log."""
    return County(tmp_path).create()
