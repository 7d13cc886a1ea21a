"""When opening balances may be posted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.accounts import Accounts, require_leaves
from domain.kernel.errors import Kind, rule
from domain.roles import Key, require_roles
from domain.vouchers import Vouchers, check_balanced

if TYPE_CHECKING:
    from domain.opening.events import OpeningPosted
    from domain.opening.state import Opening
    from domain.periods import Periods

TWICE = rule(
    "opening.twice",
    Kind.CONFLICT,
    "期初余额已在第 {entry} 号记录中登记，只能登记一次",
    "the opening balances stand in entry {entry} already; they are posted once",
    "会计基础工作规范 art. 60",
)
TOO_LATE = rule(
    "opening.too_late",
    Kind.CONFLICT,
    "已有凭证入账或月份结账，不能再登记期初余额",
    "vouchers were posted or a period was closed already, so opening balances cannot be posted",
    "会计基础工作规范 art. 60",
)
ACCOUNT_TWICE = rule(
    "opening.account_twice",
    Kind.REFUSED,
    "期初余额中科目 {code} 出现了两次",
    "account {code} stands twice in the opening balances",
    "会计基础工作规范 art. 60",
)


def decide_opening(
    statement: OpeningPosted,
    signers: list[Key],
    opening: Opening,
    accounts: Accounts,
    vouchers: Vouchers,
    periods: Periods,
) -> None:
    """Opening balances come once, before any voucher or closing, balance, and have each leaf account once."""
    if opening.entry is not None:
        raise TWICE(entry=opening.entry)
    if vouchers.counts or periods.closed_through:
        raise TOO_LATE()
    lines = statement.data.lines
    check_balanced(lines)
    seen: set[str] = set()
    require_leaves(accounts, lines)
    for line in lines:
        if line.account in seen:
            raise ACCOUNT_TWICE(code=line.account)
        seen.add(line.account)
    require_roles(signers, ["accountant", "head"])
