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
    "期初余额第 {line} 行：科目 {code} 前面已有一行，往来单位、项目、计量单位也相同；请合并，或写明各自的往来单位",
    "line {line} of the opening balances: account {code} stands above already, with the same counterparty, project and "
    "unit; make one line of both, or name the counterparty of each",
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
    """Opening balances come once, before any voucher or closing, and balance.

    Each leaf account stands there once for each counterparty, project and unit.
    """
    if opening.entry is not None:
        raise TWICE(entry=opening.entry)
    if vouchers.counts or periods.closed_through:
        raise TOO_LATE()
    lines = statement.data.lines
    check_balanced(lines)
    require_leaves(accounts, lines)
    seen: set[tuple[str, ...]] = set()
    for number, line in enumerate(lines, start=1):
        place = (line.account, line.party, line.project, line.unit)
        if place in seen:
            raise ACCOUNT_TWICE(code=line.account, line=number)
        seen.add(place)
    require_roles(signers, ["accountant", "head"])
