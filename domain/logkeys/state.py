"""Under which origin, and by which keys, a log's checkpoints are signed: by their size, never by the clock.

An entry `i` about keys holds for the checkpoints that cover it, those of more than `i` entries. So whoever has the
first `n` entries knows whose signatures the checkpoint of `n` entries has to carry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.kernel.note import VerifierKey, parse_vkey

if TYPE_CHECKING:
    from domain.founding import Log
    from domain.logkeys.events import LogMove


@dataclass(slots=True)
class LogKey:
    """A key of the log: it signs the checkpoints of more than `added` and at most `ended` entries (None: no end)."""

    verifier: VerifierKey
    added: int
    ended: int | None = None

    def signs(self, size: int) -> bool:
        """Whether the checkpoint of `size` entries must carry its signature."""
        return self.added < max(size, 1) and (self.ended is None or size <= self.ended)


@dataclass(slots=True)
class LogOrigin:
    """A name that the log has or had, with all its keys in the order in which they came.

    When the log has left it, `left` is the entry that says so, `reason` why, and of its checkpoints only those of at
    most `last` entries are to be believed.
    """

    name: str
    since: int
    keys: list[LogKey] = field(default_factory=list)
    left: int | None = None
    last: int | None = None
    reason: str = ""

    def keys_at(self, size: int) -> list[LogKey]:
        """Return the keys that sign the checkpoint of `size` entries, the oldest first."""
        return [key for key in self.keys if key.signs(size)]

    def is_void(self, size: int) -> bool:
        """Whether a checkpoint of `size` entries under this name counts for nothing: a thief may have signed it."""
        return self.last is not None and size > self.last


@dataclass
class LogOrigins:
    """All origins of a log, in order; the last one is its name now. There is none before the book is opened."""

    origins: list[LogOrigin] = field(default_factory=list)

    def open(self, log: Log, index: int) -> None:
        """Begin with what the first entry says; later ones cannot."""
        if index == 0:
            self._begin(log.origin, log.vkey, 0)

    def add(self, vkey: str, index: int) -> None:
        """Let entry `index` bring in one more key."""
        self.now.keys.append(LogKey(parse_vkey(vkey), index))

    def retire(self, vkey: str, index: int) -> None:
        """Let entry `index` end a key."""
        for key in self.in_force:
            if key.verifier.vkey == vkey:
                key.ended = index

    def move(self, move: LogMove, index: int) -> None:
        """Let entry `index` end all keys of the origin, and begin a new one."""
        old = self.now
        verifier = parse_vkey(move.vkey)
        for key in self.in_force:
            key.ended = index
        old.left, old.last, old.reason = index, move.last.n, move.reason
        self._begin(move.origin, verifier.vkey, index)

    def _begin(self, name: str, vkey: str, index: int) -> None:
        self.origins.append(LogOrigin(name, index, [LogKey(parse_vkey(vkey), index)]))

    @property
    def now(self) -> LogOrigin:
        """The origin under which the next checkpoint is signed."""
        return self.origins[-1]

    @property
    def in_force(self) -> list[LogKey]:
        """The keys that sign the next checkpoint, the oldest first."""
        return [key for key in self.now.keys if key.ended is None]

    def at(self, size: int) -> LogOrigin:
        """Return the origin under which the checkpoint of `size` entries is signed, by its `keys_at`."""
        return next(origin for origin in reversed(self.origins) if origin.since < max(size, 1))

    def named(self, name: str) -> LogOrigin | None:
        """Return the origin of that name, None when the log never had it."""
        return next((origin for origin in self.origins if origin.name == name), None)

    def all_keys(self) -> list[LogKey]:
        """Return every key that the log ever had."""
        return [key for origin in self.origins for key in origin.keys]
