"""What members decided of a year's income (收益分配方案), read from what was typed at a door."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from api.households import parse_households
from domain.closing import Wish, parse_ratio
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
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

SHARES_MAX_SENT = 60_000
"""The most characters of a table of shares as it stands in an address, of which servers and clients take 64 KiB."""

LONG_SHARES = rule(
    "distribution.shares_long",
    Kind.REFUSED,
    "各户份额太长：一个汉字算九个字符，共 {count} 个，至多 {most} 个；每行只写科目、户名和金额，去掉别的；户数太多的，"
    "总额记一个全体成员合用的科目，各户的份额用清册写明",
    "the households' shares are too long: with nine for each Chinese character they have {count} characters, and {most}"
    " are taken at most; write an account, its household and its amount a line and nothing else; where there are too"
    " many households, put the sum on one account of all members, and let a roll say what each gets",
    "ADR 0038",
)


def read_wish(typed: Mapping[str, str]) -> Wish:
    """Return what was typed, by the names of the door's query.

    Raises `distribution.shares_long`, `distribution.ratio`, `money.*` with the field's name, and what
    `parse_households` does.
    """
    count = len(quote_plus(typed["households"]))
    if count > SHARES_MAX_SENT:
        raise LONG_SHARES(count=count, most=SHARES_MAX_SENT)
    members_fen = read_fen(typed, "members")
    return Wish(
        parse_ratio(typed["reserve"]),
        members_fen,
        typed["members_to"],
        read_fen(typed, "other"),
        typed["other_to"],
        read_fen(typed, "cover"),
        typed["reserve_to"],
        read_fen(typed, "earlier"),
        typed["resolution"].strip(),
        parse_households(typed["households"], members_fen),
    )


def read_fen(typed: Mapping[str, str], field: str) -> int:
    """Return fen of a typed amount; raises `money.*` with the field's name."""
    try:
        return parse_fen(typed[field])
    except RuleViolation as violation:
        name = AMOUNTS[field]
        raise replace(violation, zh=f"{name.zh}：{violation.zh}", en=f"{name.en}: {violation.en}") from None
