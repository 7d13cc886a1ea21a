"""A transfer (结转) moves what stands on an account of income or expense, and no more.

Who transfers the same twice leaves the account on its wrong side, and 本年收益 with twice the surplus.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from domain.chart import RESULT
from domain.closing.mixing import only_transfers
from domain.closing.month_end import Remark
from domain.closing.rules import ACCOUNTING
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen
from domain.kernel.period import period_of
from domain.statements.income_lines import INCOME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.balances import Balances
    from domain.closing.month_end import MonthEnd
    from domain.kernel.errors import RuleViolation
    from domain.vouchers import Line, Voucher

TOO_MUCH = rule(
    "closing.transfer_too_much",
    Kind.REFUSED,
    "科目 {account} 在 {period} 末只有{side} {stands} 元，这张凭证却要从{side}转出 {moved} 元：多半已经结转过了，"
    "或此后有凭证改了余额；请撤回这张，重新取结转凭证",
    "at the end of {period} account {account} has {stands} yuan on its {side} side, and this voucher takes {moved} from"
    " there: it was probably transferred before, or vouchers changed the balance since; withdraw this one, and ask for"
    " the transfers anew",
    f"{ACCOUNTING} 本年收益",
)
TRANSFERRED_TWICE = rule(
    "closing.transferred_twice",
    Kind.REFUSED,
    "{account} {name}结转以后在{side}还有 {balance} 元：转出的比账上的多，多半结转了两次；请冲销多出的结转凭证",
    "after the transfers {account} {name} has {balance} yuan on its {side} side: more was transferred than stood there,"
    " probably twice; reverse the transfer that is too much",
    f"{ACCOUNTING} 本年收益",
)


def is_excess(account: str, moved_fen: int, closing_fen: int) -> bool:
    """Tell whether transfers that moved so much of an account (debits less credits) took it past nil.

    `closing_fen` is its balance after them, which stands then on the side of the transfer: that is the debit side of
    income alone, and the credit side of expense. What was earned in a voucher that transfers stands on the other.
    """
    return moved_fen * closing_fen > 0 and (closing_fen > 0) == account.startswith(INCOME)


def is_transfer(lines: Iterable[Line]) -> bool:
    """Tell whether these lines transfer or distribute, and do nothing else."""
    return only_transfers(tuple(line.account for line in lines))


def excess_of(balances: Balances, voucher: Voucher) -> RuleViolation | None:
    """Return what forbids a transfer that would take more than stands on an account at the end of its period."""
    if not is_transfer(voucher.lines):
        return None
    moved = Counter[str]()
    for line in voucher.lines:
        if line.account.startswith(RESULT):
            moved[line.account] += line.debit_fen - line.credit_fen
    period = period_of(voucher.date)
    for account, fen in moved.items():
        stands = balances.closing_fen(account, period)
        if is_excess(account, fen, stands + fen):
            return TOO_MUCH(
                account=account,
                period=period,
                side=Phrase("贷方", "credit") if fen > 0 else Phrase("借方", "debit"),
                stands=format_fen(max(-stands if fen > 0 else stands, 0)),
                moved=format_fen(abs(fen)),
            )
    return None


def check_excess(month: MonthEnd) -> Iterator[Remark]:
    """What was transferred in the month stood on the accounts."""
    for row in month.rows:
        if is_excess(row.account, month.transferred.get(row.account, 0), row.closing_fen):
            violation = TRANSFERRED_TWICE(
                account=row.account,
                name=row.name,
                side=Phrase("借方", "debit") if row.closing_fen > 0 else Phrase("贷方", "credit"),
                balance=format_fen(abs(row.closing_fen)),
            )
            yield Remark(stops=True, violation=violation, account=row.account)
