"""What members get of a year's income, split among the accounts of their households (各户份额)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain.closing.rules import ACCOUNTING
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen
from domain.vouchers import MAX_LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

LAW = f"{ACCOUNTING} 内部往来"

SHARES_SUM = rule(
    "distribution.shares_sum",
    Kind.REFUSED,
    "各户份额合计 {found} 元，向成员分配写的是 {wanted} 元；请核对，两者要相等，或不写总额",
    "the households' shares add up to {found} yuan, and {wanted} are to go to members; they are to be equal, or leave"
    " the sum blank",
    LAW,
)
NO_WHOLE = rule(
    "distribution.share_whole",
    Kind.REFUSED,
    "各户份额写了 {count} 个科目、没有金额，是平均分：请在「向成员分配」写总额（命令行是 --members）；各户不一样多的，"
    "每行写上金额",
    "the households' shares are {count} accounts without amounts, to get the same: give the sum as what members get"
    " (--members on the command line), or an amount in each line where they get different ones",
    LAW,
)
NOTHING_EACH = rule(
    "distribution.share_nothing",
    Kind.REFUSED,
    "向成员分配的 {whole} 元平均分给 {count} 户，每户不到一分；请核对向成员分配的总额和户数",
    "{whole} yuan for members in equal parts are less than a fen for each of {count} households; check the sum that"
    " goes to members, and how many they are",
    LAW,
)
MANY_SHARES = rule(
    "distribution.shares_many",
    Kind.REFUSED,
    "一张凭证最多分给 {most} 户，读到 {count} 户；户数更多的，总额记一个全体成员合用、不按往来单位核算的科目，各户的"
    "份额用清册写明",
    "one voucher goes to {most} households at most, and {count} were read; where there are more, put the sum on one "
    "account of all members that is not kept by counterparty, and let a roll say what each household gets",
    LAW,
)
TWO_TARGETS = rule(
    "distribution.two_targets",
    Kind.REFUSED,
    "写了各户份额，又选了成员分配都记入 {account}，不知该用哪一样；请去掉一样：各户有自己的科目、或在一个科目"
    "上按往来单位核算的，留各户份额；全体成员合用一个科目、不分户记的，留那个科目（命令行是 --households 和"
    " --members-to）",
    "the households' shares are given, and {account} too as the account of all that members get, so that it is not"
    " known which is meant; leave one out: keep the shares where each household has its own account or is a"
    " counterparty of one, the account where all have one together (--households and --members-to on the command line)",
    LAW,
)
SHARES_MAX = MAX_LINES - 1
"""The most accounts that a voucher splits among; one line is the other side."""


class Share(NamedTuple):
    """What an account gets, in fen, and `party`, the household, which is named where the table does.

    On a line of a voucher `party` is its counterparty: `by_counterparty`.
    """

    account: str
    fen: int
    party: str = ""


def split_evenly(accounts: Sequence[str], whole_fen: int) -> tuple[Share, ...]:
    """Return equal parts of an amount, all of which is split: the fen that do not divide go to the first, one each.

    So it is by the largest remainder (最大余数法), whose ties go in the order of the accounts. Raises
    `distribution.share_whole` of no amount, `distribution.share_nothing` where there is no fen for each.
    """
    if not whole_fen:
        raise NO_WHOLE(count=len(accounts))
    each_fen, rest = divmod(whole_fen, len(accounts))
    if each_fen <= 0:
        raise NOTHING_EACH(whole=format_fen(whole_fen), count=len(accounts))
    return tuple(Share(account, each_fen + (at < rest)) for at, account in enumerate(accounts))


def check_count(count: int) -> None:
    """Raise `distribution.shares_many` of more accounts than one voucher has lines for."""
    if count > SHARES_MAX:
        raise MANY_SHARES(most=SHARES_MAX, count=count)


def check_sum(shares: Sequence[Share], whole_fen: int) -> None:
    """Raise `distribution.shares_sum` of shares that are not what members get; 0 is not said."""
    found_fen = sum(share.fen for share in shares)
    if whole_fen and found_fen != whole_fen:
        raise SHARES_SUM(found=format_fen(found_fen), wanted=format_fen(whole_fen))


def split_said(shares: Sequence[Share]) -> Phrase:
    """Say how what members get came out: the same for each, perhaps with a fen more for the first, or by a table."""
    fens = [share.fen for share in shares]
    each_fen, count, whole = min(fens), len(fens), format_fen(sum(fens))
    more = sum(fen > each_fen for fen in fens)
    zh, en = "按各户份额", "by a table of shares"
    if fens == [each_fen + (at < more) for at in range(count)]:
        zh, en = f"每户 {format_fen(each_fen)} 元", f"{format_fen(each_fen)} yuan each"
        zh += f"，前 {more} 户各多 0.01 元" if more else ""
        en += f", 0.01 more for each of the first {more}" if more else ""
    return Phrase(
        f"向成员分配：{zh}，共 {count} 户，合计 {whole} 元",
        f"to members: {en}, {count} households, {whole} yuan in all",
    )
