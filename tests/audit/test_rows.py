"""A household's row of a roll, checked by a log key that the reader trusts: also while the log signs with two keys."""

from __future__ import annotations

import json

import pytest

from audit.rows import verify_rows
from audit.tlog.checkpoint import parse_checkpoint
from audit.tlog.cosignature import add_signature, cosign, witness_verifier
from audit.tlog.policy import parse_policy
from audit.tlog.proof_file import parse_proof_file
from audit.witnessed import AHEAD_MAX_S, Asked
from domain.kernel.errors import RuleViolation
from domain.kernel.note import Signature, SigningKey, format_note, parse_note
from tests.audit.browser.test_rows import row_file
from tests.vectors.private import PRIVATE

OLD = PRIVATE.key
NEW = SigningKey(OLD.name, b"\x07" * 32)
STRANGER = SigningKey(OLD.name, b"\x08" * 32)


def signed_by(*keys: SigningKey, bad: SigningKey | None = None) -> bytes:
    """Return the file of a row whose checkpoint these keys signed, and whose own word is that the old key does."""
    file = row_file()
    proof = file["proof"]
    note = parse_note(parse_proof_file(proof.encode()).checkpoint)
    assert parse_checkpoint(note.text).origin == OLD.name
    lines = [key.sign(note.text) for key in keys]
    if bad:
        lines.append(Signature(bad.name, bad.verifier.key_id, bytes(64)))
    head, _, _ = proof.partition("\n\n")
    return json.dumps({**file, "proof": f"{head}\n\n{format_note(note.text, lines).decode()}"}).encode()


def refused(file: bytes, vkey: str) -> str:
    """Return the rule by which a file is refused."""
    with pytest.raises(RuleViolation) as caught:
        verify_rows(file, vkey)
    return caught.value.rule.code


@pytest.mark.parametrize("key", [OLD, NEW])
def test_in_the_overlap_of_two_log_keys_either_is_enough(key: SigningKey) -> None:
    verdict = verify_rows(signed_by(OLD, NEW), key.verifier.vkey)
    assert verdict.given_key
    assert len(verdict.rows) == 1


def test_the_key_that_is_trusted_decides_and_not_the_files_own_word() -> None:
    assert verify_rows(signed_by(NEW), NEW.verifier.vkey).given_key
    assert refused(signed_by(NEW), "") == "checkpoint.signature"


def test_a_log_that_the_trusted_key_did_not_sign_is_another() -> None:
    assert refused(signed_by(OLD, NEW), STRANGER.verifier.vkey) == "row.key"
    other = SigningKey("example.com/other", b"\x09" * 32).verifier.vkey
    assert refused(signed_by(OLD, NEW), other) == "row.key"


def test_a_bad_signature_of_the_trusted_key_is_no_signature() -> None:
    assert refused(signed_by(OLD, bad=NEW), NEW.verifier.vkey) == "row.key"
    assert refused(signed_by(NEW, bad=OLD), OLD.verifier.vkey) == "checkpoint.signature"


WITNESS = SigningKey("witness.example/town", b"\x0a" * 32)
NOW_S = 1_772_676_000
POLICY = parse_policy(
    f"log {OLD.verifier.vkey}\nwitness town {witness_verifier(WITNESS).vkey}\nquorum town\n".encode()
)


def cosigned(*times_s: int) -> bytes:
    """Return the file of a row whose checkpoint the witness has cosigned at these times."""
    file = json.loads(signed_by(OLD))
    head, _, note = file["proof"].partition("\n\n")
    for time_s in times_s:
        parsed = parse_note(note.encode())
        line = cosign(parse_checkpoint(parsed.text), WITNESS, time_s)
        note = add_signature(note.encode(), line).decode()
    return json.dumps({**file, "proof": f"{head}\n\n{note}"}).encode()


def test_a_policy_asks_for_cosignatures() -> None:
    asked = Asked(POLICY, NOW_S)
    verdict = verify_rows(cosigned(NOW_S), OLD.verifier.vkey, asked)
    assert verdict.witnesses is not None
    assert list(verdict.witnesses.signed) == ["town"]
    assert any("cosignatures: town" in line for line in verdict.lines())
    for file, key, rule in (
        (cosigned(), OLD, "audit.no_quorum"),
        (cosigned(NOW_S + 2 * AHEAD_MAX_S), OLD, "witness.future"),
        (signed_by(NEW), NEW, "audit.log_not_in_policy"),
    ):
        with pytest.raises(RuleViolation) as caught:
            verify_rows(file, key.verifier.vkey, asked)
        assert caught.value.rule.code == rule


def test_what_was_not_checked_is_said() -> None:
    """Whoever holds the log's key can put a roll into it that nobody signed."""
    said = "\n".join(verify_rows(signed_by(OLD), OLD.verifier.vkey).lines())
    assert "未核对签名" in said
    assert "--policy" in said
    assert "signed roll" not in said
