"""A disk on which the machine dies: at any operation, before it, halfway through it, or just behind it."""

from __future__ import annotations

from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING

from audit.witness.disk import Disk

if TYPE_CHECKING:
    from pathlib import Path


class Crash(Exception):  # noqa: N818 -- the machine is gone, no error of the program
    """The machine died here."""


class Mode(Enum):
    """What is left of the operation during which the machine dies."""

    LOST = "lost"
    TORN = "torn"
    KEPT = "kept"


class DyingDisk(Disk):
    """A real disk that lets `steps` operations happen and dies in the next one.

    A name that was put in its place and not made durable yet is lost with a sync that is lost.
    """

    def __init__(self, steps: int, mode: Mode) -> None:
        """Die in operation number `steps`, counted from 0; -1 for never."""
        self.steps = steps
        self.mode = mode
        self.done: list[str] = []
        self._renamed: tuple[Path, bytes | None] | None = None

    def _dies(self, name: str) -> bool:
        self.done.append(name)
        return len(self.done) - 1 == self.steps

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
                super().append(
                    path, end, data if self.mode is Mode.KEPT else data[: len(data) // 2] + bytes(9)
                )
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
        self._renamed = (target, before)

    def sync(self, folder: Path) -> None:
        """Make names durable, or lose the last."""
        if self._dies("sync"):
            if self.mode is Mode.LOST and self._renamed:
                target, before = self._renamed
                target.unlink()
                if before is not None:
                    target.write_bytes(before)
            raise Crash
        super().sync(folder)
        self._renamed = None

    def make_folder(self, folder: Path) -> None:
        """Make a folder, or not."""
        if self._dies("folder"):
            if self.mode is Mode.KEPT:
                with suppress(FileExistsError):
                    folder.mkdir()
            raise Crash
        super().make_folder(folder)
