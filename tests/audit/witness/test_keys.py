"""Whose signatures a witness trusts, and whose folder it works in."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from audit.tlog.cosignature import witness_verifier
from audit.tlog.witness_request import WitnessRequest
from audit.witness import Witness, WitnessFolder
from audit.witness.folder import NONE
from domain.kernel.errors import RuleViolation
from domain.kernel.note import COSIGNATURE, SigningKey, format_note, verifier_key
from tests.audit.witness.conftest import NOW, ORIGIN, TOWN, Post, Village, open_post

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NEXT = SigningKey(ORIGIN, b"\x07" * 32)


def refusal(call: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(RuleViolation) as caught:
        call(*arguments)
    return caught.value.rule.code


def signed_by(village: Village, old: int, size: int, *keys: SigningKey) -> bytes:
    text = village.text(size)
    return WitnessRequest(
        old, village.proof(old, size), format_note(text, [key.sign(text) for key in keys])
    ).encode()


def test_a_log_changes_its_key_with_an_overlap(post: Post, village: Village) -> None:
    assert post.send(signed_by(village, 0, 3, village.key)) == ""
    assert post.send(signed_by(village, 3, 4, NEXT)) == "witness.signature"
    log = post.witness.add_log(NEXT.verifier.vkey)
    assert log.vkeys == (village.key.verifier.vkey, NEXT.verifier.vkey)
    assert post.send(signed_by(village, 3, 4, NEXT)) == ""
    assert post.send(signed_by(village, 4, 5, village.key)) == ""
    assert post.send(signed_by(village, 5, 6, village.key, NEXT)) == ""
    assert post.witness.drop_key(village.key.verifier.vkey).vkeys == (NEXT.verifier.vkey,)
    assert post.send(signed_by(village, 6, 7, village.key)) == "witness.signature"
    assert post.send(signed_by(village, 6, 7, village.key, NEXT)) == ""
    assert post.newest() == (7, NOW)


def test_of_two_trusted_keys_none_may_have_a_bad_line(post: Post, village: Village) -> None:
    post.witness.add_log(NEXT.verifier.vkey)
    text = village.text(3)
    lines = [village.key.sign(text), NEXT.sign(village.text(4))]
    assert post.send(WitnessRequest(0, (), format_note(text, lines)).encode()) == "witness.signature"


def test_adding_a_log_again_keeps_what_was_cosigned(post: Post, village: Village) -> None:
    assert post.ask(village, 0, 3) == ""
    before = post.files()
    assert post.witness.add_log(village.key.verifier.vkey).vkeys == (village.key.verifier.vkey,)
    assert post.files() == before


def test_without_any_key_a_log_is_frozen(post: Post, village: Village) -> None:
    assert post.witness.drop_key(village.key.verifier.vkey).vkeys == ()
    assert post.ask(village, 0, 3) == "witness.signature"


def test_a_key_that_is_not_trusted_cannot_be_dropped(post: Post) -> None:
    assert refusal(post.witness.drop_key, NEXT.verifier.vkey) == "witness.not_trusted"
    assert refusal(post.witness.drop_key, NEXT.verifier.vkey, "other") == "witness.unknown_log"


def test_the_witness_s_own_key_is_no_log_s(post: Post) -> None:
    assert refusal(post.witness.add_log, TOWN.verifier.vkey) == "witness.log_key"
    same = verifier_key(ORIGIN, TOWN.verifier.public_key).vkey  # under the log's name
    assert refusal(post.witness.add_log, same) == "witness.log_key"


@pytest.mark.parametrize(
    ("vkey", "origin", "code"),
    [
        ("", "", "note.vkey_malformed"),
        (verifier_key(ORIGIN, NEXT.verifier.public_key, COSIGNATURE).vkey, "", "note.vkey_malformed"),
        (verifier_key(ORIGIN, bytes(32)).vkey, "", "witness.bad_key"),
        (NEXT.verifier.vkey, "two\nlines", "witness.origin"),
        (NEXT.verifier.vkey, "x" * 256, "witness.origin"),
        (NEXT.verifier.vkey, "\udcff", "witness.origin"),
    ],
)
def test_what_is_no_log(post: Post, vkey: str, origin: str, code: str) -> None:
    before = post.files()
    assert refusal(post.witness.add_log, vkey, origin) == code
    assert post.files() == before


def test_a_folder_is_of_one_witness(tmp_path: Path, post: Post) -> None:
    county = SigningKey("witness.example.cn/county", b"\x03" * 32)
    assert refusal(Witness, county, WitnessFolder(post.folder)) == "witness.other_key"
    assert refusal(WitnessFolder(post.folder).create, witness_verifier(county).vkey) == "witness.other_key"
    assert refusal(Witness, TOWN, WitnessFolder(tmp_path / "lost")) == "witness.missing"


def test_a_lost_checkpoint_is_not_taken_for_a_new_log(post: Post, village: Village) -> None:
    assert post.ask(village, 0, 3) == ""
    (post.log_folder() / "checkpoint").unlink()
    assert post.ask(village, 0, 3) == "witness.damaged"
    post.witness.add_log(NEXT.verifier.vkey)
    assert post.ask(village, 0, 3) == "witness.damaged"


def test_a_changed_state_signs_nothing(post: Post, village: Village) -> None:
    assert post.ask(village, 0, 7) == ""
    checkpoint = post.log_folder() / "checkpoint"
    good = checkpoint.read_bytes()
    text, own_line = range(len(village.text(7))), range(good.rindex("—".encode()), len(good))
    for place in (*text, *own_line):
        for bit in (0, 5):
            changed = bytearray(good)
            changed[place] ^= 1 << bit
            checkpoint.write_bytes(changed)
            assert post.ask(village, 7, 12) == "witness.damaged"
    for end in range(1, len(good)):
        checkpoint.write_bytes(good[:end])
        assert post.ask(village, 7, 12) == "witness.damaged"
    checkpoint.write_bytes(good)
    assert post.ask(village, 7, 12) == ""


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"origin":1}', b'{"origin":"x","more":1}'])
def test_a_damaged_list_of_keys_signs_nothing(post: Post, village: Village, data: bytes) -> None:
    (post.log_folder() / "log.json").write_bytes(data)
    assert post.ask(village, 0, 7) == "witness.damaged"


def test_another_log_s_checkpoint_is_not_this_one_s(tmp_path: Path, village: Village) -> None:
    other = Village.of_size(12, SigningKey("other", b"\x04" * 32))
    post = open_post(tmp_path / "witness", village, other)
    assert (post.ask(village, 0, 7), post.ask(other, 0, 3)) == ("", "")
    (post.log_folder() / "checkpoint").write_bytes((post.log_folder("other") / "checkpoint").read_bytes())
    assert post.ask(village, 7, 12) == "witness.damaged"


def test_the_list_of_logs(tmp_path: Path, village: Village) -> None:
    other = Village.of_size(2, SigningKey("other", b"\x04" * 32))
    post = open_post(tmp_path / "witness", village, other)
    (post.folder / "logs" / "stray.txt").write_bytes(b"")
    assert post.ask(village, 0, 7) == ""
    assert post.ask(village.fork(2, 7), 7, 7) == "witness.fork"
    found = {status.log.origin: status[1:] for status in post.witness.logs()}
    assert found == {ORIGIN: (7, NOW, 1), "other": (-1, 0, 0)}
    assert refusal(post.witness.checkpoint, post.log_folder("other").name) == "witness.no_checkpoint"
    assert refusal(post.witness.checkpoint, "0" * 64) == "witness.unknown_log"


@pytest.mark.parametrize("sizes", [[5], [5, 8]])
def test_an_empty_checkpoint_is_damage_and_no_beginning(
    post: Post, village: Village, sizes: list[int]
) -> None:
    for old, size in pairwise([0, *sizes]):
        assert post.ask(village, old, size) == ""
    (post.log_folder() / "checkpoint").write_bytes(b"")
    fork = village.fork(2, 7)
    assert post.ask(fork, 0, 7) == "witness.damaged"
    assert post.ask(village, 0, 9) == "witness.damaged"
    with pytest.raises(RuleViolation, match=r"witness\.damaged"):
        post.witness.logs()


def test_trusting_a_log_again_does_not_let_it_begin_anew(post: Post, village: Village) -> None:
    assert post.ask(village, 0, 5) == ""
    (post.log_folder() / "checkpoint").write_bytes(b"")
    post.witness.add_log(village.key.verifier.vkey)
    assert post.ask(village, 0, 7) == "witness.damaged"


def test_what_was_cosigned_before_contradicts_a_beginning(post: Post, village: Village) -> None:
    for old, size in ((0, 5), (5, 8)):
        assert post.ask(village, old, size) == ""
    (post.log_folder() / "checkpoint").write_bytes(NONE)
    assert post.ask(village.fork(2, 7), 0, 7) == "witness.damaged"
