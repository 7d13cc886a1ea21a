"""Checkpoints: strict text, and whose signature makes one."""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tlog.checkpoint import (
    Checkpoint,
    open_checkpoint,
    parse_checkpoint,
    parse_decimal,
    sign_checkpoint,
)
from audit.tlog.cosignature import witness_verifier
from domain.kernel.errors import RuleViolation
from domain.kernel.merkle import EMPTY_ROOT
from domain.kernel.note import Signature, SigningKey, format_note, parse_note, verifier_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.audit.tlog.conftest import Log

ROOT = bytes(range(32))
ROOT_LINE = b2a_base64(ROOT)
KEY = SigningKey("example.com/log", b"\x09" * 32)


def refusal(call: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(RuleViolation) as caught:
        call(*arguments)
    return caught.value.rule.code


def test_the_text_byte_for_byte() -> None:
    assert Checkpoint("example.com/log", 7, ROOT).text == b"example.com/log\n7\n" + ROOT_LINE


@given(st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_checkpoints_round_trip(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(KEY.name, size, root)
    assert parse_checkpoint(checkpoint.text) == checkpoint
    assert open_checkpoint(sign_checkpoint(checkpoint, KEY), KEY.verifier) == checkpoint


def test_the_empty_log() -> None:
    checkpoint = Checkpoint("o", 0, EMPTY_ROOT)
    assert parse_checkpoint(checkpoint.text) == checkpoint
    assert refusal(Checkpoint, "o", 0, ROOT) == "checkpoint.malformed"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"o\n1\n",
        b"o\n1\n" + ROOT_LINE[:-1],
        b"o\n1\n" + ROOT_LINE + b"extension\n",
        b"o\n1\n" + ROOT_LINE + b"\n",
        b"\no\n1\n" + ROOT_LINE,
        b"\n1\n" + ROOT_LINE,
        b"o o\n1\n" + ROOT_LINE,
        b"\xff\n1\n" + ROOT_LINE,
        b"o\n01\n" + ROOT_LINE,
        b"o\n\n" + ROOT_LINE,
        b"o\n+1\n" + ROOT_LINE,
        b"o\n-1\n" + ROOT_LINE,
        b"o\n 1\n" + ROOT_LINE,
        b"o\n1_0\n" + ROOT_LINE,
        b"o\n1.0\n" + ROOT_LINE,
        "o\n١\n".encode() + ROOT_LINE,
        b"o\n9223372036854775808\n" + ROOT_LINE,
        b"o\n1" + b"0" * 5000 + b"\n" + ROOT_LINE,
        b"o\n1\n" + b2a_base64(ROOT[:31]),
        b"o\n1\n" + b2a_base64(ROOT + b"x"),
        b"o\n1\n" + ROOT_LINE.replace(b"=", b""),
        b"o\n1\n" + ROOT_LINE.replace(b"8=", b"9="),
        b"o\r\n1\r\n" + ROOT_LINE,
    ],
)
def test_what_is_no_checkpoint(text: bytes) -> None:
    assert refusal(parse_checkpoint, text) == "checkpoint.malformed"


def test_a_text_that_is_signed_and_no_checkpoint_is_refused() -> None:
    text = b"example.com/log\n1\n" + ROOT_LINE + b"extension\n"
    note = format_note(text, [KEY.sign(text)])
    assert refusal(open_checkpoint, note, KEY.verifier) == "checkpoint.malformed"


def test_numbers() -> None:
    assert [parse_decimal(text) for text in (b"0", b"10", b"9223372036854775807")] == [0, 10, 2**63 - 1]
    assert [parse_decimal(text) for text in (b"", b"00", b"9223372036854775808", b"1\n")] == [-1] * 4


def test_every_flipped_bit_of_a_signed_checkpoint_is_found(log: Log) -> None:
    for place in range(8 * len(log.note)):
        changed = bytearray(log.note)
        changed[place // 8] ^= 1 << place % 8
        code = refusal(open_checkpoint, bytes(changed), log.key.verifier)
        assert code in {"note.malformed", "checkpoint.signature"}


def test_a_checkpoint_needs_its_log_s_signature(log: Log) -> None:
    other = SigningKey(log.key.name, b"\x07" * 32)  # the same name, another key
    assert refusal(open_checkpoint, sign_checkpoint(log.checkpoint, other), log.key.verifier) == (
        "checkpoint.signature"
    )
    by_stranger = format_note(log.checkpoint.text, [KEY.sign(log.checkpoint.text)])
    assert refusal(open_checkpoint, by_stranger, log.key.verifier) == "checkpoint.signature"


def test_lines_of_unknown_keys_are_passed_over(log: Log) -> None:
    text, (own,) = parse_note(log.note)
    same_name = Signature(own.name, own.key_id ^ 1, b"anything")
    same_id = Signature("example.com/log", own.key_id, b"anything")
    note = format_note(text, [same_name, same_id, own, KEY.sign(text)])
    assert open_checkpoint(note, log.key.verifier) == log.checkpoint


def test_each_line_of_the_log_s_key_has_to_be_good(log: Log) -> None:
    text, (own,) = parse_note(log.note)
    assert open_checkpoint(format_note(text, [own, own]), log.key.verifier) == log.checkpoint
    wrong = msgspec.structs.replace(own, signature=bytes(64))
    for lines in ([own, wrong], [wrong, own], [wrong]):
        note = format_note(text, lines)
        assert refusal(open_checkpoint, note, log.key.verifier) == "checkpoint.signature"


def test_a_key_signs_its_own_log_only(log: Log) -> None:
    assert refusal(sign_checkpoint, log.checkpoint, KEY) == "checkpoint.origin"
    stranger = KEY.sign(log.checkpoint.text)
    note = format_note(log.checkpoint.text, [stranger])
    assert refusal(open_checkpoint, note, KEY.verifier) == "checkpoint.origin"


def test_a_witness_s_key_opens_no_checkpoint(log: Log) -> None:
    cosigner = witness_verifier(log.key)
    line = Signature(cosigner.name, cosigner.key_id, log.key.sign_raw(log.checkpoint.text))
    note = format_note(log.checkpoint.text, [line])
    assert refusal(open_checkpoint, note, cosigner) == "checkpoint.signature"
    assert verifier_key(log.key.name, log.key.verifier.public_key) == log.key.verifier
