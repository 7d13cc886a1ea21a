"""Proof files: strict text, and a proof that is of one entry, one place, one log."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tlog.proof import inclusion_proof
from audit.tlog.proof_file import MAX_EXTRA_BYTES, MAX_HASHES, MAX_PROOF_BYTES, ProofFile, parse_proof_file
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey

if TYPE_CHECKING:
    from tests.audit.tlog.conftest import Log

HASH = b"A" * 43 + b"=\n"
HEAD = b"c2sp.org/tlog-proof@v1\n"


def proof_of(log: Log, index: int, extra: bytes = b"") -> ProofFile:
    return ProofFile(index, tuple(inclusion_proof(index, log.tree.size, log.tree)), log.note, extra)


def parse_refusal(data: bytes) -> str:
    with pytest.raises(RuleViolation) as caught:
        parse_proof_file(data)
    return caught.value.rule.code


def check_refusal(proof: ProofFile, entry: bytes, key: SigningKey) -> str:
    with pytest.raises(RuleViolation) as caught:
        proof.check(entry, key.verifier)
    return caught.value.rule.code


def test_every_250th_entry_is_proved(log: Log) -> None:
    for index in (0, 249, 499, 749, 999):
        proof = parse_proof_file(proof_of(log, index).encode())
        assert proof.check(log.entries[index], log.key.verifier) == log.checkpoint


def test_the_text_byte_for_byte() -> None:
    proof = ProofFile(3, (bytes(32),), b"checkpoint\n", b"extra")
    assert proof.encode() == HEAD + b"extra ZXh0cmE=\nindex 3\n" + HASH + b"\ncheckpoint\n"
    assert ProofFile(0, (), b"c").encode() == HEAD + b"index 0\n\nc"


@given(
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=MAX_HASHES),
    st.binary(max_size=80),
    st.binary(max_size=80),
)
def test_proof_files_round_trip(index: int, hashes: list[bytes], checkpoint: bytes, extra: bytes) -> None:
    proof = ProofFile(index, tuple(hashes), checkpoint, extra)
    assert parse_proof_file(proof.encode()) == proof


@given(st.data())
def test_a_changed_proof_file_is_refused_or_written_just_so(data: st.DataObject) -> None:
    file = ProofFile(12, (bytes(32), b"\x01" * 32), b"o\n1\nroot\n\nline\n", b"e").encode()
    place = data.draw(st.integers(0, len(file) - 1))
    changed = file[:place] + data.draw(st.binary(max_size=2)) + file[place + 1 :]
    try:
        proof = parse_proof_file(changed)
    except RuleViolation as violation:
        assert violation.rule.code == "tlog.proof_malformed"
    else:
        assert proof.encode() == changed


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HEAD,
        HEAD + b"\n",
        HEAD + b"index 1\n",
        b"c2sp.org/tlog-proof@v2\nindex 1\n\nc\n",
        b" " + HEAD + b"index 1\n\nc\n",
        HEAD.replace(b"\n", b"\r\n") + b"index 1\n\nc\n",
        HEAD + b"\nindex 1\n\nc\n",
        HEAD + b"extra \nindex 1\n\nc\n",
        HEAD + b"extra ZQ\nindex 1\n\nc\n",
        HEAD + b"extra ZR==\nindex 1\n\nc\n",
        HEAD + b"extra ZQ==\nextra ZQ==\nindex 1\n\nc\n",
        HEAD + b"index 1\nextra ZQ==\n\nc\n",
        HEAD + b"extra ZQ==\n\nc\n",
        HEAD + b"index\n\nc\n",
        HEAD + b"index 01\n\nc\n",
        HEAD + b"index -1\n\nc\n",
        HEAD + b"index 9223372036854775808\n\nc\n",
        HEAD + b"index 1 \n\nc\n",
        HEAD + b"index 1\n" + HASH[:-2] + b"\n\nc\n",
        HEAD + b"index 1\n" + b"A" * 42 + b"B=\n" + b"\nc\n",
        HEAD + b"index 1\nAAAA\n\nc\n",
        HEAD + b"index 1\n" + HASH * (MAX_HASHES + 1) + b"\nc\n",
        HEAD + b"index 1\n\n" + b"x" * MAX_PROOF_BYTES,
    ],
)
def test_what_is_no_proof_file(data: bytes) -> None:
    assert parse_refusal(data) == "tlog.proof_malformed"


def test_extra_has_a_limit() -> None:
    largest = ProofFile(1, (), b"c", bytes(MAX_EXTRA_BYTES))
    assert parse_proof_file(largest.encode()) == largest
    assert (
        parse_refusal(replace(largest, extra=bytes(MAX_EXTRA_BYTES + 1)).encode()) == "tlog.proof_malformed"
    )


def test_a_proof_is_of_one_entry_at_one_place(log: Log) -> None:
    proof = proof_of(log, 777)
    assert check_refusal(proof, log.entries[776], log.key) == "tlog.bad_proof"
    assert check_refusal(replace(proof, index=776), log.entries[777], log.key) == "tlog.bad_proof"
    assert (
        check_refusal(replace(proof, hashes=proof.hashes[1:]), log.entries[777], log.key) == "tlog.bad_proof"
    )
    assert check_refusal(proof, b"", log.key) == "tlog.bad_proof"


def test_a_proof_is_of_one_log(log: Log) -> None:
    other = SigningKey(log.key.name, b"\x08" * 32)
    assert check_refusal(proof_of(log, 777), log.entries[777], other) == "checkpoint.signature"


def test_extra_is_carried_and_proves_nothing(log: Log) -> None:
    proof = parse_proof_file(proof_of(log, 5, extra=b"whatever").encode())
    assert proof.extra == b"whatever"
    assert proof.check(log.entries[5], log.key.verifier).size == 1000


def test_every_flipped_bit_of_a_proof_file_is_found(log: Log) -> None:
    file = proof_of(log, 777).encode()
    for place in range(8 * len(file)):
        changed = bytearray(file)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(RuleViolation):
            parse_proof_file(bytes(changed)).check(log.entries[777], log.key.verifier)
