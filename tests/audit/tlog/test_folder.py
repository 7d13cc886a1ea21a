"""A log written into a folder: its files, its guard against a second history, and a crash between any two steps."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.disk import Disk
from audit.source import FolderSource
from audit.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from audit.tlog.folder import create_log, open_log
from audit.tlog.tiles import tile_sizes
from domain.kernel.errors import RuleViolation
from domain.kernel.merkle import EMPTY_ROOT
from domain.kernel.note import SigningKey
from tests.audit.conftest import read_files
from tests.audit.dying_disk import Crash, DyingDisk, KeysOnDisk, Mode
from tests.audit.tlog.conftest import ORIGIN, make_log

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]
KEY = SigningKey(ORIGIN, b"\x01" * 32)
ENTRIES = make_log(1000).entries
OTHERS = [b"other " + entry for entry in ENTRIES]


def made(place: Path, *sizes: int, entries: list[bytes] = ENTRIES) -> tuple[Path, KeysOnDisk]:
    """Make a log that grew to each of these sizes in turn; return its folder and its key."""
    folder, keys = place / "log", KeysOnDisk(KEY, place / "signed")
    create_log(folder, KEY, keys)
    for size in sizes:
        grow_to(size, folder, keys, entries)
    return folder, keys


def grow_to(
    size: int, folder: Path, keys: KeysOnDisk, entries: list[bytes] = ENTRIES, disk: Disk | None = None
) -> Checkpoint:
    with open_log(folder, keys, disk) as log:
        return log.append(entries[log.checkpoint.size : size])


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(RuleViolation) as caught:
        action()
    assert caught.value.zh
    return caught.value.rule.code


def head(folder: Path) -> Checkpoint:
    return open_checkpoint(FolderSource(folder).fetch("checkpoint"), KEY.verifier)


def check_whole(folder: Path, size: int, entries: list[bytes] = ENTRIES) -> None:
    """Every file of the log of this size is there, byte for byte, and no file of a longer one."""
    wanted = make_log(size).files() if entries is ENTRIES else {}
    files = read_files(folder)
    assert {path: files.get(path) for path in wanted} == wanted
    assert not any(path.endswith(".part") or path == "growing" for path in files)
    assert head(folder).size == size


def test_a_new_log_is_empty_and_signed(tmp_path: Path) -> None:
    folder, keys = made(tmp_path)
    assert head(folder) == Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert keys.last_signed(ORIGIN) == (folder / "checkpoint").read_bytes()
    assert (folder / "log.vkey").read_text() == f"{KEY.verifier.vkey}\n"
    assert not (folder / "tile").exists()


@pytest.mark.parametrize("sizes", [(1,), (255, 256, 257), (1000,), (3, 3, 700, 1000)])
def test_a_log_that_grew_has_the_files_of_one_made_at_once(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    folder, keys = made(tmp_path, *sizes)
    check_whole(folder, sizes[-1])
    for size in sizes:  # what an earlier checkpoint covers is served on
        paths = [tile.path for tile in tile_sizes(size)]
        assert {path: (folder / path).read_bytes() for path in paths} == {
            path: make_log(size).files()[path] for path in paths
        }
    assert keys.last_signed(ORIGIN) == (folder / "checkpoint").read_bytes()


def test_nothing_is_written_when_nothing_is_appended(tmp_path: Path) -> None:
    folder, keys = made(tmp_path, 5)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != "lock"}
    with open_log(folder, keys) as log:
        assert log.append([]) == head(folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != "lock"} == before


def test_what_is_there_is_never_made_again(tmp_path: Path) -> None:
    folder, keys = made(tmp_path, 5)
    assert refused(lambda: create_log(folder, KEY, keys)) == "tlog.log_exists"
    (folder / "checkpoint").unlink()
    other = SigningKey(ORIGIN, b"\x02" * 32)
    assert refused(lambda: create_log(folder, other, keys)) == "tlog.log_exists"


def test_only_the_holder_of_the_key_writes(tmp_path: Path) -> None:
    folder, _ = made(tmp_path, 5)
    for key in (SigningKey(ORIGIN, b"\x02" * 32), SigningKey("another.example", b"\x01" * 32)):
        keys = KeysOnDisk(key, tmp_path / "others")
        assert refused(lambda keys=keys: grow_to(6, folder, keys)) == "tlog.no_key"  # type: ignore[misc]
    assert refused(lambda: grow_to(6, tmp_path, KeysOnDisk(KEY, tmp_path / "signed"))) == "tlog.no_log"


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    folder, keys = made(tmp_path, 5)
    program = (
        "import sys; from pathlib import Path; from tests.audit.tlog.test_folder import *\n"
        "with open_log(Path(sys.argv[1]), KeysOnDisk(KEY, Path(sys.argv[2]))):\n"
        "    print('open', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, str(folder), str(tmp_path / "signed")]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "open\n"
        assert refused(lambda: grow_to(6, folder, keys)) == "tlog.busy"
        other.kill()
    assert grow_to(6, folder, keys).size == 6


# --- no second history


def test_a_folder_restored_from_a_backup_signs_nothing(tmp_path: Path) -> None:
    folder, keys = made(tmp_path, 300)
    shutil.copytree(folder, tmp_path / "backup")
    grow_to(600, folder, keys)
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "backup", folder)
    before = read_files(folder)
    assert refused(lambda: grow_to(601, folder, keys, OTHERS)) == "tlog.rolled_back"
    assert read_files(folder) == before
    assert head(folder).size == 300


def test_an_empty_folder_signs_nothing_for_a_key_that_has_signed(tmp_path: Path) -> None:
    folder, keys = made(tmp_path, 3)
    shutil.rmtree(folder)
    assert refused(lambda: create_log(folder, KEY, keys)) == "tlog.rolled_back"
    assert not (folder / "checkpoint").exists()


def test_a_checkpoint_put_back_alone_is_brought_forward(tmp_path: Path) -> None:
    """The tiles of what was signed are there: the newest checkpoint is shown again, and no other is signed."""
    folder, keys = made(tmp_path, 300)
    old = (folder / "checkpoint").read_bytes()
    grow_to(600, folder, keys)
    (folder / "checkpoint").write_bytes(old)
    with open_log(folder, keys) as log:
        assert log.checkpoint.size == 600
    check_whole(folder, 600)


def test_tiles_of_entries_that_nobody_remembers_are_not_overwritten(tmp_path: Path) -> None:
    """Folder and key were both set back, but the tiles betray that more was written."""
    folder, keys = made(tmp_path, 300)
    old, signed = (folder / "checkpoint").read_bytes(), keys.last_signed(ORIGIN)
    grow_to(600, folder, keys)
    (folder / "checkpoint").write_bytes(old)
    keys.remember_signed(ORIGIN, signed)
    before = read_files(folder)
    assert refused(lambda: grow_to(600, folder, keys, OTHERS)) == "tlog.damaged"
    assert read_files(folder) == before


def test_a_note_of_another_crash_takes_nothing_away(tmp_path: Path) -> None:
    """It tells of entries behind 100; those behind 300 were never said to be unsigned."""
    folder, keys = made(tmp_path, 300)
    old, signed = (folder / "checkpoint").read_bytes(), keys.last_signed(ORIGIN)
    grow_to(600, folder, keys)
    (folder / "checkpoint").write_bytes(old)
    (folder / "growing").write_bytes(b"100\n" + Checkpoint(ORIGIN, 600, make_log(600).tree.root()).text)
    keys.remember_signed(ORIGIN, signed)
    assert refused(lambda: grow_to(600, folder, keys, OTHERS)) == "tlog.damaged"
    assert (folder / "tile/0/001").exists()


def test_another_history_is_not_signed(tmp_path: Path) -> None:
    folder, keys = made(tmp_path, 300)
    other, _ = made(tmp_path / "other", 400, entries=OTHERS)
    shutil.rmtree(folder)
    shutil.copytree(other, folder)
    assert refused(lambda: grow_to(500, folder, keys)) == "tlog.other_history"
    other, _ = made(tmp_path / "third", 300, entries=OTHERS)
    shutil.rmtree(folder)
    shutil.copytree(other, folder)
    assert refused(lambda: grow_to(500, folder, keys)) == "tlog.other_history"


def test_a_key_without_its_memory_goes_on_from_the_folder(tmp_path: Path) -> None:
    folder, keys = made(tmp_path, 300)
    (tmp_path / "signed").unlink()
    with open_log(folder, keys):
        assert keys.last_signed(ORIGIN) == (folder / "checkpoint").read_bytes()
    grow_to(301, folder, keys)
    check_whole(folder, 301)
    assert keys.last_signed(ORIGIN) == (folder / "checkpoint").read_bytes()


def test_a_damaged_memory_signs_nothing(tmp_path: Path) -> None:
    folder, keys = made(tmp_path, 300)
    keys.remember_signed(
        ORIGIN, sign_checkpoint(Checkpoint("b.example", 0, EMPTY_ROOT), SigningKey("b.example", KEY.seed))
    )
    assert refused(lambda: grow_to(301, folder, keys)) == "tlog.memory_damaged"


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"])
def test_a_flipped_bit_in_what_is_read_signs_nothing(tmp_path: Path, path: str) -> None:
    folder, keys = made(tmp_path, 300)
    data = bytearray((folder / path).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / path).write_bytes(data)
    code = refused(lambda: grow_to(301, folder, keys))
    assert code in {"tlog.damaged", "tlog.other_history"}
    assert keys.last_signed(ORIGIN) == made(tmp_path / "good", 300)[1].last_signed(ORIGIN)


@pytest.mark.parametrize("file", ["tile/0/001.p/45", "tile/entries/001.p/45"])
def test_a_bit_that_flips_on_the_way_to_the_disk_is_not_signed(tmp_path: Path, file: str) -> None:
    class Flipping(Disk):
        def write(self, path: Path, data: bytes) -> None:
            """Write one file other than it was given."""
            wrong = path.as_posix().endswith(f"{file}.part")
            super().write(path, bytes([*data[:9], data[9] ^ 1, *data[10:]]) if wrong else data)

    folder, keys = made(tmp_path, 300)
    signed = keys.last_signed(ORIGIN)
    assert refused(lambda: grow_to(301, folder, keys, disk=Flipping())) == "tlog.damaged"
    assert (head(folder).size, keys.last_signed(ORIGIN)) == (300, signed)
    grow_to(301, folder, keys)
    check_whole(folder, 301)


# --- crashes


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 250 entries with its key's memory, to be copied."""
    place = tmp_path_factory.mktemp("base")
    made(place, 250)
    return place


