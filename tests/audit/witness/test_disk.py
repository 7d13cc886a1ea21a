"""What is durable before an answer is given, and what lies in the folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from audit.disk import Disk
from audit.witness import history
from audit.witness.history import History

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.audit.witness.conftest import Post, Village


def test_file_and_folder_are_synced_before_the_answer(
    post: Post, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sync = os.fsync

    def fsync(handle: int) -> None:
        sync(handle)
        synced.append(os.fstat(handle).st_ino)

    assert post.ask(village, 0, 7) == ""
    monkeypatch.setattr(os, "fsync", fsync)
    assert post.ask(village, 7, 12) == ""
    log = post.log_folder()
    files = (log / "cosigned" / "0", log / "cosigned", log / "checkpoint", log)
    assert synced == [path.stat().st_ino for path in files]
    synced.clear()
    assert post.ask(village.fork(1, 12), 12, 12) == "witness.fork"
    forks = sorted((log / "forks").iterdir())
    assert synced == [number for path in forks for number in (path.stat().st_ino, path.parent.stat().st_ino)]


def test_only_the_owner_reads_the_folder(post: Post) -> None:
    for folder in (post.folder, post.folder / "logs", post.log_folder(), post.log_folder() / "forks"):
        assert folder.stat().st_mode & 0o077 == 0


def test_a_history_is_read_by_size(tmp_path: Path) -> None:
    kept = History(tmp_path, Disk())
    sizes = [0, 1, 1, 5, history.SIZES - 1, history.SIZES, 5 * history.SIZES + 3, 2**63 - 1]
    for number, size in enumerate(sizes):
        kept.add(size, b"note %d" % number)
        kept.add(size, b"note %d" % number)
    assert [kept.at(size) for size in sizes[3:]] == [b"note %d" % number for number in range(3, 8)]
    assert (kept.at(0), kept.at(1), kept.at(2), kept.at(6 * history.SIZES)) == (
        b"note 0",
        b"note 2",
        b"",
        b"",
    )
    assert len(list(tmp_path.iterdir())) == 4
    assert (tmp_path / "1").read_bytes() == b"1024 6\nnote 5"


def test_what_a_crash_left_is_cut_off(tmp_path: Path) -> None:
    kept = History(tmp_path, Disk())
    kept.add(1, b"first")
    whole = (tmp_path / "0").read_bytes()
    for torn in (
        b"2",
        b"2 3",
        b"2 3\n",
        b"2 3\nab",
        b"\x00" * 40,
        b"2 03\nabc",
        b"2 x\nabc",
        b"2 9999999999\n",
    ):
        (tmp_path / "0").write_bytes(whole + torn)
        assert (kept.at(1), kept.at(2)) == (b"first", b"")
        kept.add(2, b"second")
        assert (kept.at(1), kept.at(2)) == (b"first", b"second")
        assert (tmp_path / "0").read_bytes() == whole + b"2 6\nsecond"
