"""The walk of docs/witness.md: its shell blocks run in order, as a township and a village would run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from audit.tlog.checkpoint import open_checkpoint
from audit.tlog.cosignature import check_cosignature
from domain.kernel.note import COSIGNATURE, parse_note, parse_vkey
from tests.audit.witness.conftest import Village

PAGE = Path(__file__).parents[2] / "docs" / "witness.md"
ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```bash\n(.*?)```\n", re.DOTALL)

pytestmark = pytest.mark.e2e


def write_log(folder: Path, village: Village) -> None:
    """Write what a request is made from: the checkpoint and the tile of hashes."""
    tile = folder / "tile" / "0" / "000.p" / "12"
    tile.parent.mkdir(parents=True)
    tile.write_bytes(village.tree.subtrees(0, 0, 12))
    (folder / "checkpoint").write_bytes(village.note(12))


def test_the_walk_ends_with_a_cosignature(tmp_path: Path) -> None:
    village = Village.of_size(12)
    write_log(tmp_path / "log", village)
    (tmp_path / "village.vkey").write_text(f"{village.key.verifier.vkey}\n", encoding="utf-8")
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) == 5
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SUNLEDGER_")}
    done = subprocess.run(
        ["bash", "-eu", "-c", "".join(blocks)],
        cwd=tmp_path,
        env={**plain, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    vkey = parse_vkey(done.stdout.splitlines()[0], COSIGNATURE)
    note = village.note(12) + (tmp_path / "answer.txt").read_bytes()
    head = open_checkpoint(note, village.key.verifier)
    assert check_cosignature(head, parse_note(note).signatures[-1], vkey) > 0
    assert (tmp_path / "town" / "witness" / "witness.key").read_bytes().startswith(b"{")
