"""The approval policy (审批制度): which roles must sign, by amount."""

from domain.policy.events import PolicySet, PolicyTiers, Tier
from domain.policy.rules import decide_set
from domain.policy.state import Policy

__all__ = ["Policy", "PolicySet", "PolicyTiers", "Tier", "decide_set"]
