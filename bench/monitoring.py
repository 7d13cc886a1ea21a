"""Monitor: following 1,000 books of 1,000 entries with one new entry each, against verifying all of each anew.

Every book is a log of its own in a folder, as it is exported: vouchers that accountant and head signed, tiles, the
checkpoint, and the published balances and statements of all months. The monitor has been there before; then each book
grows by a voucher, and `follow` looks at all of them as `sunledger monitor` does: it loads what it remembers, reads
and checks what is new, and keeps the new state durably. Yardstick: `audit.verify.verify` over the same folders in one
process, in each round over some of them. There are folders only, since over HTTP both would mostly wait for the
server.

Were the vouchers signed by one person, a full audit would take little more than half of that, and the monitor the same:
the ratio is 0.02 then.
"""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from audit.figures import Figures
from audit.monitor import StateStore, follow
from audit.published import published_bytes
from audit.source import open_source
from audit.statements import FORMS, Periods
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.growth import grow
from audit.verify import verify
from bench.rows import Result, Rounds, timed
from bench.villages import TWO_SIGNERS, VILLAGES_PER_TASK, Village, vouchers
from domain.book import Book
from domain.entry import parse_entry
from domain.kernel.period import periods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.sizes import Sizes
    from bench.world import World

FIRST_BOOK = 2_000


def measure(world: World, sizes: Sizes) -> Result:
    """Return the row of the monitor."""
    folder, before = world.folder / "followed", world.folder / "before"
    with ProcessPoolExecutor(2) as executor:
        publish = partial(_publish, folder, sizes.followed_entries)
        numbers = range(FIRST_BOOK, FIRST_BOOK + sizes.followed_books)
        anchors = dict(executor.map(publish, numbers, chunksize=VILLAGES_PER_TASK))
    _follow(anchors, before, sizes.followed_entries)
    for place in anchors:
        shutil.rmtree(place)
        _grown(Path(place)).rename(place)
    rounds = Rounds()
    for number in range(sizes.rounds):
        states = world.folder / "states"
        shutil.copytree(before, states)
        os.sync()  # else the first commit waits until all of the copy is on the disk
        some = dict(list(anchors.items())[number :: sizes.rounds])
        rounds.add(_follow(anchors, states, 1), _verify(some, sizes.followed_entries + 1))
        shutil.rmtree(states)
    for path in (folder, before):
        shutil.rmtree(path)
    name = f"monitor: {len(anchors):,} books of {sizes.followed_entries:,}, 1 new each 监察"
    return Result([rounds.row(name, "ms a book", "full verification", ceiling=0.02)])


def _follow(anchors: dict[str, str], states: Path, new: int) -> float:
    """Run the monitor once, which finds so many new entries in each book; return milliseconds a book."""
    with timed() as clock:
        outcomes = list(follow(list(anchors), StateStore(states), anchors))
    assert all((outcome.new, outcome.findings) == (new, []) for outcome in outcomes)
    return clock.seconds * 1_000 / len(anchors)


def _verify(anchors: dict[str, str], size: int) -> float:
    """Verify each book from its first entry to its last; return milliseconds a book."""
    with timed() as clock:
        reports = [verify(open_source(place), anchor=anchor) for place, anchor in anchors.items()]
    assert all(report.ok and report.entries == size for report in reports)
    return clock.seconds * 1_000 / len(anchors)


def _grown(place: Path) -> Path:
    return place.with_name(f"{place.name}.grown")


def _publish(folder: Path, size: int, number: int) -> tuple[str, str]:
    """Write a village's log of `size` entries, and beside it that of one more; return its place and its anchor."""
    village, place = Village(number), folder / str(number)
    count = size + 1 - len(village.founding)
    notes = [*village.founding, *vouchers(village, 0, count, TWO_SIGNERS)]
    _write(village, notes[:size], place)
    _write(village, notes, _grown(place))
    return str(place), village.key("township").verifier.vkey


def _write(village: Village, notes: Sequence[bytes], place: Path) -> None:
    """Write a log and the figures that follow from it, as `sunledger export tlog` does out of the database."""
    book, figures, key = Book(village.book), Figures(), village.key_of(village.origin)
    for index, entry in enumerate(map(parse_entry, notes)):
        book.evolve(entry)
        figures.fold(index, entry.statement, book.balances.chart)
    files = {tile.path: data for tile, data in grow(0, notes, _nothing)}
    published = Periods(book, figures)
    for period in periods(book.periods.first, max(book.vouchers.counts)):
        for form in (form for form in FORMS if form.is_of(book, period)):
            files[f"{form.name}/{period}.json"] = published_bytes(form, published.period(period))
    files["log.vkey"] = f"{key.verifier.vkey}\n".encode()
    files["checkpoint"] = sign_checkpoint(Checkpoint(village.origin, book.size, book.tree.root()), key)
    for path, data in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(data)


def _nothing(path: str) -> bytes:
    """Be the folder of a log that has no entry yet."""
    raise FileNotFoundError(path)
