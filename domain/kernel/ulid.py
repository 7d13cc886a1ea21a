"""ULIDs: 26 characters of Crockford's base 32, 48 bits of time and 80 bits that tell two of one moment apart."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_BYTES = 10
MAX_TIME_MS = 2**48 - 1

LENGTH = 26
_ULID = re.compile(f"[0-7][{ALPHABET}]{{{LENGTH - 1}}}")
_ULIDS = re.compile(f"(?:{_ULID.pattern}\n)*")


def encode(time_ms: int, randomness: bytes) -> str:
    """Return the ULID of a moment (milliseconds since 1970) and 10 bytes; raises `ValueError` beyond these."""
    if not 0 <= time_ms <= MAX_TIME_MS or len(randomness) != RANDOM_BYTES:
        raise ValueError("a ULID has 48 bits of time and 10 bytes of randomness")
    number = time_ms << 80 | int.from_bytes(randomness, "big")
    return "".join([ALPHABET[number >> shift & 31] for shift in range(125, -1, -5)])


def is_ulid(text: str) -> bool:
    """Tell whether `text` is a ULID in its one canonical form (capitals)."""
    return _ULID.fullmatch(text) is not None


def are_ulids(texts: Collection[str]) -> bool:
    """Tell whether all texts are ULIDs, with one look at all of them: a newline within one would be one too many."""
    lines = "".join([f"{text}\n" for text in texts])
    return len(lines) == (LENGTH + 1) * len(texts) and _ULIDS.fullmatch(lines) is not None


def time_of(ulid: str) -> int:
    """Return the moment of a ULID in milliseconds since 1970."""
    number = 0
    for char in ulid[:10]:
        number = number << 5 | ALPHABET.index(char)
    return number


def derive(time_ms: int, *parts: str) -> str:
    """Return the ULID that the same moment and parts always give: 80 bits of SHA-256 over the parts.

    Each part stands behind its length in UTF-8 (4 bytes, big-endian), so that no two lists run together.
    """
    encoded = [part.encode() for part in parts]
    framed = b"".join([len(part).to_bytes(4, "big") + part for part in encoded])
    return encode(time_ms, sha256(framed).digest()[:RANDOM_BYTES])
