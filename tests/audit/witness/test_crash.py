"""A crash between any two file operations leaves the old state or the new one; nothing below an answer is signed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from audit.tlog.cosignature import witness_verifier
from audit.witness import Witness, WitnessFolder
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey
from tests.audit.dying_disk import Crash, DyingDisk, Mode
from tests.audit.witness.conftest import NOW, ORIGIN, TOWN, Post, Village, open_post

ROOT = Path(__file__).parents[3]
NEXT = SigningKey(ORIGIN, b"\x07" * 32)


def reopened(post: Post, disk: DyingDisk | None = None) -> Post:
    """Start the witness again on the same folder."""
    return Post(Witness(TOWN, WitnessFolder(post.folder, disk)), post.folder)


def operations(tmp_path: Path, body: bytes, village: Village, *before: bytes) -> list[str]:
    """Return the file operations that a request needs."""
    disk = DyingDisk(-1, Mode.LOST)
    post = open_post(tmp_path / "count", village)
    for one in before:
        assert post.send(one) == ""
    reopened(post, disk).send(body)
    return disk.done


@pytest.mark.parametrize("mode", Mode)
def test_a_crash_while_it_cosigns(tmp_path: Path, village: Village, mode: Mode) -> None:
    before = [village.request(0, 3), village.request(3, 7)]
    body = village.request(7, 12)
    steps = operations(tmp_path, body, village, *before)
    assert steps == ["append", "sync", "write", "rename", "sync"]
    sizes = []
    for step in range(len(steps)):
        post = open_post(tmp_path / f"{mode.value}{step}", village)
        for one in before:
            assert post.send(one) == ""
        with pytest.raises(Crash):
            reopened(post, DyingDisk(step, mode)).send(body, NOW + 100)
        post = reopened(post)
        size, time_s = post.newest()
        assert (size, time_s) in {(7, NOW), (12, NOW + 100)}
        sizes.append(size)
        # below what it keeps, nothing is signed; from there on, everything is as if nothing had happened
        assert post.ask(village, 3, 12) == "witness.size"
        assert post.ask(village, size, 12, NOW + 50) == ""
        assert post.newest() == (12, max(time_s, NOW + 50))
        assert post.ask(village.fork(1, 20), 0, 7) == "witness.size"
        assert [name.partition("-")[0] for name in post.forks()] == ["7", "7"]
    assert sizes == (
        [7, 7, 7, 12, 12]
        if mode is Mode.KEPT
        else [7] * len(sizes)
        if mode is Mode.LOST
        else [7, 7, 7, 7, 12]
    )


@pytest.mark.parametrize("mode", Mode)
def test_a_crash_while_it_keeps_a_fork(tmp_path: Path, village: Village, mode: Mode) -> None:
    body = village.fork(1, 12).request(12, 12)
    steps = operations(tmp_path, body, village, village.request(0, 12))
    assert steps == ["write", "rename", "sync"] * 2
    for step in range(len(steps)):
        post = open_post(tmp_path / f"{mode.value}{step}", village)
        assert post.ask(village, 0, 12) == ""
        with pytest.raises(Crash):
            reopened(post, DyingDisk(step, mode)).send(body)
        post = reopened(post)
        assert post.newest() == (12, NOW)
        assert post.send(body) == "witness.fork"
        assert post.witness.logs()[0].forks == 1
        assert {name.rpartition(".")[2] for name in post.forks()} >= {"cosigned", "request"}


@pytest.mark.parametrize("mode", Mode)
def test_a_crash_while_a_log_or_a_key_is_added(tmp_path: Path, village: Village, mode: Mode) -> None:
    disk = DyingDisk(-1, mode)
    open_post(tmp_path / "count", village, disk=disk)
    creating = disk.done.index("folder", 1)  # the log's folder; before it is what makes the witness
    assert len(disk.done) - creating > 9
    for step in range(creating, len(disk.done)):
        place = tmp_path / f"{mode.value}{step}"
        with pytest.raises(Crash):
            open_post(place, village, disk=DyingDisk(step, mode))
        post = Post(Witness(TOWN, WitnessFolder(place)), place)
        assert post.ask(village, 0, 3) in {"", "witness.unknown_log"}
        post.witness.add_log(village.key.verifier.vkey)
        size = post.witness.logs()[0].size
        assert post.ask(village, max(size, 0), 7) == ""
        for again in range(9):
            dying = reopened(post, DyingDisk(again, mode))
            try:
                dying.witness.add_log(NEXT.verifier.vkey)
            except Crash:
                assert post.newest() == (7, NOW)
            assert post.ask(village, 7, 7) == ""


def test_a_crash_while_a_witness_is_made_leaves_none_or_one(tmp_path: Path) -> None:
    vkey = witness_verifier(TOWN).vkey
    for mode in Mode:
        for step in range(5):
            place = tmp_path / f"{mode.value}{step}"
            with pytest.raises(Crash):
                WitnessFolder(place, DyingDisk(step, mode)).create(vkey)
            try:
                Witness(TOWN, WitnessFolder(place))
            except RuleViolation as violation:
                assert violation.rule.code == "witness.missing"
                WitnessFolder(place).create(vkey)
            assert Witness(TOWN, WitnessFolder(place)).logs() == []


def test_killed_at_any_moment_it_keeps_what_it_answered(tmp_path: Path) -> None:
    post = open_post(tmp_path / "witness", village := Village())
    dice = random.Random(5)
    kills, answered = 0, 0
    while kills < 8 or answered < 9:
        command = [sys.executable, "-m", "tests.audit.witness.asker", str(post.folder), "0", "100000", ""]
        asker = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert asker.stdin
        assert asker.stdout
        assert asker.stdout.readline() == "ready\n"
        asker.stdin.write("go\n")
        asker.stdin.flush()
        assert asker.stdout.readline()
        time.sleep(dice.random() / 20)
        asker.kill()
        said = [line.split() for line in asker.communicate()[0].splitlines() if line.endswith(" .")]
        assert asker.returncode == -signal.SIGKILL
        kills += 1
        size, time_s = post.newest()
        for _, new, at, _ in said:
            answered += 1
            assert int(new) <= size
            assert int(at) <= time_s
        village.grow(size + 1 - len(village.entries))
        post = reopened(post)
        assert post.ask(village, size, size + 1, 1) == ""
        assert post.newest() == (size + 1, time_s)
