"""Cosignatures: what a witness signs, and what is none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tlog.checkpoint import Checkpoint, open_checkpoint
from audit.tlog.cosignature import add_signature, check_cosignature, cosign, witness_verifier
from domain.kernel.errors import RuleViolation
from domain.kernel.note import Signature, SigningKey, parse_note, verifier_key, verify_ed25519

if TYPE_CHECKING:
    from domain.kernel.note import VerifierKey
    from tests.audit.tlog.conftest import Log

WITNESS = SigningKey("example.com/witness", b"\x05" * 32)
HEAD = Checkpoint("example.com/log", 7, bytes(32))


def refused(checkpoint: Checkpoint, line: Signature, key: VerifierKey) -> bool:
    try:
        check_cosignature(checkpoint, line, key)
    except RuleViolation as violation:
        assert violation.rule.code == "checkpoint.cosignature"
        return True
    return False


@given(st.integers(1, 2**63 - 1))
def test_a_cosignature_tells_its_time(time_s: int) -> None:
    line = cosign(HEAD, WITNESS, time_s)
    assert len(line.signature) == 72
    assert check_cosignature(HEAD, line, witness_verifier(WITNESS)) == time_s


def test_the_message_byte_for_byte() -> None:
    line = cosign(HEAD, WITNESS, 1679315147)
    message = b"cosignature/v1\ntime 1679315147\nexample.com/log\n7\n" + b"A" * 43 + b"=\n"
    assert line.signature[:8] == (1679315147).to_bytes(8, "big")
    assert verify_ed25519(WITNESS.verifier.public_key, message, line.signature[8:])


def test_every_flipped_bit_is_refused() -> None:
    line, key = cosign(HEAD, WITNESS, 1), witness_verifier(WITNESS)
    for place in range(8 * 72):
        changed = bytearray(line.signature)
        changed[place // 8] ^= 1 << place % 8
        assert refused(HEAD, msgspec.structs.replace(line, signature=bytes(changed)), key)


def test_what_is_no_cosignature() -> None:
    line, key = cosign(HEAD, WITNESS, 1), witness_verifier(WITNESS)
    assert refused(replace(HEAD, size=8), line, key)
    assert refused(replace(HEAD, origin="example.com/other"), line, key)
    assert refused(HEAD, msgspec.structs.replace(line, name="other"), key)
    assert refused(HEAD, msgspec.structs.replace(line, key_id=1), key)
    assert refused(HEAD, msgspec.structs.replace(line, signature=line.signature + b"x"), key)
    assert refused(HEAD, msgspec.structs.replace(line, signature=line.signature[8:]), key)
    assert refused(HEAD, WITNESS.sign(HEAD.text), key)


def test_a_log_s_key_is_no_witness() -> None:
    line = cosign(HEAD, WITNESS, 1)
    plain = verifier_key(WITNESS.name, WITNESS.verifier.public_key)
    assert refused(HEAD, msgspec.structs.replace(line, key_id=plain.key_id), plain)


def test_a_time_beyond_the_specification_is_refused() -> None:
    time_s = 2**63
    message = f"cosignature/v1\ntime {time_s}\n".encode() + HEAD.text
    key = witness_verifier(WITNESS)
    line = Signature(key.name, key.key_id, time_s.to_bytes(8, "big") + WITNESS.sign_raw(message))
    assert refused(HEAD, line, key)
    for never in (0, -1, time_s):
        with pytest.raises(ValueError, match="POSIX"):
            cosign(HEAD, WITNESS, never)


def test_a_cosigned_checkpoint_is_still_the_log_s(log: Log, town: SigningKey) -> None:
    note = add_signature(log.note, cosign(log.checkpoint, town, 1))
    assert open_checkpoint(note, log.key.verifier) == log.checkpoint
    assert [line.name for line in parse_note(note).signatures] == [log.key.name, town.name]
    assert note.startswith(log.note)
