"""Ingest: durable, rule-checked, signature-checked entries a second in one process.

Notes are made and signed beforehand. Each goes through `Ledger.submit` as a unit of its own, as from the door; the
queue is kept full, so a commit takes 4,000 entries. Yardsticks: libsodium verifying the same texts and nothing else
(one core), and eventsourcing's own recorder saving the same bytes one event at a time, checking nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.rows import Result, Rounds, timed
from bench.villages import FOUR_SIGNERS, ONE_SIGNER, Village, vouchers
from bench.world import open_ledger, post_all
from bench.yardsticks import libsodium, stock_recorder, stock_saves, stored

if TYPE_CHECKING:
    from bench.sizes import Sizes
    from bench.world import World


def measure(world: World, sizes: Sizes) -> Result:
    """Return the rows of ingest with one signature and with four."""
    result, rates = _against_libsodium(world, sizes, ONE_SIGNER)
    result.rows.append(
        _against_stock(world, sizes, rates).row("ingest 入账", "entries/s", "stock eventsourcing", floor=8)
    )
    return result + _against_libsodium(world, sizes, FOUR_SIGNERS)[0]


def _against_libsodium(world: World, sizes: Sizes, signers: tuple[str, ...]) -> tuple[Result, list[float]]:
    """Take libsodium's rate before and after each round of posting; all per signature."""
    village, each = Village(), len(signers)
    count = max(sizes.ingest // each, 1)
    notes = vouchers(village, 0, count * sizes.rounds, signers)
    sodium = libsodium(notes[:count], lambda name: village.key_of(name).verifier.public_key)
    rounds, cpu, cpu_bare, fsyncs = Rounds(), 0.0, 0.0, world.fsyncs
    with world.database() as url, open_ledger(url) as ledger:
        post_all(ledger, [(village.book, note) for note in village.founding])
        for start in range(0, len(notes), count):
            batch = [(village.book, note) for note in notes[start : start + count]]
            with timed() as bare:
                before = sodium()
            with timed() as clock:
                post_all(ledger, batch)
            cpu += clock.cpu
            cpu_bare += bare.cpu
            rounds.add(count * each / clock.seconds, (before + sodium()) / 2)
    fsyncs = world.fsyncs - fsyncs
    said = (
        f"{len(notes):,} entries, {fsyncs} fsyncs, {cpu / len(notes) * 1e6:.0f} us of CPU an entry "
        f"(libsodium alone: {cpu_bare * each / len(notes) * 1e6:.0f})"
    )
    if each == 1:
        row = rounds.row("ingest 入账", "entries/s", "libsodium alone", floor=0.40)
        return Result([row], [f"ingest, one signature: {said}"]), rounds.values
    row = rounds.row(f"ingest, {each} signatures 入账", "sigs/s", "libsodium alone")
    return Result([row], [f"ingest, {each} signatures: {said}"]), rounds.values


def _against_stock(world: World, sizes: Sizes, rates: list[float]) -> Rounds:
    """Set the stock recorder's rates against those of ours."""
    village = Village()
    notes = vouchers(village, 0, sizes.stock_saves)
    rounds = Rounds()
    with world.database() as url, stock_recorder(url) as recorder:
        for number, rate in enumerate(rates):
            rounds.add(rate, stock_saves(recorder, stored(village.book, notes, number * len(notes))))
    return rounds
