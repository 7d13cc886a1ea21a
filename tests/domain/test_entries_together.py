"""Entries parsed together are, each of them, what they are when parsed alone: read the same, or refused the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entry import HEADER, MAX_ENTRY_BYTES, Entry, parse_entries, parse_entry, seal
from domain.kernel.errors import RuleViolation
from tests.domain.test_entry import GOOD, KEY, OTHER, STATEMENTS, filled

if TYPE_CHECKING:
    from collections.abc import Sequence


def alone(note: bytes) -> Entry | str:
    try:
        return parse_entry(note)
    except RuleViolation as violation:
        return str(violation)


def together(notes: Sequence[bytes]) -> list[Entry | str]:
    return [str(each) if isinstance(each, RuleViolation) else each for each in parse_entries(notes)]


def of_line(line: bytes) -> bytes:
    text = HEADER + line + b"\n"
    return text + b"\n" + KEY.sign(text).line + OTHER.sign(text).line


GOOD_NOTE = of_line(GOOD)
FIRST_LINE, SECOND_LINE = GOOD_NOTE.splitlines(keepends=True)[-2:]
BAD_NOTES = {
    "an empty line": of_line(b""),
    "two objects in one line": of_line(GOOD + GOOD),
    "two objects in two lines": of_line(GOOD + b"\n" + GOOD),
    "a space behind": of_line(GOOD + b" "),
    "a carriage return behind": of_line(GOOD + b"\r"),
    "half an object": of_line(GOOD[:150]),
    "the other half": of_line(GOOD[150:]),
    "not UTF-8": of_line(GOOD).replace("购".encode(), b"\xff\xff\xff"),
    "nested too deep": of_line(b"[" * 5000),
    "another header": GOOD_NOTE.replace(b"/v1", b"/v2"),
    "no ULID": of_line(GOOD.replace(b"01KJXQ", b"81KJXQ")),
    "no time": of_line(GOOD.replace(b"T10:12:33", b"T25:12:33")),
    "an unknown field": of_line(GOOD.replace(b'"id"', b'"ic":1,"id"')),
    "an unknown type": of_line(GOOD.replace(b"voucher.posted/1", b"voucher.posted/9")),
    "signatures out of order": GOOD_NOTE.replace(FIRST_LINE + SECOND_LINE, SECOND_LINE + FIRST_LINE),
    "a name twice": GOOD_NOTE.replace(SECOND_LINE, FIRST_LINE),
    "no signature": GOOD_NOTE.removesuffix(FIRST_LINE + SECOND_LINE),
    "too large": filled(MAX_ENTRY_BYTES + 1),
    "nothing": b"",
}
NOTES = st.builds(seal, STATEMENTS, st.sampled_from([[KEY], [OTHER], [KEY, OTHER]])) | st.just(GOOD_NOTE)


@given(st.lists(NOTES, max_size=6))
def test_good_entries_are_read_together(notes: list[bytes]) -> None:
    assert together(notes) == [parse_entry(note) for note in notes]


@pytest.mark.parametrize("bad", BAD_NOTES.values(), ids=BAD_NOTES)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_bad_one_is_refused_in_its_place_and_no_other(place: int, bad: bytes) -> None:
    notes = [GOOD_NOTE, GOOD_NOTE]
    notes.insert(place, bad)
    expected = [alone(note) for note in notes]
    assert [isinstance(each, str) for each in expected] == [index == place for index in range(3)]
    assert together(notes) == expected


def test_halves_of_one_object_make_no_entry() -> None:
    halves = [BAD_NOTES["half an object"], BAD_NOTES["the other half"]]
    assert together(halves) == [alone(note) for note in halves]
    assert all(isinstance(each, str) for each in together(halves))


@given(st.lists(NOTES | st.sampled_from([*BAD_NOTES.values()]), max_size=5), st.data())
def test_with_changed_bytes_each_is_what_it_is_alone(notes: list[bytes], data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(0, 2)) if notes else 0):
        which = data.draw(st.integers(0, len(notes) - 1))
        place = data.draw(st.integers(0, len(notes[which])))
        notes[which] = notes[which][:place] + data.draw(st.binary(max_size=2)) + notes[which][place + 1 :]
    assert together(notes) == [alone(note) for note in notes]
