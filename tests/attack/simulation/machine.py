"""Machines that fail: between any two steps, with what was just done persisted or lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.disk import Disk
from tests.attack.history import log_key
from tests.domain.conftest import BOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from random import Random

    from domain.kernel.note import SigningKey


class Crash(BaseException):
    """The machine stops here. No program can handle it: what was not durable is gone."""


@dataclass
class Luck:
    """When things go wrong, by one seed: every draw of a run comes from here, so that it can be run again."""

    random: Random
    crash: float = 0.0
    """How likely a machine stops at one of the places where it may."""

    crashes: int = 0

    def maybe_crash(self) -> None:
        """Stop here, perhaps."""
        if self.crash and self.random.random() < self.crash:
            self.crashes += 1
            raise Crash

    def happens(self, likely: float) -> bool:
        """Tell whether something of that likelihood happens."""
        return self.random.random() < likely


class FailingDisk(Disk):
    """A witness's disk: the machine may stop before and after each operation, and within a write.

    A name is durable when its folder was synced: a crash before that may undo a rename.
    """

    def __init__(self, luck: Luck) -> None:
        """Fail by `luck`."""
        self._luck = luck
        self._pending: list[Callable[[], object]] = []

    def write(self, path: Path, data: bytes) -> None:
        """Write a file, or a part of it before the machine stops."""
        self._luck.maybe_crash()
        self._torn(path, b"", data)
        path.write_bytes(data)
        self._luck.maybe_crash()

    def append(self, path: Path, end: int, data: bytes) -> None:
        """Write behind what is there, or a part of it before the machine stops."""
        self._luck.maybe_crash()
        before = path.read_bytes()[:end] if path.exists() else b""
        self._torn(path, before, data)
        path.write_bytes(before + data)
        self._luck.maybe_crash()

    def _torn(self, path: Path, before: bytes, data: bytes) -> None:
        try:
            self._luck.maybe_crash()
        except Crash:
            path.write_bytes(before + data[: self._luck.random.randrange(len(data) + 1)])
            raise

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in another's place; durable only with the next sync."""
        self._luck.maybe_crash()
        old = target.read_bytes() if target.exists() else None
        source.replace(target)
        self._pending.append(lambda: target.unlink() if old is None else target.write_bytes(old))
        self._luck.maybe_crash()

    def sync(self, folder: Path) -> None:
        """Make names durable."""
        del folder
        self._luck.maybe_crash()
        self._pending.clear()
        self._luck.maybe_crash()

    def lose(self) -> None:
        """After a crash: undo the last renames that were not synced, or some of them, or none."""
        while self._pending and self._luck.happens(0.5):
            self._pending.pop()()
        self._pending.clear()


@dataclass
class Keys:
    """The log's key and what lies beside it, outside the database (`projections.log.LogKeys`)."""

    luck: Luck
    signed: bytes = b""
    told: Callable[[bytes], None] = field(default=lambda _: None)
    """Hears of each checkpoint that has become durable here: from then on somebody may see it."""

    def key_of(self, origin: str) -> SigningKey | None:
        """Return the log's key."""
        key = log_key(BOOK)
        return key if key.name == origin else None

    def signing_key(self, vkey: str) -> SigningKey | None:
        """Return the log's key."""
        key = log_key(BOOK)
        return key if key.verifier.vkey == vkey else None

    def held(self, origin: str) -> Sequence[SigningKey]:
        """Return the log's key."""
        key = self.key_of(origin)
        return [key] if key else []

    def frozen(self, origin: str) -> str:
        """Return that the log may sign."""
        del origin
        return ""

    def last_signed(self, origin: str) -> bytes:
        """Return the newest checkpoint that was signed."""
        del origin
        return self.signed

    def remember_signed(self, origin: str, checkpoint: bytes) -> None:
        """Keep a checkpoint; the machine may stop before and after."""
        del origin
        self.luck.maybe_crash()
        self.signed = checkpoint
        self.told(checkpoint)
        self.luck.maybe_crash()
