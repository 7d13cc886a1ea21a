"""An error of an earlier year that is set right through 321 or 322, where it stands on the statement as a distribution.

Errors are corrected prospectively (未来适用法, 财会〔2023〕14号): by a blue voucher (会计基础工作规范 art. 51(5)) on
the income and expense of the year in which they are found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.closing.mixing import REVERSE, WITHDRAW
from domain.closing.month_end import Remark
from domain.closing.recipients import CALLED
from domain.closing.rules import ACCOUNTING
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.closing.month_end import Distributing, MonthEnd

PRIOR_YEAR = rule(
    "closing.prior_year",
    Kind.REFUSED,
    "凭证 {number}「{summary}」更正的是以前年度的 {original}，却记在本年收益或收益分配（321、322）上，今年的收益及收益"
    "分配表会当作分配，在{shown}。以前年度的差错按未来适用法更正，记入今年的收入、支出科目（501 至 521），不调整 321、"
    "322；请{undo}，另制一张蓝字更正凭证：少记的支出记支出科目的借方，多记的记贷方，收入相反",
    "voucher {number} '{summary}' sets right {original}, of an earlier year, through the result or its distribution "
    "(321, 322), so that this year's statement of income shows it as distributed: {shown}. An error of an earlier year"
    " is corrected prospectively: it belongs to this year's income and expense (501 to 521), not on 321 or 322. Please"
    " {undo} and make one blue voucher: an expense that was booked too low is debited, one too high credited, income "
    "the other way round",
    f"{ACCOUNTING}: 未来适用法; 会计基础工作规范 art. 51(5)",
)


def check_prior_years(month: MonthEnd) -> Iterator[Remark]:
    """No voucher sets an earlier year's error right through 321 or 322, unless it was reversed."""
    for voucher in month.distributing:
        yield from corrects_through(voucher)


def corrects_through(voucher: Distributing) -> Iterator[Remark]:
    """Yield what is remarked on a voucher that sets right one of an earlier year, and stands as a distribution."""
    amounts = {key: format_fen(sum(voucher.shown[key].values())) for key in CALLED if key in voucher.shown}
    if voucher.corrects and amounts:
        shown = Phrase(
            "、".join(f"「{CALLED[key].zh}」列 {amount} 元" for key, amount in amounts.items()),
            ", ".join(f"{amount} yuan as '{CALLED[key].en}'" for key, amount in amounts.items()),
        )
        undo = WITHDRAW if voucher.entry is None else REVERSE
        facts = {"number": voucher.number, "summary": voucher.summary, "original": voucher.corrects}
        yield Remark(stops=False, violation=PRIOR_YEAR(**facts, shown=shown, undo=undo), entry=voucher.entry)
