"""Rebuild: every projection from nothing, beside the live one; then compare, and swap if wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg import sql

from projections import log
from projections.runner import ENTRIES_PER_COMMIT
from projections.runner import advance as fold_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

LIVE, BESIDE, OLD = "read", "rebuild", "read_old"

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'read' ORDER BY tablename"
BOOKS = "SELECT book, size FROM heads ORDER BY book"
DIFFERENT = """
    SELECT count(*) FROM (
        (SELECT * FROM {live} EXCEPT ALL SELECT * FROM {beside})
        UNION ALL (SELECT * FROM {beside} EXCEPT ALL SELECT * FROM {live})
    ) AS difference
"""


@dataclass
class Rebuild:
    """The outcome: entries folded, tables compared, and a line for each table that differs or book with more rows."""

    entries: int = 0
    tables: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)


def rebuild(
    connection: Connection[Any],
    create: Callable[[Connection[Any], str], None],
    *,
    swap: bool,
    begin: Callable[[int], None] = lambda _: None,
    advance: Callable[[int], None] = lambda _: None,
) -> Rebuild:
    """Fold all entries into new tables, compare them with the live ones, and swap them in when `swap` is set.

    `connection` is in autocommit mode and may make schemas; `create` makes the empty tables in one. Nobody
    should be posting meanwhile: a book that grows between the two folds differs.
    """
    result = Rebuild()
    connection.execute(f"DROP SCHEMA IF EXISTS {BESIDE} CASCADE")
    create(connection, BESIDE)
    heads = connection.execute(BOOKS).fetchall()
    begin(sum(size for _, size in heads))
    for book, _ in heads:
        result.entries += _fold_all(connection, book, advance)
        surplus = log.surplus(connection.cursor(), book)
        result.differences += [f"events: {surplus}"] if surplus else []
    _compare(connection, result)
    if swap:
        _swap(connection)
    else:
        connection.execute(f"DROP SCHEMA {BESIDE} CASCADE")
    return result


def _fold_all(connection: Connection[Any], book: str, advance: Callable[[int], None]) -> int:
    folded = ENTRIES_PER_COMMIT
    total = 0
    while folded == ENTRIES_PER_COMMIT:
        folded = fold_on(connection, book, BESIDE, None).folded
        advance(folded)
        total += folded
    return total


def _compare(connection: Connection[Any], result: Rebuild) -> None:
    for (table,) in connection.execute(TABLES).fetchall():
        result.tables.append(table)
        query = sql.SQL(DIFFERENT).format(
            live=sql.Identifier(LIVE, table), beside=sql.Identifier(BESIDE, table)
        )
        row = connection.execute(query).fetchone()
        if row and row[0]:
            result.differences.append(f"{LIVE}.{table}: {row[0]} rows differ")


def _swap(connection: Connection[Any]) -> None:
    with connection.transaction():
        connection.execute(f"DROP SCHEMA IF EXISTS {OLD} CASCADE")
        connection.execute(f"ALTER SCHEMA {LIVE} RENAME TO {OLD}")
        connection.execute(f"ALTER SCHEMA {BESIDE} RENAME TO {LIVE}")
        connection.execute(f"DROP SCHEMA {OLD} CASCADE")
