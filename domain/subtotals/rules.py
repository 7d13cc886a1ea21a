"""When a county may set in which sub-totals accounts count: of which accounts, for which year, signed by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.kernel.errors import Kind, rule
from domain.kernel.period import check_near
from domain.roles import Key, require_roles
from domain.subtotals.state import official_places

if TYPE_CHECKING:
    from domain.accounts import Accounts
    from domain.periods import Periods
    from domain.subtotals.events import SubtotalsSet

YEAR_PAST = rule(
    "subtotals.year",
    Kind.CONFLICT,
    "{year} 年早于本账套或已结账，收益表的口径不能从这一年改起；请从未结账的年份起改",
    "the year {year} lies before this book or is closed, so its statement of income stays as it is; begin with a year"
    " that is open",
    "ADR 0045",
)
ORDER = rule(
    "subtotals.order",
    Kind.REFUSED,
    "各行应按科目编码排序，一个科目只列一次；{account} 不在其位",
    "the lines stand in the order of their codes, each account once; {account} is out of place",
    "ADR 0045",
)
NOT_PLACED = rule(
    "subtotals.account",
    Kind.REFUSED,
    "科目 {account} 在收益表上的位置不能改；可以改的一级科目是 {known}",
    "the place of account {account} on the statement of income is fixed; accounts that may be placed: {known}",
    "财会〔2023〕14号 收益及收益分配表",
)


def decide_set_subtotals(
    statement: SubtotalsSet, signers: list[Key], accounts: Accounts, periods: Periods
) -> None:
    """The year is not over in the books, the accounts are of income and expense, and the county signs."""
    used = statement.data
    december = f"{used.year}-12"
    if december < periods.first or december <= periods.closed_through:
        raise YEAR_PAST(year=used.year)
    check_near(f"{used.year}-01", statement.at)
    known = official_places(accounts.chart)
    before = ""
    for place in used.places:
        if place.account <= before:
            raise ORDER(account=place.account)
        if place.account not in known:
            raise NOT_PLACED(account=place.account, known=", ".join(known))
        before = place.account
    require_roles(signers, ["county"])
