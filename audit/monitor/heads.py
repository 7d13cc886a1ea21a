"""Signed checkpoints that a monitor keeps as plain bytes beside its database, whatever becomes of that.

kept.checkpoints                       the newest good one of each address, as `audit.monitor.newest` has it
forks/<hex>/<size>-<root>.checkpoint   one that the log signed too and that does not go with what was verified
forks/<hex>/<size>-<root>.kept         the newest good one at that time, if any
forks/<hex>/malformed-<SHA-256>.*      the same, of a signed text that is no checkpoint
forks/<hex>/split-<hex>.checkpoint     one that was found good here and does not go with another address, of that hex
forks/<hex>/split-<hex>.other          the one that the other address showed
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from audit.disk import Disk
from audit.monitor.newest import NewestHeads, is_checkpoint, name_of
from audit.tlog.checkpoint import parse_checkpoint
from domain.kernel.errors import RuleViolation
from domain.kernel.note import parse_note

if TYPE_CHECKING:
    from pathlib import Path

    from audit.tlog.checkpoint import Checkpoint

NEWEST = "kept.checkpoints"
"""The file of the newest ones."""

MAX_FORKS = 1000
"""More evidence against one log is not kept: the first says all, and a log could fill the disk."""


class Heads:
    """The checkpoints of all addresses, in a folder."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        """Use a folder; what is needed below it is made when something is kept."""
        self._folder = folder
        self._disk = disk or Disk()
        self._newest = NewestHeads(folder / NEWEST, self._disk)

    def begin(self) -> None:
        """Begin a run: what was kept is read from the disk again."""
        self._newest.forget()

    def newest(self, address: str) -> bytes:
        """Return the newest good checkpoint of an address that can be read, b"" when there is none.

        Where the newest itself cannot, those that were kept beside evidence are looked at.
        """
        note = self._newest.get(address)
        if note and not self._newest.in_doubt(address):
            return note
        older = filter(None, [note, *map(_read, self._forks(address).glob("*.kept"))])
        return max(older, key=lambda one: _head(one).size, default=b"")

    def damaged(self, address: str) -> bool:
        """Tell whether the newest may have been kept and cannot be read any more."""
        return self._newest.in_doubt(address)

    def beyond(self, address: str, size: int) -> bytes:
        """Return the newest good checkpoint if it is of more than `size` entries, else b""."""
        note = self.newest(address)
        return note if note and _head(note).size > size else b""

    def keep(self, address: str, note: bytes) -> None:
        """Keep a checkpoint that was found good as the newest, durable with `sync`."""
        self._newest.keep(address, note)

    def sync(self) -> None:
        """Make all durable that was kept as the newest: one write to the disk for many addresses."""
        self._newest.sync()

    def keep_fork(self, address: str, note: bytes) -> str:
        """Keep a checkpoint that does not go with what was verified, durably; return its path, "" beyond the limit."""
        path = self._forks(address) / f"{_label(note)}.checkpoint"
        if not path.exists():
            if self.forks(address) >= MAX_FORKS:
                return ""
            if kept := self.newest(address):
                self._disk.put(path.with_suffix(".kept"), kept)
            self._disk.put(path, note)
        return str(path)

    def keep_split(self, address: str, note: bytes, other: str, other_note: bytes) -> str:
        """Keep what two addresses showed that have two histories, durably and once; return the path of the first."""
        path = self._forks(address) / f"split-{name_of(other)}.checkpoint"
        if not path.exists():
            self._disk.put(path.with_suffix(".other"), other_note)
            self._disk.put(path, note)
        return str(path)

    def forks(self, address: str) -> int:
        """Return how many such checkpoints were kept of an address."""
        return len(list(self._forks(address).glob("*.checkpoint")))

    def _forks(self, address: str) -> Path:
        return self._folder / "forks" / name_of(address)


def _read(path: Path) -> bytes:
    """Return a checkpoint from a file, b"" when it cannot be read."""
    try:
        note = path.read_bytes()
    except OSError:
        return b""
    return note if is_checkpoint(note) else b""


def _label(note: bytes) -> str:
    """Return under which name evidence is kept."""
    try:
        head = _head(note)
    except RuleViolation:
        return f"malformed-{sha256(note).hexdigest()}"
    return f"{head.size}-{head.root.hex()}"


def size_of(note: bytes) -> int:
    """Return of how many entries a checkpoint is, 0 of what is none."""
    return _head(note).size if is_checkpoint(note) else 0


def _head(note: bytes) -> Checkpoint:
    return parse_checkpoint(parse_note(note).text)
