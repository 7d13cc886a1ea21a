"""Nobody signs before they are told what is remarked: a voucher with a remark is shown first, and signed from there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from domain.policy import PolicySet, PolicyTiers, Tier
from tests.api.http.conftest import BOOK
from tests.api.work.conftest import sent, type_voucher

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e

AHEAD = (datetime.now(tz=UTC) + timedelta(days=300)).date().isoformat()
REMARKED = "**/work/drafts/*#sign"


@pytest.fixture(scope="module")
def alone(hall: Hall) -> Hall:
    """A village where the accountant alone signs small vouchers: whatever they sign is posted at once."""
    door = hall["accountant"].door
    tiers = [
        Tier(from_fen=0, to_fen=100_000_000, roles=["accountant"]),
        Tier(from_fen=100_000_000, roles=["accountant", "head"]),
    ]
    note = door.note(PolicyTiers(tiers=tiers), PolicySet, "township", "head", "supervisor")
    assert door.post(note).is_success
    return hall


def shown(hall: Hall) -> Page:
    """Return the page of the draft that was kept, where its remarks stand."""
    page = hall["accountant"].page
    page.wait_for_url(REMARKED)
    page.wait_for_selector("#said h2")
    return page


def entries(hall: Hall) -> int:
    return hall["accountant"].door.book().size


@pytest.mark.parametrize("way", ["keys", "button"])
def test_what_is_remarked_is_seen_before_it_is_signed(alone: Hall, way: str) -> None:
    accountant, size = alone["accountant"], entries(alone)
    signed = sent(accountant)
    type_voucher(accountant, f"收水费 {way}", "12", date=AHEAD)
    if way == "keys":
        accountant.page.keyboard.press("Control+Enter")
    else:
        accountant.page.click("#saveandsign")
    page = shown(alone)
    assert "晚于制单的日子" in page.inner_text("#state")
    assert (signed, entries(alone)) == ([], size)
    assert page.evaluate("document.activeElement.id") == "sign"
    assert page.locator("#state .waiting").first.evaluate(
        "(told) => told.getBoundingClientRect().top >= 0 && told.getBoundingClientRect().bottom <= innerHeight"
    )
    page.keyboard.press("Enter")
    page.wait_for_selector("#state a[href*='/entries/']")
    assert entries(alone) == size + 1
    page.wait_for_selector("#next a")
    assert "再制一张" in page.inner_text("#next a >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#lines tr")
    assert page.input_value("#date") == AHEAD


def test_cash_that_falls_short_is_told_before_it_is_signed(alone: Hall) -> None:
    accountant, size = alone["accountant"], entries(alone)
    page = accountant.goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    page.fill("#summary", "付零星支出")
    for line, account in ((1, "51302"), (2, "101")):
        page.focus(f"#account-{line}")
        page.keyboard.type(account)
        page.keyboard.press("Tab")
        page.fill("#debit-1", "999000")
    page.fill("#attachments", "1")
    page.keyboard.press("Control+Enter")
    page = shown(alone)
    assert "库存现金" in page.inner_text("#state")
    assert page.evaluate("document.activeElement.id") == "sign"
    assert entries(alone) == size


def test_a_key_that_is_held_down_does_not_sign(alone: Hall) -> None:
    size = entries(alone)
    type_voucher(alone["accountant"], "收电费", "13", date=AHEAD)
    keyboard = alone["accountant"].page.keyboard
    keyboard.down("Control")
    keyboard.down("Enter")
    keyboard.up("Control")
    page = shown(alone)
    signed = sent(alone["accountant"])
    for _ in range(3):
        keyboard.down("Enter")  # of a key that is down already, the browser hears that it repeats
    page.wait_for_timeout(1500)
    keyboard.up("Enter")
    assert signed == []
    assert entries(alone) == size


def test_without_remarks_one_goes_on_typing(alone: Hall) -> None:
    accountant, size = alone["accountant"], entries(alone)
    type_voucher(accountant, "收利息", "14.25")
    accountant.page.keyboard.press("Control+Enter")
    accountant.page.wait_for_selector("#done li")
    assert accountant.page.url.endswith(f"/{BOOK}/work/new")
    assert "已入账" in accountant.page.inner_text("#done")
    assert entries(alone) == size + 1


def test_a_change_that_is_remarked_is_shown_too(alone: Hall) -> None:
    accountant = alone["accountant"]
    type_voucher(accountant, "收租金", "15.25")
    accountant.page.click("#save")
    accountant.page.wait_for_selector("#said h2")
    id_ = accountant.page.url.rsplit("/", 1)[1]
    signed = sent(accountant)
    page = accountant.goto(f"/books/{BOOK}/work/drafts/{id_}/change")
    page.wait_for_selector("#lines tr")
    page.fill("#date", AHEAD)
    page.keyboard.press("Control+Enter")
    page = shown(alone)
    assert "晚于制单的日子" in page.inner_text("#state")
    assert signed == []
