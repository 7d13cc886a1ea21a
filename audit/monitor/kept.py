"""The parts of a book that grow with every entry, looked up in the monitor's database instead of read whole.

They are the ids of its entries, what is remembered of its vouchers, and the hashes of its Merkle tree. What the new
entries bring is in memory until it is saved.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

import msgspec

from audit.monitor.database import DAMAGED, Fact
from domain.kernel.merkle import HASH_BYTES, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

V = TypeVar("V")

HASHES = "hashes"
HASHES_PER_FACT = 128  # 4 KB, as much as one page takes beside the key
FACT_BYTES = HASHES_PER_FACT * HASH_BYTES


class Lookup(Protocol):
    """Where the facts about one book are."""

    def __call__(self, kind: str, key: str, /) -> bytes | None:
        """Return what is remembered under a key; raises `monitor.damaged`."""
        ...


class Kept(MutableMapping[str, V]):
    """A mapping that is remembered, and what came to it since, in `new`."""

    def __init__(self, lookup: Lookup, kind: str, type_: type[V]) -> None:
        """Look up facts of a kind, whose values are of this type."""
        self._lookup = lookup
        self._kind = kind
        self._type = type_
        self.new: dict[str, V] = {}

    def __getitem__(self, key: str) -> V:
        if key in self.new:
            return self.new[key]
        value = self._lookup(self._kind, key)
        if value is None:
            raise KeyError(key)
        return msgspec.msgpack.decode(value, type=self._type)

    def __setitem__(self, key: str, value: V) -> None:
        self.new[key] = value

    def __delitem__(self, key: str) -> None:
        raise TypeError("what a book holds is never taken out of it")

    def __iter__(self) -> Iterator[str]:
        raise TypeError("what is remembered is looked up, never listed")

    def __len__(self) -> int:
        raise TypeError("what is remembered is looked up, never counted")


def new_facts(kind: str, mapping: MutableMapping[str, V]) -> Iterator[Fact]:
    """Yield what is not yet remembered of a mapping: all, unless it is `Kept`."""
    new = mapping.new if isinstance(mapping, Kept) else mapping
    return (Fact(kind, key, msgspec.msgpack.encode(value)) for key, value in new.items())


class KeptLevel:
    """One level of a tree: `count` hashes that are remembered, and those that were appended since."""

    def __init__(self, lookup: Lookup, level: int, count: int, edge: Mapping[str, bytes]) -> None:
        """Look up the hashes when they are asked for, unless they stand in `edge` as `kept_tree` has it."""
        self._lookup = lookup
        self._level = level
        self._kept_bytes = count * HASH_BYTES
        self._edge = edge
        self._parts: dict[int, bytes] = {}
        self._new = bytearray()

    def __len__(self) -> int:
        return self._kept_bytes + len(self._new)

    def __iadd__(self, hashes: bytes) -> Self:
        self._new += hashes
        return self

    def __getitem__(self, place: slice) -> bytes:
        start, stop, _ = place.indices(len(self))
        end = min(stop, self._kept_bytes)
        if start >= end:
            return bytes(self._new[start - self._kept_bytes : stop - self._kept_bytes])
        first = start // FACT_BYTES
        kept = b"".join([self._part(n) for n in range(first, -(-end // FACT_BYTES))])
        return kept[start - first * FACT_BYTES : end - first * FACT_BYTES] + self._new[: stop - end]

    def _part(self, n: int) -> bytes:
        if n not in self._parts:
            key = _key(self._level, n)
            part = self._edge.get(key) or self._lookup(HASHES, key)
            if part is None or len(part) < min(FACT_BYTES, self._kept_bytes - n * FACT_BYTES):
                raise DAMAGED(problem=f"{HASHES} {self._level}/{n}")
            self._parts[n] = part
        return self._parts[n]


def _key(level: int, n: int) -> str:
    return f"{level}/{n}"


def edge_keys(size: int) -> list[str]:
    """Return the keys of the facts at the right edge of a tree of `size` leaves: its root follows from them alone."""
    return [_key(level, ((size >> level) - 1) // HASHES_PER_FACT) for level in range(size.bit_length())]


def kept_tree(lookup: Lookup, size: int, edge: Mapping[str, bytes] = MappingProxyType({})) -> Tree:
    """Return the tree of `size` leaves, whose hashes are remembered; `edge` has facts that were looked up already."""
    levels = range(max(size.bit_length(), 1))
    return Tree.over([KeptLevel(lookup, level, size >> level, edge) for level in levels], size)


def new_hashes(tree: Tree, kept: int) -> Iterator[Fact]:
    """Yield the facts that a tree has and its first `kept` leaves had not, or not as long as they are now."""
    for level in range(tree.size.bit_length()):
        before, after = kept >> level, tree.size >> level
        if before == after:
            return
        for n in range(before // HASHES_PER_FACT, -(-after // HASHES_PER_FACT)):
            first = n * HASHES_PER_FACT
            hashes = tree.subtrees(level, first, min(HASHES_PER_FACT, after - first))
            yield Fact(HASHES, _key(level, n), hashes)
