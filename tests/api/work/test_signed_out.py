"""A session ends while somebody types: they sign in again from the message, and what was typed stays."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e

NEW = f"/books/{BOOK}/work/new"


def signed_out(person: Person, summary: str) -> Page:
    """Let somebody type a voucher, and save it when the session is over."""
    page = person.page
    type_voucher(person, summary)
    page.context.clear_cookies()
    page.click("#save")
    page.wait_for_selector("#told .alarm a")
    assert "请先用本账套的密钥登录" in page.inner_text("#told")
    return page


def test_a_key_of_this_browser_signs_in_at_once_and_all_that_was_typed_is_saved(hall: Hall) -> None:
    page = signed_out(hall["cashier"], "付过期时的电费")
    page.click("#told .alarm a")
    page.wait_for_selector("#told >> text=已重新登录")
    assert page.input_value("#summary") == "付过期时的电费"
    assert page.input_value("#credit-2") == "125.50"
    page.click("#save")
    page.wait_for_selector("#said h2")
    assert "付过期时的电费" in page.inner_text("#said")


def test_without_a_key_one_signs_in_beside_the_form_and_comes_back_to_its_page(hall: Hall) -> None:
    person = hall.stranger("accountant")
    person.sign_in()
    forgetting = person.page.context.new_page()
    forgetting.goto(f"{person.door.url}/work")
    forgetting.click("#keys li button")
    forgetting.wait_for_selector("#none:visible")
    page = signed_out(person, "付换电脑时的电费")
    link = page.locator("#told .alarm a")
    assert link.get_attribute("href") == f"/work?to={quote(NEW, safe='')}"
    with page.context.expect_page() as opening:
        link.click()
    beside = opening.value
    person.read_key(page=beside)
    beside.wait_for_selector("#keys li")
    beside.click("#enter")
    beside.wait_for_url(f"**{NEW}")
    page.click("#save")
    page.wait_for_selector("#said h2")
    assert "付换电脑时的电费" in page.inner_text("#said")