def copied(base: Path, place: Path) -> tuple[Path, KeysOnDisk]:
    shutil.copytree(base, place)
    return place / "log", KeysOnDisk(KEY, place / "signed")


def operations(base: Path, place: Path, size: int) -> int:
    """Return how many operations of the disk an append to this size takes."""
    folder, _ = copied(base, place)
    disk = DyingDisk()
    grow_to(size, folder, KeysOnDisk(KEY, place / "signed", disk), disk=disk)
    return len(disk.done)


@pytest.mark.parametrize("mode", Mode)
def test_a_crash_between_any_two_steps_loses_nothing_and_signs_no_second_history(
    base: Path, tmp_path: Path, mode: Mode
) -> None:
    steps = operations(base, tmp_path / "count", 300)
    assert steps > 30
    shown_then, kept = set(), 0
    for step in range(steps):
        place = tmp_path / f"{step}"
        folder, keys = copied(base, place)
        disk = DyingDisk(step, mode)
        with pytest.raises(Crash):
            grow_to(300, folder, KeysOnDisk(KEY, place / "signed", disk), disk=disk)
        shown = head(folder).size
        signed = open_checkpoint(keys.last_signed(ORIGIN), KEY.verifier).size
        assert 250 <= shown <= signed <= 300
        shown_then.add((shown, signed))
        # other entries than those that the crash interrupted: they follow what was signed, whatever that was
        follow = [*ENTRIES[:signed], *OTHERS[signed:]]
        grow_to(310, folder, keys, follow)
        with open_log(folder, keys) as log:
            assert log.checkpoint.size == 310
        files = read_files(folder)
        assert not any(name == "growing" or name.endswith(".part") for name in files)
        for size in (250, signed):
            wanted = make_log(size).files()
            del wanted["checkpoint"]
            assert {path: files[path] for path in wanted} == wanted
        kept += signed == 300
    assert {(250, 250), (250, 300), (300, 300)} >= shown_then >= {(250, 250), (300, 300)}
    assert kept


