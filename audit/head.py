"""A log's head as it is served: the newest checkpoint, and the key that the log names as its own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from audit.files import UNREADABLE
from audit.tlog.checkpoint import Checkpoint, open_checkpoint
from audit.tlog.proof import BAD_PROOF, check_consistency, consistency_proof, range_root
from audit.tlog.tiles import TileReader
from domain.kernel.errors import Kind, Phrase, RuleViolation
from domain.kernel.note import VerifierKey, parse_vkey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.source import Source


class Head(NamedTuple):
    """A signed checkpoint: the note as it was served, what it says, and the key that signed it."""

    note: bytes
    checkpoint: Checkpoint
    key: VerifierKey


def read_head(source: Source, vkey: str = "") -> Head:
    """Return the newest checkpoint of a log, signed by `vkey` or else by the key that is served beside it.

    Raises `audit.unreadable` when there is none, and what `open_checkpoint` raises.
    """
    note = fetch_needed(source, "checkpoint")
    key = parse_vkey(vkey) if vkey else served_key(source)
    return Head(note, open_checkpoint(note, key), key)


def served_key(source: Source) -> VerifierKey:
    """Return the key that a log names as its own; raises `audit.unreadable` or `note.vkey_malformed`."""
    return parse_vkey(fetch_needed(source, "log.vkey").rstrip(b"\n").decode(errors="replace"))


def fetch_needed(source: Source, path: str) -> bytes:
    """Return a file without which nothing can be said; raises `audit.unreadable`."""
    try:
        return source.fetch(path)
    except FileNotFoundError:
        raise UNREADABLE(place=path, problem=Phrase("没有这个文件", "there is no such file")) from None


def tiles_of(source: Source, head: Checkpoint) -> TileReader:
    """Return the tiles that give a head's root; raises `tlog.bad_proof` for tiles that do not.

    Only a server that could not be reached raises `audit.unreadable`: missing or damaged tiles prove nothing.
    """
    reader = TileReader(head.size, source.fetch)
    with _proving():
        if reader.root() != head.root:
            raise BAD_PROOF()
    return reader


def prove_prefix(source: Source, head: Checkpoint, old: int) -> tuple[bytes, list[bytes]]:
    """Return the root over the first `old` entries of a log, with the proof that its own head has it; 0 < old.

    Whoever knows another root for so many entries has found a fork. Raises as `tiles_of` does.
    """
    if old == head.size:
        return head.root, []
    reader = tiles_of(source, head)
    with _proving():
        root, proof = range_root(0, old, reader), consistency_proof(old, head.size, reader)
        check_consistency(old, root, head.size, head.root, proof)
    return root, proof


@contextmanager
def _proving() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise BAD_PROOF() from None
    except RuleViolation as violation:
        if violation.rule.kind is Kind.UNAVAILABLE:
            raise
        raise BAD_PROOF() from None
