"""The entry that sets the tiers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from domain.kernel.statement import Count, Record, Statement

Role = Literal["accountant", "cashier", "head", "supervisor", "township", "county", "member"]


class Tier(Record, frozen=True):
    """From `from_fen` up to but not including `to_fen` (absent: no upper end) these roles must all sign.

    `resolution` true: the voucher must name the resolution (决议) it rests on.
    """

    from_fen: Count
    roles: Annotated[list[Role], msgspec.Meta(min_length=1, max_length=7)]
    resolution: bool = False
    to_fen: Count | msgspec.UnsetType = msgspec.UNSET


class PolicyTiers(Record, frozen=True):
    """The tiers in order of amount, without gap or overlap, the first from 0, the last without end."""

    tiers: Annotated[list[Tier], msgspec.Meta(min_length=1, max_length=20)]


class PolicySet(Statement, frozen=True, tag="policy.set/1"):
    """The policy holds for the entries after this one; signed by township, head and supervisor."""

    data: PolicyTiers
