"""The heads that a witness cosigned before its newest one: files that only grow, of 1,024 sizes each.

A record is ``<size> <bytes>`` in decimal, a newline, and the cosigned checkpoint. What a crash left of a record at a
file's end is passed over by the reader and cut off by the next writer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audit.disk import Disk

SIZES = 1024
"""How many sizes share a file: few enough to be read through, enough that a county needs no million files."""

_HEAD = re.compile(rb"(0|[1-9][0-9]{0,18}) ([1-9][0-9]{0,6})\n")


class _Record(NamedTuple):
    size: int
    note: bytes
    end: int


def _records(data: bytes) -> Iterator[_Record]:
    place = 0
    while head := _HEAD.match(data, place):
        end = head.end() + int(head[2])
        if end > len(data):
            return
        yield _Record(int(head[1]), data[head.end() : end], end)
        place = end


class History:
    """The earlier heads of one log, in a folder of its own."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        """Use a folder that is there."""
        self._folder = folder
        self._disk = disk

    def begun(self) -> bool:
        """Tell whether anything was ever kept here."""
        return any(self._folder.iterdir())

    def at(self, size: int) -> bytes:
        """Return the checkpoint of that size that was cosigned last, b"" when none was."""
        notes = [record.note for record in _records(self._read(size)) if record.size == size]
        return notes[-1] if notes else b""

    def add(self, size: int, note: bytes) -> None:
        """Keep a cosigned checkpoint, durably; one that is there already is not added again."""
        data = self._read(size)
        records = list(_records(data))
        if records and (records[-1].size, records[-1].note) == (size, note):
            return
        end = records[-1].end if records else 0
        path = self._path(size)
        self._disk.append(path, end, b"%d %d\n" % (size, len(note)) + note)
        self._disk.sync(path.parent)

    def _path(self, size: int) -> Path:
        return self._folder / f"{size // SIZES}"

    def _read(self, size: int) -> bytes:
        try:
            return self._path(size).read_bytes()
        except FileNotFoundError:
            return b""
