"""Vouchers that set right what was set right before (重复更正), and those that were cancelled and not made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.closing.mixing import only_transfers
from domain.closing.month_end import Remark
from domain.closing.undoing import undo
from domain.kernel.errors import Kind, Phrase, rule
from domain.vouchers import Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.closing.month_end import Correction, MonthEnd
    from domain.kernel.errors import RuleViolation

SOURCE = "会计基础工作规范 art. 51(5)"

CORRECTED = rule(
    "draft.corrected",
    Kind.REFUSED,
    "{original} 已由 {numbers} 更正过；请先核对那里更正了什么，{own}重复的就{undo}它",
    "{original} was set right already, by {numbers}; look there what was set right, and {undo} {own} if it does so"
    " again",
    SOURCE,
)
ADJUSTS_REVERSED = rule(
    "draft.adjusts_reversed",
    Kind.REFUSED,
    "{original} 已由 {red} 冲销，它的金额已不在账上，不能再只调整差额；请{undo}{own}，按全部金额另制一张（订正）",
    "{original} was reversed by {red}: none of its amounts is left that a difference could adjust; {undo} {own},"
    " and make a voucher of the whole amounts",
    SOURCE,
)
ADJUSTED = rule(
    "draft.adjusted",
    Kind.REFUSED,
    "{original} 已由 {numbers} 更正；只冲销它，更正的金额仍留在账上，请把更正它的凭证也冲销",
    "{original} was set right by {numbers}, whose amounts stay when it alone is reversed; reverse these too",
    SOURCE,
)
NOT_REPLACED = rule(
    "closing.not_replaced",
    Kind.REFUSED,
    "凭证 {number}「{summary}」已由 {red} 冲销，没有凭证写明更正它：记错了的，打开它，按对的另制一张（订正），否则"
    "这笔业务就不在账上；已另记而没有写明的，或确实作废、不用重记的，不必理会",
    "voucher {number} '{summary}' was reversed by {red}, and none names it as what it sets right: if it was wrong, open"
    " it and make the right one, or what happened is not in the books; if it was booked anew without naming it, or"
    " cancelled for good, let it be",
    SOURCE,
)


def corrected_twice(one: Correction) -> Iterator[Remark]:
    """Yield what is to be known of a voucher that cancels or sets right another to which this was done before."""
    return (Remark(stops=False, violation=violation, entry=one.entry) for violation in _twice(one))


def _twice(one: Correction) -> Iterator[RuleViolation]:
    done = one.before
    numbers = Phrase("、".join(done.by), ", ".join(done.by))
    if one.cancels:
        if done.by and not done.red:
            yield ADJUSTED(original=done.number, numbers=numbers)
        return
    if done.red and one.summary.startswith(Way.ADJUST.value):
        yield ADJUSTS_REVERSED(original=done.number, red=done.red, own=one.own, undo=undo(one.entry))
    if done.by:
        yield CORRECTED(original=done.number, numbers=numbers, own=one.own, undo=undo(one.entry))


def check_corrected(month: MonthEnd) -> Iterator[Remark]:
    """What a voucher of the month sets right nothing had set right before, unless that was reversed."""
    for one in month.corrections:
        yield from corrected_twice(one)


def check_replaced(month: MonthEnd) -> Iterator[Remark]:
    """What the month cancels is made anew, if it is not cancelled for good; in that month alone, and it stops nothing.

    A transfer or distribution is proposed anew, and names none: the year's end tells what of it is missing. What else
    was booked anew and names none is known by its accounts and amounts; where these differ, a person knows it.
    """
    for one in month.cancelled:
        if not only_transfers(one.accounts):
            violation = NOT_REPLACED(number=one.number, summary=one.summary, red=one.red)
            yield Remark(stops=False, violation=violation, entry=one.entry)
