"""The entry that says what was erased of a person, and why (删除个人信息)."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from domain.kernel.disclosure import Digest
from domain.kernel.statement import Count, OptionalText, Record, Statement, Text

MAX_ERASED = 400
"""One entry erases at most so many digests and rows; who has more gets a second entry."""


class ErasedRow(Record, frozen=True):
    """A row of a roll: the roll's id and the row's number in the order of its leaves, from 0."""

    roll: Text
    row: Count


class Erasure(Record, frozen=True):
    """What is erased: `digests` and `rows` whose salts and values are no longer kept, and the legal `basis`.

    The bases are the five of 个人信息保护法 art. 47: the purpose is met (`purpose`), the period of keeping is over
    (`period`), the person withdrew consent (`consent`), it was kept against the law (`unlawful`), another law (`law`).
    """

    basis: Literal["consent", "law", "period", "purpose", "unlawful"]
    digests: Annotated[list[Digest], msgspec.Meta(max_length=MAX_ERASED)] = msgspec.field(
        default_factory=list
    )
    note: OptionalText = ""
    rows: Annotated[list[ErasedRow], msgspec.Meta(max_length=MAX_ERASED)] = msgspec.field(
        default_factory=list
    )


class SubjectErased(Statement, frozen=True, tag="subject.erased/1"):
    """What stood behind these digests is erased; signed by the township, the head and the supervisor."""

    data: Erasure
