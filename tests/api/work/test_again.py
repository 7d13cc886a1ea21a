"""An answer that is lost on its way is asked for again: nothing is made, signed or dropped twice."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from playwright.sync_api import Page, Route

    from tests.api.http.conftest import Door
    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e

LOST = "连不上服务器"


@pytest.fixture
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def lose_one(page: Page, path: str) -> None:
    """Let the next POST to a path below the drafts reach the server, and its answer be lost."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(re.compile(rf"/books/{BOOK}/drafts{path}$"), lose, times=1)


def drafts_of(office: Office, summary: str) -> list[dict[str, Any]]:
    found = office["head"].get().json()["drafts"]
    return [one for one in found if one["statement"]["data"]["summary"] == summary]


@pytest.mark.parametrize("button", ["#save", "#saveandsign"])
def test_a_draft_whose_answer_was_lost_is_not_made_twice(hall: Hall, office: Office, button: str) -> None:
    summary = f"收承包款 {button[1:]}"
    page = hall["accountant"].page
    type_voucher(hall["accountant"], summary)
    lose_one(page, "")
    page.click(button)
    page.wait_for_selector(f"#told >> text={LOST}")
    assert len(drafts_of(office, summary)) == 1
    page.click(button)
    page.wait_for_selector("#said h2" if button == "#save" else "#done li")
    [draft] = drafts_of(office, summary)
    assert draft["revision"] == 1
    office["accountant"].withdraw(draft)


def test_the_next_voucher_of_the_form_is_another_draft(hall: Hall, office: Office) -> None:
    page = hall["accountant"].page
    type_voucher(hall["accountant"], "第一张")
    page.click("#saveandsign")
    page.wait_for_selector("#done li")
    page.fill("#summary", "第二张")
    for cell, typed in (("#account-1", "10201"), ("#debit-1", "51"), ("#account-2", "50103")):
        page.fill(cell, typed)
        page.keyboard.press("Tab")
    page.fill("#attachments", "1")
    page.click("#saveandsign")
    page.wait_for_selector("#done li:nth-child(2)")
    assert len(drafts_of(office, "第一张")) == len(drafts_of(office, "第二张")) == 1


def test_a_signature_whose_answer_was_lost_stands(hall: Hall, office: Office) -> None:
    page = hall["accountant"].page
    type_voucher(hall["accountant"], "收租金")
    lose_one(page, "/[0-9A-Z]+/signatures")
    page.click("#saveandsign")
    page.wait_for_selector(f"#told >> text={LOST}")
    page.click("#saveandsign")
    page.wait_for_selector("#done li")
    [draft] = drafts_of(office, "收租金")
    assert (draft["revision"], draft["missing"]) == (1, ["head"])
    assert [one["step"] for one in draft["steps"]] == ["made", "signed"]


def test_a_posting_whose_answer_was_lost_is_told(hall: Hall, office: Office) -> None:
    """Somebody else signs in between, so that the entry is posted by the signature whose answer was lost."""
    page = hall["accountant"].page
    type_voucher(hall["accountant"], "收水费")
    lose_one(page, "/[0-9A-Z]+/signatures")
    page.click("#saveandsign")
    page.wait_for_selector(f"#told >> text={LOST}")
    [draft] = drafts_of(office, "收水费")
    assert office["head"].sign(draft).json()["state"] == "posted"
    page.click("#saveandsign")
    page.wait_for_selector("#done li")
    assert "已入账" in page.inner_text("#done li")
