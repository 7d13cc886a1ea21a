"""A database in memory that answers the very statements of `projections.log`, with transactions that can be lost.

The statements are compared as they stand there, so that the real code for folding, guarding, signing and witnessing
runs in the simulation. What they mean in PostgreSQL is tested elsewhere.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from projections.log import cosignatures, history, query, signing
from projections.log.cosignatures import Cosignature, Lapse
from projections.log.fold import SELECT_LAST_TILES, WRITE_TILES
from projections.log.query import SignedCheckpoint
from projections.register import LogKeyRow, logkeys
from projections.witnessing import query as witnessing
from tests.attack.history import log_key
from tests.domain.conftest import BOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Row: TypeAlias = tuple[Any, ...]
Key: TypeAlias = tuple[str, *tuple[Any, ...]]
"""A table's name and the primary key of a row in it, without the book: there is only one."""

ORIGIN = log_key(BOOK).name
SIGNED_AT = datetime(2026, 3, 5, tzinfo=UTC)


@dataclass
class Database:
    """All rows that were committed; a copy of them is a backup."""

    rows: dict[Key, Row] = field(default_factory=dict)

    def begin(self) -> Connection:
        """Begin a transaction: it reads what is committed at each statement, and its own changes."""
        return Connection(self)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give a connection as a pool does, and commit at the end."""
        connection = self.begin()
        yield connection
        connection.commit()

    @property
    def entries(self) -> list[bytes]:
        """The entries that were committed, in order."""
        return [self.rows["events", index][0] for index in range(self.size)]

    @property
    def size(self) -> int:
        """How many entries were committed."""
        return int(self.rows.get(("heads",), (0,))[0])


class Connection:
    """A connection in a transaction, and the cursor of it in one; it answers only the statements listed below."""

    def __init__(self, database: Database) -> None:
        """See what is committed in `database`."""
        self._database = database
        self._written: dict[Key, Row] = {}
        self._found: list[Row] = []

    @property
    def connection(self) -> Connection:
        """The connection of the cursor."""
        return self

    def cursor(self, **_: object) -> Connection:
        """Return a cursor; rows come as the tuples that are asked for."""
        return self

    def __enter__(self) -> Self:
        """Be a context manager, as cursors are."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the transaction open."""

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> Connection:
        """Do what a statement does; a statement that is not known here is an error."""
        self._found = list(_STATEMENTS[statement](self, values))
        return self

    def fetchone(self) -> Row | None:
        """Return the first row found."""
        return self._found[0] if self._found else None

    def fetchall(self) -> list[Row]:
        """Return all rows found."""
        return self._found

    def read(self, *key: Any) -> Row | None:  # noqa: ANN401 -- any part of a primary key
        """Return a row by table and primary key."""
        return self._written.get(key) or self._database.rows.get(key)

    def write(self, row: Row, *key: Any) -> None:  # noqa: ANN401 -- as above
        """Write a row, seen by others after the commit."""
        self._written[key] = row

    def add(self, row: Row, *key: Any) -> None:  # noqa: ANN401 -- as above
        """Write a row unless it is there."""
        if self.read(*key) is None:
            self.write(row, *key)

    def table(self, name: str) -> dict[Key, Row]:
        """Return all rows of a table."""
        rows = self._database.rows | self._written
        return {key: row for key, row in rows.items() if key[0] == name}

    def commit(self) -> None:
        """Make the changes those of the database."""
        self._database.rows |= self._written
        self._written = {}


def _newest_checkpoint(tx: Connection, _: Row) -> Iterator[SignedCheckpoint]:
    rows = tx.table("checkpoints")
    for (_table, size), (root, note) in sorted(rows.items(), reverse=True)[:1]:
        yield SignedCheckpoint(size, root, note, SIGNED_AT)


def _last_signed(tx: Connection, values: Row) -> Iterator[Row]:
    for checkpoint in _newest_checkpoint(tx, values):
        yield checkpoint.size, checkpoint.root


def _tile(tx: Connection, values: Row) -> Iterator[Row]:
    width, _, level, n = values
    row = tx.read("tiles", level, n)
    if row:
        yield (row[0][:width],)


def _last_tiles(tx: Connection, _: Row) -> Iterator[Row]:
    last = {key[1]: (key[2], row[0]) for key, row in sorted(tx.table("tiles").items())}
    for level, (n, data) in last.items():
        yield level, n, data


def _write_tiles(tx: Connection, values: Row) -> Iterator[Row]:
    _, levels, numbers, tiles = values
    for level, n, data in zip(levels, numbers, tiles, strict=True):
        tx.write((data,), "tiles", level, n)
    return iter(())


def _add_checkpoint(tx: Connection, values: Row) -> Iterator[Row]:
    _, size, root, note = values
    tx.add((root, note), "checkpoints", size)
    return iter(())


