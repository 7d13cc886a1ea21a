"""What those are told who set a voucher right that was set right before (重复更正): with the numbers that did so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain.kernel.errors import Kind, Phrase, rule
from domain.vouchers import Reversal, Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.kernel.errors import RuleViolation
    from domain.vouchers import Voucher

SOURCE = "会计基础工作规范 art. 51(5)"

CORRECTED = rule(
    "draft.corrected",
    Kind.REFUSED,
    "{original} 已由 {numbers} 更正过；请先核对那里更正了什么，这一张重复的就撤回它",
    "{original} was set right already, by {numbers}; look there what was set right, and withdraw this one if it does so"
    " again",
    SOURCE,
)
ADJUSTS_REVERSED = rule(
    "draft.adjusts_reversed",
    Kind.REFUSED,
    "{original} 已由 {red} 冲销，它的金额已不在账上，不能再只调整差额；请撤回这张，按全部金额另制一张（订正）",
    "{original} was reversed by {red}: none of its amounts is left that a difference could adjust; withdraw this one,"
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


class Corrected(NamedTuple):
    """What was done to a posted voucher, by numbers: what reversed it ("": nothing), what sets it right and stands."""

    number: str
    red: str
    by: tuple[str, ...]


def corrected_twice(voucher: Voucher | Reversal, done: Corrected) -> Iterator[RuleViolation]:
    """Yield what is to be known of a draft that cancels or sets right a voucher to which this was done before."""
    numbers = Phrase("、".join(done.by), ", ".join(done.by))
    if isinstance(voucher, Reversal):
        if done.by and not done.red:
            yield ADJUSTED(original=done.number, numbers=numbers)
        return
    if done.red and voucher.summary.startswith(Way.ADJUST.value):
        yield ADJUSTS_REVERSED(original=done.number, red=done.red)
    if done.by:
        yield CORRECTED(original=done.number, numbers=numbers)
