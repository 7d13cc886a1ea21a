"""Merkle tree hashes (默克尔树) after RFC 6962 section 2.1.

H is SHA-256; a leaf is H(0x00 || data), a node H(0x01 || left || right), the empty tree H("").

The tree keeps the hash of every complete subtree, so the root of any prefix takes O(log n) hashes.
Inclusion and consistency proofs are the auditor's: `audit.tlog.proof`.
"""

from __future__ import annotations

from hashlib import sha256
from struct import Struct
from typing import Protocol, Self

HASH_BYTES = 32
"""Every hash is SHA-256."""

_PAIR = Struct(f"{2 * HASH_BYTES}s")

EMPTY_ROOT = sha256(b"").digest()
"""The root of the tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf that holds `data`."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two subtrees."""
    return sha256(b"\x01" + left + right).digest()


class Level(Protocol):
    """The hashes of one level of a tree, one after another: a `bytearray`, or hashes that are kept elsewhere."""

    def __len__(self) -> int: ...

    def __iadd__(self, hashes: bytes, /) -> Self: ...

    def __getitem__(self, place: slice, /) -> bytes | bytearray: ...


class Tree:
    """An append-only tree of `size` leaves; level k holds the hashes of all complete subtrees of 2**k leaves.

    A leaf costs no hash when it is added: the subtrees above are hashed, many at a time, once one is asked for.
    """

    __slots__ = ("_known", "_leaves", "_levels", "size")

    def __init__(self) -> None:
        """Begin a tree without leaves."""
        self._leaves: Level = bytearray()
        self._levels: list[Level] = [self._leaves]
        self._known = (0, EMPTY_ROOT)
        self.size = 0

    @classmethod
    def over(cls, levels: list[Level], size: int) -> Self:
        """Return a tree of `size` leaves whose levels are there already, at least the lowest."""
        tree = cls()
        tree._leaves, tree._levels, tree.size = levels[0], levels, size
        return tree

    def append(self, leaf_hash: bytes) -> None:
        """Add a leaf by its 32-byte hash."""
        if len(leaf_hash) != HASH_BYTES:
            raise ValueError(f"a leaf hash has {HASH_BYTES} bytes, not {len(leaf_hash)}")
        self._leaves += leaf_hash
        self.size += 1

    def _complete(self) -> list[Level]:
        """Hash the subtrees that leaves added since the last time have completed; return the levels."""
        levels = self._levels
        below = self._leaves
        for level in range(1, self.size.bit_length()):
            if level == len(levels):
                levels.append(bytearray())
            done = len(levels[level])
            complete = (self.size >> level) * HASH_BYTES
            if done == complete:
                break
            pairs = _PAIR.iter_unpack(below[2 * done : 2 * complete])
            levels[level] += b"".join([sha256(b"\x01" + pair).digest() for (pair,) in pairs])
            below = levels[level]
        return levels

    def leaf(self, index: int) -> bytes:
        """Return the hash of leaf `index`; raises `IndexError` when there is none."""
        return self.subtree(0, index)

    def subtree(self, level: int, index: int) -> bytes:
        """Return the hash over the 2**level leaves from index * 2**level on; `IndexError` unless complete."""
        return self.subtrees(level, index, 1)

    def subtrees(self, level: int, first: int, count: int) -> bytes:
        """Return the hashes of `count` subtrees of 2**level leaves, one after another; `IndexError` unless complete."""
        if level < 0 or first < 0 or count < 1 or (first + count) << level > self.size:
            raise IndexError(
                f"no complete subtrees {first} to {first + count} of level {level} in {self.size} leaves"
            )
        return bytes(self._complete()[level][first * HASH_BYTES : (first + count) * HASH_BYTES])

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` leaves (default: all); `IndexError` beyond the tree."""
        wanted = rest = self.size if size is None else size
        if not 0 <= rest <= self.size:
            raise IndexError(f"no prefix of {rest} leaves in a tree of {self.size}")
        if wanted == self._known[0]:  # the root of a prefix never changes
            return self._known[1]
        root = b""
        while rest:  # the complete subtrees of the prefix, from the rightmost and smallest to the left
            level = (rest & -rest).bit_length() - 1
            rest ^= 1 << level
            left = self.subtree(level, rest >> level)
            root = node_hash(left, root) if root else left
        self._known = (wanted, root or EMPTY_ROOT)
        return self._known[1]
