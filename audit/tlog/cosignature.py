"""Cosignatures (见证签名) after C2SP tlog-cosignature, Ed25519, algorithm byte 0x04.

A witness says: "at that time this was the largest consistent head of this log that I had seen". The signed
message is ``cosignature/v1``, ``time <seconds>`` and the checkpoint's text, each line with its newline; the
signature field holds the time in 8 bytes, big-endian, and the 64-byte signature. A witness's key signs
nothing else, and is no log's key.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from domain.kernel.errors import Kind, rule
from domain.kernel.note import (
    COSIGNATURE,
    Signature,
    SigningKey,
    VerifierKey,
    format_note,
    parse_note,
    verifier_key,
    verify_ed25519,
)

MAX_TIME_S = 2**63 - 1
"""The specification's limit for a time in POSIX seconds."""

LAST_TIME_S = 253_370_764_800
"""The first second of the year 9999."""

BAD_COSIGNATURE = rule(
    "checkpoint.cosignature",
    Kind.FORBIDDEN,
    "{key} 的见证签名不成立",
    "the cosignature of {key} does not hold",
    "C2SP tlog-cosignature",
)


def moment_of(time_s: int) -> datetime:
    """Return a time in POSIX seconds; one beyond the calendar as its last year, with room for every time zone."""
    return datetime.fromtimestamp(min(time_s, LAST_TIME_S), UTC)


class Head(Protocol):
    """What is cosigned: `audit.tlog.checkpoint.Checkpoint`, or a head of a foreign log with lines of its own."""

    @property
    def text(self) -> bytes:
        """The checkpoint's text, whole."""
        ...


def witness_verifier(key: SigningKey) -> VerifierKey:
    """Return the verifier key of a witness; `parse_vkey(text, COSIGNATURE)` reads its text."""
    return verifier_key(key.name, key.verifier.public_key, COSIGNATURE)


def _message(checkpoint: Head, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n".encode() + checkpoint.text


def cosign(checkpoint: Head, key: SigningKey, time_s: int) -> Signature:
    """Return the witness's signature line for a checkpoint at a time in POSIX seconds."""
    if not 0 < time_s <= MAX_TIME_S:
        raise ValueError(f"{time_s} is no time in POSIX seconds")
    signature = key.sign_raw(_message(checkpoint, time_s))
    return Signature(key.name, witness_verifier(key).key_id, time_s.to_bytes(8, "big") + signature)


def check_cosignature(checkpoint: Head, line: Signature, key: VerifierKey) -> int:
    """Return the time (POSIX seconds) at which the witness `key` signed; raises `checkpoint.cosignature`."""
    time_s = int.from_bytes(line.signature[:8], "big")
    known = (line.name, line.key_id) == (key.name, key.key_id) and key.algorithm == COSIGNATURE
    message = _message(checkpoint, time_s)
    if not known or time_s > MAX_TIME_S or not verify_ed25519(key.public_key, message, line.signature[8:]):
        raise BAD_COSIGNATURE(key=key.name)
    return time_s


def add_signature(note: bytes, line: Signature) -> bytes:
    """Return the note with one more signature line at its end."""
    text, lines = parse_note(note)
    return format_note(text, (*lines, line))
