"""The tiers in force."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from domain.policy.events import Tier

DEFAULT_TIERS = (Tier(from_fen=0, roles=["accountant", "head"]),)
"""What holds until a policy is set: accountant and head sign every voucher (财务制度 art. 8-11)."""


@dataclass
class Policy:
    """The tiers in force, by their lower ends."""

    tiers: tuple[Tier, ...] = DEFAULT_TIERS
    _floors: list[int] = field(default_factory=lambda: [0])

    def set(self, tiers: list[Tier]) -> None:
        """Replace the tiers."""
        self.tiers = tuple(tiers)
        self._floors = [tier.from_fen for tier in tiers]

    def tier(self, amount_fen: int) -> Tier:
        """Return the tier of a voucher of that amount (its larger side, red amounts counted as positive)."""
        return self.tiers[bisect_right(self._floors, amount_fen) - 1]
