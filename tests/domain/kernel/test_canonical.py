"""Canonical JSON against rfc8785, an implementation that was written elsewhere."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.canonical import MAX_BYTES, MAX_DEPTH, MAX_SAFE_INTEGER, decode, encode
from domain.kernel.errors import RuleViolation

KEYS = st.text("abcz019_", min_size=1, max_size=6)
INTEGERS = st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.booleans() | INTEGERS | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


def refusal(data: bytes) -> str:
    with pytest.raises(RuleViolation) as caught:
        decode(data)
    return caught.value.rule.code


@given(VALUES)
def test_the_bytes_are_those_of_rfc8785(value: object) -> None:
    assert encode(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(VALUES)
def test_what_was_encoded_is_decoded(value: object) -> None:
    assert decode(encode(value)) == value


@given(VALUES, st.integers(0, 2))
def test_any_other_way_to_write_it_is_refused(value: object, indent: int) -> None:
    other = json.dumps(value, indent=indent, ensure_ascii=True).encode()
    if other != encode(value):
        assert refusal(other) == "json.not_canonical"


@given(st.binary(max_size=40))
def test_any_bytes_are_canonical_or_refused(data: bytes) -> None:
    try:
        value = decode(data)
    except RuleViolation as violation:
        assert violation.rule.code in {"json.malformed", "json.profile", "json.not_canonical"}
    else:
        assert encode(value) == data


def test_escapes_of_control_characters_are_the_short_ones() -> None:
    every = "".join(map(chr, range(0x20))) + '"\\/\x7f\u2028'
    assert encode(every) == rfc8785.dumps(every)
    assert encode("\x0f\b") == b'"\\u000f\\b"'


@pytest.mark.parametrize(
    "value",
    [
        None,
        1.0,
        float("nan"),
        MAX_SAFE_INTEGER + 1,
        -MAX_SAFE_INTEGER - 1,
        b"bytes",
        (1, 2),
        {1, 2},
        {"A": 1},
        {"": 1},
        {"a b": 1},
        {"键": 1},
        {"a\n": 1},
        {1: 1},
        {"a": None},
        [[{"a": [0.5]}]],
        "\ud800",
    ],
)
def test_values_outside_the_profile_are_refused(value: object) -> None:
    with pytest.raises(RuleViolation) as caught:
        encode(value)
    assert caught.value.rule.code == "json.profile"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "json.malformed"),
        (b"{", "json.malformed"),
        (b'{"a":1}x', "json.malformed"),
        (b'"\xff"', "json.malformed"),
        (b'"\\ud800"', "json.malformed"),
        (b"\xef\xbb\xbf1", "json.malformed"),
        (b"[" * 100_000, "json.malformed"),
        (b'"' + b"x" * MAX_BYTES + b'"', "json.malformed"),
        (b"NaN", "json.malformed"),
        (b"01", "json.malformed"),
        (b"1.0", "json.profile"),
        (b"1e2", "json.profile"),
        (b"null", "json.profile"),
        (b"9007199254740992", "json.profile"),
        (b"123456789012345678901234567890", "json.profile"),
        (b'{"A":1}', "json.profile"),
        (b"-0", "json.not_canonical"),
        (b" 1", "json.not_canonical"),
        (b"1\n", "json.not_canonical"),
        (b'{"a":1,"a":1}', "json.not_canonical"),
        (b'{"b":1,"a":1}', "json.not_canonical"),
        (b'"\\u0041"', "json.not_canonical"),
        (b'"\\/"', "json.not_canonical"),
    ],
)
def test_bytes_that_are_not_canonical_are_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_nesting_has_a_limit() -> None:
    deepest = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert encode(decode(deepest)) == deepest
    assert refusal(b"[" + deepest + b"]") == "json.profile"
