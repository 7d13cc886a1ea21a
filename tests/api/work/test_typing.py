"""Nothing is taken into a voucher that nobody chose: no detail of an account, and no amount on the wrong side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.kernel.money import format_fen, parse_fen
from domain.ledger import read_entries
from domain.vouchers import VoucherPosted
from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e


def first_voucher(hall: Hall) -> int:
    entries = enumerate(read_entries(hall["head"].door.service.recorder, BOOK))
    return next(at for at, entry in entries if isinstance(entry.statement, VoucherPosted))


def opened(hall: Hall) -> Page:
    page = hall["cashier"].goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    return page


@pytest.mark.parametrize("key", ["Tab", "Enter"])
def test_an_account_that_has_details_is_not_taken_for_its_first(hall: Hall, key: str) -> None:
    page = opened(hall)
    page.focus("#account-1")
    page.keyboard.type("513")
    page.keyboard.press(key)
    assert page.input_value("#account-1") == "513"
    assert "有明细" in page.inner_text("#account-1-said")
    details = page.locator("#account-1-found li").all_inner_texts()
    assert details
    assert all(one.startswith("513") for one in details)
    assert page.locator("#account-1-found [aria-selected=true]").count() == 0
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.input_value("#account-1") == details[0]
    assert page.is_hidden("#account-1-said")


def test_a_longer_code_takes_the_detail_and_the_way_back_is_open(hall: Hall) -> None:
    page = opened(hall)
    page.focus("#account-1")
    page.keyboard.type("513")
    page.keyboard.press("Shift+Tab")  # nobody is held in the field
    assert page.evaluate("document.activeElement.id") == "resolution"
    page.focus("#account-1")
    page.keyboard.press("End")
    page.keyboard.type("02")
    page.keyboard.press("Tab")
    assert page.input_value("#account-1").startswith("51302 ")


def test_an_account_with_details_is_said_when_it_is_saved(hall: Hall) -> None:
    type_voucher(hall["cashier"])
    page = hall["cashier"].page
    page.fill("#account-1", "513")
    page.click("#save")
    page.wait_for_selector("#told .alarm")
    assert "513 " in page.inner_text("#told")
    assert "有明细" in page.inner_text("#told")


@pytest.mark.parametrize(
    ("typed", "balanced"),
    [
        ({"debit": "-4.50"}, ("", "-4.50")),
        ({"credit": "-4.50"}, ("-4.50", "")),
        ({"debit": "4.50"}, ("", "4.50")),
        ({"credit": "4.50"}, ("4.50", "")),
    ],
)
def test_the_last_line_balances_red_with_red(
    hall: Hall, typed: dict[str, str], balanced: tuple[str, str]
) -> None:
    page = opened(hall)
    for side, amount in typed.items():
        page.fill(f"#{side}-1", amount)
    page.focus("#account-2")
    page.keyboard.type("50103")
    page.keyboard.press("Tab")
    assert (page.input_value("#debit-2"), page.input_value("#credit-2")) == balanced
    assert page.inner_text("#difference").startswith("借贷平衡")


def test_a_third_line_fills_the_side_that_lacks(hall: Hall) -> None:
    page = opened(hall)
    page.fill("#debit-1", "10")
    page.fill("#credit-2", "12")
    page.click("#add")
    page.keyboard.type("50103")
    page.keyboard.press("Tab")
    assert (page.input_value("#debit-3"), page.input_value("#credit-3")) == ("2.00", "")


@pytest.mark.parametrize(
    "typed", ["12,50", "1,2,3.5", "1，25.5", "12 50", "1,2345", "0.001", "12..5", "10,000,000,000"]
)
def test_an_amount_that_the_server_would_refuse_is_refused_in_the_form(hall: Hall, typed: str) -> None:
    type_voucher(hall["cashier"], amount=typed)
    page = hall["cashier"].page
    assert page.input_value("#credit-2") == ""  # nothing is balanced by it
    page.fill("#credit-2", "1")
    page.click("#save")
    page.wait_for_selector("#told .alarm")
    assert "第 1 行借方" in page.inner_text("#told")
    assert typed in page.inner_text("#told")
    assert page.evaluate("document.activeElement.id") == "debit-1"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1,234.5", "1,234.50"),
        ("１，２３４．５０", "1,234.50"),
        ("￥1,234", "1,234.00"),
        ("1234元", "1,234.00"),
        (".5", "0.50"),
        ("（12.50）", "-12.50"),
        ("−12.50", "-12.50"),
    ],
)
def test_an_amount_is_read_as_the_server_reads_it(hall: Hall, typed: str, read: str) -> None:
    assert format_fen(parse_fen(typed)) == read
    page = opened(hall)
    page.fill("#debit-1", typed)
    page.focus("#account-2")
    page.keyboard.type("50103")
    page.keyboard.press("Tab")
    assert page.input_value("#credit-2") == read


def test_a_mistyped_amount_does_not_draw_who_types_back(hall: Hall) -> None:
    page = opened(hall)
    page.fill("#debit-1", "12,50")
    page.focus("#credit-2")
    page.keyboard.type("3")
    assert page.evaluate("document.activeElement.id") == "credit-2"


@pytest.mark.parametrize("blank", ["   ", "\u3000"])
def test_a_summary_is_asked_for_at_its_field(hall: Hall, blank: str) -> None:
    type_voucher(hall["cashier"], summary="x")
    page = hall["cashier"].page
    page.fill("#summary", blank)
    page.click("#save")
    page.wait_for_selector("#told .alarm")
    assert "请填写摘要" in page.inner_text("#told")
    assert "fill in" in page.inner_text("#told")
    assert page.evaluate("document.activeElement.id") == "summary"


def test_a_reversal_is_asked_for_its_summary_too(hall: Hall) -> None:
    page = hall["cashier"].goto(f"/books/{BOOK}/work/reverse/{first_voucher(hall)}")
    page.fill("#summary", "\u3000 ")
    page.click("form.make button")
    page.wait_for_selector("#told .alarm")
    assert "请填写摘要" in page.inner_text("#told")
    assert page.evaluate("document.activeElement.id") == "summary"
    page.fill("#summary", " 冲销记错的\u3000")
    page.click("form.make button")
    page.wait_for_url("**/work/drafts/*")
    page.wait_for_selector("#said h2")
    assert "冲销记错的" in page.inner_text("#said h2") + page.inner_text("#said")


def test_a_field_with_no_amount_says_so_itself_until_it_has_one(hall: Hall) -> None:
    type_voucher(hall["cashier"], "付修路款")
    page = hall["cashier"].page
    page.fill("#debit-1", "12O.5")
    assert page.get_attribute("#debit-1", "aria-invalid") is None, "nobody is told while they type"
    page.press("#debit-1", "Tab")
    assert page.get_attribute("#debit-1", "aria-invalid") == "true"
    told = page.locator(f"#{page.get_attribute('#debit-1', 'aria-describedby')}")
    assert "「12O.5」不是金额" in told.inner_text()
    assert "no amount" in told.inner_text()
    beside = told.evaluate("(told) => told.parentElement.querySelector('input').id")
    assert beside == "debit-1"
    page.click("#save")
    page.wait_for_selector("#told .alarm")
    assert "第 1 行借方：「12O.5」不是金额" in page.inner_text("#told")
    assert page.evaluate("document.activeElement.id") == "debit-1"
    assert page.locator("#debit-1-wrong").count() == 1
    page.fill("#debit-1", "125.5")
    assert page.get_attribute("#debit-1", "aria-invalid") is None
    assert page.locator("#debit-1-wrong").count() == 0
    page.click("#save")
    page.wait_for_selector("#said h2")


def test_an_account_that_is_none_is_marked_beside_its_field(hall: Hall) -> None:
    page = opened(hall)
    page.fill("#summary", "付修路款")
    page.fill("#account-1", "没有的科目")
    page.fill("#debit-1", "5")
    page.click("#save")
    page.wait_for_selector("#told .alarm")
    assert page.get_attribute("#account-1", "aria-invalid") == "true"
    assert "没有末级科目" in page.inner_text("#account-1-wrong")
    assert (page.get_attribute("#account-1", "aria-describedby") or "").split()[-1] == "account-1-said"


def test_goods_are_booked_with_their_quantity(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    page = cashier.page
    cashier.goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    assert page.is_hidden("#quantity-1")
    page.fill("#summary", "买化肥")
    page.focus("#account-1")
    keyboard = page.keyboard
    keyboard.type("121")
    for word in ("Tab", "Tab"):
        keyboard.press(word)
    keyboard.type("四十公斤")
    keyboard.press("Tab")
    keyboard.type("1000")
    page.focus("#account-2")
    keyboard.type("10201")
    keyboard.press("Tab")
    page.click("#save")
    page.wait_for_selector("#told .alarm")
    assert "不是数量" in page.inner_text("#told")
    page.fill("#quantity-1", "40.5 公斤")
    page.click("#save")
    page.wait_for_selector("#said h2")
    id_ = page.url.rsplit("/", 1)[1]
    assert "数量：40.5 公斤" in head.open_draft(id_).inner_text("#said")
    cashier.goto(f"/books/{BOOK}/work/drafts/{id_}/change")
    page.wait_for_selector("#lines tr")
    assert page.input_value("#quantity-1") == "40.5 公斤"
