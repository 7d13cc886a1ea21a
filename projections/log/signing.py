"""The signing of checkpoints. Every checkpoint that was ever signed is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from projections import register
from projections.log.history import NOBODY, check_history
from projections.log.query import root_from

if TYPE_CHECKING:
    from psycopg import Cursor

    from projections.log.history import LogKeys, Others

INSERT_CHECKPOINT = """
    INSERT INTO checkpoints (book, size, root, note) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


def sign_checkpoint_of(
    cursor: Cursor[Any], book: str, size: int, keys: LogKeys, others: Others = NOBODY
) -> None:
    """Sign and keep the checkpoint of a book's first `size` entries, if this server holds the log's key.

    Nothing is signed while the read side only catches up with what was signed or witnessed already.
    """
    origin = register.origin_of(cursor, book)
    key = keys.key_of(origin)
    if key is None or check_history(cursor, book, keys, others) > size:
        return
    root = root_from(cursor, book, size)
    note = sign_checkpoint(Checkpoint(origin, size, root), key)
    keys.remember_signed(origin, note)
    cursor.execute(INSERT_CHECKPOINT, (book, size, root, note))
