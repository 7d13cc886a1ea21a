"""The entry by which a county sets in which sub-totals accounts count, where 财会〔2023〕14号 is read in two ways."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from domain.kernel.statement import AccountCode, Record, Statement, Text

MAX_PLACES = 40
"""No chart has more accounts of income and expense."""


class Place(Record, frozen=True):
    """An account of level 1 and the first sub-total that counts it: 经营收益, 收益总额 or 净收益."""

    account: AccountCode
    subtotal: Literal["net_surplus", "operating_surplus", "total_surplus"]


class SubtotalsUsed(Record, frozen=True):
    """What a county's notice (`basis`, its number or title) lays down for the statements of `year` and later years.

    An account that is not named stands where the published form has it.
    """

    basis: Text
    places: Annotated[list[Place], msgspec.Meta(min_length=1, max_length=MAX_PLACES)]
    year: Annotated[str, msgspec.Meta(pattern=r"^20[0-9]{2}\Z")]


class SubtotalsSet(Statement, frozen=True, tag="subtotals.set/1"):
    """From this entry on the statements of income of these years count so; signed by the county."""

    data: SubtotalsUsed
