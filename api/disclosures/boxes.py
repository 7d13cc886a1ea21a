"""A value in its box: disclosure and subject, encrypted under the subject's key and bound to the place where it is."""

from __future__ import annotations

import msgspec
import nacl.exceptions
from nacl.secret import Aead

from api.disclosures.given import Given
from api.disclosures.tiers import Tier

TURN = 0x70726976
"""The class of the advisory locks by which keeping and forgetting of one book take turns."""
TAKE_TURN = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"


class _Content(msgspec.Struct, frozen=True):
    """What is locked in a box."""

    disclosure: str
    subject: str


def lock(key: bytes, one: Given, bound: bytes) -> bytes:
    """Return the box of what was handed in, which opens only where it is `bound` to."""
    content = msgspec.json.encode(_Content(one.disclosure, one.subject))
    return bytes(Aead(key).encrypt(content, bound))


def unlock(key: bytes, box: bytes, bound: bytes, tier: str) -> Given | None:
    """Return what is in a box, None when it is not what was locked under this key for this place."""
    try:
        content = msgspec.json.decode(Aead(key).decrypt(box, bound), type=_Content)
    except (nacl.exceptions.CryptoError, ValueError, msgspec.MsgspecError):
        return None
    return Given(content.disclosure, content.subject, Tier(tier))
