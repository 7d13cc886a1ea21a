"""Inclusion and consistency proofs (包含证明、一致性证明): made after RFC 6962, checked after RFC 9162.

The checks are written from the other RFC's algorithm, independently of the makers. An inclusion proof
goes from the leaf's sibling up to the root's child. Every check raises `tlog.bad_proof`, without details:
whoever forges learns nothing, and whoever is honest never sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from domain.kernel.errors import Kind, rule
from domain.kernel.merkle import EMPTY_ROOT, HASH_BYTES, node_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

BAD_PROOF = rule(
    "tlog.bad_proof",
    Kind.REFUSED,
    "默克尔证明不成立",
    "the Merkle proof does not hold",
    "RFC 9162 section 2.1.3.2, 2.1.4.2",
)


class Reader(Protocol):
    """Where subtree hashes come from: `domain.kernel.merkle.Tree` in memory, `audit.tlog.tiles.TileReader`."""

    def subtree(self, level: int, index: int) -> bytes:
        """Return the 32-byte hash over the 2**level leaves from index * 2**level on; the subtree is complete."""
        ...


def range_root(start: int, end: int, reader: Reader) -> bytes:
    """Return the root over leaves [start, end), where `start` is a multiple of a power of two >= end - start."""
    rest = end - start
    root = b""
    while rest:  # complete subtrees from the rightmost and smallest to the left
        level = (rest & -rest).bit_length() - 1
        rest ^= 1 << level
        left = reader.subtree(level, (start + rest) >> level)
        root = node_hash(left, root) if root else left
    return root or EMPTY_ROOT


def _middle(start: int, end: int) -> int:
    """Return where RFC 6962 splits the leaves: behind the largest power of two that is below their number."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, reader: Reader) -> list[bytes]:
    """Prove that leaf `index` is in the tree of `size` leaves; raises `IndexError` when there is none."""
    if not 0 <= index < size:
        raise IndexError(f"no leaf {index} in a tree of {size}")
    start, end, proof = 0, size, []
    while end - start > 1:
        middle = _middle(start, end)
        if index < middle:
            proof.append(range_root(middle, end, reader))
            end = middle
        else:
            proof.append(range_root(start, middle, reader))
            start = middle
    return proof[::-1]


def check_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check after RFC 9162 section 2.1.3.2 that leaf `index` of the tree with this root has this hash."""
    if not 0 <= index < size or any(len(sibling) != HASH_BYTES for sibling in (leaf_hash, *proof)):
        raise BAD_PROOF()
    path, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise BAD_PROOF()
        if path & 1 or path == last:
            found = node_hash(sibling, found)
            path, last = _skip_single_children(path, last)
        else:
            found = node_hash(found, sibling)
        path, last = path >> 1, last >> 1
    if last != 0 or found != root:
        raise BAD_PROOF()


def _skip_single_children(path: int, last: int) -> tuple[int, int]:
    """Go up until `path` is a right child or the root: on the tree's right edge a node may have no sibling."""
    while path and not path & 1:
        path, last = path >> 1, last >> 1
    return path, last


def consistency_proof(old: int, new: int, reader: Reader) -> list[bytes]:
    """Prove that the tree of `old` leaves is a prefix of the tree of `new`; `IndexError` unless 0 < old <= new."""
    if not 0 < old <= new:
        raise IndexError(f"no consistency proof from {old} to {new}")
    start, end, proof = 0, new, []
    while end != old:
        middle = _middle(start, end)
        if old <= middle:
            proof.append(range_root(middle, end, reader))
            end = middle
        else:
            proof.append(range_root(start, middle, reader))
            start = middle
    if start:  # else the last subtree is the old tree itself, whose root the verifier knows
        proof.append(range_root(start, end, reader))
    return proof[::-1]


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check after RFC 9162 section 2.1.4.2 that the tree of `old` leaves is a prefix of the tree of `new`.

    Equal sizes ask for equal roots and no proof. An empty older tree is refused: it would prove nothing.
    """
    if not 0 < old <= new or any(len(part) != HASH_BYTES for part in (old_root, new_root, *proof)):
        raise BAD_PROOF()
    if old == new:
        if proof or old_root != new_root:
            raise BAD_PROOF()
        return
    if not proof:
        raise BAD_PROOF()
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if _consistent_roots(old - 1, new - 1, hashes) != (old_root, new_root):
        raise BAD_PROOF()


def prefix_root(old: int, new: int, new_root: bytes, proof: Sequence[bytes]) -> bytes:
    """Return the root over the first `old` leaves of the tree with this root, as a consistency proof shows it.

    Raises `tlog.bad_proof` when it is no proof of this tree, and for an `old` that is a power of two, of which a proof
    does not carry the root.
    """
    if (
        not 0 < old < new
        or not old & (old - 1)
        or not proof
        or any(len(part) != HASH_BYTES for part in proof)
    ):
        raise BAD_PROOF()
    old_root, found = _consistent_roots(old - 1, new - 1, proof)
    if found != new_root:
        raise BAD_PROOF()
    return old_root


def _consistent_roots(path: int, last: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    while path & 1:
        path, last = path >> 1, last >> 1
    old_root = new_root = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise BAD_PROOF()
        if path & 1 or path == last:
            old_root, new_root = node_hash(sibling, old_root), node_hash(sibling, new_root)
            path, last = _skip_single_children(path, last)
        else:
            new_root = node_hash(new_root, sibling)
        path, last = path >> 1, last >> 1
    if last != 0:
        raise BAD_PROOF()
    return old_root, new_root
