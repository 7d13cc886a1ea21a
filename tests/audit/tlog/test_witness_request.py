"""Requests to a witness: strict text, and a proof that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tlog.proof import check_consistency
from audit.tlog.witness_request import (
    MAX_CHECKPOINT_BYTES,
    MAX_HASHES,
    MAX_REQUEST_BYTES,
    WitnessRequest,
    encode_size,
    make_request,
    parse_request,
    parse_size,
)
from domain.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.audit.tlog.conftest import Log

HASH = b"A" * 43 + b"=\n"
SIZES = st.integers(0, 2**63 - 1)


def refusal(call: Callable[[bytes], object], body: bytes) -> str:
    with pytest.raises(RuleViolation) as caught:
        call(body)
    return caught.value.rule.code


def test_the_text_byte_for_byte() -> None:
    assert WitnessRequest(3, (bytes(32),), b"note\n").encode() == b"old 3\n" + HASH + b"\nnote\n"
    assert WitnessRequest(0, (), b"note\n").encode() == b"old 0\n\nnote\n"


def test_the_example_of_the_specification_is_read() -> None:
    proof = b"PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    body = b"old 20852014\n" + proof + b"\nexample.com/behind-the-sofa\n20852163\n"
    request = parse_request(body)
    assert (request.old, len(request.hashes), request.checkpoint[:11]) == (20852014, 2, b"example.com")
    assert request.encode() == body


@given(
    SIZES,
    st.lists(st.binary(min_size=32, max_size=32), max_size=MAX_HASHES),
    st.binary(min_size=1, max_size=80),
)
def test_requests_round_trip(old: int, hashes: list[bytes], checkpoint: bytes) -> None:
    request = WitnessRequest(old, tuple(hashes), checkpoint)
    assert parse_request(request.encode()) == request


@given(st.data())
def test_a_changed_request_is_refused_or_written_just_so(data: st.DataObject) -> None:
    body = WitnessRequest(12, (bytes(32), b"\x01" * 32), b"o\n1\nroot\n\nline\n").encode()
    place = data.draw(st.integers(0, len(body) - 1))
    changed = body[:place] + data.draw(st.binary(max_size=2)) + body[place + 1 :]
    try:
        request = parse_request(changed)
    except RuleViolation as violation:
        assert violation.rule.code == "witness.request_malformed"
    else:
        assert request.encode() == changed


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_written_just_so(body: bytes) -> None:
    try:
        assert parse_request(body).encode() == body
    except RuleViolation as violation:
        assert violation.rule.code == "witness.request_malformed"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n\nc\n",
        b"old\n\nc\n",
        b"old \n\nc\n",
        b"old 1",
        b"old 1\n",
        b"old 1\n\n",
        b"old 1\nc\n",
        b"old 01\n\nc\n",
        b"old -1\n\nc\n",
        b"old +1\n\nc\n",
        b"old 1 \n\nc\n",
        b"old  1\n\nc\n",
        b"Old 1\n\nc\n",
        b"old 9223372036854775808\n\nc\n",
        b"old 1" + b"0" * 5000 + b"\n\nc\n",
        b"old 1\r\n\r\nc\r\n",
        b"old 1\n" + HASH[:-2] + b"\n\nc\n",
        b"old 1\n" + b"A" * 42 + b"B=\n" + b"\nc\n",
        b"old 1\nAAAA\n\nc\n",
        b"old 1\n" + HASH * (MAX_HASHES + 1) + b"\nc\n",
        b"old 1\n\n" + b"x" * (MAX_CHECKPOINT_BYTES + 1),
        b"old 1\n\n" + b"x" * MAX_REQUEST_BYTES,
    ],
)
def test_what_is_no_request(body: bytes) -> None:
    assert refusal(parse_request, body) == "witness.request_malformed"


def test_the_largest_request_is_read() -> None:
    request = WitnessRequest(2**63 - 1, (bytes(32),) * MAX_HASHES, b"x" * MAX_CHECKPOINT_BYTES)
    assert len(request.encode()) <= MAX_REQUEST_BYTES
    assert parse_request(request.encode()) == request


def test_a_made_request_proves_what_it_says(log: Log) -> None:
    for old in (1, 255, 256, 600, 999):
        request = make_request(old, 1000, log.note, log.tree)
        assert parse_request(request.encode()) == request
        check_consistency(old, log.tree.root(old), 1000, log.tree.root(), request.hashes)
    assert make_request(0, 1000, log.note, log.tree) == WitnessRequest(0, (), log.note)
    assert make_request(1000, 1000, log.note, log.tree) == WitnessRequest(1000, (), log.note)
    with pytest.raises(IndexError):
        make_request(1001, 1000, log.note, log.tree)


@given(SIZES)
def test_sizes_round_trip(size: int) -> None:
    assert parse_size(encode_size(size)) == size


@pytest.mark.parametrize(
    "body",
    [b"", b"\n", b"1", b"01\n", b"-1\n", b"1\n\n", b" 1\n", b"1\r\n", b"9223372036854775808\n", b"1" * 5000],
)
def test_what_is_no_size(body: bytes) -> None:
    assert refusal(parse_size, body) == "witness.size_malformed"
