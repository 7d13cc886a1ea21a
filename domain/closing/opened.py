"""What opening balances say of a year that they should not, or that its statement cannot know.

An opening balance has no voucher, so a debit on a detail of 收益分配 only lessens what is brought forward: what was
distributed in a year before the book was opened in the midst of it stands nowhere. Income and expense at the beginning
of a year were to be transferred in the one before, and count as the new one's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chart import RESULT
from domain.closing.month_end import Remark
from domain.closing.rules import ACCOUNTING
from domain.closing.transfers import DISTRIBUTION, ends_on
from domain.kernel.errors import Kind, rule
from domain.kernel.money import format_fen
from domain.kernel.period import ends_year, opened_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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


OPENED_INCOME = rule(
    "closing.opened_income",
    Kind.REFUSED,
    "账套从 {opened} 开始，期初余额里却有 {count} 个收支科目（501 至 521）有余额，收入减支出是 {amount} 元：它们应已在"
    "上年末转入 321、再转入 322 收益分配，现在会算成 {year} 年的收支，再记凭证转入 322 也改不了收益及收益分配表。"
    "账套刚建的，请重新建账，把净额填在 322 未分配收益；要接着用的，在附注中写明本年收支包括上年的这一笔",
    "the book begins with the year, {opened}, and its opening has {count} accounts of income and expense (501 to 521) "
    "with balances, income less expense is {amount} yuan: they were to be transferred to 321 and 322 at the end of the "
    "year before, and count as income of {year}, which a voucher to 322 does not change in its statement. Begin the "
    "book anew, with what is left on 322 (undistributed income), while it is new; else say in the notes that the "
    "year's income has it",
    f"{ACCOUNTING} 本年收益",
)


def income_at_opening(balances: Iterable[tuple[str, int]], opened: str) -> tuple[int, int] | None:
    """Return how many accounts of income and expense an opening has, and income less expense in fen, if it should not.

    `balances` are codes with debits less credits. Of a book that is opened in mid-year they are the year's own.
    """
    left = [(code, fen) for code, fen in balances if fen and code.startswith(RESULT)]
    if not left or opened_on(opened, opened):
        return None
    return len({code for code, _ in left}), -sum(fen for _, fen in left)


def check_opened_income(month: MonthEnd) -> Iterator[Remark]:
    """In the first month of a book that begins with a year: it brings no income and expense along."""
    found = income_at_opening(month.opened_income.items(), month.period)
    if found:
        count, fen = found
        facts = {"opened": month.period, "year": month.period[:4], "amount": format_fen(fen)}
        yield Remark(stops=False, violation=OPENED_INCOME(count=count, **facts))


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
