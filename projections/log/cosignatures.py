"""Cosignatures (见证签名) of a log's checkpoints: kept for ever, and shown with the checkpoint that they sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg.rows import class_row

from audit.tlog.policy import MAX_WITNESSES
from audit.tlog.witness_request import WitnessRequest, make_request
from projections.log.query import SignedCheckpoint, latest_checkpoint, reader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from psycopg import Connection

INSERT_COSIGNATURE = """
    INSERT INTO cosignatures (book, vkey, size, time_s, line) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
INSERT_ALARM = """
    INSERT INTO witness_alarms (book, vkey, kind, seen, size, evidence) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT DO NOTHING
"""
INSERT_LAPSE = """
    INSERT INTO witness_lapses (book, vkey, cosigned, seen) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
SELECT_LAPSES = """
    SELECT vkey, cosigned, seen, at FROM witness_lapses WHERE book = %s AND vkey = ANY(%s)
    ORDER BY at DESC, seen LIMIT %s
"""
SELECT_LINES = """
    SELECT DISTINCT ON (vkey) line FROM cosignatures WHERE book = %s AND size = %s
    ORDER BY vkey, time_s DESC LIMIT %s
"""
SELECT_LAST = """
    SELECT vkey, size, time_s, line FROM cosignatures WHERE book = %s AND vkey = %s
    ORDER BY size DESC, time_s DESC LIMIT 1
"""
_OPEN_ALARMS = """
    FROM witness_alarms AS alarms WHERE vkey = ANY(%s) AND NOT EXISTS (
        SELECT FROM cosignatures WHERE cosignatures.book = alarms.book
            AND cosignatures.vkey = alarms.vkey AND stored_at > alarms.at
    )
"""
SELECT_OPEN_ALARMS = (
    "SELECT vkey, kind, seen, size, evidence, at" + _OPEN_ALARMS + "AND book = %s ORDER BY at DESC LIMIT %s"
)
SELECT_COSIGNED = """
    SELECT book FROM heads WHERE (%(books)s::text[] IS NULL OR book = ANY(%(books)s))
        AND EXISTS (SELECT FROM cosignatures WHERE cosignatures.book = heads.book)
"""
SELECT_ALARMED = "SELECT DISTINCT book" + _OPEN_ALARMS
SELECT_DUE = """
    SELECT heads.book, books.origin FROM heads JOIN books USING (book)
    CROSS JOIN LATERAL (
        SELECT size FROM checkpoints WHERE checkpoints.book = heads.book ORDER BY size DESC LIMIT 1
    ) AS newest
    LEFT JOIN LATERAL (
        SELECT size, time_s FROM cosignatures WHERE cosignatures.book = heads.book AND vkey = %(vkey)s
        ORDER BY size DESC, time_s DESC LIMIT 1
    ) AS last ON true
    WHERE (last.size IS NULL OR last.size < newest.size OR last.time_s < %(stale_s)s)
        AND (%(books)s::text[] IS NULL OR heads.book = ANY(%(books)s))
    ORDER BY heads.book
"""

AHEAD, OTHER = "ahead", "other"
"""Kinds of alarms: the witness has seen more entries than the log has; or other ones."""

ALARMS_MAX = 100


class Cosignature(NamedTuple):
    """A witness's line for the checkpoint of a size, at a time in POSIX seconds; `vkey` is the witness's."""

    vkey: str
    size: int
    time_s: int
    line: bytes


class Alarm(NamedTuple):
    """What a witness claims: it has cosigned `seen` entries, when the log's newest checkpoint had `size`.

    `evidence` is a checkpoint that the log's key signed, b"" where the witness showed none.
    """

    vkey: str
    kind: str
    seen: int
    size: int
    evidence: bytes
    at: datetime


class Lapse(NamedTuple):
    """A witness had cosigned `cosigned` entries of a log and said later, first `at`, that it had seen only `seen`."""

    vkey: str
    cosigned: int
    seen: int
    at: datetime


class Due(NamedTuple):
    """A book of which a witness has not seen the newest checkpoint, or not lately; and its log's origin."""

    book: str
    origin: str


