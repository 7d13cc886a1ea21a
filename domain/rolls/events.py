"""The entry that commits to a payroll, a dividend or another roll (发放清册) without naming anybody."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from domain.kernel.statement import AccountCode, Fen, Record, Statement, Text

MAX_ROWS = 10_000
"""More households than any village has (the largest known has some 6,000 shareholders)."""

MAX_COLUMNS = 8

Root = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{43}=\Z")]
"""An RFC 6962 root in standard base64."""


class Column(Record, frozen=True):
    """One column of amounts: its `name` (应发), its public `total_fen`, and where a voucher books that total.

    The lines of the voucher on `account` and the accounts below it add up to the total on this `side`.
    """

    account: AccountCode
    name: Text
    side: Literal["credit", "debit"]
    total_fen: Fen


class Roll(Record, frozen=True):
    """A roll: what it is for, its columns with their totals, and the `count` and `root` of its salted rows."""

    columns: Annotated[list[Column], msgspec.Meta(min_length=1, max_length=MAX_COLUMNS)]
    count: Annotated[int, msgspec.Meta(ge=1, le=MAX_ROWS)]
    kind: Literal["dividend", "labour", "other", "subsidy", "wages"]
    root: Root
    summary: Text


class RollCommitted(Statement, frozen=True, tag="roll.committed/1"):
    """A roll is fixed, row by row, before it is booked; signed by accountant and head."""

    data: Roll
