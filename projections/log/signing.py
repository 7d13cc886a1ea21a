"""The log's own keys and the signing of checkpoints. Every checkpoint that was ever signed is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from domain.kernel.errors import Kind, rule
from projections import register
from projections.log.query import root_from

if TYPE_CHECKING:
    from psycopg import Cursor

    from domain.kernel.note import SigningKey

INSERT_CHECKPOINT = """
    INSERT INTO checkpoints (book, size, root, note) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


SELECT_LAST = "SELECT size, root FROM checkpoints WHERE book = %s ORDER BY size DESC LIMIT 1"

TILES_CHANGED = rule(
    "log.tiles_changed",
    Kind.UNAVAILABLE,
    "账套 {book} 的瓦片与已签署的 {size} 条检查点不符，拒绝签署；请运行 sunledger rebuild",
    "the tiles of {book} do not give the root that was signed at size {size}; nothing is signed; run sunledger rebuild",
    "C2SP tlog-checkpoint: a log signs what extends what it has signed",
)


class LogKeys(Protocol):
    """Where the log's private keys are kept; unlike people's keys they belong to the server."""

    def key_of(self, origin: str) -> SigningKey | None:
        """Return the key of a log, or None when this server does not hold it."""


def _check_last(cursor: Cursor[Any], book: str) -> None:
    """Raise `log.tiles_changed` when the stored tiles no longer give the root that was signed last."""
    cursor.execute(SELECT_LAST, (book,))
    last = cursor.fetchone()
    if last and root_from(cursor, book, last[0]) != bytes(last[1]):
        raise TILES_CHANGED(book=book, size=last[0])


def sign_checkpoint_of(cursor: Cursor[Any], book: str, size: int, keys: LogKeys) -> None:
    """Sign and keep the checkpoint of a book's first `size` entries, if this server holds the log's key."""
    origin = register.origin_of(cursor, book)
    key = keys.key_of(origin)
    if key is None:
        return
    _check_last(cursor, book)
    root = root_from(cursor, book, size)
    note = sign_checkpoint(Checkpoint(origin, size, root), key)
    cursor.execute(INSERT_CHECKPOINT, (book, size, root, note))
