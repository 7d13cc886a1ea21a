"""The tree against RFC 6962's own recursive definition."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.merkle import EMPTY_ROOT, Tree, leaf_hash, node_hash

LEAVES = [
    bytes.fromhex(data)
    for data in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The test leaves of Certificate Transparency's reference code."""


def definition(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1 as it stands there."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + definition(hashes[:split]) + definition(hashes[split:])).digest()


def tree_of(hashes: list[bytes]) -> Tree:
    tree = Tree()
    for one in hashes:
        tree.append(one)
    return tree


def test_the_published_vector() -> None:
    tree = tree_of([leaf_hash(data) for data in LEAVES])
    assert tree.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert tree.root(1).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Tree().root() == EMPTY_ROOT == sha256(b"").digest()
    assert Tree().size == 0


def test_leaf_and_node_hashes_have_different_prefixes() -> None:
    left, right = leaf_hash(b"l"), leaf_hash(b"r")
    assert left == sha256(b"\x00l").digest()
    assert node_hash(left, right) == sha256(b"\x01" + left + right).digest()
    assert leaf_hash(left + right) != node_hash(left, right)


def test_every_prefix_of_every_size_up_to_130() -> None:
    hashes = [leaf_hash(b"%d" % i) for i in range(130)]
    roots = [definition(hashes[:size]) for size in range(131)]
    tree = Tree()
    for size, one in enumerate(hashes):
        assert tree.root() == roots[size]
        tree.append(one)
        assert tree.size == size + 1
    assert [tree.root(size) for size in range(131)] == roots


def test_subtrees_are_the_roots_of_their_leaves() -> None:
    hashes = [leaf_hash(b"%d" % i) for i in range(37)]
    tree = tree_of(hashes)
    for level in range(6):
        for index in range(37 >> level):
            leaves = hashes[index << level : (index + 1) << level]
            assert tree.subtree(level, index) == definition(leaves)
    assert [tree.leaf(i) for i in range(37)] == hashes


@pytest.mark.parametrize(("level", "index"), [(0, 5), (0, -1), (1, 2), (2, 1), (3, 0), (-1, 0), (64, 0)])
def test_a_subtree_that_is_not_complete_is_no_subtree(level: int, index: int) -> None:
    tree = tree_of([leaf_hash(b"%d" % i) for i in range(5)])
    with pytest.raises(IndexError):
        tree.subtree(level, index)


@pytest.mark.parametrize("size", [-1, 6])
def test_a_prefix_beyond_the_tree_has_no_root(size: int) -> None:
    tree = tree_of([leaf_hash(b"%d" % i) for i in range(5)])
    with pytest.raises(IndexError):
        tree.root(size)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_leaf_hash_has_32_bytes(length: int) -> None:
    tree = Tree()
    with pytest.raises(ValueError, match="32 bytes"):
        tree.append(bytes(length))
    assert tree.size == 0


@given(st.lists(st.binary(max_size=8), max_size=70), st.data())
def test_a_prefix_keeps_its_root_as_the_tree_grows(leaves: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(leaf) for leaf in leaves]
    size = data.draw(st.integers(0, len(leaves)))
    assert tree_of(hashes).root(size) == tree_of(hashes[:size]).root() == definition(hashes[:size])


@given(st.lists(st.tuples(st.binary(max_size=8), st.booleans()), max_size=70))
def test_asking_on_the_way_changes_nothing(steps: list[tuple[bytes, bool]]) -> None:
    """Subtrees are hashed when they are asked for: now and then, or all at the end."""
    tree, hashes = Tree(), list[bytes]()
    for leaf, asked in steps:
        hashes.append(leaf_hash(leaf))
        tree.append(hashes[-1])
        if asked:
            assert tree.root() == definition(hashes)
    assert tree.root() == definition(hashes)
