"""A log whose keys change: its files as they are served after each entry about them, by whichever keys sign."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from domain.kernel.merkle import Tree, leaf_hash
from domain.logkeys import (
    LogKeyAdded,
    LogKeyAddition,
    LogKeyRetired,
    LogKeyRetirement,
    LogMove,
    LogMoved,
    log_possession_text,
)
from domain.logkeys.events import LastCheckpoint
from tests.audit.test_verify import then_voucher, voucher

if TYPE_CHECKING:
    from domain.kernel.note import SigningKey
    from tests.audit.conftest import Log

SPEAKERS = ("township", "head", "supervisor")


@dataclass(frozen=True)
class Keyed:
    """A log with the keys that sign its checkpoints now."""

    log: Log
    keys: tuple[SigningKey, ...]
    files: dict[str, bytes] = field(init=False)

    def __post_init__(self) -> None:
        """Make all files of the log."""
        object.__setattr__(self, "files", self.signed_by(*self.keys))

    def signed_by(self, *keys: SigningKey) -> dict[str, bytes]:
        """Return the log's files with a checkpoint by other keys."""
        files = self.log.files()
        files["checkpoint"] = self.head(len(self.log.entries), *keys)
        return files | {"log.vkey": f"{keys[0].verifier.vkey}\n".encode()}

    def head(self, size: int, *keys: SigningKey) -> bytes:
        """Return a checkpoint of the first entries."""
        tree = Tree()
        for entry in self.log.entries[:size]:
            tree.append(leaf_hash(entry))
        keys = keys or self.keys
        return sign_checkpoint(Checkpoint(keys[0].name, size, tree.root()), *keys)

    def voucher(self, amount_fen: int = 1_000) -> Keyed:
        """Return the log with one more voucher."""
        return Keyed(then_voucher(self.log, voucher("2026-04-02", amount_fen)), self.keys)

    def proof(self, key: SigningKey) -> str:
        """Return a key's proof of possession."""
        text = log_possession_text(self.log.book().book, key.verifier.vkey)
        return base64.b64encode(key.sign_raw(text)).decode()

    def add(self, key: SigningKey) -> Keyed:
        """Return the log with one more key."""
        data = LogKeyAddition(proof=self.proof(key), reason="例行更换", vkey=key.verifier.vkey)
        log = self.log.then(LogKeyAdded, data, self.log.roles(*SPEAKERS))
        return Keyed(log, (*self.keys, key))

    def retire(self, key: SigningKey) -> Keyed:
        """Return the log without a key."""
        data = LogKeyRetirement(reason="已换新", vkey=key.verifier.vkey)
        log = self.log.then(LogKeyRetired, data, self.log.roles(*SPEAKERS))
        return Keyed(log, tuple(held for held in self.keys if held != key))

    def move(self, key: SigningKey, last: int, **fields: Any) -> Keyed:  # noqa: ANN401 -- any field
        """Return the log under a new origin."""
        good: dict[str, Any] = {
            "last": LastCheckpoint(n=last, r=self.log.book().root(last)),
            "origin": key.name,
            "proof": self.proof(key),
            "reason": "compromised",
            "vkey": key.verifier.vkey,
        }
        return Keyed(self.log.then(LogMoved, LogMove(**(good | fields)), self.log.roles(*SPEAKERS)), (key,))
