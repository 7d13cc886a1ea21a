"""What is typed into the form of a voucher is not lost without a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Dialog, Page

    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e

NEW = f"/books/{BOOK}/work/new"


@pytest.fixture
def questions(hall: Hall) -> Iterator[list[str]]:
    """What the cashier's browser asks before it leaves a page; each is answered with yes."""
    asked: list[str] = []

    def note(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page = hall["cashier"].page
    page.on("dialog", note)
    yield asked
    page.remove_listener("dialog", note)


def opened(hall: Hall, path: str = NEW) -> Page:
    page = hall["cashier"].goto(path)
    page.wait_for_selector("#lines tr")
    return page


def test_what_was_typed_is_not_left_without_a_question(hall: Hall, questions: list[str]) -> None:
    type_voucher(hall["cashier"])
    page = hall["cashier"].page
    page.reload()
    assert questions == ["beforeunload"]
    page.wait_for_selector("#lines tr")
    page.focus("#debit-1")
    page.keyboard.type("5")
    page.click("text=回到工作台")
    page.wait_for_url(f"**/books/{BOOK}/work")
    assert questions == ["beforeunload"] * 2


def test_an_empty_form_is_left_without_a_question(hall: Hall, questions: list[str]) -> None:
    page = opened(hall)
    page.focus("#summary")
    page.keyboard.type("x")
    page.keyboard.press("Backspace")
    page.reload()
    page.wait_for_selector("#lines tr")
    page.click("text=回到工作台")
    page.wait_for_url(f"**/books/{BOOK}/work")
    assert questions == []


def test_what_was_saved_or_signed_is_left_without_a_question(hall: Hall, questions: list[str]) -> None:
    cashier = hall["cashier"]
    type_voucher(cashier, "付报刊费", "18")
    cashier.page.click("#save")
    cashier.page.wait_for_selector("#said h2")
    path = cashier.page.url.removeprefix(cashier.door.url)
    page = opened(hall, f"{path}/change")
    page.click("#summary")
    page.click("text=回到工作台")
    page.wait_for_url(f"**/books/{BOOK}/work")
    type_voucher(cashier, "付书费", "19")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#done li")
    page.reload()
    page.wait_for_selector("#lines tr")
    assert questions == []


def test_what_is_refused_is_asked_about_still(hall: Hall, questions: list[str]) -> None:
    type_voucher(hall["cashier"])
    page = hall["cashier"].page
    page.fill("#debit-1", "1.234")
    page.click("#save")
    page.wait_for_selector("#told .alarm")
    page.reload()
    assert questions == ["beforeunload"]
