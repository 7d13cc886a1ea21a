"""The entry that adopts a year's plan (收支计划), after 农村集体经济组织法 art. 26 and 农经发〔2011〕13号."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from domain.kernel.money import MAX_FEN
from domain.kernel.statement import AccountCode, Count, OptionalText, Record, Statement

MAX_LINES = 400
"""A plan has at most 400 lines, so that an entry stays below the log's 65,535 bytes."""


class PlanLine(Record, frozen=True):
    """What is planned for an account and all below it: income to come in, or what may be spent, in fen."""

    account: AccountCode
    planned_fen: Annotated[int, msgspec.Meta(ge=1, le=MAX_FEN)]


class Resolution(Record, frozen=True):
    """The decision (决议): who met, on which `date`, how many were `entitled`, were `present` and `agreed`.

    `body` is 成员大会 (members) or 成员代表大会 (delegates) of an economic organisation, 村民会议 (villagers, or one of
    each of the households) or 村民代表会议 (representatives) of a committee; `name` is the number of its minutes.
    """

    agreed: Count
    body: Literal["delegates", "households", "members", "representatives", "villagers"]
    date: str
    entitled: Count
    present: Count
    name: OptionalText = ""


class Budget(Record, frozen=True):
    """A calendar year's plan; a later one of the same year takes the whole place of an earlier one (调整)."""

    lines: Annotated[list[PlanLine], msgspec.Meta(min_length=1, max_length=MAX_LINES)]
    resolution: Resolution
    year: Annotated[str, msgspec.Meta(pattern=r"^20[0-9]{2}\Z")]


class BudgetAdopted(Statement, frozen=True, tag="budget.adopted/1"):
    """A year's plan is in force from this entry on; signed by accountant, head and supervisor."""

    data: Budget
