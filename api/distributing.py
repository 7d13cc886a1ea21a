"""What members decided of a year's income (收益分配方案), read from what was typed at a door."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.closing import Wish, parse_ratio, parse_shares
from domain.kernel.errors import Phrase, RuleViolation
from domain.kernel.money import parse_fen

if TYPE_CHECKING:
    from collections.abc import Mapping

AMOUNTS = {
    "members": Phrase("向成员分配", "to members"),
    "other": Phrase("其他分配", "other"),
    "cover": Phrase("用公积公益金弥补亏损", "loss covered by the reserve"),
    "earlier": Phrase("本年提取中属于往年的", "of this year's, for earlier years"),
}
"""The amounts that are typed, as the page calls them."""


def read_wish(typed: Mapping[str, str]) -> Wish:
    """Return what was typed, by the names of the door's query.

    Raises `distribution.ratio`, `money.*` with the field's name, and what `parse_shares` does.
    """
    members_fen = _fen_of(typed, "members")
    return Wish(
        parse_ratio(typed["reserve"]),
        members_fen,
        typed["members_to"],
        _fen_of(typed, "other"),
        typed["other_to"],
        _fen_of(typed, "cover"),
        typed["reserve_to"],
        _fen_of(typed, "earlier"),
        typed["resolution"].strip(),
        parse_shares(typed["households"], members_fen),
    )


def _fen_of(typed: Mapping[str, str], field: str) -> int:
    """Return fen of a typed amount; raises `money.*` with the field's name."""
    try:
        return parse_fen(typed[field])
    except RuleViolation as violation:
        name = AMOUNTS[field]
        raise replace(violation, zh=f"{name.zh}：{violation.zh}", en=f"{name.en}: {violation.en}") from None