def _add_cosignature(tx: Connection, values: Row) -> Iterator[Row]:
    _, vkey, size, time_s, line = values
    tx.add((line,), "cosignatures", vkey, size, time_s)
    return iter(())


def _last_cosignature(tx: Connection, values: Row) -> Iterator[Cosignature]:
    rows = {key: row for key, row in tx.table("cosignatures").items() if key[1] == values[1]}
    for (_, vkey, size, time_s), (line,) in sorted(rows.items(), reverse=True)[:1]:
        yield Cosignature(vkey, size, time_s, line)


def _add_lapse(tx: Connection, values: Row) -> Iterator[Row]:
    _, vkey, cosigned, seen = values
    tx.add((SIGNED_AT,), "lapses", vkey, cosigned, seen)
    return iter(())


def _lapses(tx: Connection, values: Row) -> Iterator[Lapse]:
    _, vkeys, limit = values
    rows = sorted(tx.table("lapses").items())
    kept = [Lapse(vkey, cosigned, seen, at) for (_, vkey, cosigned, seen), (at,) in rows if vkey in vkeys]
    return iter(sorted(kept, key=attrgetter("seen"))[:limit])


def _cosigners(tx: Connection, values: Row) -> list[Row]:
    """Return size, key and first time of each witness's cosignatures of more entries than so many."""
    _, vkeys, above, _ = values
    first: dict[tuple[int, str], int] = {}
    for _table, vkey, size, time_s in tx.table("cosignatures"):
        if vkey in vkeys and size > above:
            first[size, vkey] = min(time_s, first.get((size, vkey), time_s))
    return [(size, vkey, time_s) for (size, vkey), time_s in first.items()]


def _newest_cosigners(tx: Connection, values: Row) -> list[Row]:
    return sorted(_cosigners(tx, values), key=lambda row: (-row[0], row[2]))[: values[3]]


def _first_cosigners(tx: Connection, values: Row) -> list[Row]:
    return sorted(_cosigners(tx, values), key=itemgetter(0, 2))[: values[3]]


def _near_cosigners(tx: Connection, values: Row) -> Iterator[Row]:
    indices, book, vkeys, limit = values
    for index in sorted(indices):
        for row in _first_cosigners(tx, (book, vkeys, index, limit)):
            yield index, *row


def _lines(tx: Connection, values: Row) -> Iterator[Row]:
    rows = {key: row for key, row in tx.table("cosignatures").items() if key[2] == values[1]}
    newest = {key[1]: row for key, row in sorted(rows.items())}
    return iter(list(newest.values())[: values[2]])


def _checkpoint_at(tx: Connection, values: Row) -> Iterator[SignedCheckpoint]:
    row = tx.read("checkpoints", values[1])
    if row:
        root, note = row
        yield SignedCheckpoint(values[1], root, note, SIGNED_AT)


def _one(name: str) -> Callable[[Connection, Row], Iterator[Row]]:
    """Return the one row of a table that has one for the book."""

    def find(tx: Connection, _: Row) -> Iterator[Row]:
        row = tx.read(name)
        if row:
            yield row

    return find


_STATEMENTS: dict[str, Callable[[Connection, Row], Iterator[Row]]] = {
    cosignatures.INSERT_ALARM: lambda *_: iter(()),
    cosignatures.INSERT_COSIGNATURE: _add_cosignature,
    cosignatures.INSERT_LAPSE: _add_lapse,
    cosignatures.SELECT_LAPSES: _lapses,
    cosignatures.SELECT_LAST: _last_cosignature,
    cosignatures.SELECT_LINES: _lines,
    cosignatures.SELECT_OPEN_ALARMS: lambda *_: iter(()),
    SELECT_LAST_TILES: _last_tiles,
    WRITE_TILES: _write_tiles,
    history.SELECT_HEAD: _one("heads"),
    history.SELECT_LAST: _last_signed,
    query.SELECT_AT: _checkpoint_at,
    query.SELECT_LATEST: _newest_checkpoint,
    query.SELECT_SIZE: _one("positions"),
    query.SELECT_TILE: _tile,
    logkeys.SELECT_KEYS: lambda *_: iter([LogKeyRow(log_key(BOOK).verifier.vkey, ORIGIN, 0, None)]),
    signing.INSERT_CHECKPOINT: _add_checkpoint,
    witnessing.SELECT_BEHIND_SINCE: lambda *_: iter([(None, None)]),
    witnessing.SELECT_FIRST_COSIGNERS: lambda tx, values: iter(_first_cosigners(tx, values)),
    witnessing.SELECT_NEAR_COSIGNERS: _near_cosigners,
    witnessing.SELECT_NEWEST_COSIGNERS: lambda tx, values: iter(_newest_cosigners(tx, values)),
}
