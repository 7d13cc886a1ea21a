"""The transparency log of a book: tiles, entry bundles and signed checkpoints (C2SP tlog-tiles)."""

from projections.log.fold import fold
from projections.log.history import LogKeys, check_history, check_new, check_not_frozen, check_signers
from projections.log.query import (
    SignedCheckpoint,
    covering_checkpoint,
    entry_at,
    latest_checkpoint,
    log_size,
    notes,
    proof_at,
    root_at,
    tile_at,
)
from projections.log.signing import sign_checkpoint_of

__all__ = [
    "LogKeys",
    "SignedCheckpoint",
    "check_history",
    "check_new",
    "check_not_frozen",
    "check_signers",
    "covering_checkpoint",
    "entry_at",
    "fold",
    "latest_checkpoint",
    "log_size",
    "notes",
    "proof_at",
    "root_at",
    "sign_checkpoint_of",
    "tile_at",
]
