"""Evidence of a fork (分叉证据): two heads that one log signed and that no one log can have.

    forks/<hex SHA-256 of origin>/<size>-<hex root>.collected   the entry that the county's log has
    ….served                                                    the checkpoint that a place showed, all lines of it
    ….proof                                                     if it is of another size: what its tiles prove

The proof is lines of base64: the root over as many entries as the collected head has, then the consistency proof
(RFC 6962) from there to the served head. It needs nobody's word, and no log any more.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from audit.disk import Disk
    from audit.tlog.checkpoint import Checkpoint

FORKS = "forks"
MAX_FORKS = 1000
"""More against one book is not kept: the first says all, and a book could fill the disk."""


class Fork(NamedTuple):
    """Both notes, and what the tiles of the served `head` show: another root than the collected one, and its proof."""

    head: Checkpoint
    collected: bytes
    served: bytes
    shown: tuple[bytes, ...] = ()


def keep_fork(folder: Path, fork: Fork, disk: Disk) -> None:
    """Keep the evidence below `folder`, durably; it is whole once the served note is there."""
    place = folder / FORKS / hashlib.sha256(fork.head.origin.encode()).hexdigest()
    name = f"{fork.head.size}-{fork.head.root.hex()}"
    if (place / f"{name}.served").exists() or len(list(place.glob("*.served"))) >= MAX_FORKS:
        return
    disk.put(place / f"{name}.collected", fork.collected)
    if fork.shown:
        disk.put(place / f"{name}.proof", b"".join(map(b2a_base64, fork.shown)))
    disk.put(place / f"{name}.served", fork.served)
