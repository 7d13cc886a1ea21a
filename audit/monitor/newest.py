"""The newest good checkpoint of each address, in one file that only grows: one turn of the disk keeps many of them.

A record is ``<SHA-256 of the address in hex> <bytes>``, a newline, and the signed checkpoint; of an address the last
one counts. What is damaged is passed over up to the next record. Nobody can tell of which address it was: so all those
that have no record behind it are in doubt.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from audit.tlog.checkpoint import parse_checkpoint
from domain.kernel.errors import RuleViolation
from domain.kernel.note import parse_note

if TYPE_CHECKING:
    from pathlib import Path

    from audit.disk import Disk

WASTE_MAX_BYTES = 1_000_000
"""When older records take as much and half of the file, it is written anew without them."""

_HEAD = re.compile(rb"([0-9a-f]{64}) ([1-9][0-9]{0,6})\n")


def name_of(address: str) -> str:
    """Return the name of an address in files: its SHA-256 in hex."""
    return sha256(address.encode()).hexdigest()


def is_checkpoint(note: bytes) -> bool:
    """Tell whether a note is a checkpoint, whoever signed it."""
    try:
        parse_checkpoint(parse_note(note).text)
    except RuleViolation:
        return False
    return True


class NewestHeads:
    """The file, read when it is first asked for something."""

    def __init__(self, path: Path, disk: Disk) -> None:
        """Use a file, made when something is kept."""
        self._path = path
        self._disk = disk
        self._waiting: dict[str, bytes] = {}
        self.forget()

    def forget(self) -> None:
        """Read the file again once something is asked for: another run may have written to it."""
        self._notes: dict[str, bytes] | None = None
        self._behind: set[str] | None = None
        """The names that have a record behind the last damage; None when there is none."""
        self._bytes = 0

    def get(self, address: str) -> bytes:
        """Return the checkpoint of an address, b"" when there is none that can be read."""
        name = name_of(address)
        return self._waiting.get(name) or self._read().get(name, b"")

    def in_doubt(self, address: str) -> bool:
        """Tell whether a newer one of an address may be among what is damaged."""
        self._read()
        name = name_of(address)
        return self._behind is not None and name not in self._behind and name not in self._waiting

    def keep(self, address: str, note: bytes) -> None:
        """Keep a checkpoint as the newest of its address, on the disk with `sync`."""
        if self.get(address) != note or self.in_doubt(address):
            self._waiting[name_of(address)] = note

    def sync(self) -> None:
        """Make all durable that was kept; a crash leaves what was there."""
        if not self._waiting:
            return
        notes, new = self._read(), _records(self._waiting)
        notes.update(self._waiting)
        if self._behind is not None:
            self._behind.update(self._waiting)
        whole = _records(notes)
        if self._bytes and self._bytes + len(new) < 2 * len(whole) + WASTE_MAX_BYTES:
            self._disk.append(self._path, self._bytes, new)
            self._bytes += len(new)
        else:
            if self._behind is not None:
                self._put_aside()
            self._disk.put(self._path, whole)
            self._bytes, self._behind = len(whole), None
        self._waiting = {}

    def _kept_apart(self) -> dict[str, bytes]:
        """Return what an earlier version kept: a file for each address, named as here."""
        files = {path.stem: path.read_bytes() for path in self._path.with_name("kept").glob("*.checkpoint")}
        return {name: note for name, note in files.items() if is_checkpoint(note)}

    def _put_aside(self) -> None:
        """Keep a copy of what is damaged; only what is no file is moved out of the way."""
        aside = self._path.with_suffix(".damaged")
        if self._path.is_file():
            self._disk.put(aside, self._path.read_bytes())
        else:
            self._disk.rename(self._path, aside)

    def _read(self) -> dict[str, bytes]:
        if self._notes is not None:
            return self._notes
        notes: dict[str, bytes] = {}
        self._notes = notes
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            notes.update(self._kept_apart())
            return notes
        except OSError:  # no file stands there
            data = b""
        self._bytes, place = len(data), 0
        if not data:
            self._behind = set()
        while place < len(data):
            head = _HEAD.match(data, place)
            note = data[head.end() : head.end() + int(head[2])] if head else b""
            if head and len(note) == int(head[2]) and is_checkpoint(note):
                name, place = head[1].decode(), head.end() + len(note)
                notes[name] = note
                if self._behind is not None:
                    self._behind.add(name)
            else:
                self._behind = set()
                found = _HEAD.search(data, place + 1)
                place = found.start() if found else len(data)
        return notes


def _records(notes: dict[str, bytes]) -> bytes:
    return b"".join([b"%s %d\n%s" % (name.encode(), len(note), note) for name, note in notes.items()])
