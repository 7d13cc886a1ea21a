"""The entry that carries the opening balances."""

from __future__ import annotations

from typing import Annotated

import msgspec

from domain.kernel.statement import Record, Statement
from domain.vouchers import Line


class Balances(Record, frozen=True):
    """A balance a line, on the side where it stands, of an account and what is beside it; at most 600 lines."""

    lines: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=600)]


class OpeningPosted(Statement, frozen=True, tag="opening.posted/1"):
    """The balances at the start of the book's first period; signed by accountant and head."""

    data: Balances
