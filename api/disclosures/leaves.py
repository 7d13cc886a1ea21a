"""The leaves of rolls: only their hashes, from which a row's path is made as long as the row itself is kept."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from api.adapters.json_text import json_text
from api.disclosures.rules import NO_LEAVES
from audit.rows import RowFile, RowsFile
from audit.tlog.proof import inclusion_proof
from domain.kernel.merkle import HASH_BYTES, Tree
from domain.rolls import RollCommitted, in_order, tree_of
from projections import log, register

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from psycopg import Connection

    from domain.kernel.statement import Statement

INSERT = "INSERT INTO roll_leaves (book, entry, leaves) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
SELECT = "SELECT leaves FROM roll_leaves WHERE book = %s AND entry = %s"


def keep_leaves(
    connection: Connection[Any], book: str, entry: int, statement: Statement, rows: Sequence[str]
) -> None:
    """Keep the hashes of a roll's leaves; another entry has none."""
    if isinstance(statement, RollCommitted):
        tree = tree_of(in_order(rows))
        leaves = b"".join(tree.leaf(number) for number in range(tree.size))
        connection.execute(INSERT, (book, entry, leaves))


def row_files(
    connection: Connection[Any], book: str, entry: int, rows: Mapping[int, str]
) -> Iterator[tuple[int, bytes]]:
    """Yield number and file of each row, which its household can check without a network."""
    tree = Tree()
    for leaf in _leaves(connection, book, entry):
        tree.append(leaf)
    common = _common(connection, book, entry)
    for number, row in rows.items():
        path = [_text(part) for part in inclusion_proof(number, tree.size, tree)]
        yield number, _encode(RowFile(number=number, path=path, row=row, **common))


def rows_file(connection: Connection[Any], book: str, entry: int, rows: Mapping[int, str]) -> bytes:
    """Return the file of all rows that are kept, from which an auditor recomputes the totals."""
    leaves = [_text(leaf) for leaf in _leaves(connection, book, entry)]
    return _encode(
        RowsFile(leaves=leaves, rows=dict(sorted(rows.items())), **_common(connection, book, entry))
    )


def _common(connection: Connection[Any], book: str, entry: int) -> dict[str, str]:
    return {
        "entry": log.entry_at(connection, book, entry).decode(),
        "log_vkey": register.book(connection, book).log_vkey,
        "proof": log.proof_at(connection, book, entry).decode(),
    }


def _leaves(connection: Connection[Any], book: str, entry: int) -> list[bytes]:
    row = connection.execute(SELECT, (book, entry)).fetchone()
    if row is None:
        raise NO_LEAVES(book=book, index=entry)
    data = bytes(row[0])
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def _text(part: bytes) -> str:
    return base64.b64encode(part).decode()


def _encode(file: RowFile | RowsFile) -> bytes:
    return json_text(file)
