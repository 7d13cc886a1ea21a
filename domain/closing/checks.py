"""The checks of a period's closing: each is a function that returns what it remarks, and refuses nothing.

Those that stop (`stops`) are what a person must set right, or decide to leave, before the period is closed: what is
closed stays closed.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from domain.chart import MONEY_ACCOUNTS, RESULT, UNDISTRIBUTED
from domain.closing.excess import check_excess
from domain.closing.mixing import only_transfers
from domain.closing.month_end import Dip, MonthEnd, MonthVoucher, Remark
from domain.closing.rules import (
    BANK_ONLY,
    BOOK_ONLY,
    CASH_BELOW_ZERO,
    EARLIER_OPEN,
    NEAR_BUDGET,
    NO_ATTACHMENTS,
    NO_BANK_BALANCE,
    NO_DEPRECIATION,
    NO_STATEMENT,
    NO_VOUCHERS,
    NOT_IN_BUDGET,
    NOT_OVER,
    NOT_RECONCILED,
    NOT_TRANSFERRED,
    OPENED_RESULT,
    OVER_BUDGET,
    QUANTITY_BELOW_ZERO,
    SUSPENSE,
    WAGES_LEFT,
    WRONG_SIDE,
)
from domain.closing.transfers import RESULT_ACCOUNT, ends_on
from domain.kernel.errors import Phrase
from domain.kernel.money import format_fen
from domain.kernel.period import ends_year, last_day
from domain.statements import Standing
from domain.vouchers import quantity_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domain.balances import TrialRow
    from domain.kernel.errors import Rule
    from domain.reconciliation import BookLine
    from domain.statements import BudgetRow

NOT_AT_ALL = Phrase("还没有读入", "not at all")
BANK = "102"
LONG_DAYS = 30
"""How long the book may have a line that the bank has not before it is remarked."""

SUSPENSE_ACCOUNT = "181"
WAGES = ("212", "213")
DEPRECIATED = (("132", "133"), ("151", "152"), ("161", "162"))
"""Assets that wear out, and the account that gathers it (折旧、摊销)."""

RESIDUAL_PERCENT = 5
"""How much of its cost an asset may be taken to fetch at last (净残值率), which is never depreciated: up to 5 %."""

EITHER_SIDE = ("113", "181", "214", "321", "322", "502")
"""Accounts that the system lets stand on both sides; a gain on 154 固定资产清理 is to be transferred."""

CORRECTING = ("注销", "冲销", "订正", "更正", "调整")
"""How the summary of a correcting voucher begins that does not name as data what it sets right: older ones do not."""


def check_order(month: MonthEnd) -> Iterator[Remark]:
    """Periods close in order."""
    if month.period > month.open_period:
        yield Remark(stops=True, violation=EARLIER_OPEN(open=month.open_period))


def check_over(month: MonthEnd) -> Iterator[Remark]:
    """A month that may be closed now is over, or its last day has come."""
    last = last_day(month.period)
    if month.period == month.open_period and month.today and month.today < last:
        facts = {"period": month.period, "today": month.today, "last": last}
        yield Remark(stops=False, violation=NOT_OVER(**facts))


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
        yield below_zero(dip, month.names[dip.account], stops=True)


def below_zero(dip: Dip, name: str, *, stops: bool) -> Remark:
    """Return what is remarked on a day at whose end an account of money is below zero."""
    facts = {"date": dip.date, "balance": format_fen(dip.balance_fen)}
    violation = CASH_BELOW_ZERO(account=dip.account, name=name, **facts)
    return Remark(stops=stops, violation=violation, account=dip.account)


def check_bank(month: MonthEnd) -> Iterator[Remark]:
    """Each bank account that moved or has a balance is reconciled at the month's end, and the statements reach it."""
    for row in banks_in_use(month.rows):
        yield from _bank_remarks(month, row)


def banks_in_use(rows: Iterable[TrialRow]) -> Iterator[TrialRow]:
    """Yield the bank accounts (102 and its details) of a trial balance that moved in its periods or have a balance."""
    for row in rows:
        if row.account.startswith(BANK) and (row.debit_fen or row.credit_fen or row.closing_fen):
            yield row


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
    long_ago = (date.fromisoformat(end) - timedelta(days=LONG_DAYS)).isoformat()
    waiting = [line for line in month.only_book.get(row.account, ()) if line.date < long_ago]
    at = {"account": row.account, "name": row.name, "date": end}
    if unbooked := month.only_bank.get(row.account, ()):  # the sums are the bank's to tell
        yield Remark(stops=False, violation=BANK_ONLY(**at, count=len(unbooked)), account=row.account)
    if waiting:
        sums = _sums(waiting)
        violation = BOOK_ONLY(**at, count=len(waiting), days=LONG_DAYS, **sums)
        yield Remark(stops=False, violation=violation, account=row.account)


def _sums(lines: Sequence[BookLine]) -> dict[str, str]:
    """Return what lines of a bank's account come to, in and out."""
    received_fen = sum(line.amount_fen for line in lines if line.amount_fen > 0)
    paid_fen = received_fen - sum(line.amount_fen for line in lines)
    return {"received": format_fen(received_fen), "paid": format_fen(paid_fen)}


