"""The checklist of a period's closing: each check is a function that returns what it remarks, and refuses nothing.

Those that stop (`stops`) are what a person must set right, or decide to leave, before the period is closed: what is
closed stays closed.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from domain.chart import MONEY_ACCOUNTS
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen
from domain.kernel.period import ends_year, last_day
from domain.statements import Standing
from domain.statements.income import RESULT, UNDISTRIBUTED
from domain.vouchers import quantity_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from domain.balances import TrialRow
    from domain.kernel.errors import Rule, RuleViolation
    from domain.statements import BudgetRow

ACCOUNTING = "财会〔2023〕14号"

EARLIER_OPEN = rule(
    "closing.earlier_open",
    Kind.REFUSED,
    "{open} 还没有结账；各月依次结账，先结它",
    "{open} is still open; periods close in order, it comes first",
    f"{ACCOUNTING}: 按月结账",
)
NO_VOUCHERS = rule(
    "closing.no_vouchers",
    Kind.REFUSED,
    "{period} 没有一张凭证；确实没有收支才可以结账",
    "{period} has no voucher; close it only if nothing came in or went out",
)
SUSPENSE = rule(
    "closing.suspense",
    Kind.REFUSED,
    "{account} {name}还有 {balance} 元；查明原因、报批后转出，期末应为零",
    "{account} {name} still has {balance} yuan; find the reason, have it approved and transfer it: nil at period end",
    f"{ACCOUNTING} 待处理财产损溢",
)
CASH_BELOW_ZERO = rule(
    "closing.cash_below_zero",
    Kind.REFUSED,
    "{account} {name} {date} 的余额是 {balance} 元；现金和存款不会是负数，请查漏记或记错日期的凭证",
    "{account} {name} stands at {balance} yuan on {date}; money is never below zero: look for a voucher left out or"
    " misdated",
    "会计基础工作规范 art. 57",
)
WRONG_SIDE = rule(
    "closing.wrong_side",
    Kind.REFUSED,
    "{account} {name}的余额在{side} {balance} 元，与科目的方向相反",
    "{account} {name} has a {side} balance of {balance} yuan, against the account's side",
    f"{ACCOUNTING}",
)
QUANTITY_BELOW_ZERO = rule(
    "closing.quantity_below_zero",
    Kind.REFUSED,
    "{account} {name}结存 {quantity} {unit}；实物不会是负数，请查漏记的入库或多记的出库",
    "{account} {name}: {quantity} {unit} are left; goods are never below zero: look for a receipt left out or an issue"
    " told too high",
    f"{ACCOUNTING} 库存物资、农产品",
)
OPENED_RESULT = rule(
    "closing.opened_result",
    Kind.REFUSED,
    "年中建账的，本年已结转的收益请按 501 至 521 各科目本年累计发生额填列，321 不填；"
    "填在 321 的 {amount} 元算作年初未分配收益",
    "of a book begun in mid-year, the year's income so far belongs to 501 to 521 by what each moved, and 321 stays "
    "blank; the {amount} yuan on 321 count as undistributed income of earlier years",
    f"{ACCOUNTING} 本年收益",
)
NO_ATTACHMENTS = rule(
    "closing.no_attachments",
    Kind.REFUSED,
    "凭证 {number}「{summary}」没有附件；除结账和更正的凭证外，都要有原始凭证",
    "voucher {number} '{summary}' has no attachment; all but closing and correcting vouchers rest on originals",
    "会计基础工作规范 art. 51",
)
NO_DEPRECIATION = rule(
    "closing.no_depreciation",
    Kind.REFUSED,
    "{account} {name}有余额，本月没有计提 {contra} {contra_name}",
    "{account} {name} has a balance, and nothing was added to {contra} {contra_name} this month",
    f"{ACCOUNTING} 固定资产、生产性生物资产、无形资产",
)
WAGES_LEFT = rule(
    "closing.wages_left",
    Kind.REFUSED,
    "{account} {name}还有 {balance} 元没有发放",
    "{account} {name}: {balance} yuan are not paid yet",
    f"{ACCOUNTING} 应付工资、应付劳务费",
)
NOT_TRANSFERRED = rule(
    "closing.not_transferred",
    Kind.REFUSED,
    "{account} {name}还有 {balance} 元没有结转，年末应为零",
    "{account} {name} still has {balance} yuan to be transferred: nil at the end of the year",
    f"{ACCOUNTING} 本年收益、收益分配",
)

NO_STATEMENT = rule(
    "closing.no_statement",
    Kind.REFUSED,
    "{account} {name}的银行对账单{reach}，本月的还没有对；读入对账单，编好余额调节表再结账",
    "{account} {name}: the bank's statements were read in {reach}; read this month's in and reconcile it first",
    "会计基础工作规范 art. 62",
)
NOT_RECONCILED = rule(
    "closing.not_reconciled",
    Kind.REFUSED,
    "{account} {name} {date} 的银行存款余额调节表对不上，差 {difference} 元；查明原因，对上再结账",
    "{account} {name}: the bank reconciliation of {date} does not come out, by {difference} yuan; find out why before"
    " the period is closed",
    "会计基础工作规范 art. 62",
)
NO_BANK_BALANCE = rule(
    "closing.no_bank_balance",
    Kind.REFUSED,
    "{account} {name}：读入的对账单没有 {date} 的余额，不知道对得上没有；"
    "请读入有余额列的对账单，或照对账单上的余额核对一次",
    "{account} {name}: the statements that were read in do not say what stood on it on {date}, so that nobody knows"
    " whether it is right; read one in that has the balances, or reconcile it by hand",
    "会计基础工作规范 art. 62",
)
OVER_BUDGET = rule(
    "closing.over_budget",
    Kind.REFUSED,
    "{account} {name}今年已支出 {spent} 元，超出计划的 {planned} 元；请查明，需要时由成员（代表）大会调整计划",
    "{account} {name}: {spent} yuan spent this year, beyond the {planned} planned; find out why, and have the plan"
    " revised by the members if need be",
    "农村集体经济组织法 art. 26; alert C17",
)
NEAR_BUDGET = rule(
    "closing.near_budget",
    Kind.REFUSED,
    "{account} {name}今年已支出 {spent} 元，是计划 {planned} 元的 {share}",
    "{account} {name}: {spent} yuan spent this year, {share} of the {planned} planned",
    "alert C17",
)

NOT_AT_ALL = Phrase("还没有读入", "not at all")
BANK = "102"
SUSPENSE_ACCOUNT = "181"
WAGES = ("212", "213")
DEPRECIATED = (("132", "133"), ("151", "152"), ("161", "162"))
"""Assets that wear out, and the account that gathers it (折旧、摊销)."""

EITHER_SIDE = ("113", "154", "181", "214", "321", "322", "502")
"""Accounts that the system lets stand on both sides."""

TRANSFERRING = ("3", "5", "113", "211")
"""All that a voucher moves which only transfers or distributes: equity, income, expense, and what is owed of it."""

CORRECTING = ("注销", "冲销", "订正", "更正", "调整")
"""How the summary of a correcting voucher begins (会计基础工作规范 art. 51)."""

RESULT_ACCOUNT, DISTRIBUTION = UNDISTRIBUTED
"""收益分配, with all its details."""

UNDISTRIBUTED_NAME = "未分配收益"
"""The detail account of 322 收益分配 on which all ends."""


class MonthVoucher(NamedTuple):
    """A voucher of the period: `entry`, its number, summary, how many attachments, and the codes of its accounts."""

    entry: int
    number: str
    summary: str
    attachments: int
    accounts: tuple[str, ...]
    reversal: bool


class Dip(NamedTuple):
    """A day at whose end an account was below zero, in fen."""

    account: str
    date: str
    balance_fen: int


class Stock(NamedTuple):
    """What is left of an account's goods, in thousandths of its unit."""

    account: str
    unit: str
    left_milli: int


