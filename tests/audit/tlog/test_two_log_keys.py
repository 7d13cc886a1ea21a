"""A checkpoint in the overlap of a rotation, signed by both keys of the log, as programs from elsewhere read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.tlog.checkpoint import open_by_any, open_checkpoint, sign_checkpoint
from audit.tlog.proof import inclusion_proof
from audit.tlog.proof_file import ProofFile
from domain.kernel.note import SigningKey
from tests.audit.tlog import test_reference_program
from tests.audit.tlog.test_other_programs import run as run_scales
from tests.audit.tlog.test_reference_program import flip, run, scales_refuses

if TYPE_CHECKING:
    from pathlib import Path

    from tests.audit.tlog.conftest import Log

pytestmark = test_reference_program.pytestmark
program = test_reference_program.program


@pytest.fixture
def second(log: Log) -> SigningKey:
    return SigningKey(log.key.name, b"\x07" * 32)


@pytest.fixture
def note(log: Log, second: SigningKey) -> bytes:
    return sign_checkpoint(log.checkpoint, second, log.key)


@pytest.fixture
def folder(log: Log, note: bytes, tmp_path: Path) -> Path:
    for path, data in {**log.files(), "checkpoint": note}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    return tmp_path


def test_both_lines_stand_in_the_order_of_key_ids(log: Log, second: SigningKey, note: bytes) -> None:
    assert note == sign_checkpoint(log.checkpoint, log.key, second)
    assert note.count("— ".encode()) == 2


@pytest.mark.parametrize("index", [0, 256, 999])
def test_each_key_alone_and_both_are_good(
    program: Path, log: Log, second: SigningKey, note: bytes, folder: Path, index: int
) -> None:
    old, new = log.key.verifier, second.verifier
    ours = ProofFile(index, tuple(inclusion_proof(index, 1000, log.tree)), note).encode()
    for vkeys in ((old.vkey,), (new.vkey,), (old.vkey, new.vkey)):
        assert run(program, folder, index, vkeys) == ours
    assert run_scales("gen-proof", folder, str(index)) == ours
    assert open_checkpoint(note, old) == open_checkpoint(note, new) == log.checkpoint


def test_one_flipped_bit_in_either_line_is_refused_by_all(
    program: Path,
    log: Log,
    second: SigningKey,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vkeys = (log.key.verifier.vkey, second.verifier.vkey)
    monkeypatch.setattr(test_reference_program, "VKEYS", vkeys)
    assert not scales_refuses(folder, 777)
    lines = (folder / "checkpoint").read_bytes().split(b"\n")
    for number in (5, 6):
        place = sum(len(part) + 1 for part in lines[: number - 1]) + len(lines[number - 1]) // 2
        flip(folder / "checkpoint", place)
        assert not run(program, folder, 0, vkeys)
        assert scales_refuses(folder, 777)
        flip(folder / "checkpoint", place)
    assert run(program, folder, 0, vkeys)


def test_a_key_that_did_not_sign_is_missed(program: Path, log: Log, second: SigningKey, folder: Path) -> None:
    (folder / "checkpoint").write_bytes(log.note)
    assert not run(program, folder, 0, (log.key.verifier.vkey, second.verifier.vkey))
    assert open_by_any(log.note, [log.key.verifier, second.verifier]) == log.checkpoint
