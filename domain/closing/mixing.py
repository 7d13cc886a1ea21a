"""A voucher that transfers or distributes (结转、分配) does nothing else: 会计基础工作规范 art. 51(2).

The statement of income parts vouchers by whether they touch the undistributed income (see `domain.statements.income`).
So what is earned, spent or paid in such a voucher stands on no line, or on a wrong one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from domain.chart import RESULT, UNDISTRIBUTED
from domain.closing.distribution import MEMBERS, OTHERS, RECIPIENTS, RESERVE, THROUGH
from domain.closing.month_end import Remark
from domain.closing.transfers import DISTRIBUTION, RESULT_ACCOUNT
from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from domain.closing.month_end import MonthEnd, MonthVoucher

MIXED = rule(
    "closing.mixed",
    Kind.REFUSED,
    "凭证 {number}「{summary}」把结转或分配和别的业务（科目 {accounts}）记在了一张上，"
    "收益及收益分配表会因此少列或列错；请{undo}，分成几张：分给成员的先记 113 或 211，再另记付款",
    "voucher {number} '{summary}' mixes a transfer or distribution with other business (accounts {accounts}), which the"
    " statement of income then leaves out or puts on a wrong line; {undo} and make several: what members get goes"
    " to 113 or 211 first, and is paid by another voucher",
    "会计基础工作规范 art. 51",
)

WRONG_RECIPIENT = rule(
    "closing.recipients",
    Kind.REFUSED,
    "凭证 {number}「{summary}」记在「{detail}」，对方科目 {accounts} 却使收益及收益分配表把它列在「{shown}」：表按对"
    "方科目分辨分给了谁。请{undo}重做：确是「{detail}」的，对方改记 {right} 下的末级科目，没有合适的先增设明细；其实"
    "是「{shown}」的，改记 322 下那一明细",
    "voucher {number} '{summary}' is of '{detail}', and by its accounts {accounts} the statement of income shows it "
    "as '{shown}': it tells by the other account who gets it. Please {undo} and make it anew: if it is '{detail}', "
    "against an account below {right}, with a new detail if none fits; if it is '{shown}', on that detail of 322",
    "财会〔2023〕14号 收益及收益分配表",
)

REVERSE, WITHDRAW = Phrase("冲销它", "reverse it"), Phrase("撤回它", "withdraw it")
"""What is done with a voucher that stands in the log, and with a draft."""

TRANSFERS = (RESULT, *UNDISTRIBUTED, RESERVE)
"""What a voucher touches that transfers income and expense."""

SPECIFIC = {name for kind in RECIPIENTS for name in THROUGH[kind]} - {"各项分配"}
"""What the details of 收益分配 are called that say who gets it."""

DISTRIBUTIONS = (*UNDISTRIBUTED, RESERVE, *MEMBERS, *OTHERS)
"""What a voucher touches that distributes."""


def transfers(accounts: Iterable[str]) -> bool:
    """Return whether a voucher transfers or distributes: it touches the undistributed income."""
    return any(code.startswith(UNDISTRIBUTED) for code in accounts)


def only_transfers(accounts: tuple[str, ...]) -> bool:
    """Return whether a voucher transfers or distributes, and does nothing else."""
    return transfers(accounts) and not strangers(accounts)


@lru_cache(maxsize=1024)
def strangers(accounts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the accounts of a voucher, by code, that a transfer or distribution does not touch; none of another.

    Cached: a book transfers by the same accounts each month.
    """
    codes = sorted(set(accounts))
    if not transfers(codes):
        return ()
    usual = TRANSFERS if any(code.startswith(RESULT) for code in codes) else DISTRIBUTIONS
    return tuple(code for code in codes if not code.startswith(usual))


def is_direct(accounts: Iterable[str]) -> bool:
    """Return whether a voucher books income or expense against 收益分配 itself, past 本年收益."""
    codes = list(accounts)

    def has(top: str) -> bool:
        return any(code.startswith(top) for code in codes)

    return has(RESULT) and has(DISTRIBUTION) and not has(RESULT_ACCOUNT)


@lru_cache(maxsize=1024)
def amiss(accounts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the accounts of a voucher, by code, that the statement of income leaves out or puts on a wrong line.

    They are its strangers; of one that books income or expense on 收益分配 itself, all that distributes nothing.
    """
    if not is_direct(accounts):
        return strangers(accounts)
    return tuple(sorted({code for code in accounts if not code.startswith(DISTRIBUTIONS)}))


def check_recipients(month: MonthEnd) -> Iterator[Remark]:
    """What a voucher calls its distribution is what the statement shows it as, unless it was reversed."""
    for voucher in month.vouchers:
        yield from misnamed(voucher, month.names)


def misnamed(voucher: MonthVoucher, names: Mapping[str, str]) -> Iterator[Remark]:
    """Yield what is remarked on a voucher whose detail of 收益分配 says members, and its accounts others, or so."""
    if voucher.reversal or voucher.is_reversed:
        return
    called = {names.get(code, "") for code in voucher.accounts if code.startswith(DISTRIBUTION)}
    for shown, top in RECIPIENTS.items():
        accounts = [code for code in voucher.accounts if code.startswith(top)]
        if accounts and called and called <= SPECIFIC and not called & set(THROUGH[shown]):
            facts = {"number": voucher.number, "summary": voucher.summary, "detail": min(called)}
            right = next(tops for kind, tops in RECIPIENTS.items() if kind != shown)
            told = {"accounts": ", ".join(accounts), "right": ", ".join(right), "shown": shown}
            violation = WRONG_RECIPIENT(**facts, **told, undo=WITHDRAW if voucher.entry is None else REVERSE)
            yield Remark(stops=False, violation=violation, entry=voucher.entry)


def check_mixing(month: MonthEnd) -> Iterator[Remark]:
    """No voucher mixes a transfer or distribution with other business, unless it was reversed."""
    for voucher in month.vouchers:
        yield from mixed(voucher)


def mixed(voucher: MonthVoucher) -> Iterator[Remark]:
    """Yield what is remarked on a voucher that mixes a transfer or distribution with other business."""
    strange = strangers(voucher.accounts)
    if strange and not (voucher.reversal or voucher.is_reversed):
        undo = WITHDRAW if voucher.entry is None else REVERSE
        facts = {"number": voucher.number, "summary": voucher.summary, "accounts": ", ".join(strange)}
        yield Remark(stops=False, violation=MIXED(**facts, undo=undo), entry=voucher.entry)
