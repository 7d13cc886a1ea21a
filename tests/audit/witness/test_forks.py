"""Forks: two heads that one log signed and cannot both have are kept, whatever the answer was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.tlog.proof import prefix_root
from audit.tlog.witness_request import WitnessRequest, parse_request
from audit.witness import folder
from audit.witness.head import parse_head, trusted_signatures
from domain.kernel.errors import RuleViolation
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.note import format_note, parse_note
from tests.audit.witness.conftest import NOW, Post, Village, open_post

if TYPE_CHECKING:
    from pathlib import Path


def check_evidence(post: Post, village: Village, name: str) -> None:
    """Check a fork as a court would: from the two files alone, and the log's public key."""
    place = post.log_folder(village.origin) / "forks" / name
    cosigned = parse_note(place.with_suffix(".cosigned").read_bytes())
    request = parse_request(place.with_suffix(".request").read_bytes())
    other = parse_note(request.checkpoint)
    first, second = parse_head(cosigned.text), parse_head(other.text)
    for note in (cosigned, other):
        assert trusted_signatures(note, village.origin, [village.key.verifier])
    assert first.origin == second.origin == village.origin
    if first.size == second.size:
        assert first.root != second.root
    else:
        assert first.size == request.old
        assert prefix_root(request.old, second.size, second.root, request.hashes) != first.root


@pytest.fixture
def grown(post: Post, village: Village) -> Post:
    """A witness that cosigned 3, 7, 11 and 12 entries, one after another."""
    for old, size in ((0, 3), (3, 7), (7, 11), (11, 12)):
        assert post.ask(village, old, size) == ""
    return post


@pytest.mark.parametrize(
    ("old", "size", "code"),
    [
        (12, 12, "witness.fork"),  # equal size and old
        (0, 12, "witness.size"),  # equal size, another old
        (7, 12, "witness.size"),
        (0, 7, "witness.size"),  # a size that was cosigned before
        (3, 3, "witness.size"),
        (7, 9, "witness.size"),  # a size that was not, from one that was
        (7, 20, "witness.size"),
        (12, 20, "witness.fork"),  # the next head, its proof shows other entries below
    ],
)
def test_a_fork_is_kept_where_it_can_be_told(
    grown: Post, village: Village, old: int, size: int, code: str
) -> None:
    fork = village.fork(1, 20)
    assert grown.ask(fork, old, size) == code
    names = grown.forks()
    root = fork.tree.root(size).hex()
    assert names == [f"{size}-{root}.cosigned", f"{size}-{root}.request"]
    check_evidence(grown, village, names[0])
    assert grown.newest() == (12, NOW)
    assert grown.ask(village, 12, 12, NOW + 1) == ""  # the log as it was goes on


@pytest.mark.parametrize(
    ("old", "size"),
    [
        (0, 5),  # a size that was never cosigned
        (5, 9),  # from one that was not
        (0, 20),
    ],
)
def test_where_it_cannot_be_told_nothing_is_claimed(
    grown: Post, village: Village, old: int, size: int
) -> None:
    assert grown.ask(village.fork(1, 20), old, size) == "witness.size"
    assert grown.forks() == []


@pytest.mark.parametrize(("old", "size"), [(0, 3), (3, 7), (7, 12), (0, 0), (11, 12), (5, 9)])
def test_an_old_request_sent_again_is_no_fork(grown: Post, village: Village, old: int, size: int) -> None:
    assert grown.ask(village, old, size) == "witness.size"
    assert grown.forks() == []


def test_a_wrong_proof_of_a_good_head_is_no_fork(grown: Post, village: Village) -> None:
    village.grow(8)
    fork = village.fork(1, 20)
    for old in range(21):
        for hashes in (fork.proof(old, 20), fork.proof(old, 20)[::-1], village.proof(old, 20)[1:]):
            if old != 12 or hashes != village.proof(old, 20):
                assert grown.send(WitnessRequest(old, hashes, village.note(20)).encode()) != ""
    assert grown.forks() == []


def test_what_the_log_did_not_sign_is_no_fork(grown: Post, village: Village) -> None:
    text = village.fork(1, 12).text(12)
    forged = WitnessRequest(12, (), format_note(text, [village.key.sign(b"another text\n")])).encode()
    assert grown.send(forged) == "witness.signature"
    assert grown.forks() == []


def test_a_fork_is_kept_once_and_every_fork_is(grown: Post, village: Village) -> None:
    for word in (b"!", b"?"):
        fork = village.fork(1, 20, word)
        for _ in range(2):
            assert grown.ask(fork, 12, 12) == "witness.fork"
    assert len(grown.forks()) == 4
    before = grown.files()
    assert open_post(grown.folder, village).ask(village, 12, 12) == ""
    assert {name: before[name] for name in before if "forks" in name}.items() <= grown.files().items()


def test_evidence_has_a_limit(tmp_path: Path, village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_FORKS", 3)
    post = open_post(tmp_path / "witness", village)
    assert post.ask(village, 0, 12) == ""
    for word in range(6):
        assert post.ask(village.fork(1, 12, b"-%d" % word), 12, 12) == "witness.fork"
    assert len(post.forks()) == 2 * 3


def test_the_root_that_a_proof_shows_of_every_small_tree() -> None:
    """For all sizes to 40: the root below that is not a power of two is shown, and no flipped hash is believed."""
    tree = Tree()
    for index in range(40):
        tree.append(leaf_hash(b"%d" % index))
    village = Village()
    village.tree = tree
    for size in range(1, 41):
        for old in range(size + 1):
            proof = village.proof(old, size)
            if old in {0, size} or not old & (old - 1):
                with pytest.raises(RuleViolation):
                    prefix_root(old, size, tree.root(size), proof)
                continue
            assert prefix_root(old, size, tree.root(size), proof) == tree.root(old)
            for place in range(len(proof)):
                flipped = [*proof]
                flipped[place] = bytes([flipped[place][0] ^ 1]) + flipped[place][1:]
                with pytest.raises(RuleViolation):
                    prefix_root(old, size, tree.root(size), flipped)
