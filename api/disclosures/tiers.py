"""For whom a disclosure is (知悉范围): everybody, the members, the person, or the auditors alone."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """The tiers: `public` for all, `members` of the collective, the `person` it is about, `auditors` only."""

    public = "public"
    members = "members"
    person = "person"
    auditors = "auditors"


READABLE: dict[Tier, frozenset[Tier]] = {
    Tier.public: frozenset({Tier.public}),
    Tier.members: frozenset({Tier.public, Tier.members}),
    Tier.person: frozenset(Tier),
    Tier.auditors: frozenset(Tier),
}
"""What each kind of reader may read. A person reads all that is held on themselves alone (个人信息保护法 art. 45)."""

WORDS = {
    Tier.public: "向所有人公开",
    Tier.members: "成员可查",
    Tier.person: "只告知本人",
    Tier.auditors: "只供审计",
}
"""The tiers in a villager's words."""
