"""A disk on which the machine dies, at any operation: before it, halfway through it, or just behind it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from audit.disk import Disk

if TYPE_CHECKING:
    from pathlib import Path

    from domain.kernel.note import SigningKey


class Crash(Exception):  # noqa: N818 -- the machine is gone, no error of the program
    """The machine died here."""


class Mode(Enum):
    """What is left of the operation during which the machine dies."""

    LOST = "lost"
    TORN = "torn"
    KEPT = "kept"


class DyingDisk(Disk):
    """A real disk that lets `steps` operations happen and dies in the next one; -1 for never.

    A name that was changed and not made durable yet is as it was before, when the sync of its folder is lost.
    """

    def __init__(self, steps: int = -1, mode: Mode = Mode.LOST) -> None:
        """Die in operation number `steps`, counted from 0."""
        self.steps = steps
        self.mode = mode
        self.done: list[str] = []
        self._unsynced: list[tuple[Path, bytes | None]] = []

    def write(self, path: Path, data: bytes) -> None:
        """Write a file, or none or half of it."""
        if self._dies("write"):
            if self.mode is not Mode.LOST:
                super().write(path, data if self.mode is Mode.KEPT else data[: len(data) // 2])
            raise Crash
        super().write(path, data)

    def append(self, path: Path, end: int, data: bytes) -> None:
        """Append to a file, or nothing or half of it; what is torn may be followed by rubbish."""
        if self._dies("append"):
            if self.mode is not Mode.LOST:
                torn = data[: len(data) // 2] + bytes(9)
                super().append(path, end, data if self.mode is Mode.KEPT else torn)
            raise Crash
        super().append(path, end, data)

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in another's place, or not."""
        before = target.read_bytes() if target.exists() else None
        if self._dies("rename"):
            if self.mode is Mode.KEPT:
                super().rename(source, target)
            raise Crash
        super().rename(source, target)
        self._unsynced.append((target, before))

    def remove(self, path: Path) -> None:
        """Take a file away, or not."""
        before = path.read_bytes() if path.exists() else None
        if self._dies("remove"):
            if self.mode is Mode.KEPT:
                super().remove(path)
            raise Crash
        super().remove(path)
        self._unsynced.append((path, before))

    def sync(self, folder: Path) -> None:
        """Make names durable, or lose them."""
        if self._dies("sync"):
            if self.mode is Mode.LOST:
                for path, before in reversed(self._unsynced):
                    path.unlink(missing_ok=True)
                    if before is not None:
                        path.write_bytes(before)
            raise Crash
        super().sync(folder)
        self._unsynced.clear()

    def make_folder(self, folder: Path, mode: int = 0o777) -> None:
        """Make a folder, or not."""
        if self._dies("folder"):
            if self.mode is Mode.KEPT:
                folder.mkdir(mode, exist_ok=True)
            raise Crash
        super().make_folder(folder, mode)

    def _dies(self, name: str) -> bool:
        self.done.append(name)
        return len(self.done) - 1 == self.steps


class KeysOnDisk:
    """One log's key, with what it signed last in a file beside it: on the same disk, and dying with it."""

    def __init__(self, key: SigningKey, path: Path, disk: Disk | None = None) -> None:
        """Remember in `path`."""
        self._key = key
        self._path = path
        self._disk = disk or Disk()

    def key_of(self, origin: str) -> SigningKey | None:
        """Return the key, if it is that of this log."""
        return self._key if origin == self._key.name else None

    def last_signed(self, origin: str) -> bytes:
        """Return what was signed last."""
        assert origin == self._key.name
        return self._path.read_bytes() if self._path.exists() else b""

    def remember_signed(self, origin: str, checkpoint: bytes) -> None:
        """Keep what is about to be shown."""
        assert origin == self._key.name
        self._disk.put(self._path, checkpoint)
