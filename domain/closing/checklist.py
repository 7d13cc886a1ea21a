"""The checklist of a period's closing: all checks together, what stops the closing first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.closing import checks, legality, mixing, opened, parties

if TYPE_CHECKING:
    from domain.closing.month_end import MonthEnd, Remark

CHECKS = (
    checks.check_order,
    checks.check_vouchers,
    checks.check_suspense,
    checks.check_money,
    checks.check_bank,
    checks.check_year,
    checks.check_opened_result,
    opened.check_opened_distribution,
    legality.check_distribution,
    checks.check_sides,
    parties.check_parties,
    parties.check_both_sides,
    checks.check_stocks,
    checks.check_originals,
    mixing.check_mixing,
    checks.check_depreciation,
    checks.check_wages,
    checks.check_budget,
)


def check_month(month: MonthEnd) -> list[Remark]:
    """Return the remarks of all checks, those that stop first."""
    remarks = [remark for check in CHECKS for remark in check(month)]
    return sorted(remarks, key=lambda remark: not remark.stops)
