"""A voucher that transfers or distributes (结转、分配) does nothing else: 会计基础工作规范 art. 51(2).

The statement of income parts vouchers by whether they touch the undistributed income (see `domain.statements.income`).
So what is earned, spent or paid in such a voucher stands on no line, or on a wrong one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from domain.chart import RESULT, UNDISTRIBUTED
from domain.closing.distribution import MEMBERS, OTHERS, RESERVE
from domain.closing.month_end import Remark
from domain.closing.transfers import DISTRIBUTION, RESULT_ACCOUNT
from domain.closing.undoing import undo
from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.closing.month_end import MonthEnd, MonthVoucher

MIXED = rule(
    "closing.mixed",
    Kind.REFUSED,
    "凭证 {number}「{summary}」把结转或分配和别的业务（科目 {accounts}）记在了一张上，"
    "{lost}；请{undo}它，分成几张：{apart}分给成员的先记 113 或 211，再另记付款；更正以前年度差错的，"
    "不记 321、322，记今年的收入、支出科目（501 至 521）",
    "voucher {number} '{summary}' mixes a transfer or distribution with other business (accounts {accounts}); {lost};"
    " {undo} it and make several: {apart}what members get goes to 113 or 211 first, and is paid by another voucher."
    " What sets right an error of an earlier year goes not to 321 or 322, but to this year's income and expense (501 to"
    " 521)",
    "会计基础工作规范 art. 51",
)

MISPLACED = Phrase(
    "收益及收益分配表会因此少列或列错", "the statement of income leaves this out or puts it on a wrong line"
)
APART = Phrase(
    "收入、支出另记一张，不带 321、322",
    "income and expense go on a voucher of their own, without 321 and 322",
)
"""How income and expense are booked that stood beside a transfer or distribution."""

TRANSFERS = (RESULT, *UNDISTRIBUTED, RESERVE)
"""What a voucher touches that transfers income and expense."""

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


def lost(accounts: Iterable[str]) -> Phrase | None:
    """Return what statements lack of the income and expense of a voucher that transfers or distributes, if it has any.

    All that it moves on them passes for a transfer.
    """
    results = sorted({code for code in accounts if code.startswith(RESULT)})
    if not results:
        return None
    return Phrase(
        f"{'、'.join(results)} 在这张上的金额当作结转，收支明细表和收益及收益分配表都不列",
        f"what it moves on {', '.join(results)} passes for a transfer, and stands on neither the statement of income"
        " nor that by detail account",
    )


def check_mixing(month: MonthEnd) -> Iterator[Remark]:
    """No voucher mixes a transfer or distribution with other business, unless it was reversed."""
    for voucher in month.vouchers:
        yield from mixed(voucher)


def mixed(voucher: MonthVoucher) -> Iterator[Remark]:
    """Yield what is remarked on a voucher that mixes a transfer or distribution with other business."""
    strange = strangers(voucher.accounts)
    if strange and not (voucher.reversal or voucher.is_reversed):
        missing = lost(voucher.accounts)
        violation = MIXED(
            number=voucher.number,
            summary=voucher.summary,
            accounts=", ".join(strange),
            lost=missing or MISPLACED,
            undo=undo(voucher.entry),
            apart=Phrase(f"{APART.zh}；", f"{APART.en}; ") if missing else Phrase("", ""),
        )
        yield Remark(stops=False, violation=violation, entry=voucher.entry)
