"""What members get of a year's income, split among their accounts (各户份额): a table that people type."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from domain.closing.rules import ACCOUNTING
from domain.kernel.errors import Kind, rule
from domain.kernel.money import format_fen, parse_fen
from domain.vouchers import MAX_LINES

LAW = f"{ACCOUNTING} 内部往来"

BAD_SHARE = rule(
    "distribution.share",
    Kind.MALFORMED,
    "各户份额第 {number} 行「{read}」读不懂：每行写一个科目和它的金额，用逗号隔开（如 11301,1200.00），金额大于零、科目"
    "不重复；各户一样多的，每行只写科目，总额写在向成员分配里",
    "line {number} of the households' shares, '{read}', cannot be read: write an account and its amount in each, parted"
    " by a comma (11301,1200.00), amounts above zero and no account twice; where all get the same, write accounts alone"
    " and the sum as what members get",
    LAW,
)
SHARES_SUM = rule(
    "distribution.shares_sum",
    Kind.REFUSED,
    "各户份额合计 {found} 元，向成员分配写的是 {wanted} 元；请核对，两者要相等，或不写总额",
    "the households' shares add up to {found} yuan, and {wanted} are to go to members; they are to be equal, or leave"
    " the sum blank",
    LAW,
)
MANY_SHARES = rule(
    "distribution.shares_many",
    Kind.REFUSED,
    "一张凭证最多分给 {most} 个科目，读到 {count} 个；户数更多的，总额记一个全体成员合用的科目，各户的份额用清册写明",
    "one voucher goes to {most} accounts at most, and {count} were read; where there are more, put the sum on one "
    "account of all members, and let a roll say what each household gets",
    LAW,
)
TWO_TARGETS = rule(
    "distribution.two_targets",
    Kind.REFUSED,
    "写了各户份额，又选了成员分配都记入 {account}，不知该用哪一样；请去掉一样：各户有自己的科目的留各户份额，全体成员"
    "合用一个科目的留那个科目（命令行是 --households 和 --members-to）",
    "the households' shares are given, and {account} too as the account of all that members get, so that it is not"
    " known which is meant; leave one out: keep the shares where each household has its own account, the account where"
    " all have one together (--households and --members-to on the command line)",
    LAW,
)
SHARES_MAX = MAX_LINES - 1
"""The most accounts that a voucher splits among; one line is the other side."""

_ACCOUNT = re.compile(r"[0-9]{3,9}", re.ASCII)
_PARTED = re.compile(r"[,;\t ]+")


class Share(NamedTuple):
    """What an account gets, in fen."""

    account: str
    fen: int


def parse_shares(text: str, whole_fen: int) -> tuple[Share, ...]:
    """Return what each account gets of `whole_fen`, or by amounts of their own; none of a blank text.

    Each line has an account and its amount, or all have accounts alone and get the same: what does not divide stays
    undistributed. A first line without any digit is a heading. Raises `distribution.share`, `distribution.shares_sum`,
    `distribution.shares_many`.
    """
    lines = [
        (number, line.strip())
        for number, line in enumerate(unicodedata.normalize("NFKC", text).splitlines(), start=1)
        if line.strip() and (number > 1 or any(sign.isdigit() for sign in line))
    ]
    if len(lines) > SHARES_MAX:
        raise MANY_SHARES(most=SHARES_MAX, count=len(lines))
    alike_fen = whole_fen // len(lines) if lines and not any(_PARTED.search(line) for _, line in lines) else 0
    shares: dict[str, Share] = {}
    for number, line in lines:
        account, _, amount = _PARTED.sub(",", line, count=1).partition(",")
        fen = parse_fen(amount) or alike_fen
        if fen <= 0 or account in shares or not _ACCOUNT.fullmatch(account):
            raise BAD_SHARE(number=number, read=line[:40])
        shares[account] = Share(account, fen)
    found = sum(share.fen for share in shares.values())
    if shares and whole_fen and not alike_fen and found != whole_fen:
        raise SHARES_SUM(found=format_fen(found), wanted=format_fen(whole_fen))
    return tuple(shares.values())