@pytest.mark.parametrize("mode", Mode)
def test_a_crash_while_clearing_up_after_a_crash(base: Path, tmp_path: Path, mode: Mode) -> None:
    steps, crashes = operations(base, tmp_path / "count", 300), 0
    for step in range(0, steps, 5):
        for again in range(0, 12, 2):
            place = tmp_path / f"{step}-{again}"
            folder, keys = copied(base, place)
            for at in (step, again):
                disk = DyingDisk(at, mode)
                try:
                    grow_to(300, folder, KeysOnDisk(KEY, place / "signed", disk), disk=disk)
                except Crash:
                    crashes += 1
            grow_to(300, folder, keys)
            check_whole(folder, 300)
    assert crashes > steps


@pytest.mark.parametrize("mode", Mode)
def test_a_crash_while_a_log_is_made(tmp_path: Path, mode: Mode) -> None:
    disk = DyingDisk()
    create_log(tmp_path / "count" / "log", KEY, KeysOnDisk(KEY, tmp_path / "count" / "signed", disk), disk)
    for step in range(len(disk.done)):
        place = tmp_path / f"{step}"
        dying = DyingDisk(step, mode)
        with pytest.raises(Crash):
            create_log(place / "log", KEY, KeysOnDisk(KEY, place / "signed", dying), dying)
        keys = KeysOnDisk(KEY, place / "signed")
        if not (place / "log" / "checkpoint").exists():
            create_log(place / "log", KEY, keys)
        grow_to(3, place / "log", keys)
        check_whole(place / "log", 3)
