"""Entries about keys: granted (授权), rotated (更换), revoked (吊销)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from domain.kernel.disclosure import Digest
from domain.kernel.statement import NUMBER_OF_KEY, OptionalText, Record, Statement, Text

Vkey = Annotated[str, msgspec.Meta(min_length=1, max_length=300, extra=NUMBER_OF_KEY)]
Signature64 = Annotated[str, msgspec.Meta(min_length=88, max_length=88)]
"""An Ed25519 signature of 64 bytes in standard base64 with padding."""


class KeyGrant(Record, frozen=True):
    """A key for a holder: `vkey` (C2SP, named ``<book>/<role>/<number>``), `holder` digest, public `name`, `proof`.

    `proof` is the key's own signature over `possession_text`, so that nobody registers another's key.
    `name` is the office holder's name where the rules want it public (农经发〔2011〕13号： those who sign).
    """

    holder: Digest
    proof: Signature64
    vkey: Vkey
    name: OptionalText = ""


class Revocation(Record, frozen=True):
    """The name of a key that ends, and why."""

    key: Text
    reason: Text


class Rotation(Record, frozen=True):
    """The old key's name and the new key of the same holder and role."""

    new: KeyGrant
    old: Text


class KeyGranted(Statement, frozen=True, tag="key.granted/1"):
    """A further key becomes good for the entries after this one."""

    data: KeyGrant


class KeyRotated(Statement, frozen=True, tag="key.rotated/1"):
    """A holder replaces their key; the old one signs this entry and nothing after it."""

    data: Rotation


class KeyRevoked(Statement, frozen=True, tag="key.revoked/1"):
    """A key ends with this entry."""

    data: Revocation


def possession_text(vkey: str, holder: str) -> bytes:
    """Return the bytes that a key signs to prove that its holder has the private half."""
    return f"sunledger.possession/v1\n{vkey}\n{holder}\n".encode()
