"""A transfer (结转) moves what stands on an account of income or expense, or on 本年收益, and no more.

Who transfers the same twice leaves the account on its wrong side, and 本年收益 with twice the surplus, or 收益分配 with
what was never earned.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from domain.chart import RESULT
from domain.closing.mixing import only_transfers
from domain.closing.month_end import Remark
from domain.closing.rules import ACCOUNTING
from domain.closing.transfers import DISTRIBUTION, RESULT_ACCOUNT
from domain.closing.undoing import UNSIGNED
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen
from domain.kernel.period import ends_year, period_of, previous_period, year_start
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
    f"或此后有凭证改了余额；请{UNSIGNED.zh}这张，重新取结转凭证",
    "at the end of {period} account {account} has {stands} yuan on its {side} side, and this voucher takes {moved} from"
    " there: it was probably transferred before, or vouchers changed the balance since;"
    f" {UNSIGNED.en} this one, and ask for the transfers anew",
    f"{ACCOUNTING} 本年收益",
)
TOOK_TOO_MUCH = rule(
    "closing.took_too_much",
    Kind.REFUSED,
    "{date} 的「{summary}」已入账，但它从科目 {account} 的{side}转出 {moved} 元，而 {period} 末除它以外那里只有"
    " {stands} 元：多半结转了两次；请核对，多出的冲销，否则结账检查会停下",
    "'{summary}' of {date} is booked, but it takes {moved} yuan from the {side} side of account {account}, where at the"
    " end of {period} {stands} stand without it: it was probably transferred twice; find out, and reverse what is too"
    " much, or the closing's checklist stops at it",
    f"{ACCOUNTING} 本年收益; ADR 0041",
)
TRANSFERRED_TWICE = rule(
    "closing.transferred_twice",
    Kind.REFUSED,
    "{account} {name}结转以后在{side}还有 {balance} 元：转出的比账上的多，多半结转了两次；请冲销多出的结转凭证，"
    "再重新取结转凭证",
    "after the transfers {account} {name} has {balance} yuan on its {side} side: more was transferred than stood there,"
    " probably twice; reverse the transfer that is too much, and ask for the transfers anew",
    f"{ACCOUNTING} 本年收益",
)

YEARS_RESULT = (RESULT, RESULT_ACCOUNT)
"""Where a year's income stands until it is transferred to 收益分配."""


def is_excess(account: str, moved_fen: int, closing_fen: int) -> bool:
    """Tell whether transfers that moved so much of an account (debits less credits) took it past nil.

    `closing_fen` is its balance after them, which stands then on the side of the transfer: that is the debit side of
    income alone, and the credit side of expense. What was earned in a voucher that transfers stands on the other.
    """
    return _is_past_nil(moved_fen, closing_fen) and (closing_fen > 0) == account.startswith(INCOME)


def is_transfer(lines: Iterable[Line]) -> bool:
    """Tell whether these lines transfer or distribute, and do nothing else."""
    return only_transfers(tuple(line.account for line in lines))


class _Taken(NamedTuple):
    """What a transfer takes, debits less credits in fen, of what, and what stands there at its period's end."""

    account: str | Phrase
    moved_fen: int
    stands_fen: int


def excess_of(balances: Balances, voucher: Voucher, *, booked: bool = False) -> RuleViolation | None:
    """Return what is said of a transfer that takes more than stands on an account at the end of its period.

    It forbids a draft; of a voucher that is `booked`, and in the balances, it tells what to set right.
    """
    if not is_transfer(voucher.lines):
        return None
    period = period_of(voucher.date)
    for account, moved, stands in _excesses(balances, voucher, period, booked=booked):
        facts = {
            "account": account,
            "period": period,
            "side": Phrase("贷方", "credit") if moved > 0 else Phrase("借方", "debit"),
            "stands": format_fen(max(-stands if moved > 0 else stands, 0)),
            "moved": format_fen(abs(moved)),
        }
        return (
            TOOK_TOO_MUCH(**facts, date=voucher.date, summary=voucher.summary)
            if booked
            else TOO_MUCH(**facts)
        )
    return None


def _excesses(balances: Balances, voucher: Voucher, period: str, *, booked: bool) -> Iterator[_Taken]:
    """Yield what a transfer takes too much of: accounts of income and expense, or 本年收益."""
    moved = Counter[str]()
    for line in voucher.lines:
        moved[line.account] += line.debit_fen - line.credit_fen
    results = [account for account in moved if account.startswith(RESULT)]
    for account in results:
        stands = balances.closing_fen(account, period) - booked * moved[account]
        if is_excess(account, moved[account], stands + moved[account]):
            yield _Taken(account, moved[account], stands)
    if not results and any(account.startswith(DISTRIBUTION) for account in moved):
        fen = sum(one for account, one in moved.items() if account.startswith(RESULT_ACCOUNT))
        stands = balances.total_fen(YEARS_RESULT, period) - booked * fen
        yield from _result_excess(balances, fen, stands, period)


def _result_excess(balances: Balances, fen: int, stands: int, period: str) -> Iterator[_Taken]:
    """Yield what a transfer from 本年收益 to 收益分配 takes too much, of what stands there.

    Income and expense that are still to be transferred to 本年收益 count as standing there: the drafts of a year's end
    are made and signed together. What the year before left behind may be taken, whatever this year earned or lost.
    """
    left = balances.total_fen(YEARS_RESULT, previous_period(year_start(period)))
    if all(_is_past_nil(fen, there + fen) for there in (stands, left)):
        yield _Taken(_whole(balances.total_fen((RESULT,), period)), fen, stands)


def _is_past_nil(moved_fen: int, closing_fen: int) -> bool:
    """Tell whether what was moved (debits less credits) took a balance past nil, which it is on after it."""
    return moved_fen * closing_fen > 0


def _whole(waiting_fen: int) -> str | Phrase:
    """Return what 本年收益 is called: with what waits to be transferred to it, if there is something."""
    if not waiting_fen:
        return RESULT_ACCOUNT
    zh, en = "（连同还没有转入的收支）", " (with income and expense not transferred to it yet)"
    return Phrase(RESULT_ACCOUNT + zh, RESULT_ACCOUNT + en)


def check_excess(month: MonthEnd) -> Iterator[Remark]:
    """What was transferred in the month stood on the accounts; at a year's end, on 本年收益."""
    left = [row for row in month.rows if row.account.startswith(YEARS_RESULT)]
    for row in left:
        moved = month.transferred.get(row.account, 0) if row.account.startswith(RESULT) else 0
        if is_excess(row.account, moved, row.closing_fen):
            yield _twice(row.account, row.account, row.name, row.closing_fen)
    fen = sum(row.closing_fen for row in left)
    if ends_year(month.period) and _is_past_nil(month.transferred.get(RESULT_ACCOUNT, 0), fen):
        waiting = sum(row.closing_fen for row in left if row.account.startswith(RESULT))
        yield _twice(RESULT_ACCOUNT, _whole(waiting), month.names[RESULT_ACCOUNT], fen)


def _twice(account: str, called: str | Phrase, name: str, fen: int) -> Remark:
    side = Phrase("借方", "debit") if fen > 0 else Phrase("贷方", "credit")
    facts = {"name": name, "side": side, "balance": format_fen(abs(fen))}
    return Remark(stops=True, violation=TRANSFERRED_TWICE(account=called, **facts), account=account)