class MonthEnd(NamedTuple):
    """A book at the end of an open period: the first open one, the trial balance, sides and names by code, vouchers.

    `reach` says up to which day the bank's statements of an account were read in, `differences` what the reconciliation
    of each leaves at the period's end in fen, None where no bank's balance of that day is known; `stocks` what is left
    of goods; `opened_result_fen` what stood on 本年收益 when the book was opened in the middle of this year, credits
    less debits.
    """

    period: str
    open_period: str
    rows: Sequence[TrialRow]
    sides: Mapping[str, str]
    names: Mapping[str, str]
    vouchers: Sequence[MonthVoucher]
    dips: Sequence[Dip]
    budget: Sequence[BudgetRow] = ()
    reach: Mapping[str, str] = MappingProxyType({})
    differences: Mapping[str, int | None] = MappingProxyType({})
    stocks: Sequence[Stock] = ()
    opened_result_fen: int = 0


class Remark(NamedTuple):
    """What a check remarks: whether it stops, the rule with its words, and the account or the entry it is about."""

    stops: bool
    violation: RuleViolation
    account: str = ""
    entry: int | None = None


def check_month(month: MonthEnd) -> list[Remark]:
    """Return the remarks of all checks, those that stop first."""
    remarks = [remark for check in CHECKS for remark in check(month)]
    return sorted(remarks, key=lambda remark: not remark.stops)


