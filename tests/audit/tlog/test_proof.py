"""Proofs: every tree up to 100 leaves by brute force, each hash flipped, and vectors from elsewhere."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tlog.proof import (
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    range_root,
)
from domain.kernel.errors import RuleViolation
from domain.kernel.merkle import EMPTY_ROOT, Tree, leaf_hash, node_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
FOREIGN_VECTORS = ROOT.parent / "shared" / "vectors"
VECTORS = json.loads((ROOT / "tests/vectors/merkle.json").read_text())

SIZE_MAX = 100
HASHES = [leaf_hash(b"%d" % i) for i in range(SIZE_MAX + 1)]
TREE = Tree()
for one in HASHES:
    TREE.append(one)


def holds(check: Callable[..., None], *arguments: object) -> bool:
    """Tell whether a check passes; a refusal must be the one rule."""
    try:
        check(*arguments)
    except RuleViolation as violation:
        assert violation.rule.code == "tlog.bad_proof"
        return False
    return True


def flips(proof: list[bytes]) -> Iterator[list[bytes]]:
    """Yield the proof with one bit of one hash flipped, for each of its hashes."""
    for place, part in enumerate(proof):
        flipped = bytes([part[0] ^ 1]) + part[1:]
        yield [*proof[:place], flipped, *proof[place + 1 :]]


def mutilations(proof: list[bytes]) -> Iterator[list[bytes]]:
    """Yield proofs with a hash left out, put in, doubled, cut short; and in reverse order."""
    for place in range(len(proof)):
        yield proof[:place] + proof[place + 1 :]
        yield proof[: place + 1] + proof[place:]
        yield [*proof[:place], proof[place][:-1], *proof[place + 1 :]]
    yield [*proof, HASHES[0]]
    yield [HASHES[0], *proof]
    if proof[::-1] != proof:
        yield proof[::-1]


# --- after the definition, RFC 6962 section 2.1


def mth(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return node_hash(mth(hashes[:k]), mth(hashes[k:]))


def split(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def path(m: int, hashes: list[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if m < k:
        return [*path(m, hashes[:k]), mth(hashes[k:])]
    return [*path(m - k, hashes[k:]), mth(hashes[:k])]


def subproof(m: int, hashes: list[bytes], *, known: bool) -> list[bytes]:
    if m == len(hashes):
        return [] if known else [mth(hashes)]
    k = split(len(hashes))
    if m <= k:
        return [*subproof(m, hashes[:k], known=known), mth(hashes[k:])]
    return [*subproof(m - k, hashes[k:], known=False), mth(hashes[:k])]


def test_proofs_are_those_of_the_definition() -> None:
    for size in [*range(1, 34), 63, 64, 65, SIZE_MAX]:
        for index in range(size):
            assert inclusion_proof(index, size, TREE) == path(index, HASHES[:size])
        for old in range(1, size + 1):
            assert consistency_proof(old, size, TREE) == subproof(old, HASHES[:size], known=True)


# --- all trees up to 100 leaves


def test_every_inclusion_proof_holds_and_every_flip_fails() -> None:
    for size in range(1, SIZE_MAX + 1):
        root = TREE.root(size)
        for index in range(size):
            proof = inclusion_proof(index, size, TREE)
            check_inclusion(HASHES[index], index, size, proof, root)
            assert not any(
                holds(check_inclusion, HASHES[index], index, size, flipped, root) for flipped in flips(proof)
            )
            assert not holds(check_inclusion, HASHES[index + 1], index, size, proof, root)
            assert not holds(check_inclusion, HASHES[index], index, size, proof, TREE.root(size + 1))


def test_every_consistency_proof_holds_and_every_flip_fails() -> None:
    for new in range(1, SIZE_MAX + 1):
        for old in range(1, new + 1):
            proof = consistency_proof(old, new, TREE)
            roots = (TREE.root(old), TREE.root(new))
            check_consistency(old, roots[0], new, roots[1], proof)
            assert not any(
                holds(check_consistency, old, roots[0], new, roots[1], flipped) for flipped in flips(proof)
            )
            assert not holds(check_consistency, old, TREE.root(old - 1), new, roots[1], proof)
            assert not holds(check_consistency, old, roots[0], new, TREE.root(new + 1), proof)


def test_an_inclusion_proof_is_of_one_index() -> None:
    """RFC 9162's check does not bind the size alone: a proof may hold for a size with the same path."""
    for size in range(1, 41):
        root = TREE.root(size)
        for index in range(size):
            proof = inclusion_proof(index, size, TREE)
            for other in range(size):
                assert holds(check_inclusion, HASHES[index], other, size, proof, root) == (other == index)


