"""A log with three signatures, verified by Go's reference implementation of notes and transparency logs (x/mod/sumdb).

One flipped bit, wherever it stands, makes it refuse. The same is asked of tlog-scales, whose proof is ours too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.tlog.cosignature import add_signature, cosign
from audit.tlog.proof import inclusion_proof
from audit.tlog.proof_file import ProofFile
from tests.audit.tlog.test_other_programs import run as run_scales
from tests.audit.tlog.test_worked_example import (
    COUNTY_TIME_S,
    COUNTY_VKEY,
    LOG_VKEY,
    TOWN_TIME_S,
    TOWN_VKEY,
)

if TYPE_CHECKING:
    from domain.kernel.note import SigningKey
    from tests.audit.tlog.conftest import Log

SOURCE = Path(__file__).parent / "stranger" / "verify.go"
GOCODE = Path("/usr/share/gocode")
VKEYS = (LOG_VKEY, TOWN_VKEY, COUNTY_VKEY)

tlog_scales = pytest.importorskip("tlog_scales.tlog", reason="tlog-scales is not installed")
Vkey = pytest.importorskip("tlog_scales.signing").Vkey

pytestmark = pytest.mark.skipif(
    shutil.which("go") is None or not (GOCODE / "src/golang.org/x/mod/sumdb").is_dir(),
    reason="no Go with x/mod on this machine (.ci/run installs it)",
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier, built against the system's copy of x/mod, without a network."""
    folder = tmp_path_factory.mktemp("go")
    program = folder / "verify"
    surroundings = os.environ | {
        "GO111MODULE": "off",
        "GOFLAGS": "",
        "GOPATH": f"{folder}:{GOCODE}",
        "GOCACHE": str(folder / "cache"),
        "CGO_ENABLED": "0",
    }
    subprocess.run(["go", "build", "-o", program, SOURCE], check=True, env=surroundings, timeout=300)
    return program


@pytest.fixture
def cosigned(log: Log, town: SigningKey, county: SigningKey) -> bytes:
    """The checkpoint with the signatures of the log and of two witnesses."""
    note = add_signature(log.note, cosign(log.checkpoint, town, TOWN_TIME_S))
    return add_signature(note, cosign(log.checkpoint, county, COUNTY_TIME_S))


@pytest.fixture
def folder(log: Log, cosigned: bytes, tmp_path: Path) -> Path:
    for path, data in {**log.files(), "checkpoint": cosigned}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    return tmp_path


def run(program: Path, folder: Path, index: int = 0, vkeys: tuple[str, ...] = VKEYS) -> bytes:
    """Return the proof that the program printed; b"" when it refused."""
    done = subprocess.run([program, folder, str(index), *vkeys], check=False, capture_output=True, timeout=60)
    assert (done.returncode == 0) == (b"refused" not in done.stderr), done.stderr
    return done.stdout if done.returncode == 0 else b""


@pytest.mark.parametrize("index", [0, 255, 256, 777, 999])
def test_three_programs_make_one_proof(
    program: Path, log: Log, cosigned: bytes, folder: Path, index: int
) -> None:
    ours = ProofFile(index, tuple(inclusion_proof(index, 1000, log.tree)), cosigned).encode()
    assert run(program, folder, index) == ours
    assert run_scales("gen-proof", folder, str(index)) == ours


def scales_refuses(folder: Path, index: int) -> bool:
    """Whether tlog-scales finds a signature of the three bad, or entry `index` not to be in the signed tree."""
    try:
        checkpoint = tlog_scales.Checkpoint.from_text((folder / "checkpoint").read_text(encoding="utf-8"))
        for vkey in VKEYS:
            checkpoint.verify(Vkey.from_string(vkey))
        get_leaf(folder, index)
    except Exception:  # noqa: BLE001 -- it raises whatever it stumbles over
        return True
    return False


def get_leaf(folder: Path, index: int) -> bytes:
    """Return an entry that tlog-scales found to be in the tree of the folder's checkpoint."""
    return run_scales("get-leaf", "-c", folder, str(index))


def test_the_second_program_accepts_the_untouched_log(log: Log, folder: Path) -> None:
    assert not scales_refuses(folder, 777)
    assert get_leaf(folder, 777) == log.entries[777]


def test_a_key_that_did_not_sign_is_missed(program: Path, log: Log, folder: Path) -> None:
    (folder / "checkpoint").write_bytes(log.note)
    assert run(program, folder, vkeys=(LOG_VKEY,))
    assert not run(program, folder)


def flip(path: Path, place: int) -> None:
    """Flip the lowest bit of one byte of a file; a negative place counts from its end."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("line", [1, 3, 5, 6, 7])
def test_a_flipped_bit_in_the_checkpoint_is_refused(program: Path, folder: Path, line: int) -> None:
    """Lines 1 and 3 are origin and root; 5 to 7 are signatures, flipped in the middle."""
    lines = (folder / "checkpoint").read_bytes().split(b"\n")
    place = sum(len(part) + 1 for part in lines[: line - 1]) + (len(lines[line - 1]) // 2)
    flip(folder / "checkpoint", place)
    assert not run(program, folder)
    assert scales_refuses(folder, 0)


def test_a_note_without_its_empty_line_is_refused(program: Path, cosigned: bytes, folder: Path) -> None:
    (folder / "checkpoint").write_bytes(cosigned.replace(b"\n\n", b"\n"))
    assert not run(program, folder)


@pytest.mark.parametrize(
    ("path", "place", "index"),
    [
        (
            "tile/0/000",
            0,
            1,
        ),  # the leaf's sibling: an entry's own hash the second program takes from the entry
        ("tile/0/003.p/232", -1, 998),
        ("tile/1/000.p/3", 40, 0),
        ("tile/entries/000", 0, 0),
        ("tile/entries/000", 9, 0),
        ("tile/entries/003.p/232", -1, 999),
    ],
)
def test_a_flipped_bit_in_a_tile_or_an_entry_is_refused(
    program: Path, folder: Path, path: str, place: int, index: int
) -> None:
    flip(folder / path, place)
    assert not run(program, folder)
    assert scales_refuses(folder, index)
