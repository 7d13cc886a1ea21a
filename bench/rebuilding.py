"""Rebuild: entries a second folded into PostgreSQL from nothing, as `sunledger rebuild` does it.

All of our read models (register, log, journal, balances) from 1,000 entries a commit, into a new schema each round.
Yardstick: eventsourcing's own `ProjectionRunner` on the first of the same entries, which commits each by itself and
here keeps balances only; it reads with our mapper, and its start is not counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from bench.rows import Result, Rounds, timed
from bench.villages import Village, vouchers
from bench.world import copy_in, fold_all
from bench.yardsticks import stock_projection, stored
from migrations import create_read_side

if TYPE_CHECKING:
    from bench.sizes import Sizes
    from bench.world import World


def measure(world: World, sizes: Sizes) -> Result:
    """Return the row of the rebuild."""
    village = Village()
    notes = [*village.founding, *vouchers(village, 0, sizes.rebuild)]
    rounds = Rounds()
    for _ in range(sizes.rounds):
        with world.database() as url:
            copy_in(url, village.book, notes)
            ours = rebuild(url, village.book, len(notes))
            rounds.add(ours, stock_projection(url, stored(village.book, notes[: sizes.stock_events])))
    return Result([rounds.row("rebuild 重建", "entries/s", "stock ProjectionRunner", floor=10)])


def rebuild(url: str, book: str, size: int) -> float:
    """Fold all entries of a book into new tables and return entries a second."""
    with psycopg.connect(url, autocommit=True) as connection:
        create_read_side(connection, "rebuild")
        with timed() as clock:
            folded = fold_all(connection, book, "rebuild", None)
    assert folded == size
    return size / clock.seconds