def store_cosignature(connection: Connection[Any], book: str, cosignature: Cosignature) -> None:
    """Keep a cosignature that was checked; the same one again changes nothing."""
    connection.execute(INSERT_COSIGNATURE, (book, *cosignature))


def store_alarm(
    connection: Connection[Any], book: str, vkey: str, alarm: tuple[str, int, int, bytes]
) -> None:
    """Keep what a witness claims: kind, size seen, size of the log, evidence. The same again changes nothing."""
    connection.execute(INSERT_ALARM, (book, vkey, *alarm))


def open_alarms(connection: Connection[Any], book: str, vkeys: Sequence[str]) -> list[Alarm]:
    """Return the alarms of witnesses that have cosigned nothing since, the newest first."""
    with connection.cursor(row_factory=class_row(Alarm)) as cursor:
        return cursor.execute(SELECT_OPEN_ALARMS, (list(vkeys), book, ALARMS_MAX)).fetchall()


def alarmed_books(connection: Connection[Any], vkeys: Sequence[str]) -> set[str]:
    """Return the books with open alarms of these witnesses."""
    return {book for (book,) in connection.execute(SELECT_ALARMED, (list(vkeys),)).fetchall()}


def store_lapse(connection: Connection[Any], book: str, vkey: str, cosigned: int, seen: int) -> None:
    """Keep that a witness has forgotten what it had cosigned. The same again changes nothing."""
    connection.execute(INSERT_LAPSE, (book, vkey, cosigned, seen))


def lapses(connection: Connection[Any], book: str, vkeys: Sequence[str]) -> list[Lapse]:
    """Return what these witnesses have ever forgotten of a book, the newest first."""
    with connection.cursor(row_factory=class_row(Lapse)) as cursor:
        return cursor.execute(SELECT_LAPSES, (book, list(vkeys), ALARMS_MAX)).fetchall()


def cosigned_books(connection: Connection[Any], books: Sequence[str] | None = None) -> set[str]:
    """Return which of the books (default: of all) any witness has ever cosigned."""
    rows = connection.execute(SELECT_COSIGNED, {"books": books and list(books)}).fetchall()
    return {book for (book,) in rows}


def last_cosignature(connection: Connection[Any], book: str, vkey: str) -> Cosignature | None:
    """Return a witness's newest cosignature of the largest size, None when it gave none."""
    with connection.cursor(row_factory=class_row(Cosignature)) as cursor:
        return cursor.execute(SELECT_LAST, (book, vkey)).fetchone()


def due(connection: Connection[Any], vkey: str, stale_s: int, books: list[str] | None = None) -> list[Due]:
    """Return which of the books (default: of all) a witness has not cosigned as they are now, since `stale_s`."""
    with connection.cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(SELECT_DUE, {"vkey": vkey, "stale_s": stale_s, "books": books}).fetchall()


def cosigned(connection: Connection[Any], book: str, checkpoint: SignedCheckpoint) -> SignedCheckpoint:
    """Return the checkpoint with the newest cosignature of each witness behind the log's own line."""
    rows = connection.execute(SELECT_LINES, (book, checkpoint.size, MAX_WITNESSES)).fetchall()
    return checkpoint._replace(note=checkpoint.note + b"".join(bytes(line) + b"\n" for (line,) in rows))


def published_checkpoint(connection: Connection[Any], book: str) -> SignedCheckpoint:
    """Return the newest checkpoint with the cosignatures that are there so far; raises `checkpoint.unknown`."""
    return cosigned(connection, book, latest_checkpoint(connection, book))


def request_from(
    connection: Connection[Any], book: str, old: int, checkpoint: SignedCheckpoint
) -> WitnessRequest:
    """Return what is asked of a witness that has cosigned the first `old` entries; 0 <= old <= the checkpoint's."""
    with connection.cursor() as cursor:
        return make_request(old, checkpoint.size, checkpoint.note, reader(cursor, book, checkpoint.size))
