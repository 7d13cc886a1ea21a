"""The cosignature checked by tlog-scales, a program that was not written here (a cross-check, never needed to run)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.tlog.witness_request import WitnessRequest
from domain.kernel.note import SigningKey
from tests.audit.witness.conftest import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from tests.audit.witness.conftest import Post, Village

signing, tlog, tiles, reader, writers = (
    pytest.importorskip(f"tlog_scales.{name}", reason="tlog-scales is not installed")
    for name in ("signing", "tlog", "backend", "reader", "writer")
)
FOREIGN = SigningKey("log.example.org/foreign", b"\x05" * 32)


def verified(post: Post, note: bytes) -> set[str]:
    """Return the names of the keys whose lines hold for tlog-scales."""
    checkpoint = tlog.Checkpoint.from_text(note.decode())
    keys = signing.VkeySet(signing.Vkey.from_string(post.witness.verifier.vkey))
    return {vkey.name for vkey, _ in keys.verify(checkpoint.signatures, checkpoint)}


def test_it_verifies_our_cosignature(post: Post, village: Village) -> None:
    assert post.ask(village, 0, 7, NOW) == ""
    note = post.witness.checkpoint(post.log_folder().name)
    assert verified(post, note) == {post.witness.verifier.name}
    checkpoint = tlog.Checkpoint.from_text(note.decode())
    checkpoint.verify(signing.Vkey.from_string(post.witness.verifier.vkey))
    checkpoint.verify(signing.Vkey.from_string(village.key.verifier.vkey))


def test_it_refuses_one_flipped_bit(post: Post, village: Village) -> None:
    assert post.ask(village, 0, 7, NOW) == ""
    note = post.witness.checkpoint(post.log_folder().name)
    assert verified(post, note.replace(b"\n7\n", b"\n6\n")) == set()
    line = note.rindex(b" ") + 20
    flipped = note[:line] + (b"A" if note[line : line + 1] != b"A" else b"B") + note[line + 1 :]
    assert verified(post, flipped) == set()


def test_a_log_that_it_keeps_is_witnessed(post: Post, tmp_path: Path) -> None:
    """Its tiles, its signature, its consistency proof; our cosignature is good for it."""
    key = signing.PlainEd25519Signer(FOREIGN.name, FOREIGN.seed)
    folder = tmp_path / "foreign"
    writer = writers.TilesWriter.create(folder, FOREIGN.name)
    post.witness.add_log(FOREIGN.verifier.vkey)
    old = 0
    for size in (5, 6, 8, 300):
        for index in range(old, size):
            writer.add_leaf(b"%d" % index)
        writer.commit([key])
        log = reader.TilesReader(tiles.LocalBackend(folder))
        log.get_checkpoint()
        proof = tuple(log.get_consistency_proof(old, size).node_hashes) if old else ()
        note = (folder / "checkpoint").read_bytes()
        answer = post.witness.answer(WitnessRequest(old, proof, note).encode(), NOW)
        assert answer.refusal is None
        assert verified(post, note + answer.body) == {post.witness.verifier.name}
        old = size
