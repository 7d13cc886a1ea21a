"""What was distributed in a year before the book was opened in the midst of it: its statement knows none of it.

An opening balance has no voucher, so a debit on a detail of 收益分配 only lessens what is brought forward.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.closing.month_end import Remark
from domain.closing.rules import ACCOUNTING
from domain.closing.transfers import DISTRIBUTION, ends_on
from domain.kernel.errors import Kind, rule
from domain.kernel.money import format_fen
from domain.kernel.period import ends_year

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.closing.month_end import MonthEnd
    from domain.kernel.errors import RuleViolation

OPENED_DISTRIBUTION = rule(
    "closing.opened_distribution",
    Kind.REFUSED,
    "年中建账的，{account} {name}的借方期初余额 {amount} 元只冲减年初未分配收益：当年建账前已作的分配，收益及收益分配表"
    "的提取、分配各行不列，年末提出收益分配时也不扣除；要列示的，建账时 322 各明细和对方科目（如公积公益金）按分配以前"
    "的余额填列，再在建账当月作凭证补记这笔分配",
    "of a book begun in mid-year, the opening debit balance of {amount} yuan on {account} {name} only lessens what is "
    "brought forward: what was distributed in the year before the opening stands in no line of the statement of "
    "income, and a proposed distribution does not count it; to have it shown, open the details of 322 and the other "
    "account (such as the reserve) with their balances before that distribution, and post it as a voucher in the first"
    " month",
    f"{ACCOUNTING} 收益分配",
)


def distributed_at_opening(
    balances: Mapping[str, int], names: Mapping[str, str]
) -> Iterator[tuple[str, RuleViolation]]:
    """Yield what to say of opening balances (debits less credits in fen) by account: the account, the words."""
    for account, fen in sorted(balances.items()):
        name = names.get(account, "")
        if fen > 0 and account.startswith(DISTRIBUTION) and not ends_on(account, name):
            yield account, OPENED_DISTRIBUTION(account=account, name=name, amount=format_fen(fen))


def check_opened_distribution(month: MonthEnd) -> Iterator[Remark]:
    """In December of the year in whose midst a book was opened: what was distributed before is not in its statement."""
    if ends_year(month.period):
        for account, violation in distributed_at_opening(month.opened, month.names):
            yield Remark(stops=False, violation=violation, account=account)