def check_order(month: MonthEnd) -> Iterator[Remark]:
    """Periods close in order."""
    if month.period > month.open_period:
        yield Remark(stops=True, violation=EARLIER_OPEN(open=month.open_period))


def check_vouchers(month: MonthEnd) -> Iterator[Remark]:
    """A month without vouchers may be one that was forgotten."""
    if not month.vouchers:
        yield Remark(stops=False, violation=NO_VOUCHERS(period=month.period))


def check_suspense(month: MonthEnd) -> Iterator[Remark]:
    """待处理财产损溢 is nil."""
    for row in month.rows:
        if row.account.startswith(SUSPENSE_ACCOUNT) and row.closing_fen:
            yield _about(SUSPENSE, row, stops=True)


def check_money(month: MonthEnd) -> Iterator[Remark]:
    """Cash and bank are not below zero at the end of a day."""
    for dip in month.dips:
        facts = {"date": dip.date, "balance": format_fen(dip.balance_fen)}
        violation = CASH_BELOW_ZERO(account=dip.account, name=month.names[dip.account], **facts)
        yield Remark(stops=True, violation=violation, account=dip.account)


def check_bank(month: MonthEnd) -> Iterator[Remark]:
    """Each bank account that moved or has a balance is reconciled at the month's end, and the statements reach it."""
    for row in month.rows:
        moved = row.debit_fen or row.credit_fen or row.closing_fen
        if row.account.startswith(BANK) and moved:
            yield from _bank_remarks(month, row)


def _bank_remarks(month: MonthEnd, row: TrialRow) -> Iterator[Remark]:
    """Yield what is remarked of a bank account; only a difference is a wrong figure, and stops."""
    end, through = last_day(month.period), month.reach.get(row.account, "")
    if through < end:
        reach = Phrase(f"只读到 {through}", f"up to {through} only") if through else NOT_AT_ALL
        violation = NO_STATEMENT(account=row.account, name=row.name, reach=reach)
        yield Remark(stops=False, violation=violation, account=row.account)
        return
    difference_fen = month.differences.get(row.account)
    if difference_fen is None:
        violation = NO_BANK_BALANCE(account=row.account, name=row.name, date=end)
        yield Remark(stops=False, violation=violation, account=row.account)
    elif difference_fen:
        facts = {"date": end, "difference": format_fen(difference_fen)}
        violation = NOT_RECONCILED(account=row.account, name=row.name, **facts)
        yield Remark(stops=True, violation=violation, account=row.account)


def check_year(month: MonthEnd) -> Iterator[Remark]:
    """At the end of a year income and expense are transferred, and the result stands on 未分配收益 alone."""
    if ends_year(month.period):
        for row in untransferred(month.rows):
            yield _about(NOT_TRANSFERRED, row, stops=True)


def check_opened_result(month: MonthEnd) -> Iterator[Remark]:
    """In December of the year in whose middle a book was opened: what stood on 本年收益 is no income of the year."""
    if ends_year(month.period) and month.opened_result_fen:
        violation = OPENED_RESULT(amount=format_fen(month.opened_result_fen))
        yield Remark(stops=False, violation=violation, account=RESULT_ACCOUNT)


