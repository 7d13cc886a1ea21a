"""The log's own keys: which of them sign the checkpoint of n entries, and who may change that."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.note import SigningKey
from domain.logkeys.events import LastCheckpoint
from tests.domain.conftest import BOOK, Village

NEW = "new.example.cn/books"


def signing(village: Village, size: int) -> tuple[str, list[str]]:
    """Return the origin and the vkeys under which the checkpoint of `size` entries is signed."""
    origin = village.book.log.at(size)
    return origin.name, [key.verifier.vkey for key in origin.keys_at(size)]


def vkeys(*keys: SigningKey) -> list[str]:
    return [key.verifier.vkey for key in keys]


# --- by size


def test_a_rotation_overlaps(village: Village) -> None:
    old, new = village.log_key(1), village.log_key(2)
    village.add_log_key(new)  # entry 1
    village.account("10201")
    village.retire_log_key(old)  # entry 3
    village.account("10202")
    by = [signing(village, size)[1] for size in range(6)]
    assert by == [vkeys(old)] * 2 + [vkeys(old, new)] * 2 + [vkeys(new)] * 2
    assert {signing(village, size)[0] for size in range(6)} == {old.name}


def test_the_next_rotation_follows_the_last(village: Village) -> None:
    keys = [village.log_key(number) for number in (1, 2, 3)]
    for old, new in pairwise(keys):
        village.add_log_key(new)
        village.retire_log_key(old)
    assert signing(village, 5)[1] == vkeys(keys[2])


def test_a_key_may_be_given_up_in_the_overlap(village: Village) -> None:
    old, new = village.log_key(1), village.log_key(2)
    village.add_log_key(new)
    village.retire_log_key(new)
    assert [signing(village, size)[1] for size in (1, 2, 3)] == [vkeys(old), vkeys(old, new), vkeys(old)]


def test_a_moved_log_signs_with_its_new_key_alone(village: Village) -> None:
    old, second, new = village.log_key(1), village.log_key(2), village.log_key(1, NEW)
    village.add_log_key(second)
    village.account("10201")
    village.move_log(new, last=2)  # entry 3
    assert signing(village, 3) == (old.name, vkeys(old, second))
    assert signing(village, 4) == (new.name, vkeys(new))
    left = village.book.log.named(old.name)
    assert left
    assert (left.left, left.last, left.reason) == (3, 2, "compromised")
    assert [left.is_void(size) for size in (1, 2, 3, 4)] == [False, False, True, True]
    assert not village.book.log.now.is_void(1_000)
    assert village.book.log.named("elsewhere") is None


def test_a_moved_log_rotates_and_moves_again(village: Village) -> None:
    village.move_log(village.log_key(1, NEW), last=1, reason="lost")
    village.add_log_key(village.log_key(2, NEW))
    village.retire_log_key(village.log_key(1, NEW))
    village.move_log(village.log_key(1, "third.example.cn"), last=3)
    assert signing(village, 4) == (f"{NEW}/{BOOK}", vkeys(village.log_key(2, NEW)))
    assert signing(village, 5) == (f"third.example.cn/{BOOK}", vkeys(village.log_key(1, "third.example.cn")))


@given(st.lists(st.sampled_from(["add", "retire", "move", "other"]), max_size=12))
def test_whatever_happens_somebody_signs_every_size(steps: list[str]) -> None:
    """One origin and one or two keys of it for each size, as they were when the log had that size."""
    village = Village()
    village.open()
    made = [village.log_key()]
    then = {village.book.size: signing(village, village.book.size)}
    for number, step in enumerate(steps, start=2):
        in_force = [key for key in made if key.verifier.vkey in signing(village, village.book.size)[1]]
        if step == "add" and len(in_force) == 1:
            made.append(village.log_key(number, in_force[0].name.removesuffix(f"/{BOOK}")))
            village.add_log_key(made[-1])
        elif step == "retire" and len(in_force) == 2:
            village.retire_log_key(in_force[0])
        elif step == "move":
            made.append(village.log_key(number, f"move{number}"))
            village.move_log(made[-1], last=village.book.size)
        else:
            village.account(f"102{number:02}")
        then[village.book.size] = signing(village, village.book.size)
    for size, (origin, keys) in then.items():
        assert signing(village, size) == (origin, keys)
        assert 1 <= len(keys) <= 2
        assert all(vkey.startswith(f"{origin}+") for vkey in keys)


# --- who may, and what is refused


@pytest.mark.parametrize(
    "by", ["township head", "township supervisor", "head supervisor", "township accountant"]
)
def test_township_head_and_supervisor_sign(village: Village, by: str) -> None:
    old, new = village.log_key(1), village.log_key(2)
    with village.refuses("policy.roles_missing"):
        village.add_log_key(new, by=by)
    with village.refuses("policy.roles_missing"):
        village.move_log(village.log_key(1, NEW), last=1, by=by)
    village.add_log_key(new)
    with village.refuses("policy.roles_missing"):
        village.retire_log_key(old, by=by)


def test_two_keys_sign_at_most(village: Village) -> None:
    village.add_log_key(village.log_key(2))
    with village.refuses("log.overlap"):
        village.add_log_key(village.log_key(3))


def test_the_only_key_stays(village: Village) -> None:
    with village.refuses("log.last_key"):
        village.retire_log_key(village.log_key())


def test_a_key_that_does_not_sign_is_not_retired(village: Village) -> None:
    old, new = village.log_key(1), village.log_key(2)
    village.add_log_key(new)
    with village.refuses("log.key_not_in_force"):
        village.retire_log_key(village.log_key(3))
    village.retire_log_key(old)
    with village.refuses("log.key_not_in_force"):
        village.retire_log_key(old)


def test_a_key_is_used_once(village: Village) -> None:
    old, new = village.log_key(1), village.log_key(2)
    with village.refuses("log.key_used"):
        village.add_log_key(old)
    village.add_log_key(new)
    village.retire_log_key(old)
    with village.refuses("log.key_used"):
        village.add_log_key(old)
    with village.refuses("log.key_used"):
        village.move_log(SigningKey(f"{NEW}/{BOOK}", old.seed), last=1)
    with village.refuses("log.key_used"):  # a person's key is not the server's
        village.add_log_key(SigningKey(old.name, village.key("head").seed))


def test_a_key_has_the_origin_as_its_name(village: Village) -> None:
    with village.refuses("book.log_key"):
        village.add_log_key(village.log_key(2, NEW))
    with village.refuses("book.log_key"):
        village.move_log(village.log_key(2), last=1, origin=f"{NEW}/{BOOK}")


def test_the_new_origin_is_that_of_this_book(village: Village) -> None:
    other = SigningKey("new.example.cn/books/N2330881MF0000021R", bytes(32))
    with village.refuses("book.origin"):
        village.move_log(other, last=1)


def test_a_log_does_not_come_back_to_an_origin(village: Village) -> None:
    with village.refuses("log.origin_used"):
        village.move_log(village.log_key(2), last=1)
    village.move_log(village.log_key(1, NEW), last=1)
    with village.refuses("log.origin_used"):
        village.move_log(village.log_key(2), last=1)


def test_the_server_proves_to_have_the_key(village: Village) -> None:
    new, other = village.log_key(2), village.log_key(3)
    with village.refuses("log.no_possession"):
        village.add_log_key(new, proof=village.log_proof(other))
    with village.refuses("log.no_possession"):
        village.move_log(village.log_key(1, NEW), last=1, proof=village.log_proof(new))
    with village.refuses("log.no_possession"):
        village.add_log_key(new, proof="A" * 88)


@pytest.mark.parametrize(("size", "root_of"), [(3, 2), (1, 2), (2, 1)])
def test_what_is_stood_by_is_a_prefix(village: Village, size: int, root_of: int) -> None:
    village.account("10201")
    with village.refuses("log.last_unknown"):
        last = LastCheckpoint(n=size, r=village.book.root(root_of))
        village.move_log(village.log_key(1, NEW), stood_by=last)
    village.move_log(village.log_key(1, NEW), last=2)
