"""What is looked up in the monitor's database is as if it had been read whole."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.monitor.database import Database, Fact
from audit.monitor.kept import HASHES, HASHES_PER_FACT, Kept, kept_tree, new_facts, new_hashes
from domain.kernel.errors import RuleViolation
from domain.kernel.merkle import Tree, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Facts(dict[tuple[str, str], bytes]):
    """Facts in memory."""

    def keep(self, facts: Iterable[Fact]) -> None:
        """Remember facts."""
        self.update({(fact.kind, fact.key): fact.value for fact in facts})

    def __call__(self, kind: str, key: str) -> bytes | None:
        """Look a fact up."""
        return self.get((kind, key))


def append(tree: Tree, start: int, end: int) -> None:
    for number in range(start, end):
        tree.append(leaf_hash(b"%d" % number))


@given(
    st.lists(st.sampled_from([0, 1, 2, 5, 64, 127, HASHES_PER_FACT, 129, 300]), max_size=4).flatmap(
        lambda steps: st.tuples(st.just(steps), st.integers(0, sum(steps)), st.integers(0, 9))
    )
)
def test_a_tree_that_was_kept_at_any_sizes_is_the_tree(case: tuple[list[int], int, int]) -> None:
    steps, size, level = case
    facts, tree, whole = Facts(), Tree(), Tree()
    for step in steps:
        kept = tree.size
        for each in (tree, whole):
            append(each, kept, kept + step)
        facts.keep(new_hashes(tree, kept))
        tree = kept_tree(facts, tree.size)
        assert tree.root() == whole.root()
    assert tree.root(size) == whole.root(size)
    count = whole.size >> level
    if count:
        assert tree.subtrees(level, 0, count) == whole.subtrees(level, 0, count)
        assert tree.subtree(level, count - 1) == whole.subtree(level, count - 1)
    with pytest.raises(IndexError):
        tree.subtree(level, count)


@pytest.mark.parametrize("part", [None, b"", bytes(32)])
def test_hashes_that_are_gone_or_too_few_are_damage(part: bytes | None) -> None:
    facts = Facts() if part is None else Facts({(HASHES, "0/0"): part})
    with pytest.raises(RuleViolation, match=r"monitor\.damaged"):
        kept_tree(facts, 3).root()


def test_a_mapping_has_what_was_kept_and_what_came_since() -> None:
    facts = Facts()
    facts.keep(new_facts("ids", {"a": 1, "b": 2}))
    kept = Kept(facts, "ids", int)
    assert (kept["a"], kept.get("b"), kept.get("c"), "c" in kept) == (1, 2, None, False)
    kept["c"] = 3
    kept["a"] = 4
    assert (kept["c"], kept["a"], list(new_facts("ids", kept))) == (
        3,
        4,
        [Fact("ids", "c", b"\x03"), Fact("ids", "a", b"\x04")],
    )


def test_what_was_kept_is_neither_listed_nor_taken_out() -> None:
    kept = Kept(Facts(), "ids", int)
    for forbidden in (lambda: len(kept), lambda: list(kept), lambda: kept.pop("a")):
        with pytest.raises((TypeError, KeyError)):
            forbidden()
    kept["a"] = 1
    with pytest.raises(TypeError):
        del kept["a"]


def test_facts_of_one_book_are_not_those_of_another(tmp_path: Path) -> None:
    database = Database(tmp_path / "states")
    for address in ("one", "other"):
        database.put(address, b"state", [Fact("kind", "key", sha256(address.encode()).digest())])
    database.commit()
    database.forget("one")
    assert database.book("one") is None
    other = database.book("other")
    assert other is not None
    assert database.fact(other[0], "kind", "key") == sha256(b"other").digest()
    assert database.fact(other[0] - 1, "kind", "key") is None
    database.close()
    again = Database(tmp_path / "states")
    assert again.book("one") is not None  # it was forgotten without a commit
    again.close()
