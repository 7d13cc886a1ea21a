"""Periods open with the book, close in order, and take nothing afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.domain.conftest import Village


def test_periods_close_one_after_the_other(village: Village) -> None:
    village.close("2026-01")
    village.close("2026-02")
    assert village.book.periods.closed_through == "2026-02"
    assert village.book.periods.next_to_close == "2026-03"


def test_december_is_followed_by_january(founder: Village) -> None:
    founder.open(first_period="2025-12")
    founder.close("2025-12")
    assert founder.book.periods.next_to_close == "2026-01"


def test_any_open_period_takes_vouchers(village: Village) -> None:
    village.close("2026-01")
    village.voucher(date="2026-06-30")
    village.voucher(date="2026-02-01")
    assert village.book.vouchers.counts == {"2026-06": 1, "2026-02": 1}


def test_a_closed_period_takes_no_voucher(village: Village) -> None:
    village.close("2026-01")
    with village.refuses("period.closed"):
        village.voucher(date="2026-01-31")
    village.voucher(date="2026-02-01")


def test_a_closed_period_takes_no_reversal(village: Village) -> None:
    voucher = village.voucher()
    village.close("2026-01")
    with village.refuses("period.closed"):
        village.reversal(voucher, date="2026-01-31")
    village.reversal(voucher, date="2026-02-01")


def test_a_period_closes_once(village: Village) -> None:
    village.close("2026-01")
    with village.refuses("period.closed"):
        village.close("2026-01")


def test_a_period_cannot_be_skipped(village: Village) -> None:
    with village.refuses("period.out_of_order"):
        village.close("2026-02")


def test_a_period_closes_no_sooner_than_it_begins(village: Village) -> None:
    """A village signs in March 2026; a slip in the year would close every month until then for good."""
    for period in ("2026-01", "2026-02", "2026-03"):
        village.close(period)
    with village.refuses("period.not_begun"):
        village.close("2026-04")


def test_a_period_before_the_first_cannot_close(village: Village) -> None:
    with village.refuses("period.out_of_order"):
        village.close("2025-12")


def test_a_voucher_before_the_first_period(village: Village) -> None:
    with village.refuses("period.before_first"):
        village.voucher(date="2025-12-31")


def test_a_voucher_at_most_twelve_months_after_its_signing(village: Village) -> None:
    """A village signs in March 2026; else a slip in the year makes balances for every month until then."""
    with village.refuses("period.too_far_ahead"):
        village.voucher(date="2027-04-01")
    village.voucher(date="2027-03-31")


def test_a_reversal_at_most_twelve_months_after_its_signing(village: Village) -> None:
    voucher = village.voucher()
    with village.refuses("period.too_far_ahead"):
        village.reversal(voucher, date="2099-12-31")
    village.reversal(voucher, date="2027-03-31")


@pytest.mark.parametrize("period", ["2026-13", "2026-1", "202601", "2026-01-01", ""])
def test_a_period_that_is_none(village: Village, period: str) -> None:
    with village.refuses("period.malformed"):
        village.close(period)


@pytest.mark.parametrize("date", ["2026-02-29", "2026-1-5", "20260105", "2026-01", "2026-01-05T00:00:00", ""])
def test_a_date_that_is_none(village: Village, date: str) -> None:
    with village.refuses("date.malformed"):
        village.voucher(date=date)


@pytest.mark.parametrize("by", ["accountant", "head", "cashier supervisor township", "accountant supervisor"])
def test_accountant_and_head_close(village: Village, by: str) -> None:
    with village.refuses("policy.roles_missing"):
        village.close(by=by)
