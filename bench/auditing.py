"""Audit: entries fully verified a second on one core, and with a second process.

A book is posted, folded, checkpointed and exported by the program itself, tiles and published balances with it; then
`audit.verify.verify` runs over that folder as a stranger would. Yardstick: libsodium verifying the same texts.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import psycopg

from api.adapters.tlog_export import export_tlog
from audit.source import FolderSource
from audit.verify import verify
from bench.rows import Result, Rounds, timed
from bench.villages import Village, vouchers
from bench.world import open_ledger, post_all
from bench.yardsticks import libsodium, libsodium_twice
from projections.runner import ENTRIES_PER_COMMIT, advance

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.sizes import Sizes
    from bench.world import World


def measure(world: World, sizes: Sizes) -> Result:
    """Return the rows of the audit by one process and by two."""
    village = Village()
    notes = vouchers(village, 0, sizes.audit)
    folder = world.folder / "export"
    size = export(world, village, notes, export_tlog, folder)
    sodium = libsodium(notes, lambda name: village.key_of(name).verifier.public_key)
    one, two = Rounds(), Rounds()
    for _ in range(sizes.rounds):
        before = sodium()
        alone = _audit(folder, size, 1)
        one.add(alone, (before + sodium()) / 2)
        two.add(_audit(folder, size, 2), (alone + _audit(folder, size, 1)) / 2)
    shutil.rmtree(folder)
    scale = libsodium_twice(notes, village.key("accountant").verifier.public_key)
    return Result(
        [
            one.row("audit 核对", "entries/s", "libsodium alone", floor=0.75),
            two.row("audit, 2 processes 核对", "entries/s", "one process", floor=1.7),
        ],
        [
            f"audit: bare libsodium in two processes is {scale:.2f} times as fast as in one, on this machine now"
        ],
    )


def export(
    world: World,
    village: Village,
    notes: list[bytes],
    write: Callable[[psycopg.Connection[Any], str, Path], int],
    target: Path,
) -> int:
    """Post the notes behind the village's founding, fold them, and `write` the log to a target; return its size."""
    with world.database() as url:
        with open_ledger(url) as ledger:
            post_all(ledger, [(village.book, note) for note in [*village.founding, *notes]])
        with psycopg.connect(url, autocommit=True) as connection:
            while advance(connection, village.book, "read", village).folded == ENTRIES_PER_COMMIT:
                pass
            connection.execute("SET search_path TO read, public")
            return write(connection, village.book, target)


def _audit(folder: Path, size: int, processes: int) -> float:
    with timed() as clock:
        report = verify(FolderSource(folder), processes=processes)
    assert report.ok, report.findings
    assert report.entries == size
    return size / clock.seconds