def test_no_mutilated_proof_holds() -> None:
    for size in (1, 2, 3, 7, 8, 11, 100):
        root = TREE.root(size)
        for index in range(size):
            for other in mutilations(inclusion_proof(index, size, TREE)):
                assert not holds(check_inclusion, HASHES[index], index, size, other, root)
        for old in range(1, size + 1):
            for other in mutilations(consistency_proof(old, size, TREE)):
                assert not holds(check_consistency, old, TREE.root(old), size, root, other)


# --- edges


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 5), (5, 5)])
def test_a_leaf_that_is_not_there_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(IndexError):
        inclusion_proof(index, size, TREE)
    assert not holds(check_inclusion, HASHES[0], index, size, [], HASHES[0])


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5), (-1, 5), (0, 0)])
def test_sizes_that_have_no_consistency_proof(old: int, new: int) -> None:
    with pytest.raises(IndexError):
        consistency_proof(old, new, TREE)
    assert not holds(check_consistency, old, EMPTY_ROOT, new, EMPTY_ROOT, [])


def test_a_tree_beyond_the_reader_s_has_no_proof() -> None:
    with pytest.raises(IndexError):
        inclusion_proof(0, SIZE_MAX + 2, TREE)


def test_the_hash_of_a_node_is_no_leaf() -> None:
    node = TREE.subtree(1, 0)
    assert not holds(check_inclusion, node, 0, 4, inclusion_proof(0, 4, TREE)[1:], TREE.root(4))


def test_range_roots() -> None:
    assert range_root(0, 0, TREE) == EMPTY_ROOT
    assert range_root(64, 100, TREE) == mth(HASHES[64:100])


@given(st.integers(1, SIZE_MAX), st.data())
def test_random_hashes_prove_nothing(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = data.draw(st.lists(st.binary(min_size=32, max_size=32), max_size=8))
    good = proof == inclusion_proof(index, size, TREE)
    assert holds(check_inclusion, HASHES[index], index, size, proof, TREE.root(size)) == good


# --- vectors from elsewhere


@pytest.mark.parametrize("case", VECTORS["inclusion"], ids=lambda case: case["name"])
def test_inclusion_vectors(case: dict[str, Any]) -> None:
    leaf, root = bytes.fromhex(case["leaf"]), bytes.fromhex(case["root"])
    proof = [bytes.fromhex(part) for part in case["proof"]]
    assert holds(check_inclusion, leaf, case["index"], case["size"], proof, root) is case["holds"]


@pytest.mark.parametrize("case", VECTORS["consistency"], ids=lambda case: case["name"])
def test_consistency_vectors(case: dict[str, Any]) -> None:
    roots = bytes.fromhex(case["old_root"]), bytes.fromhex(case["new_root"])
    proof = [bytes.fromhex(part) for part in case["proof"]]
    assert holds(check_consistency, case["old"], roots[0], case["new"], roots[1], proof) is case["holds"]


def test_the_vectors_hold_and_fail() -> None:
    for kind in ("inclusion", "consistency"):
        assert {case["holds"] for case in VECTORS[kind]} == {True, False}


@pytest.mark.skipif(
    not FOREIGN_VECTORS.exists(), reason="the full set of transparency-dev/merkle is not at hand"
)
def test_all_vectors_of_transparency_dev() -> None:
    for case in json.loads((FOREIGN_VECTORS / "merkle-inclusion.json").read_text()):
        leaf, root = b64decode(case["leafHash"]), b64decode(case["root"])
        proof = [b64decode(part) for part in case["proof"] or []]
        good = holds(check_inclusion, leaf, case["leafIdx"], case["treeSize"], proof, root)
        assert good is not case["wantErr"], case["name"]
    for case in json.loads((FOREIGN_VECTORS / "merkle-consistency.json").read_text()):
        roots = b64decode(case["root1"] or ""), b64decode(case["root2"] or "")
        proof = [b64decode(part) for part in case["proof"] or []]
        good = holds(check_consistency, case["size1"], roots[0], case["size2"], roots[1], proof)
        assert good is not case["wantErr"], case["name"]
