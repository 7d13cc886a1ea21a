"""Whoever signs what sets another voucher right sees which, with a link; its date is proposed in the open month."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, Door, voucher

if TYPE_CHECKING:
    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e


def posted(door: Door, fen: int) -> int:
    """Post a small voucher and wait until the pages have it; return its entry."""
    entry = int(door.post(door.note(voucher(fen))).json()["index"])
    door.service.runner.wait_for(BOOK, entry + 1, 10)
    return entry


@pytest.mark.parametrize("way", ["reverse", "correct"])
def test_the_voucher_that_is_meant_is_named(hall: Hall, way: str) -> None:
    cashier, head = hall["cashier"], hall["head"]
    entry = posted(cashier.door, 43_400)
    page = cashier.goto(f"/books/{BOOK}/work/{way}/{entry}")
    if way == "correct":
        page.wait_for_selector("#lines tr")
        page.fill("#debit-1", "1")
        page.fill("#credit-2", "1")
        page.click("#save")
    else:
        page.click("form.make button")
    page.wait_for_url("**/work/drafts/*")
    shown = head.open_draft(page.url.rsplit("/", 1)[1])
    said = shown.inner_text("#said")
    for word in ("记-2026-04-", "2026-04-02", "收利息", "434.00 元"):
        assert word in said
    href = shown.get_attribute("#said .facts a", "href")
    assert href == f"/books/{BOOK}/entries/{entry}"


def test_who_makes_an_adjustment_sees_what_was_booked(hall: Hall) -> None:
    cashier = hall["cashier"]
    entry = posted(cashier.door, 8_800)
    page = cashier.goto(f"/books/{BOOK}/work/correct/{entry}?way=调整")
    page.wait_for_selector("#lines tr")
    shown = page.inner_text("#original")
    for word in ("记-2026-04-", "收利息", "10201", "50103", "88.00"):
        assert word in shown
    assert page.get_attribute("#original a", "href") == f"/books/{BOOK}/entries/{entry}"


def test_the_month_of_the_voucher_is_proposed_while_it_is_open(hall: Hall) -> None:
    cashier = hall["cashier"]
    entry = posted(cashier.door, 7_700)
    assert cashier.door.book().periods.next_to_close <= "2026-04"
    page = cashier.goto(f"/books/{BOOK}/work/reverse/{entry}")
    assert page.input_value("#date") == "2026-04-30"
    page = cashier.goto(f"/books/{BOOK}/work/correct/{entry}")
    page.wait_for_selector("#lines tr")
    assert page.input_value("#date") == "2026-04-30"


def test_who_reversed_a_voucher_is_led_on_to_the_right_one_once_it_is_posted(hall: Hall) -> None:
    """Red and blue do not wait together: the second is made when the first is posted, and nobody else thinks of it."""
    cashier, head = hall["cashier"], hall["head"]
    entry = posted(cashier.door, 6_600)
    page = cashier.goto(f"/books/{BOOK}/work/reverse/{entry}")
    assert "红字凭证入账以后，再按对的另制一张" in page.inner_text("main")
    page.click("form.make button")
    page.wait_for_url("**/work/drafts/*")
    id_ = page.url.rsplit("/", 1)[1]
    link = f"#state a[href='/books/{BOOK}/work/correct/{entry}?way=订正']"
    assert cashier.open_draft(id_).locator(link).count() == 0
    with ExitStack() as stack:
        office = Office(cashier.door, stack)
        for role, state in (("accountant", "open"), ("head", "posted")):
            assert office[role].sign(office[role].get(f"/{id_}").json()).json()["state"] == state
    assert "已入账" in head.open_draft(id_).inner_text("#state")
    assert head.page.locator(link).count() == 0, "heads make no vouchers"
    page = cashier.open_draft(id_)
    page.click(link)
    page.wait_for_selector("#lines tr")
    assert "不能用" not in page.inner_text("main")
    assert page.input_value("#summary").startswith("订正")
