"""The file of newest checkpoints: it grows, is written anew when most of it is old, and says what damage it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.disk import Disk
from audit.monitor import newest
from audit.monitor.newest import NewestHeads
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from domain.kernel.note import SigningKey
from tests.audit.dying_disk import Crash, DyingDisk, Mode

if TYPE_CHECKING:
    from pathlib import Path

KEY = SigningKey.generate("log.example/N2330881MF0000013Y")
ONE, TWO, THREE = (f"https://{name}.example" for name in ("one", "two", "three"))


def head(size: int) -> bytes:
    return sign_checkpoint(Checkpoint(KEY.name, size, bytes(32)), KEY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "monitor" / "kept.checkpoints"


def opened(path: Path, disk: Disk | None = None) -> NewestHeads:
    return NewestHeads(path, disk or Disk())


def kept(path: Path, *heads: tuple[str, int], disk: Disk | None = None) -> NewestHeads:
    """Keep checkpoints of these sizes, one turn of the disk for all."""
    found = opened(path, disk)
    for address, size in heads:
        found.keep(address, head(size))
    found.sync()
    return found


def test_the_last_of_each_address_counts(path: Path) -> None:
    kept(path, (ONE, 1), (TWO, 5))
    kept(path, (ONE, 2), (THREE, 7))
    found = opened(path)
    assert [found.get(address) for address in (ONE, TWO, THREE)] == [head(2), head(5), head(7)]
    assert not any(map(found.in_doubt, (ONE, TWO, THREE)))
    assert opened(path).get("https://four.example") == b""


def test_what_waits_is_told_before_it_is_on_the_disk(path: Path) -> None:
    found = opened(path)
    found.keep(ONE, head(3))
    assert (found.get(ONE), path.exists()) == (head(3), False)


def test_what_is_there_already_is_not_written_again(path: Path) -> None:
    kept(path, (ONE, 1))
    before = path.read_bytes()
    kept(path, (ONE, 1))
    assert path.read_bytes() == before


def test_it_is_written_anew_when_most_of_it_is_old(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newest, "WASTE_MAX_BYTES", 0)
    kept(path, (ONE, 1), (TWO, 5))
    sizes = []
    for size in range(2, 9):
        kept(path, (ONE, size))
        sizes.append(path.stat().st_size)
        assert opened(path).get(ONE) == head(size)
        assert opened(path).get(TWO) == head(5)
    assert max(sizes) <= 2 * min(sizes)
    assert sorted(sizes) != sizes


def test_who_has_a_record_behind_the_damage_is_not_in_doubt(path: Path) -> None:
    kept(path, (ONE, 1), (TWO, 5))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 + 90] = 0  # in the record of TWO
    path.write_bytes(data)
    kept(path, (THREE, 7))
    found = opened(path)
    assert (found.get(ONE), found.in_doubt(ONE)) == (head(1), True)
    assert (found.get(TWO), found.in_doubt(TWO)) == (b"", True)
    assert (found.get(THREE), found.in_doubt(THREE)) == (head(7), False)
    found.keep(ONE, head(1))  # it was found good once more: now it is sure
    found.sync()
    assert not found.in_doubt(ONE)
    assert not opened(path).in_doubt(ONE)


def test_what_is_damaged_is_put_aside_when_the_file_is_written_anew(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(path, (ONE, 1))
    path.write_bytes(path.read_bytes() + b"rubbish")
    monkeypatch.setattr(newest, "WASTE_MAX_BYTES", -1_000_000)
    kept(path, (TWO, 5))
    assert path.with_suffix(".damaged").read_bytes().endswith(b"rubbish")
    assert [opened(path).get(address) for address in (ONE, TWO)] == [head(1), head(5)]
    assert not opened(path).in_doubt(ONE)


def test_what_an_earlier_version_kept_is_taken_over(path: Path) -> None:
    folder = path.with_name("kept")
    folder.mkdir(parents=True)
    (folder / f"{newest.name_of(ONE)}.checkpoint").write_bytes(head(4))
    (folder / f"{newest.name_of(THREE)}.checkpoint").write_bytes(b"rubbish")
    assert opened(path).get(ONE) == head(4)
    kept(path, (TWO, 5))
    assert [opened(path).get(address) for address in (ONE, TWO, THREE)] == [head(4), head(5), b""]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("first", [True, False])
def test_a_crash_leaves_what_was_there_or_the_new_ones(path: Path, mode: Mode, *, first: bool) -> None:
    path.parent.mkdir()
    if not first:
        kept(path, (ONE, 1), (TWO, 5))
    steps = 0
    while True:
        before = path.read_bytes() if path.exists() else None
        try:
            kept(path, (ONE, 2), (TWO, 6), disk=DyingDisk(steps, mode))
        except Crash:
            found = opened(path)
            assert found.get(ONE) in ([b""] if first else [head(1)]) + [head(2)]
            assert found.get(TWO) in ([b""] if first else [head(5)]) + [head(6)]
            kept(path, (ONE, 3))  # and the next run goes on
            assert (opened(path).get(ONE), opened(path).in_doubt(ONE)) == (head(3), False)
            path.unlink()
            if before is not None:
                path.write_bytes(before)
            steps += 1
        else:
            break
    assert steps >= 1
    assert [opened(path).get(address) for address in (ONE, TWO)] == [head(2), head(6)]


@pytest.mark.parametrize("mode", Mode)
def test_a_crash_while_damage_is_put_aside_loses_nothing(
    path: Path, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newest, "WASTE_MAX_BYTES", -1_000_000)
    kept(path, (ONE, 1))
    damaged = path.read_bytes() + b"rubbish"
    steps = 0
    while True:
        path.write_bytes(damaged)
        path.with_suffix(".damaged").unlink(missing_ok=True)
        try:
            kept(path, (TWO, 5), disk=DyingDisk(steps, mode))
        except Crash:
            found = opened(path)
            assert found.get(ONE) == head(1)
            assert found.get(TWO) in (b"", head(5))
            steps += 1
        else:
            break
    assert steps > 3
    assert path.with_suffix(".damaged").read_bytes() == damaged
