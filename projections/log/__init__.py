"""The transparency log of a book: tiles, entry bundles and signed checkpoints (C2SP tlog-tiles)."""

from projections.log.erasures import Erased, entry_of_roll, erased_in
from projections.log.fold import fold
from projections.log.history import LogKeys, check_history, check_new
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
    "Erased",
    "LogKeys",
    "SignedCheckpoint",
    "check_history",
    "check_new",
    "covering_checkpoint",
    "entry_at",
    "entry_of_roll",
    "erased_in",
    "fold",
    "latest_checkpoint",
    "log_size",
    "notes",
    "proof_at",
    "root_at",
    "sign_checkpoint_of",
    "tile_at",
]
