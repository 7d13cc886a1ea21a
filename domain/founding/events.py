"""The first entry of a book."""

from __future__ import annotations

from typing import Annotated

import msgspec

from domain.kernel.statement import Record, Statement, Text
from domain.roles import KeyGrant

Origin = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9.:/_-]+\Z")]
"""A log's origin: a scheme-less URL prefix (C2SP tlog-checkpoint), fixed when the book is opened."""


class Organisation(Record, frozen=True):
    """The organisation that keeps the book: `id` (统一社会信用代码), `name`, `division` (行政区划代码, 12 digits)."""

    division: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{12}\Z")]
    id: str
    name: Text


class Log(Record, frozen=True):
    """The book's transparency log: its origin and its key as a C2SP vkey of that name."""

    origin: Origin
    vkey: Annotated[str, msgspec.Meta(max_length=300)]


class Opened(Record, frozen=True):
    """What `book.opened/1` says."""

    chart: str
    first_period: str
    keys: Annotated[list[KeyGrant], msgspec.Meta(min_length=1, max_length=32)]
    log: Log
    organisation: Organisation


class BookOpened(Statement, frozen=True, tag="book.opened/1"):
    """A book begins; signed by the township, whose key is the trust anchor (信任锚)."""

    data: Opened
