"""Drawn books put into the store as they are, unchecked, and folded: for the queries to be held against plain sums."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from api.clock import CHINA
from domain.entry import parse_entry, unsigned_text
from domain.kernel.note import Signature, format_note
from domain.kernel.statement import type_name
from projections.runner import advance
from tests.domain.drawn import MONTHS, statements
from tests.domain.ledger.villages import village_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import psycopg

    from domain.budget import Budget
    from domain.entry import AnyStatement, Entry
    from domain.vouchers import Line
    from tests.domain.drawn import Drawn

START = datetime(2026, 3, 1, 12, tzinfo=CHINA)
"""When the first checkpoints are signed."""

INSERT_EVENT = "INSERT INTO events (originator_id, originator_version, topic, state) VALUES (%s, %s, %s, %s)"
INSERT_HEAD = "INSERT INTO heads (book, size) VALUES (%s, %s)"
INSERT_CHECKPOINT = "INSERT INTO checkpoints (book, size, root, note, signed_at) VALUES (%s, %s, %s, %s, %s)"


def store(
    connection: psycopg.Connection,
    number: int,
    drawn: tuple[list[Line] | None, list[Drawn]],
    plans: Sequence[Budget] = (),
) -> tuple[str, list[Entry]]:
    """Store and fold a drawn book under a number of its own; return its id and its entries."""
    village = village_number(number)
    book = village.book.book
    founding = [
        village.open(first_period=MONTHS[0]),
        village.account("10201", "基本账户"),
        village.account("10202", "专户"),
    ]
    entries = [*founding, *(sealed(statement, number) for statement in statements(book, drawn, plans))]
    rows = [(book, index, type_name(entry.statement), entry.note) for index, entry in enumerate(entries)]
    with connection.cursor() as cursor:
        cursor.executemany(INSERT_EVENT, rows)
    connection.execute(INSERT_HEAD, (book, len(entries)))
    assert advance(connection, book, "read", None).size == len(entries)
    return book, entries


def sealed(statement: AnyStatement, number: int) -> Entry:
    """Return an entry with the lines of one or two signers; the signatures themselves are not good."""
    names = ("accountant/1", "head/1")[: 1 + number % 2]
    lines = [Signature(name, 7, bytes(64)) for name in names]
    return parse_entry(format_note(unsigned_text(statement), lines))


def sign_checkpoints(
    connection: psycopg.Connection, book: str, signed: Iterable[tuple[int, datetime]]
) -> None:
    """Let the log have signed checkpoints of these sizes at these times."""
    with connection.cursor() as cursor:
        cursor.executemany(
            INSERT_CHECKPOINT, [(book, size, bytes(32), b"-", moment) for size, moment in signed]
        )
