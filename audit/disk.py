"""The file operations that change what must survive a crash, each durable before it returns.

They stand behind one small class, so that a test can let the machine fail between any two of them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Disk:
    """The real disk."""

    def write(self, path: Path, data: bytes) -> None:
        """Write a file and sync it."""
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def append(self, path: Path, end: int, data: bytes) -> None:
        """Write behind the first `end` bytes of a file, made if need be, and sync it; what stood there is cut off."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.truncate(end)
            file.seek(end)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in another's place, at once."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Take a file away; one that is gone is no error."""
        path.unlink(missing_ok=True)

    def sync(self, folder: Path) -> None:
        """Make durable which names stand in a folder."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def make_folder(self, folder: Path, mode: int = 0o777) -> None:
        """Make a folder, unless it is there; `mode` as `Path.mkdir` has it."""
        with suppress(FileExistsError):
            folder.mkdir(mode)
        self.sync(folder.parent)

    def put(self, path: Path, data: bytes) -> None:
        """Put a file in its place whole, the folders above it made if need be: a crash leaves what was, or this one."""
        if not path.parent.is_dir():
            for folder in reversed(path.parents):
                if not folder.is_dir():
                    self.make_folder(folder)
        partial = path.with_name(f"{path.name}.part")
        self.write(partial, data)
        self.rename(partial, path)
        self.sync(path.parent)

    def drop(self, path: Path) -> None:
        """Take a file away for good, and what a crash may have left of it."""
        if path.parent.is_dir():
            self.remove(path.with_name(f"{path.name}.part"))
            self.remove(path)
            self.sync(path.parent)