def untransferred(rows: Iterable[TrialRow]) -> Iterator[TrialRow]:
    """Yield the rows of a December that are still to be transferred; all end on 未分配收益, or on 322 itself."""
    for row in rows:
        ends_here = row.account == DISTRIBUTION or (
            row.name == UNDISTRIBUTED_NAME and row.account.startswith(DISTRIBUTION)
        )
        if row.closing_fen and row.account.startswith((RESULT, *UNDISTRIBUTED)) and not ends_here:
            yield row


def check_sides(month: MonthEnd) -> Iterator[Remark]:
    """A balance stands on its account's side."""
    for row in month.rows:
        if row.account.startswith((*EITHER_SIDE, *MONEY_ACCOUNTS)) or not row.closing_fen:
            continue
        if (row.closing_fen > 0) != (month.sides[row.account] == "debit"):
            yield _about(WRONG_SIDE, row, stops=False)


def check_stocks(month: MonthEnd) -> Iterator[Remark]:
    """Goods are not below zero."""
    for account, unit, left_milli in month.stocks:
        if left_milli < 0:
            facts = {"name": month.names[account], "quantity": quantity_text(left_milli), "unit": unit}
            violation = QUANTITY_BELOW_ZERO(account=account, **facts)
            yield Remark(stops=False, violation=violation, account=account)


def check_originals(month: MonthEnd) -> Iterator[Remark]:
    """A voucher rests on originals, unless it transfers or distributes and does no more, or corrects.

    What is paid out when income is distributed has a receipt, as all that is paid.
    """
    for voucher in month.vouchers:
        closes = any(account.startswith(UNDISTRIBUTED) for account in voucher.accounts) and all(
            account.startswith(TRANSFERRING) for account in voucher.accounts
        )
        corrects = voucher.reversal or voucher.summary.startswith(CORRECTING)
        if not (voucher.attachments or closes or corrects):
            violation = NO_ATTACHMENTS(number=voucher.number, summary=voucher.summary)
            yield Remark(stops=False, violation=violation, entry=voucher.entry)


def check_depreciation(month: MonthEnd) -> Iterator[Remark]:
    """What wears out is depreciated month by month."""
    for asset, contra in DEPRECIATED:
        held = sum(row.closing_fen for row in month.rows if row.account.startswith(asset))
        written_off = any(row.credit_fen for row in month.rows if row.account.startswith(contra))
        if held > 0 and not written_off:
            facts = {"name": month.names[asset], "contra": contra, "contra_name": month.names[contra]}
            yield Remark(stops=False, violation=NO_DEPRECIATION(account=asset, **facts), account=asset)


def check_wages(month: MonthEnd) -> Iterator[Remark]:
    """Wages and labour fees are paid."""
    for row in month.rows:
        if row.account.startswith(WAGES) and row.closing_fen < 0:
            yield _about(WAGES_LEFT, row, stops=False)


def check_budget(month: MonthEnd) -> Iterator[Remark]:
    """Spending stays within the year's plan, if there is one; from 90 % on it is said."""
    return spending_remarks(month.budget)


def spending_remarks(rows: Iterable[BudgetRow]) -> Iterator[Remark]:
    """Yield what is remarked on lines of the year's plan."""
    told = {Standing.OVER: OVER_BUDGET, Standing.NEAR: NEAR_BUDGET}
    for row in rows:
        if row.standing in told:
            facts = {
                "spent": format_fen(row.year_fen),
                "planned": format_fen(row.planned_fen),
                "share": row.share,
            }
            violation = told[row.standing](account=row.account, name=row.name, **facts)
            yield Remark(stops=False, violation=violation, account=row.account)


def _about(told: Rule, row: TrialRow, *, stops: bool) -> Remark:
    side = Phrase("借方", "debit") if row.closing_fen > 0 else Phrase("贷方", "credit")
    balance = format_fen(abs(row.closing_fen))
    violation = told(account=row.account, name=row.name, balance=balance, side=side)
    return Remark(stops=stops, violation=violation, account=row.account)


CHECKS = (
    check_order,
    check_vouchers,
    check_suspense,
    check_money,
    check_bank,
    check_year,
    check_opened_result,
    check_sides,
    check_stocks,
    check_originals,
    check_depreciation,
    check_wages,
    check_budget,
)
