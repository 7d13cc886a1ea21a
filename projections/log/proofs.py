"""Proof files of entries, under the newest checkpoint with the cosignatures that are there so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.tlog.proof import inclusion_proof
from audit.tlog.proof_file import ProofFile
from projections.log.cosignatures import published_checkpoint
from projections.log.query import NO_ENTRY, reader

if TYPE_CHECKING:
    from psycopg import Connection

    from projections.log.query import SignedCheckpoint


def proof_at(
    connection: Connection[Any],
    book: str,
    index: int,
    extra: bytes = b"",
    under: SignedCheckpoint | None = None,
) -> bytes:
    """Return the tlog-proof of an entry; raises `entry.unknown`, `checkpoint.unknown`.

    `extra` travels with it; it stands `under` a checkpoint of the log, or else under the newest.
    """
    head = under or published_checkpoint(connection, book)
    if not 0 <= index < head.size:
        raise NO_ENTRY(book=book, index=index)
    with connection.cursor() as cursor:
        hashes = inclusion_proof(index, head.size, reader(cursor, book, head.size))
    return ProofFile(index, tuple(hashes), head.note, extra).encode()
