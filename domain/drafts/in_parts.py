"""What sets one voucher right in parts, each of which stays below the tier that the whole would reach (化整为零)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain.closing import UNSIGNED
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.money import format_fen
from domain.roles import ROLES
from domain.vouchers import amount_fen, tiered_fen

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from domain.closing import Corrected
    from domain.policy import Policy
    from domain.vouchers import Voucher

IN_PARTS = rule(
    "draft.in_parts",
    Kind.REFUSED,
    "连同 {numbers}，对 {original} 的更正合计 {total} 元，审批档次高于这一张的 {amount} 元：{wanted}；"
    f"本是一笔而拆开的，请{UNSIGNED.zh}它，合成一张",
    "with {numbers}, what sets {original} right comes to {total} yuan, of a higher tier than the {amount} of this one:"
    f" {{wanted}}; if it is one error in parts, {UNSIGNED.en} this one, and book it whole",
    "ADR 0006",
)


class Parts(NamedTuple):
    """What was done to a voucher, and what those come to in fen that set it right and stand, red as positive."""

    done: Corrected
    by_fen: int


def in_parts(
    policy: Policy, voucher: Voucher, before: Parts, signing: Collection[str]
) -> RuleViolation | None:
    """Return what is said of a voucher that needs less by itself than with what set the same one right before it.

    `signing` are the roles that have signed it or must.
    """
    own = tiered_fen(voucher.lines, amount_fen(voucher.lines))
    tier = policy.tier(own + before.by_fen)
    roles = [role for role in tier.roles if role not in signing]
    undecided = tier.resolution and not voucher.resolution
    if not (own and before.by_fen and (roles or undecided)):
        return None
    return IN_PARTS(
        numbers=Phrase("、".join(before.done.by), ", ".join(before.done.by)),
        original=before.done.number,
        total=format_fen(own + before.by_fen),
        amount=format_fen(own),
        wanted=_wanted(roles, undecided=undecided),
    )


def _wanted(roles: Sequence[str], *, undecided: bool) -> Phrase:
    """Return what the tier of the whole asks for that a part lacks."""
    zh = [f"请{'、'.join(ROLES[role] for role in roles)}也签名"] if roles else []
    en = [f"have it signed by {', '.join(roles)} too"] if roles else []
    if undecided:
        zh, en = [*zh, "写明所依据的决议"], [*en, "name the resolution it rests on"]
    return Phrase("，".join(zh), ", and ".join(en))
