"""Entries about the log's own key: added (增加), retired (停用), and the log moved (迁移) to a new origin and key."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from domain.founding import Origin
from domain.kernel.canonical import MAX_SAFE_INTEGER
from domain.kernel.statement import Record, Statement, Text
from domain.roles.events import Signature64, Vkey


class LogKeyAddition(Record, frozen=True):
    """One more key of the same origin, its `proof` over `log_possession_text`, and why it is added."""

    proof: Signature64
    reason: Text
    vkey: Vkey


class LogKeyRetirement(Record, frozen=True):
    """The key that signs no more, and why."""

    reason: Text
    vkey: Vkey


class LastCheckpoint(Record, frozen=True):
    """Size `n` and base64 root `r` of the last witnessed checkpoint of the old origin that its signers stand by."""

    n: Annotated[int, msgspec.Meta(ge=1, le=MAX_SAFE_INTEGER)]
    r: Annotated[str, msgspec.Meta(min_length=44, max_length=44)]


class LogMove(Record, frozen=True):
    """The log's new origin and key; checkpoints of the old origin beyond `last` are void."""

    last: LastCheckpoint
    origin: Origin
    proof: Signature64
    reason: Literal["compromised", "lost"]
    vkey: Vkey


class LogKeyAdded(Statement, frozen=True, tag="log.key_added/1"):
    """From the next checkpoint on the log signs with this key too: the overlap (重叠期) of a rotation."""

    data: LogKeyAddition


class LogKeyRetired(Statement, frozen=True, tag="log.key_retired/1"):
    """From the next checkpoint on the log signs with its other key alone."""

    data: LogKeyRetirement


class LogMoved(Statement, frozen=True, tag="log.moved/1"):
    """From the next checkpoint on the same entries are signed under a new origin, with a new key alone."""

    data: LogMove


def log_possession_text(book: str, vkey: str) -> bytes:
    """Return the bytes that a log's key signs to prove that the server has its private half; never a checkpoint."""
    return f"sunledger.log-possession/v1\n{vkey}\n{book}\n".encode()
