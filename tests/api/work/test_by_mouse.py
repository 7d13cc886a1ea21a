"""An account that is typed and left with the mouse is taken as one that is left with Tab, if only one can be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.http.conftest import BOOK
from tests.api.work.conftest import DESK, PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e


def opened(hall: Hall) -> Page:
    page = hall["cashier"].goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    return page


@pytest.mark.parametrize(
    "typed", ["51302", "办公费", "51302 办公费", "bgf"], ids=["code", "name", "both", "initials"]
)
def test_the_one_that_can_be_meant_is_taken(hall: Hall, typed: str) -> None:
    page = opened(hall)
    page.click("#account-1")
    page.keyboard.type(typed)
    page.click("#debit-1")
    assert page.input_value("#account-1") == "51302 办公费"
    assert "余额" in page.inner_text("#balance-1")


def test_a_voucher_by_mouse_balances_itself_and_is_saved(hall: Hall) -> None:
    page = opened(hall)
    for field, text in (
        ("#summary", "付办公用品款"),
        ("#account-1", "51302"),
        ("#debit-1", "12.5"),
        ("#account-2", "10201"),
        ("#attachments", "1"),
    ):
        page.click(field)
        page.keyboard.type(text)
    assert page.input_value("#credit-2") == "12.50"
    assert page.inner_text("#difference") == "借贷平衡"
    page.click("#save")
    page.wait_for_selector("#said h2")
    assert "办公费" in page.inner_text("#said")


def test_what_was_pasted_is_taken_too(hall: Hall) -> None:
    page = opened(hall)
    page.click("#account-1")
    page.keyboard.insert_text(" ５１３０２ ")
    page.click("#debit-1")
    assert page.input_value("#account-1") == "51302 办公费"


def test_what_stays_when_the_list_is_closed_is_read_when_it_is_saved(hall: Hall) -> None:
    page = opened(hall)
    page.fill("#summary", "付办公用品款")
    for account, amount in (("51302", "#debit-1"), ("10201", "#credit-2")):
        page.fill(amount, "8")
        page.focus(f"#account-{amount[-1]}")
        page.keyboard.type(account)
        page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#done li, #said h2")


def test_of_several_none_is_taken_and_they_are_named(hall: Hall) -> None:
    page = opened(hall)
    page.fill("#summary", "付款")
    page.click("#account-1")
    page.keyboard.type("费")
    page.click("#debit-1")
    assert page.input_value("#account-1") == "费"
    page.keyboard.type("5")
    page.click("#save")
    page.wait_for_selector("#told .alarm")
    said = page.inner_text("#told")
    for word in ("第 1 行", "「费」", "不止一个", "171 长期待摊费用", "line 1", "several"):
        assert word in said
    assert "没有末级科目" not in said
    assert page.evaluate("document.activeElement.id") == "account-1"


def test_a_level_that_has_details_is_left_as_it_is(hall: Hall) -> None:
    page = opened(hall)
    page.click("#account-1")
    page.keyboard.type("513")
    page.click("#debit-1")
    assert page.input_value("#account-1") == "513"
    assert "有明细" in page.inner_text("#account-1-said")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_what_is_typed_is_seen_above_the_list_and_above_what_is_wrong(
    hall: Hall, viewport: dict[str, int]
) -> None:
    page = opened(hall)
    size = page.viewport_size
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    try:
        page.click("#account-1")
        page.keyboard.type("费")
        assert below(page, "#account-1", "#account-1-found")
        page.click("#summary")
        page.fill("#debit-1", "一百")
        page.click("#summary")
        assert below(page, "#debit-1", "#debit-1-wrong")
    finally:
        page.set_viewport_size(size)  # type: ignore[arg-type]


def below(page: Page, field: str, told: str) -> bool:
    """Return whether what is told of a field covers nothing of it."""
    one, other = page.locator(field).bounding_box(), page.locator(told).bounding_box()
    assert one
    assert other
    return other["y"] >= one["y"] + one["height"]
