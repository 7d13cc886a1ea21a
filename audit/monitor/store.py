"""What a monitor keeps between two runs: for each address the replay of what it verified, and what it found.

A replay is the state of many small classes. It is written as a pickle, which only ever holds values of the domain and
of this package: whatever else stands in such a file is refused before it is made. A file of another version of the
program is passed over, and the book is verified anew from its first entry.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import pickle
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import domain
from audit.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.report import Finding

LOGGER = logging.getLogger(__name__)

MAGIC = b"sunledger.monitor/v1\n"
HEAD_BYTES = len(MAGIC) + 64
OURS = ("domain.", "audit.figures", "audit.monitor.", "audit.replay", "audit.report")
FOREIGN = frozenset(
    {
        ("builtins", "bytearray"),
        ("builtins", "frozenset"),
        ("builtins", "set"),
        ("msgspec._core", "UNSET"),
        ("msgspec._core", "rebuild"),  # makes a record of a class that was let through before
    }
)
"""All that a state may name besides our own classes."""


@dataclass
class State:
    """A book as far as it was verified (`replay`) with what is wrong there (`settled`), and what the last run found."""

    address: str
    replay: Replay = field(default_factory=Replay)
    settled: list[Finding] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


class StateStore:
    """A folder with one file for each address that is followed, each replaced whole."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, made when the first state is saved; nobody else should be able to write there."""
        self._folder = folder

    def load(self, address: str) -> State:
        """Return what is known of an address, or the state before the first run."""
        try:
            data = self._path(address).read_bytes()
        except FileNotFoundError:
            return State(address)
        try:
            return _decode(data, address)
        except Exception as problem:  # noqa: BLE001 -- whatever is wrong with the file, the log itself is there
            LOGGER.warning("monitor: %s is verified anew: %s", address, problem)
            return State(address)

    def save(self, state: State) -> None:
        """Keep a state; a crash leaves the one before."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(state.address)
        partial = path.with_suffix(".part")
        with partial.open("wb") as file:
            file.write(_head(kept := pickle.dumps(state, protocol=5)) + kept)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)

    def _path(self, address: str) -> Path:
        return self._folder / f"{hashlib.sha256(address.encode()).hexdigest()}.state"


def _head(kept: bytes) -> bytes:
    """Return what stands before a state: the format, the version of the program, and the checksum of what follows."""
    return MAGIC + _program() + hashlib.sha256(kept).digest()


def _decode(data: bytes, address: str) -> State:
    kept = data[HEAD_BYTES:]
    if data[:HEAD_BYTES] != _head(kept):
        raise pickle.UnpicklingError("damaged, or of another version")
    state = _Reader(io.BytesIO(kept)).load()
    if not isinstance(state, State) or state.address != address:
        raise pickle.UnpicklingError("another address")
    return state


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        """Return a class of the domain or of this package; nothing else is ever made or called."""
        if (module, name) in FOREIGN:
            return super().find_class(module, name)
        if module.startswith(OURS) and isinstance(found := super().find_class(module, name), type):
            return found
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a state")


@cache
def _program() -> bytes:
    """Return a digest of the code whose objects are kept: another version may see another meaning in them."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.read_bytes())
    return digest.digest()


def _sources() -> Iterator[Path]:
    for package in (Path(domain.__file__ or "").parent, Path(__file__).parents[1]):
        yield from sorted(package.rglob("*.py"))
