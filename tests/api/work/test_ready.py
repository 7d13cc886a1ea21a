"""The form of a voucher opens when all that it needs is there, and takes nothing twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e

FOCUSED = "() => document.activeElement.id"


def held_back(page: Page, address: re.Pattern[str]) -> list[Route]:
    """Hold requests for an address back, and return them as they come."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(address, hold)
    return held


def let_go(page: Page, address: re.Pattern[str], held: list[Route]) -> None:
    """Let what was held back go on."""
    for route in held:
        route.continue_()
    page.unroute(address)


def until_held(page: Page, held: list[Route]) -> None:
    """Wait until a request is held back."""
    for _ in range(150):
        if held:
            return
        page.wait_for_timeout(100)
    raise AssertionError("nothing was asked for")


@pytest.mark.parametrize("needed", ["accounts.json", "templates"])
def test_nobody_types_into_a_form_that_is_not_ready(hall: Hall, needed: str) -> None:
    cashier = hall["cashier"]
    page = cashier.page
    address = re.compile(rf"/books/{BOOK}/{re.escape(needed)}$")
    held = held_back(page, address)
    cashier.goto(f"/books/{BOOK}/work/new")
    until_held(page, held)
    page.wait_for_timeout(300)  # what else was asked for is there by now
    assert page.is_disabled("#summary")
    assert page.is_disabled("#save")
    assert page.query_selector_all("#lines tr") == []
    page.keyboard.press("Control+Enter")
    let_go(page, address, held)
    page.wait_for_selector("#lines tr")
    assert page.is_enabled("#summary")
    assert page.evaluate(FOCUSED) == "summary"
    assert page.inner_text("#told") == ""


@pytest.mark.parametrize("needed", ["accounts.json", "templates"])
def test_a_form_whose_needs_do_not_come_says_so(hall: Hall, needed: str) -> None:
    stranger = hall.stranger("cashier")
    stranger.sign_in()
    stranger.page.route(re.compile(rf"/books/{BOOK}/{re.escape(needed)}$"), lambda route: route.abort())
    page = stranger.goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#told .alarm")
    assert "连不上服务器" in page.inner_text("#told")
    assert page.is_disabled("#summary")


def test_keys_pressed_twice_make_one_voucher(hall: Hall) -> None:
    accountant = hall["accountant"]
    page = accountant.page
    type_voucher(accountant, "收清淤款", "77")
    address = re.compile(rf"/books/{BOOK}/drafts$")
    held = held_back(page, address)
    page.keyboard.press("Control+Enter")
    until_held(page, held)
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(300)
    assert len(held) == 1
    let_go(page, address, held)
    page.wait_for_selector("#done li")
    page.wait_for_timeout(300)
    assert len(page.query_selector_all("#done li")) == 1


def test_what_was_saved_and_not_signed_is_changed_not_made_again(hall: Hall) -> None:
    accountant = hall["accountant"]
    page = accountant.page
    type_voucher(accountant, "收塘泥款", "66", date="2019-01-05")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#told .alarm")
    assert "已存为待签凭证" in page.inner_text("#told")
    page.fill("#date", "2026-01-31")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#done li")
    drafts = accountant.door.service.drafts
    made = [one.waiting for one in drafts.waiting(BOOK) if "收塘泥款" in one.waiting.draft.text.decode()]
    assert [one.revision for one in made] == [2]
