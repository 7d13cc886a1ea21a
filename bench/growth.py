"""Growth: whether the rate of ingest stays as a book, and the number of books, grow.

Entries: the same signed vouchers are posted on top of a book that holds 10,000 entries and on top of one that holds
1,000,000 (quick: 5,000 and 50,000). The entries that are only there are put in by COPY, with distinct ids and of the
usual size, since nothing verifies them again; the process has read them into memory before the clock starts, as a
running server has, and every voucher that is posted is signed, verified and checked as ever. The small book is taken
both before and after the large one.

Books: as many vouchers are posted to one book, and in random order to 1,000 books that were opened before.
"""

from __future__ import annotations

import gc
import random
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from bench.rows import Result, Rounds, timed
from bench.villages import VILLAGES_PER_TASK, Village, filler, vouchers
from bench.world import copy_in, open_ledger, post_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.rows import Row
    from bench.sizes import Sizes
    from bench.world import World
    from domain.ledger import Ledger

FILLER = 10_000_000
"""Vouchers from this number on are other than those that are posted under the clock."""


def measure(world: World, sizes: Sizes) -> Result:
    """Return the rows of growth in entries and in books."""
    return Result([_entries(world, sizes), _books(world, sizes)])


def _entries(world: World, sizes: Sizes) -> Row:
    village = Village()
    posts = vouchers(village, 0, sizes.growth_sample * sizes.rounds)
    batches = [posts[start :: sizes.rounds] for start in range(sizes.rounds)]
    before = [_on_top_of(world, village, sizes.growth_small, [batch])[0] for batch in batches]
    large = _on_top_of(world, village, sizes.growth_large, batches)
    after = [_on_top_of(world, village, sizes.growth_small, [batch])[0] for batch in batches]
    rounds = Rounds()
    for first, rate, last in zip(before, large, after, strict=True):
        rounds.add(rate, (first + last) / 2)
    against = f"at {sizes.growth_small:,}"
    return rounds.row(f"growth: at {sizes.growth_large:,} entries 增长", "entries/s", against, floor=0.9)


def _on_top_of(world: World, village: Village, held: int, batches: Sequence[Sequence[bytes]]) -> list[float]:
    """Return the rate of each batch posted to a book that holds so many entries."""
    with world.database() as url, open_ledger(url) as ledger:
        copy_in(url, village.book, [*village.founding, *filler(village, FILLER, held)])
        post_all(ledger, [(village.book, village.voucher(FILLER + held))])  # reads the book into memory
        return [_rate(ledger, [(village.book, note) for note in batch]) for batch in batches]


def _rate(ledger: Ledger, posts: Sequence[tuple[str, bytes]]) -> float:
    gc.collect()
    with timed() as clock:
        post_all(ledger, posts)
    return len(posts) / clock.seconds


def _books(world: World, sizes: Sizes) -> Row:
    each = -(-sizes.books_sample // sizes.books)
    one = Village(0, details=False)
    alone = vouchers(one, FILLER, each * sizes.books * sizes.rounds)
    with ProcessPoolExecutor(2) as executor:
        prepare = partial(_prepare, each * sizes.rounds)
        villages = list(executor.map(prepare, range(1, 1 + sizes.books), chunksize=VILLAGES_PER_TASK))
    rounds = Rounds()
    with world.database() as url, open_ledger(url) as ledger:
        for book, founding, _ in [(one.book, one.founding, None), *villages]:
            ledger.post(book, founding)
        for number in range(sizes.rounds):
            posts = [(book, note) for book, _, notes in villages for note in notes[number :: sizes.rounds]]
            random.Random(number).shuffle(posts)
            base = [(one.book, note) for note in alone[number :: sizes.rounds]]
            rounds.add(_rate(ledger, posts), _rate(ledger, base))
    return rounds.row(f"growth: over {sizes.books:,} books 增长", "entries/s", "one book", floor=0.9)


def _prepare(count: int, number: int) -> tuple[str, list[bytes], list[bytes]]:
    """Return the book, the founding entries and some vouchers of a village."""
    village = Village(number, details=False)
    return village.book, village.founding, vouchers(village, 0, count)
