"""Our folder read by tlog-scales, a program that was not written here (a cross-check, never needed to run)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.tlog.proof import inclusion_proof
from audit.tlog.proof_file import ProofFile

if TYPE_CHECKING:
    from tests.audit.tlog.conftest import Log

PROGRAM = Path(sys.executable).parent / "tlog-tiles"

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="tlog-scales is not installed")


@pytest.fixture(scope="module")
def folder(log: Log, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    for path, data in log.files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def run(*arguments: str | Path) -> bytes:
    return subprocess.run([PROGRAM, *arguments], check=True, capture_output=True, timeout=60).stdout


@pytest.mark.parametrize("index", [0, 255, 256, 777, 999])
def test_its_proof_is_ours_byte_for_byte(log: Log, folder: Path, index: int) -> None:
    ours = ProofFile(index, tuple(inclusion_proof(index, 1000, log.tree)), log.note).encode()
    assert run("gen-proof", folder, str(index)) == ours


@pytest.mark.parametrize("index", [0, 600, -1])
def test_it_finds_our_entries_included(log: Log, folder: Path, index: int) -> None:
    assert run("get-leaf", "-c", folder, str(index)) == log.entries[index]
