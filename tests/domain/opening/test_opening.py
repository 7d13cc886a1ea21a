"""Opening balances: once, balanced, on leaves, before the first voucher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from domain.opening import Balances, OpeningPosted

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


BESIDE = {"party": "甲公司", "project": "村口桥", "unit": "袋"}


@pytest.mark.parametrize("differing", BESIDE)
def test_an_account_stands_there_once_for_what_is_beside_it(village: Village, differing: str) -> None:
    first, second, capital = village.lines([("112", 500), ("112", 700), ("301", -1_200)])
    other = BESIDE | {differing: "" if differing == "unit" else "乙"}
    lines = [
        replace(first, quantity_milli=1_000, **BESIDE),
        replace(second, quantity_milli=1_000 if other["unit"] else 0, **other),
        capital,
    ]
    village.append(village.statement(OpeningPosted, Balances(lines=lines)), "accountant head")
    assert village.book.opening.entry == 1


def test_an_account_does_not_stand_there_twice_with_the_same_beside_it(village: Village) -> None:
    first, between, second, capital = village.lines([("112", 5), ("112", 7), ("112", 9), ("301", -21)])
    first, second = (replace(line, quantity_milli=1_000, **BESIDE) for line in (first, second))
    lines = [first, between, second, capital]
    with village.refuses("opening.account_twice"):
        village.append(village.statement(OpeningPosted, Balances(lines=lines)), "accountant head")


def test_an_account_that_nobody_added(village: Village) -> None:
    with village.refuses("account.unknown"):
        village.opening(("10201", 100), ("301", -100))


@pytest.mark.parametrize("by", ["accountant", "head", "township supervisor cashier"])
def test_accountant_and_head_sign(village: Village, by: str) -> None:
    with village.refuses("policy.roles_missing"):
        village.opening(("101", 100), ("301", -100), by=by)
