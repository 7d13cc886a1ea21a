"""When a policy may be set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from domain.kernel.errors import Kind, rule
from domain.roles import Key, require_roles

if TYPE_CHECKING:
    from domain.policy.events import PolicySet

BAD_TIERS = rule(
    "policy.tiers",
    Kind.REFUSED,
    "审批档次须从 0 开始、首尾相接、最后一档无上限：第 {number} 档有误",
    "tiers begin at 0, follow one another without gap and the last has no upper end: tier {number} is wrong",
    "ADR 0006",
)


def decide_set(statement: PolicySet, signers: list[Key]) -> None:
    """The tiers cover every amount once; township, head and supervisor sign."""
    expected: int | msgspec.UnsetType = 0
    tiers = statement.data.tiers
    for number, tier in enumerate(tiers, start=1):
        ends = tier.to_fen is msgspec.UNSET
        if tier.from_fen != expected or ends != (number == len(tiers)):
            raise BAD_TIERS(number=number)
        if isinstance(tier.to_fen, int) and tier.to_fen <= tier.from_fen:
            raise BAD_TIERS(number=number)
        expected = tier.to_fen
    require_roles(signers, ["township", "head", "supervisor"])
