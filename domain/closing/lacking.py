"""Checks of what vouchers of a period lack: a signature, counterparty, project or quantity that belongs there."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from domain.closing.mixing import REVERSE, WITHDRAW, is_direct
from domain.closing.month_end import Remark
from domain.closing.rules import ACCOUNTING
from domain.closing.transfers import DISTRIBUTION, RESULT_ACCOUNT
from domain.kernel.errors import Kind, rule
from domain.vouchers import voucher_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.closing.month_end import MonthEnd, MonthVoucher

NO_CASHIER = rule(
    "closing.no_cashier",
    Kind.REFUSED,
    "{account} {name}：有 {count} 张现金凭证没有出纳签名，第一张是 {number}；请出纳在打印的凭证上补签，"
    "以后收付现金的凭证由出纳一并签名",
    "{account} {name}: {count} cash vouchers without the cashier's signature, the first is {number}; let the cashier"
    " sign them as printed, and from now on each voucher of cash",
    "会计基础工作规范 art. 51(4)",
)
NO_PARTY = rule(
    "closing.no_party",
    Kind.REFUSED,
    "{account} {name}按往来单位核算，有 {count} 张凭证的分录没有写往来单位，第一张是 {number}；请冲销后写明再记",
    "{account} {name} is kept by counterparty, and lines of {count} vouchers name none, the first is {number}; reverse"
    " them and book them with the counterparty",
    f"{ACCOUNTING} 应收款、内部往来、应付款",
)
NO_PROJECT = rule(
    "closing.no_project",
    Kind.REFUSED,
    "{account} {name}应按项目核算，有 {count} 张凭证的分录没有写项目，第一张是 {number}；请冲销后写明再记",
    "{account} {name} is kept by project, and lines of {count} vouchers name none, the first is {number}; reverse them"
    " and book them with the project",
    f"{ACCOUNTING} 一事一议资金、专项应付款",
)
NO_QUANTITY = rule(
    "closing.no_quantity",
    Kind.REFUSED,
    "{account} {name}按数量金额核算，有 {count} 张凭证的分录没有数量，第一张是 {number}；结存的数量会因此不对，"
    "请冲销后写明数量再记（只调金额的除外）",
    "{account} {name} is kept by quantity and amount, and lines of {count} vouchers have no quantity, the first is"
    " {number}; what is left of goods is then wrong: reverse them and book them with it, unless only the price changed",
    "会计基础工作规范 art. 59",
)
DIRECT = rule(
    "closing.distribution_direct",
    Kind.REFUSED,
    "凭证 {number}「{summary}」把收入或支出直接记在了 {distribution} 收益分配上，没有经过 {result} 本年收益，"
    "本年收益会因此少计；请{undo}，收支记入各自的科目，期末转入 {result}",
    "voucher {number} '{summary}' books income or expense against {distribution} itself, past {result}, so that the"
    " year's result lacks it; {undo}, and transfer to {result} at the period's end",
    f"{ACCOUNTING} 本年收益、收益分配",
)
RULES = {"cashier": NO_CASHIER, "party": NO_PARTY, "project": NO_PROJECT, "quantity": NO_QUANTITY}


def check_lacking(month: MonthEnd) -> Iterator[Remark]:
    """Cash is signed for by the cashier; lines say with whom, for which project and how much, where others do."""
    kind = attrgetter("what", "account")
    for (what, account), group in groupby(sorted(month.lacking, key=kind), key=kind):
        found = list(group)
        first = min(found, key=attrgetter("number"))
        facts = {"count": len(found), "number": voucher_number(month.period, first.number)}
        violation = RULES[what](account=account, name=month.names[account], **facts)
        yield Remark(stops=False, violation=violation, account=account, entry=first.entry)


def check_direct(month: MonthEnd) -> Iterator[Remark]:
    """Income and expense go to 本年收益 first."""
    for voucher in month.vouchers:
        yield from booked_directly(voucher)


def booked_directly(voucher: MonthVoucher) -> Iterator[Remark]:
    """Yield what is remarked on a voucher that books income or expense against 收益分配 itself, unless reversed."""
    if is_direct(voucher.accounts) and not (voucher.reversal or voucher.is_reversed):
        accounts = {"distribution": DISTRIBUTION, "result": RESULT_ACCOUNT}
        undo = WITHDRAW if voucher.entry is None else REVERSE
        violation = DIRECT(number=voucher.number, summary=voucher.summary, undo=undo, **accounts)
        yield Remark(stops=False, violation=violation, entry=voucher.entry)
