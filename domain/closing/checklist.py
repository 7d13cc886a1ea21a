"""The checklist of a period's closing: all checks together, what stops the closing first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.closing import (
    alike,
    checks,
    corrected,
    distributing,
    excess,
    lacking,
    legality,
    mixing,
    opened,
    parties,
    prior_year,
    recipients,
)
from domain.closing.month_end import Distributing, MonthVoucher
from domain.kernel.errors import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.closing.month_end import Around, MonthEnd, Remark
    from domain.vouchers import Voucher

CHECKS = (
    checks.check_order,
    checks.check_over,
    checks.check_vouchers,
    checks.check_suspense,
    checks.check_money,
    checks.check_bank,
    checks.check_year,
    excess.check_excess,
    checks.check_opened_result,
    opened.check_opened_income,
    opened.check_opened_distribution,
    legality.check_distribution,
    checks.check_sides,
    parties.check_parties,
    checks.check_stocks,
    alike.check_alike,
    corrected.check_corrected,
    corrected.check_replaced,
    checks.check_originals,
    mixing.check_mixing,
    recipients.check_recipients,
    prior_year.check_prior_years,
    lacking.check_direct,
    lacking.check_lacking,
    checks.check_depreciation,
    checks.check_wages,
    checks.check_budget,
)


def check_month(month: MonthEnd) -> list[Remark]:
    """Return the remarks of all checks, those that stop first."""
    remarks = [remark for check in CHECKS for remark in check(month)]
    return sorted(remarks, key=lambda remark: not remark.stops)


WAITING = Phrase("（待签）", "(to be signed)")


def check_draft(voucher: Voucher, names: Mapping[str, str], around: Around) -> Iterator[Remark]:
    """Yield what the checklist would remark on a voucher once it is posted."""
    for dip in around.dips:
        date = Phrase(f"{dip.date}（连同这一张）", f"{dip.date} (with this voucher)")
        yield checks.below_zero(dip._replace(date=date), names[dip.account], stops=False)
    accounts = tuple(sorted({line.account for line in voucher.lines}))
    told = WAITING, voucher.summary, voucher.attachments.count, accounts
    draft = MonthVoucher(None, *told, reversal=False, corrects=bool(voucher.corrects))
    yield from alike.draft_alike(WAITING, around.alike)
    yield from checks.originals_missing(draft)
    yield from mixing.mixed(draft)
    moving = Distributing(
        *(None, WAITING, voucher.summary, voucher.lines, around.shown, around.corrects),
        founded=bool(voucher.resolution or voucher.corrects),
    )
    yield from recipients.misnamed(moving, names)
    yield from prior_year.corrects_through(moving)
    yield from prior_year.unfounded(moving, names)
    yield from lacking.booked_directly(draft)
    yield from lacking.draft_lacking(around, names)
    yield from distributing.check_distributing(voucher, names, around)
