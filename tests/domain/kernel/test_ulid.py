"""ULIDs: the published examples, one canonical form, in order of time, derived the same every time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.ulid import ALPHABET, MAX_TIME_MS, are_ulids, derive, encode, is_ulid, time_of

TIMES = st.integers(0, MAX_TIME_MS)
RANDOMNESS = st.binary(min_size=10, max_size=10)


LOWEST, HIGHEST = "0" * 26, "7" + "Z" * 25


def test_the_examples_of_the_specification() -> None:
    assert time_of("01ARZ3NDEKTSV4RRFFQ69G5FAV") == 1_469_922_850_259
    assert encode(0, bytes(10)) == "0" * 26
    assert encode(MAX_TIME_MS, b"\xff" * 10) == "7" + "Z" * 25


@given(TIMES, RANDOMNESS)
def test_what_was_encoded_is_a_ulid_of_its_time(time_ms: int, randomness: bytes) -> None:
    ulid = encode(time_ms, randomness)
    assert is_ulid(ulid)
    assert time_of(ulid) == time_ms


@given(st.tuples(TIMES, RANDOMNESS), st.tuples(TIMES, RANDOMNESS))
def test_ulids_sort_as_their_bits(one: tuple[int, bytes], other: tuple[int, bytes]) -> None:
    assert (encode(*one) < encode(*other)) == (one < other)
    assert (encode(*one) == encode(*other)) == (one == other)


@pytest.mark.parametrize(
    ("time_ms", "randomness"), [(-1, bytes(10)), (2**48, bytes(10)), (0, bytes(9)), (0, bytes(11))]
)
def test_beyond_128_bits_there_is_none(time_ms: int, randomness: bytes) -> None:
    with pytest.raises(ValueError, match="48 bits of time and 10 bytes"):
        encode(time_ms, randomness)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01ARZ3NDEKTSV4RRFFQ69G5FA",
        "01ARZ3NDEKTSV4RRFFQ69G5FAVV",
        "81ARZ3NDEKTSV4RRFFQ69G5FAV",
        "01arz3ndektsv4rrffq69g5fav",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV\n",
        "0\uff11ARZ3NDEKTSV4RRFFQ69G5FAV",
    ],
)
def test_what_is_no_ulid(text: str) -> None:
    assert not is_ulid(text)


@pytest.mark.parametrize("letter", "ILOU")
def test_letters_that_look_like_others_are_not_used(letter: str) -> None:
    assert letter not in ALPHABET
    assert not is_ulid("01ARZ3NDEKTSV4RRFFQ69G5FA" + letter)


def test_a_derived_ulid_is_always_the_same() -> None:
    """The import relies on it: the same file, imported again, gives the ids that the log already has."""
    assert derive(1_469_922_850_259, "book", "记-1") == derive(1_469_922_850_259, "book", "记-1")
    assert derive(1_469_922_850_259, "book", "记-1") == "01ARZ3NDEKCJMPQA2ZWX11E499"


@given(TIMES, st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_other_parts_give_another_ulid_of_the_same_time(
    time_ms: int, one: list[str], other: list[str]
) -> None:
    assert (derive(time_ms, *one) == derive(time_ms, *other)) == (one == other)
    assert time_of(derive(time_ms, *one)) == time_ms


def test_parts_do_not_run_together() -> None:
    assert (
        len({derive(0, *parts) for parts in (["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"])})
        == 5
    )


@pytest.mark.parametrize(
    ("texts", "good"),
    [
        ([], True),
        ([LOWEST, HIGHEST], True),
        ([LOWEST, HIGHEST[:-1]], False),
        ([f"{LOWEST}\n{HIGHEST}"], False),
        ([f"{LOWEST}\n{HIGHEST}", ""], False),
        ([LOWEST, f"{HIGHEST}\n"], False),
        ([f"{LOWEST}\n{HIGHEST[:-1]}", HIGHEST], False),
    ],
)
def test_many_at_once(texts: list[str], good: bool) -> None:  # noqa: FBT001 -- a case
    assert are_ulids(texts) is good
    assert all(map(is_ulid, texts)) is good
