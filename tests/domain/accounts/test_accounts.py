"""Accounts: the official chart, the book's own details below it, and postings to leaves only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.domain.conftest import Village


def test_a_detail_account_takes_its_parents_kind_and_side(village: Village) -> None:
    village.account("10201", "基本账户")
    village.account("1020101", "农商银行")
    parent, account = (village.book.accounts.by_code[code] for code in ("102", "1020101"))
    assert (account.name, account.kind, account.side) == ("农商银行", parent.kind, parent.side)
    assert (account.leaf, parent.leaf) == (True, False)
    assert village.book.accounts.full_name("1020101") == "银行存款/基本账户/农商银行"


def test_four_levels(village: Village) -> None:
    for code in ("51401", "5140101", "514010101"):
        village.account(code)
    village.voucher(("514010101", 100), ("101", -100))


def test_an_optional_level_1_account_of_the_chart_may_be_added(village: Village) -> None:
    with village.refuses("account.unknown"):
        village.voucher(("109", 100), ("101", -100))
    village.account("109", "其他货币资金")
    village.voucher(("109", 100), ("101", -100))
    account = village.book.accounts.by_code["109"]
    assert (account.kind, account.side) == ("asset", "debit")


def test_a_level_1_account_of_ones_own(village: Village) -> None:
    with village.refuses("account.no_parent"):
        village.account("199", "小金库")


def test_a_detail_account_without_the_level_above(village: Village) -> None:
    with village.refuses("account.no_parent"):
        village.account("1020101")


def test_a_suggested_detail_account_needs_its_parent_too(village: Village) -> None:
    with village.refuses("account.no_parent"):
        village.account("3220101", "提取公积公益金")


@pytest.mark.parametrize("code", ["", "10", "1020", "10201010101", "01001", "102x1", "10201\n"])
def test_a_code_has_the_lengths_3_2_2_2(village: Village, code: str) -> None:
    with village.refuses("entry.malformed"):
        village.account(code)


@pytest.mark.parametrize("code", ["101", "10201"])
def test_an_account_is_added_once(village: Village, code: str) -> None:
    village.account("10201")
    with village.refuses("account.exists"):
        village.account(code, "别名")


def test_an_account_with_vouchers_gets_no_details(village: Village) -> None:
    village.voucher(("102", 100), ("101", -100))
    with village.refuses("account.parent_used"):
        village.account("10201")


def test_an_account_with_an_opening_balance_gets_no_details(village: Village) -> None:
    village.opening(("102", 100), ("301", -100))
    with village.refuses("account.parent_used"):
        village.account("10201")


def test_a_reversed_account_stays_used(village: Village) -> None:
    village.reversal(village.voucher(("102", 100), ("101", -100)))
    with village.refuses("account.parent_used"):
        village.account("10201")


def test_a_sibling_may_come_later(village: Village) -> None:
    village.account("10201")
    village.voucher(("10201", 100), ("101", -100))
    village.account("10202")
    assert village.book.accounts.by_code["102"].children == 2


def test_an_account_with_details_takes_no_postings(village: Village) -> None:
    village.account("10201")
    with village.refuses("account.not_leaf"):
        village.voucher(("102", 100), ("101", -100))


def test_an_account_with_details_takes_no_opening_balance(village: Village) -> None:
    village.account("10201")
    with village.refuses("account.not_leaf"):
        village.opening(("102", 100), ("301", -100))


@pytest.mark.parametrize("code", ["999", "10201", "", "1", "银行存款", "102 "])
def test_an_account_that_nobody_added(village: Village, code: str) -> None:
    with village.refuses("account.unknown"):
        village.voucher(("101", 100), (code, -100))


@pytest.mark.parametrize("by", ["head", "cashier supervisor township head"])
def test_the_accountant_adds_accounts(village: Village, by: str) -> None:
    with village.refuses("policy.roles_missing"):
        village.account("10201", by=by)
