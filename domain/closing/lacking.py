"""Checks of what vouchers of a period lack: a signature, counterparty, project or quantity that belongs there."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from domain.closing.mixing import APART, MISPLACED, is_direct, lost
from domain.closing.month_end import Remark
from domain.closing.rules import ACCOUNTING
from domain.closing.transfers import DISTRIBUTION, RESULT_ACCOUNT
from domain.closing.undoing import undo
from domain.kernel.errors import Kind, Phrase, rule
from domain.roles import ROLES
from domain.vouchers import voucher_number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from domain.closing.month_end import Around, MonthEnd, MonthVoucher

NO_CASHIER = rule(
    "closing.no_cashier",
    Kind.REFUSED,
    "{account} {name}：{found}没有出纳签名{first}；{remedy}",
    "{account} {name}: {found} without the cashier's signature{first}; {remedy}",
    "会计基础工作规范 art. 51(4)",
)
NO_PARTY = rule(
    "closing.no_party",
    Kind.REFUSED,
    "{account} {name}按往来单位核算，{found}没有写往来单位{first}；请{remedy}",
    "{account} {name} is kept by counterparty, and {found} name none{first}; {remedy} it",
    f"{ACCOUNTING} 应收款、内部往来、应付款",
)
NO_PROJECT = rule(
    "closing.no_project",
    Kind.REFUSED,
    "{account} {name}应按项目核算，{found}没有写项目{first}；请{remedy}",
    "{account} {name} is kept by project, and {found} name none{first}; {remedy} it",
    f"{ACCOUNTING} 一事一议资金、专项应付款",
)
NO_QUANTITY = rule(
    "closing.no_quantity",
    Kind.REFUSED,
    "{account} {name}按数量金额核算，{found}没有数量{first}；结存的数量会因此不对，请{remedy}（只调金额的除外）",
    "{account} {name} is kept by quantity and amount, and {found} have no quantity{first}; what is left of goods is"
    " then wrong: {remedy} it, unless only the price changed",
    "会计基础工作规范 art. 59",
)
DIRECT = rule(
    "closing.distribution_direct",
    Kind.REFUSED,
    "凭证 {number}「{summary}」把收入或支出直接记在了 {distribution} 收益分配上，没有经过 {result} 本年收益，"
    "本年收益会因此少计：{lost}；请{undo}它，{apart}，期末转入 {result}",
    "voucher {number} '{summary}' books income or expense against {distribution} itself, past {result}, so that the"
    " year's result lacks it: {lost}; {undo} it: {apart}, and are transferred to {result} at the period's end",
    f"{ACCOUNTING} 本年收益、收益分配",
)
RULES = {"cashier": NO_CASHIER, "party": NO_PARTY, "project": NO_PROJECT, "quantity": NO_QUANTITY}

POSTED = {
    "cashier": Phrase(
        "请出纳在打印的凭证上补签，以后收付现金的凭证由出纳一并签名",
        "let the cashier sign them as printed, and from now on each voucher of cash",
    )
}
DRAFTED = {
    "cashier": Phrase("请出纳在别人签齐以前一并签名", "let the cashier sign it before the others all have")
}
"""What the cashier does about vouchers that stand in the log, and about a draft."""

UNHELD = Phrase(
    "本账套没有人持有{role}的密钥，请先授予，再",
    "nobody in this book holds a key of the {role}: grant one, then ",
)
"""What comes before that where nobody can sign by that office."""

REBOOK = Phrase("冲销后写明再记", "reverse them and book them with")
CHANGE = Phrase("在签名以前改动、写明", "change it before it is signed, and write")
"""What is done about what lines do not say."""


def check_lacking(month: MonthEnd) -> Iterator[Remark]:
    """Cash is signed for by the cashier; lines say with whom, for which project and how much, where others do."""
    kind = attrgetter("what", "account")
    for (what, account), group in groupby(sorted(month.lacking, key=kind), key=kind):
        vouchers = list(group)
        count, first = len(vouchers), min(vouchers, key=attrgetter("number"))
        number = voucher_number(month.period, first.number)
        found = {
            "found": Phrase(f"有 {count} 张现金凭证", f"{count} cash vouchers")
            if what == "cashier"
            else Phrase(f"有 {count} 张凭证的分录", f"lines of {count} vouchers"),
            "first": Phrase(f"，第一张是 {number}", f", the first is {number}"),
            "remedy": _remedy(POSTED.get(what, REBOOK), what, month.vacant),
        }
        violation = RULES[what](account=account, name=month.names[account], **found)
        yield Remark(stops=False, violation=violation, account=account, entry=first.entry)


def draft_lacking(around: Around, names: Mapping[str, str]) -> Iterator[Remark]:
    """Yield what is remarked on a draft that lacks what belongs on an account."""
    by = Phrase("、".join(ROLES[role] for role in around.signing), ", ".join(around.signing))
    for one in around.lacking:
        found = {
            "found": Phrase(
                f"这张收付现金的凭证由{by.zh}签名，", f"this voucher of cash is signed by {by.en},"
            )
            if one.what == "cashier"
            else Phrase("这张凭证的分录", "lines of this voucher"),
            "first": Phrase("", ""),
            "remedy": _remedy(DRAFTED.get(one.what, CHANGE), one.what, around.vacant),
        }
        violation = RULES[one.what](account=one.account, name=names[one.account], **found)
        yield Remark(stops=False, violation=violation, account=one.account)


def _remedy(remedy: Phrase, what: str, vacant: Collection[str]) -> Phrase:
    """Return what is to be done; where an office that nobody holds is to sign, a key of it is granted first."""
    if what not in vacant:
        return remedy
    return Phrase(UNHELD.zh.format(role=ROLES[what]) + remedy.zh, UNHELD.en.format(role=what) + remedy.en)


def check_direct(month: MonthEnd) -> Iterator[Remark]:
    """Income and expense go to 本年收益 first."""
    for voucher in month.vouchers:
        yield from booked_directly(voucher)


def booked_directly(voucher: MonthVoucher) -> Iterator[Remark]:
    """Yield what is remarked on a voucher that books income or expense against 收益分配 itself, unless reversed."""
    if is_direct(voucher.accounts) and not (voucher.reversal or voucher.is_reversed):
        violation = DIRECT(
            number=voucher.number,
            summary=voucher.summary,
            distribution=DISTRIBUTION,
            result=RESULT_ACCOUNT,
            lost=lost(voucher.accounts) or MISPLACED,
            undo=undo(voucher.entry),
            apart=APART,
        )
        yield Remark(stops=False, violation=violation, entry=voucher.entry)
