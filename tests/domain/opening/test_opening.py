"""Opening balances: once, balanced, on leaves, before the first voucher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.domain.conftest import Village


def test_the_book_remembers_where_they_stand(village: Village) -> None:
    village.account("10201")
    village.opening(("10201", 5_000_000), ("151", 20_000_000), ("152", -3_000_000), ("301", -22_000_000))
    assert village.book.opening.entry == 2
    used = {code for code, account in village.book.accounts.by_code.items() if account.used}
    assert used == {"10201", "151", "152", "301"}


def test_vouchers_follow_them(village: Village) -> None:
    village.opening(("101", 100), ("301", -100))
    village.voucher()
    assert village.book.vouchers.counts == {"2026-01": 1}


def test_they_come_once(village: Village) -> None:
    village.opening(("101", 100), ("301", -100))
    with village.refuses("opening.twice"):
        village.opening(("102", 100), ("311", -100))


def test_they_come_before_any_voucher(village: Village) -> None:
    village.voucher()
    with village.refuses("opening.too_late"):
        village.opening(("101", 100), ("301", -100))


def test_they_balance(village: Village) -> None:
    with village.refuses("voucher.unbalanced"):
        village.opening(("101", 100), ("301", -99))


def test_each_line_has_one_side(village: Village) -> None:
    with village.refuses("voucher.one_side"):
        village.opening(("101", 100), ("301", -100), ("102", 0))


def test_an_account_stands_there_once(village: Village) -> None:
    with village.refuses("opening.account_twice"):
        village.opening(("101", 100), ("101", 50), ("301", -150))


def test_an_account_that_nobody_added(village: Village) -> None:
    with village.refuses("account.unknown"):
        village.opening(("10201", 100), ("301", -100))


@pytest.mark.parametrize("by", ["accountant", "head", "township supervisor cashier"])
def test_accountant_and_head_sign(village: Village, by: str) -> None:
    with village.refuses("policy.roles_missing"):
        village.opening(("101", 100), ("301", -100), by=by)