def check_year(month: MonthEnd) -> Iterator[Remark]:
    """At the end of a year income and expense are transferred, and the result stands on 未分配收益 alone.

    Of what was transferred twice `check_excess` says what to do.
    """
    if ends_year(month.period):
        twice = tuple(remark.account for remark in check_excess(month))
        for row in untransferred(month.rows):
            if not row.account.startswith(twice):
                yield _about(NOT_TRANSFERRED, row, stops=True)


def check_opened_result(month: MonthEnd) -> Iterator[Remark]:
    """In December of the year in whose middle a book was opened: what stood on 本年收益 is no income of the year."""
    if ends_year(month.period) and month.opened_result_fen:
        violation = OPENED_RESULT(amount=format_fen(month.opened_result_fen))
        yield Remark(stops=False, violation=violation, account=RESULT_ACCOUNT)


def untransferred(rows: Iterable[TrialRow]) -> Iterator[TrialRow]:
    """Yield the rows of a December that are still to be transferred; all end on 未分配收益, or on 322 itself."""
    for row in rows:
        kept = ends_on(row.account, row.name)
        if row.closing_fen and row.account.startswith((RESULT, *UNDISTRIBUTED)) and not kept:
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
        yield from originals_missing(voucher)


def originals_missing(voucher: MonthVoucher) -> Iterator[Remark]:
    """Yield what is remarked on a voucher that should rest on originals and has none."""
    closes = only_transfers(voucher.accounts)
    corrects = voucher.reversal or voucher.corrects or voucher.summary.startswith(CORRECTING)
    if not (voucher.attachments or closes or corrects):
        violation = NO_ATTACHMENTS(number=voucher.number, summary=voucher.summary)
        yield Remark(stops=False, violation=violation, entry=voucher.entry)


def check_depreciation(month: MonthEnd) -> Iterator[Remark]:
    """What wears out is depreciated month by month: from the month after it came, until what it will fetch is left.

    That is looked at by detail account (15101 beside 15201) where those of the two are alike. Where depreciation is
    one sum, or has details of its own, it is looked at of all together: something new beside much that is written off
    is not told there. What stands at its nominal amount does not wear. Additions and disposals count from the next
    month on.
    """
    for asset, contra in DEPRECIATED:
        is_booked = any(row.credit_fen for row in month.rows if row.account.startswith(contra))
        if not is_booked and any(
            _wears(month, asset + n, contra + n) for n in _details(month, asset, contra)
        ):
            facts = {"name": month.names[asset], "contra": contra, "contra_name": month.names[contra]}
            yield Remark(stops=False, violation=NO_DEPRECIATION(account=asset, **facts), account=asset)


def _details(month: MonthEnd, asset: str, contra: str) -> list[str]:
    """Return what follows the code of an asset in those of its details, if that of depreciation has the same, or "".

    They are the same where the name of each of depreciation begins with that of the asset: 房屋 and 房屋折旧.
    """
    digits = len(asset)
    worn = {row.account[digits : digits + 2] for row in month.rows if row.account.startswith(contra)}
    held = {row.account[digits : digits + 2] for row in month.rows if row.account.startswith(asset)}
    names = month.names
    are_alike = all(
        number and asset + number in names and names[contra + number].startswith(names[asset + number])
        for number in worn
    )
    return sorted(held) if are_alike else [""]


def _wears(month: MonthEnd, asset: str, contra: str) -> bool:
    """Return whether an asset is held, and was before the month with more left than it may be taken to fetch."""
    rows = [row for row in month.rows if row.account.startswith(asset)]
    gathered_fen = sum(row.opening_fen for row in month.rows if row.account.startswith(contra))
    nominal_fen = sum(fen for account, fen in month.nominal.items() if account.startswith(asset))
    cost_fen = sum(row.opening_fen for row in rows) - nominal_fen
    is_left = (cost_fen + gathered_fen) * 100 > max(cost_fen, 0) * RESIDUAL_PERCENT
    return is_left and sum(row.closing_fen for row in rows) > 0


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
    told = {Standing.OVER: OVER_BUDGET, Standing.USED_UP: NEAR_BUDGET, Standing.NEAR: NEAR_BUDGET}
    for row in rows:
        if row.standing in told:
            facts = {
                "spent": format_fen(row.year_fen),
                "planned": format_fen(row.planned_fen),
                "over": format_fen(row.year_fen - row.planned_fen),
                "share": row.share,
            }
            unplanned = row.standing is Standing.OVER and not row.planned_fen
            said = NOT_IN_BUDGET if unplanned else told[row.standing]
            violation = said(account=row.account, name=row.name, **facts)
            yield Remark(stops=False, violation=violation, account=row.account)


def _about(told: Rule, row: TrialRow, *, stops: bool) -> Remark:
    side = Phrase("借方", "debit") if row.closing_fen > 0 else Phrase("贷方", "credit")
    balance = format_fen(abs(row.closing_fen))
    violation = told(account=row.account, name=row.name, balance=balance, side=side)
    return Remark(stops=stops, violation=violation, account=row.account)
