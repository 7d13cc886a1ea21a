"""The log's own keys and the signing of checkpoints. Every checkpoint that was ever signed is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from projections import register
from projections.log.query import root_from

if TYPE_CHECKING:
    from psycopg import Cursor

    from domain.kernel.note import SigningKey

INSERT_CHECKPOINT = """
    INSERT INTO checkpoints (book, size, root, note) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


class LogKeys(Protocol):
    """Where the log's private keys are kept; unlike people's keys they belong to the server."""

    def key_of(self, origin: str) -> SigningKey | None:
        """Return the key of a log, or None when this server does not hold it."""


def sign_checkpoint_of(cursor: Cursor[Any], book: str, size: int, keys: LogKeys) -> None:
    """Sign and keep the checkpoint of a book's first `size` entries, if this server holds the log's key."""
    origin = register.origin_of(cursor, book)
    key = keys.key_of(origin)
    if key is None:
        return
    root = root_from(cursor, book, size)
    note = sign_checkpoint(Checkpoint(origin, size, root), key)
    cursor.execute(INSERT_CHECKPOINT, (book, size, root, note))
