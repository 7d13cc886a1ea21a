"""The signed statement (签名陈述): the fields every entry has, and the limits of their values.

A concrete entry type subclasses `Statement` with its `tag` (``noun.verb/version``) and a `data` field.
Decoding is strict: unknown fields, nulls, floats and integers beyond 2^53-1 are refused, and a field
that has its default value must be left out, so that one meaning has one encoding (RFC 8785 profile).
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from domain.kernel.canonical import MAX_SAFE_INTEGER
from domain.kernel.money import MAX_FEN

Fen = Annotated[int, msgspec.Meta(ge=-MAX_FEN, le=MAX_FEN)]
"""Money in fen (分); negative amounts are red (红字)."""

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_SAFE_INTEGER)]
PLAIN = r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]*\Z"
"""No control characters, and none that turn the reading direction: a text shows what it says, everywhere."""

TEXT_MAX = 200
"""The most characters of a text."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_MAX, pattern=PLAIN)]
OptionalText = Annotated[str, msgspec.Meta(max_length=TEXT_MAX, pattern=PLAIN)]
AccountCode = Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{2}([0-9]{2}){0,3}\Z")]
Sha256Hex = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


NUMBER_OF_KEY, NUMBER_OF_INVOICE = {"number": "key"}, {"number": "invoice"}
"""Marks of fields (`extra` of their type) that hold a thing's number, which must not be a person's."""


class Record(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    gc=False,  # a statement is a tree: the collector would walk millions of them for nothing
):
    """A part of a statement: strict, immutable, with one encoding."""


class Seen(Record, frozen=True):
    """Size and base64 root of the newest checkpoint the signer's client had verified; 0 and "" in entry 0."""

    n: Count
    r: Annotated[str, msgspec.Meta(max_length=44)]


class Statement(Record, frozen=True, tag_field="type"):
    """What is signed: `at` (RFC 3339), `book` (its organisation id), `id` (ULID), `seen`, and a subclass's `data`."""

    at: str
    book: str
    id: str
    seen: Seen


def type_name(statement: Statement | type[Statement]) -> str:
    """Return the type's name as it stands in the entry, for example ``voucher.posted/1``."""
    return str(statement.__struct_config__.tag)
