"""Salted digests (加盐摘要) and what they stand for, after RFC 9901 (SD-JWT) section 4.2.

A disclosure (披露) is the text base64url(JSON [salt, name, value]) without padding. Its digest is the base64url of the
SHA-256 over the ASCII bytes of that text, so whoever has the disclosure can check it against the digest, and nobody can
guess it without the salt. Where a value is to stay out of an entry, its digest stands there instead, in a list `_sd`.
"""

from __future__ import annotations

import base64
import binascii
import re
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec

from domain.kernel.canonical import Json, encode
from domain.kernel.decoding import decoding_problem
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.statement import PLAIN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

SALT_BYTES = 16
"""A salt has 128 bits of good randomness (RFC 9901 section 9.3)."""

DIGESTS_STEP = 4
"""Decoys fill `_sd` up to a multiple of this, so that the number of digests tells little."""

MAX_DISCLOSURE_CHARACTERS = 8_192
RESERVED = frozenset({"_sd", "..."})
"""Names that no value can have (RFC 9901 section 4.2.1)."""

Digest = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]
"""A salted SHA-256 as base64url without padding (RFC 9901): what it stands for cannot be read from it."""

Digests = Annotated[list[Digest], msgspec.Meta(max_length=16)]
"""The digests of one object (`_sd`), sorted, so that their order says nothing; some may be decoys."""

MALFORMED = rule(
    "disclosure.malformed",
    Kind.MALFORMED,
    "披露的格式有误：{problem}",
    "the disclosure is malformed: {problem}",
    "RFC 9901 section 4.2.1",
)

_PLAIN = re.compile(PLAIN)


class Disclosed(NamedTuple):
    """What a disclosure says."""

    salt: str
    name: str
    value: Json


def encode_base64url(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def disclosure(salt: bytes, name: str, value: Json) -> str:
    """Return the disclosure of a value under a fresh salt of `SALT_BYTES`."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return encode_base64url(encode([encode_base64url(salt), name, value]))


def digest_of(disclosed: str) -> str:
    """Return the digest that stands for a disclosure."""
    return encode_base64url(sha256(disclosed.encode()).digest())


def decoy(random: bytes) -> str:
    """Return a digest that stands for nothing, so that the number of digests tells nothing (section 4.2.5)."""
    return encode_base64url(sha256(random).digest())


def hidden(disclosures: Iterable[str], decoys: Iterable[bytes] = ()) -> list[str]:
    """Return the value of `_sd`: the digests of the disclosures among decoys made of random bytes, sorted."""
    return sorted([*map(digest_of, disclosures), *map(decoy, decoys)])


def sealed(disclosures: Collection[str]) -> list[str]:
    """Return the value of `_sd` for the disclosures of one object: their digests, filled up with decoys, sorted.

    The decoys follow from the disclosures: who has these sees that nothing else is hidden there, nobody else does.
    """
    joined = "\n".join(sorted(disclosures))
    seeds = [
        digest_of(f"sunledger.decoy/v1\n{number}\n{joined}")
        for number in range(-len(disclosures) % DIGESTS_STEP)
    ]
    return hidden(disclosures, [seed.encode() for seed in seeds])


def parse_disclosure(text: str) -> Disclosed:
    """Return what a disclosure says; raises `disclosure.malformed`. Any JSON encoding of the three parts is good."""
    if len(text) > MAX_DISCLOSURE_CHARACTERS:
        raise MALFORMED(
            problem=Phrase(
                f"超过 {MAX_DISCLOSURE_CHARACTERS} 个字符",
                f"more than {MAX_DISCLOSURE_CHARACTERS} characters",
            )
        )
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        parts = msgspec.json.decode(data)
    except (binascii.Error, ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise MALFORMED(problem=decoding_problem(error)) from None
    if encode_base64url(data) != text:
        raise MALFORMED(problem=Phrase("应为不带填充的 base64url", "not base64url without padding"))
    return _checked(parts)


def _checked(parts: object) -> Disclosed:
    if not isinstance(parts, list) or len(parts) != 3:
        raise MALFORMED(problem=Phrase("应为盐、名称和值", "salt, name and value expected"))
    salt, name, value = parts
    if not isinstance(salt, str) or not isinstance(name, str):
        raise MALFORMED(problem=Phrase("盐和名称应为文本", "salt and name are texts"))
    if not name or name in RESERVED:
        raise MALFORMED(problem=Phrase(f"名称 {name!r} 是保留的", f"the name {name!r} is reserved"))
    try:
        encode(value)
    except RuleViolation as violation:
        raise MALFORMED(problem=Phrase(violation.zh, violation.en)) from None
    if not all(map(_PLAIN.match, (salt, name, *_texts(value)))):
        raise MALFORMED(problem=Phrase("含有控制字符", "a control character"))
    return Disclosed(salt, name, value)


def _texts(value: Json) -> Iterator[str]:
    """Yield every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
    elif isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)


def is_sorted(digests: Sequence[str]) -> bool:
    """Whether digests stand in order, each once."""
    return all(before < after for before, after in pairwise(digests))
