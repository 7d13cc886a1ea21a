"""A worked example: 1,000 entries, a log key and two witnesses, all made from seeds of one repeated byte."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.tiles import ENTRIES, encode_bundle, tile_hashes, tile_sizes
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.note import SigningKey

ORIGIN = "ledger.example.cn/440111/shalong"


@dataclass(frozen=True)
class Log:
    """A log in memory, the twin of one in a folder."""

    key: SigningKey
    entries: list[bytes]
    tree: Tree

    @property
    def checkpoint(self) -> Checkpoint:
        """The log's head."""
        return Checkpoint(self.key.name, self.tree.size, self.tree.root())

    @property
    def note(self) -> bytes:
        """The head, signed."""
        return sign_checkpoint(self.checkpoint, self.key)

    def files(self) -> dict[str, bytes]:
        """Every file of the log by its path."""
        files = {"checkpoint": self.note}
        for tile in tile_sizes(self.tree.size):
            if tile.level == ENTRIES:
                files[tile.path] = encode_bundle(self.entries[tile.start : tile.start + tile.width])
            else:
                files[tile.path] = tile_hashes(tile, self.tree)
        return files


def make_log(size: int) -> Log:
    entries = [b'{"i":%d,"amt":%d}' % (i, i * 37) for i in range(size)]
    tree = Tree()
    for entry in entries:
        tree.append(leaf_hash(entry))
    return Log(SigningKey(ORIGIN, b"\x01" * 32), entries, tree)


@pytest.fixture(scope="session")
def log() -> Log:
    """The example's log of 1,000 entries."""
    return make_log(1000)


@pytest.fixture(scope="session")
def town() -> SigningKey:
    return SigningKey("witness.example.cn/town", b"\x02" * 32)


@pytest.fixture(scope="session")
def county() -> SigningKey:
    return SigningKey("witness.example.cn/county", b"\x03" * 32)
