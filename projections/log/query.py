"""Queries: entries, bundles, tiles, checkpoints and proofs of a book's log."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg.rows import class_row

from audit.tlog.tiles import ENTRIES, TILE_WIDTH, Tile, TileReader, encode_bundle, parse_tile_path
from domain.kernel.errors import Kind, rule
from domain.kernel.merkle import HASH_BYTES
from projections.register import NO_BOOK

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection, Cursor

NO_ENTRY = rule(
    "entry.unknown",
    Kind.UNKNOWN,
    "账套 {book} 没有第 {index} 号记录",
    "the book {book} has no entry {index}",
)
NO_TILE = rule(
    "tile.unknown",
    Kind.UNKNOWN,
    "日志没有瓦片 {path}",
    "the log has no tile {path}",
    "C2SP tlog-tiles",
)
NO_CHECKPOINT = rule(
    "checkpoint.unknown",
    Kind.UNKNOWN,
    "账套 {book} 还没有覆盖所求范围的检查点",
    "the book {book} has no checkpoint that covers this yet",
    "C2SP tlog-checkpoint",
)

SELECT_SIZE = "SELECT entries FROM books WHERE book = %s"
SELECT_TILE = "SELECT substr(data, 1, %s) FROM tiles WHERE book = %s AND level = %s AND n = %s"
SELECT_NOTES = """
    SELECT state FROM events
    WHERE originator_id = %s AND originator_version >= %s AND originator_version < %s
    ORDER BY originator_version
"""
SELECT_LATEST = """
    SELECT size, root, note, signed_at FROM checkpoints WHERE book = %s ORDER BY size DESC LIMIT 1
"""
SELECT_COVERING = """
    SELECT size, root, note, signed_at FROM checkpoints WHERE book = %s AND size > %s ORDER BY size LIMIT 1
"""


SELECT_AT = "SELECT size, root, note, signed_at FROM checkpoints WHERE book = %s AND size = %s"
SELECT_NEWEST = """
    SELECT size, root, note, signed_at FROM checkpoints WHERE book = %s ORDER BY size DESC LIMIT %s
"""


class SignedCheckpoint(NamedTuple):
    """A checkpoint that was signed: its size and root, the note, and when this server signed it."""

    size: int
    root: bytes
    note: bytes
    signed_at: datetime


class StoredTiles:
    """The tiles of a book as the `fetch` of a `TileReader`."""

    def __init__(self, cursor: Cursor[Any], book: str) -> None:
        """Read through `cursor`, in its transaction."""
        self._cursor = cursor
        self._book = book

    def fetch(self, path: str) -> bytes:
        """Return the tile at a C2SP path; raises `tile.unknown`."""
        return self.read(parse_tile_path(path))

    def read(self, tile: Tile) -> bytes:
        """Return a tile of hashes at its width; raises `tile.unknown` when it has fewer."""
        wanted = tile.width * HASH_BYTES
        row = self._cursor.execute(SELECT_TILE, (wanted, self._book, tile.level, tile.index)).fetchone()
        if row is None or len(row[0]) != wanted:
            raise NO_TILE(path=tile.path)
        return bytes(row[0])


def reader(cursor: Cursor[Any], book: str, size: int) -> TileReader:
    """Return a reader of a book's tree of that size."""
    return TileReader(size, StoredTiles(cursor, book).fetch)


def root_from(cursor: Cursor[Any], book: str, size: int) -> bytes:
    """Return the root of the first `size` entries, from the stored tiles."""
    return reader(cursor, book, size).root()


def log_size(connection: Connection[Any], book: str) -> int:
    """Return how many entries the read side holds; raises `book.unknown` for a book without any."""
    row = connection.execute(SELECT_SIZE, (book,)).fetchone()
    if row is None:
        raise NO_BOOK(book=book)
    return int(row[0])


def root_at(connection: Connection[Any], book: str, size: int) -> str:
    """Return the base64 root of the first `size` entries."""
    with connection.cursor() as cursor:
        return base64.b64encode(root_from(cursor, book, size)).decode()


def tile_at(connection: Connection[Any], book: str, path: str) -> bytes:
    """Return the tile of hashes or the entry bundle at a C2SP path; raises `tile.unknown`, `tlog.bad_path`."""
    tile = parse_tile_path(path)
    if tile.level == ENTRIES:
        return _bundle(connection, book, tile)
    with connection.cursor() as cursor:
        return StoredTiles(cursor, book).read(tile)


def notes(connection: Connection[Any], book: str, first: int, end: int) -> list[bytes]:
    """Return the bytes of entries `first` up to but not including `end`, as far as the read side holds them."""
    end = min(end, log_size(connection, book))
    rows = connection.execute(SELECT_NOTES, (book, first, end)).fetchall()
    return [bytes(state) for (state,) in rows]


def entry_at(connection: Connection[Any], book: str, index: int) -> bytes:
    """Return one entry's bytes; raises `entry.unknown`, `book.unknown`."""
    found = notes(connection, book, index, index + 1) if index >= 0 else []
    if not found:
        raise NO_ENTRY(book=book, index=index)
    return found[0]


def _bundle(connection: Connection[Any], book: str, tile: Tile) -> bytes:
    first = tile.index * TILE_WIDTH
    found = notes(connection, book, first, first + tile.width)
    if len(found) != tile.width:
        raise NO_TILE(path=tile.path)
    return encode_bundle(found)


def latest_checkpoint(connection: Connection[Any], book: str) -> SignedCheckpoint:
    """Return the newest signed checkpoint; raises `checkpoint.unknown`, `book.unknown`."""
    return _checkpoint(connection, book, SELECT_LATEST, (book,))


def signed_size(connection: Connection[Any], book: str) -> int:
    """Return how many entries the newest checkpoint of a book covers, 0 when there is none."""
    newest = newest_checkpoints(connection, book, 1)
    return newest[0].size if newest else 0


def newest_checkpoints(connection: Connection[Any], book: str, limit: int) -> list[SignedCheckpoint]:
    """Return the newest signed checkpoints, the newest first."""
    with connection.cursor(row_factory=class_row(SignedCheckpoint)) as cursor:
        return cursor.execute(SELECT_NEWEST, (book, limit)).fetchall()


def checkpoint_at(connection: Connection[Any], book: str, size: int) -> SignedCheckpoint:
    """Return the signed checkpoint of that size; raises `checkpoint.unknown`, `book.unknown`."""
    return _checkpoint(connection, book, SELECT_AT, (book, size))


def covering_checkpoint(connection: Connection[Any], book: str, index: int) -> SignedCheckpoint:
    """Return the first checkpoint that covers entry `index`: its time is the entry's recorded time."""
    return _checkpoint(connection, book, SELECT_COVERING, (book, index))


def _checkpoint(
    connection: Connection[Any], book: str, statement: str, values: tuple[Any, ...]
) -> SignedCheckpoint:
    with connection.cursor(row_factory=class_row(SignedCheckpoint)) as cursor:
        row = cursor.execute(statement, values).fetchone()
    if row is None:
        log_size(connection, book)  # is there such a book?
        raise NO_CHECKPOINT(book=book)
    return row
