"""Tests and benchmarks that are told to end (SIGTERM) leave no PostgreSQL behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.conftest import end_in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 90.0
END_SECONDS = 5.0
"""A server takes its file away a moment before it is gone."""

HANGS = """
import time

def test_that_hangs(postgres):
    time.sleep(600)
"""
PYTEST = ("pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider")
COMMANDS = {
    "tests": (*PYTEST, "test_hangs.py"),
    "tests of two workers": (*PYTEST, "-n", "2", "test_hangs.py", "test_hangs_too.py"),
    "benchmark": ("bench", "--quick"),
}
SERVERS = {"tests": 1, "tests of two workers": 2, "benchmark": 1}


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder for temporary files, which PostgreSQL may enter, with tests that hang."""
    folder = Path(tempfile.mkdtemp(prefix="sl-"))
    folder.chmod(0o755)
    for name in ("test_hangs.py", "test_hangs_too.py"):
        (folder / name).write_text(HANGS)
    yield folder
    shutil.rmtree(folder)


def postmasters(place: Path) -> list[int]:
    """Return the process ids of the servers below a folder that are ready."""
    texts = [file.read_text() for file in place.glob("*/postgres/postmaster.pid")]
    return [int(text.split("\n", 1)[0]) for text in texts if "ready" in text]


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_terminated_stops_its_database(name: str, place: Path) -> None:
    variables = {**os.environ, "TMPDIR": str(place), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", *COMMANDS[name]]
    process = subprocess.Popen(command, env=variables, cwd=place, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(running := postmasters(place)) < SERVERS[name]:
        assert process.poll() is None
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    with process:
        assert process.wait(PATIENCE_SECONDS) == 128 + signal.SIGTERM
    _, left = psutil.wait_procs(
        [psutil.Process(pid) for pid in running if psutil.pid_exists(pid)], END_SECONDS
    )
    for server in left:
        server.send_signal(signal.SIGINT)
    assert left == []


def test_a_child_that_ends_meanwhile_does_not_stand_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    child = subprocess.Popen(["sleep", "600"])
    gone = psutil.Process(child.pid)
    child.kill()
    child.wait()
    monkeypatch.setattr(psutil.Process, "children", lambda _: [gone])
    with pytest.raises(pytest.exit.Exception) as ended:
        end_in_order()
    assert ended.value.returncode == 128 + signal.SIGTERM
