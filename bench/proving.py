"""Proof: one entry's inclusion proof out of PostgreSQL, from a log of 1,000,000 entries and from one of 1,000.

What `GET /books/{id}/proof/{n}` gives, without HTTP, whose share would only flatter the ratio: `proof_at` reads the
newest checkpoint and the tiles. A proof reads no entry, so the logs are made of leaves alone: the founding entries are
posted and folded whole, the others are numbers, which the fold of the log brings into the tiles and the log's key
signs. Entries are drawn at random, the same place in both logs, and one proof of each is checked in every round.
"""

from __future__ import annotations

import random
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import psycopg

from audit.tlog.proof_file import parse_proof_file
from bench.rows import Result, Rounds, in_turn
from bench.villages import Village
from bench.world import copy_in, fold_all
from domain.kernel.merkle import leaf_hash
from projections import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bench.sizes import Sizes
    from bench.world import World
    from domain.entry import Entry

LEAVES_PER_FOLD = 20_000


class Leaf(NamedTuple):
    """All that the fold of the log looks at in an entry."""

    leaf_hash: bytes


def measure(world: World, sizes: Sizes) -> Result:
    """Return the row of the proof."""
    rounds = Rounds()
    small, large = Village(1, details=False), Village(2, details=False)
    with world.database() as url:
        for village, size in ((small, sizes.proof_small), (large, sizes.proof_large)):
            _make_log(url, village, size)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("SET search_path TO read, public")
            for number in range(sizes.rounds):
                _check(connection, small, sizes.proof_small - 1 - number)
                _check(connection, large, sizes.proof_large - 1 - number)
                draw = random.Random(number)
                places = [draw.random() for _ in range(sizes.read_calls)]
                at_small = _proofs(connection, small, [int(place * sizes.proof_small) for place in places])
                at_large = _proofs(connection, large, [int(place * sizes.proof_large) for place in places])
                base, value = in_turn(sizes.read_calls, at_small, at_large)
                rounds.add(value, base)
    against = f"at {sizes.proof_small:,}"
    row = rounds.row(f"proof: at {sizes.proof_large:,} entries 证明", "ms", against, ceiling=3)
    return Result([row])


def _make_log(url: str, village: Village, size: int) -> None:
    """Post and fold the founding entries, then bring numbers into the tiles up to `size`, and sign that."""
    copy_in(url, village.book, village.founding)
    with psycopg.connect(url, autocommit=True) as connection:
        begun = fold_all(connection, village.book, "read", village)
        leaves = (Leaf(leaf_hash(b"%d" % number)) for number in range(begun, size))
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL search_path TO read, public")
            for start in range(begun, size, LEAVES_PER_FOLD):
                entries = cast("Sequence[Entry]", list(islice(leaves, LEAVES_PER_FOLD)))
                log.fold(cursor, village.book, start, entries)
            log.sign_checkpoint_of(cursor, village.book, size, village)


def _proofs(
    connection: psycopg.Connection[Any], village: Village, indexes: Iterable[int]
) -> Callable[[], bytes]:
    """Return what makes the proof of the next of these entries each time it is called."""
    rest = iter(indexes)
    return lambda: log.proof_at(connection, village.book, next(rest))


def _check(connection: psycopg.Connection[Any], village: Village, index: int) -> None:
    proof = parse_proof_file(log.proof_at(connection, village.book, index))
    proof.check(b"%d" % index, village.key_of(village.origin).verifier)
