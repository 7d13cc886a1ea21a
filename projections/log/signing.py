"""The signing of checkpoints. Every checkpoint that was ever signed is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from domain.kernel.errors import RuleViolation
from projections import register
from projections.log.history import FROZEN, KEY_NOT_HELD, NOBODY, check_history, signers_of
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
    """Sign and keep the checkpoint of a book's first `size` entries, by all keys that the log has now.

    Nothing is signed without one of them, while the log is frozen, and while the read side only catches up with what
    was signed or witnessed already.
    """
    rows = register.log_keys(cursor, book)
    try:
        signers = signers_of(book, rows, keys)
    except RuleViolation as violation:
        if violation.rule in {FROZEN, KEY_NOT_HELD}:
            return
        raise
    if check_history(cursor, book, keys, others) > size:
        return
    root = root_from(cursor, book, size)
    note = sign_checkpoint(Checkpoint(signers[0].name, size, root), *signers)
    keys.remember_signed(rows[0].origin, note)
    cursor.execute(INSERT_CHECKPOINT, (book, size, root, note))
