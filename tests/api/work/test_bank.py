"""In the browser, lines of bank and book are matched by hand, suggestions decided on, and all of it taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.http.conftest import BOOK, voucher
from tests.api.work.conftest import PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e

BANK = f"/books/{BOOK}/work/bank?account=10201&date=2026-03-31&balance=1"
STATEMENT = """\
交易日期,摘要,支出,收入
2026-03-10,代发甲,100.01,
2026-03-11,代发乙,200.02,
2026-03-12,净额,,90.00
"""
WIDTH = "document.documentElement.scrollWidth"


def read_in(hall: Hall) -> Page:
    """Post one voucher that the bank paid in two, and two that it received as one; read its statement in."""
    door = hall["accountant"].door
    for fen, debit, credit in (
        (30_003, "51302", "10201"),
        (10_000, "10201", "50103"),
        (1_000, "51302", "10201"),
    ):
        note = door.note(voucher(fen, date="2026-03-10", debit=debit, credit=credit))
        assert door.post(note, wait=10).status_code == 201
    page = hall["accountant"].goto(BANK)
    file = {"name": "三月.csv", "mimeType": "text/csv", "buffer": STATEMENT.encode()}
    page.set_input_files("#statement", file)  # type: ignore[arg-type]  # a file payload
    page.click("#read")
    page.wait_for_selector("text=读入 3 行新的")
    return hall["accountant"].goto(BANK)


def test_matches_are_decided_by_hand_and_taken_back(hall: Hall) -> None:
    page = read_in(hall)
    row = page.locator("tr", has_text="代发甲").filter(has_text="代发乙")
    row.get_by_role("button", name="不是").click()
    page.wait_for_selector("text=说过不是同一笔的")
    assert page.locator("#matching .pick", has_text="代发甲").count() == 1
    page.get_by_role("button", name="撤回", exact=True).click()
    page.wait_for_selector("text=说过不是同一笔的", state="detached")
    row.get_by_role("button", name="是", exact=True).click()
    page.wait_for_selector("details:has-text('代发甲')", state="attached")

    net = page.locator("#matching .pick", has_text="净额")
    box = net.locator("input")
    box.focus()
    page.keyboard.press("Space")
    assert "相差 90.00" in page.inner_text("#sums")
    page.click("#accept")
    page.wait_for_selector("#decided .alarm")
    assert "至少两行" in page.inner_text("#decided")
    for amount in ("100.00", "-10.00"):
        page.locator("#matching fieldset").nth(1).locator(".pick", has_text=amount).first.click()
    assert "相同" in page.inner_text("#sums")
    page.focus("#accept")
    page.keyboard.press("Enter")
    page.wait_for_selector("details:has-text('净额')", state="attached")
    complaints = [one for one in hall["accountant"].complaints if "422" not in one]
    assert complaints == []


def test_items_outstanding_at_the_opening_are_entered_on_a_phone(hall: Hall) -> None:
    phone = hall.stranger("accountant", PHONE)
    phone.sign_in()
    page = phone.goto(BANK)
    page.fill("#opening-date", "2025-12-20")
    page.fill("#opening-text", "十二月的支票")
    page.fill("#opening-amount", "500")
    page.click("#enter")
    page.wait_for_selector("li:has-text('企业已付：十二月的支票')")
    assert page.evaluate(WIDTH) <= PHONE["width"]
    page.locator("li", has_text="十二月的支票").get_by_role("button", name="撤回").click()
    page.wait_for_selector("li:has-text('十二月的支票')", state="detached")
    assert phone.complaints == []


def test_an_import_is_undone_on_a_phone(hall: Hall) -> None:
    phone = hall.stranger("cashier", PHONE)
    phone.sign_in()
    page = phone.goto(BANK)
    wrong = STATEMENT.splitlines()[0] + "\n2026-03-13,别村的款,,77.00\n2026-03-13,冲别村的款,77.00,\n"
    file = {"name": "别村的.csv", "mimeType": "text/csv", "buffer": wrong.encode()}
    page.set_input_files("#statement", file)  # type: ignore[arg-type]  # a file payload
    page.click("#read")
    page.wait_for_selector("text=读入 2 行新的")
    page = phone.goto(BANK)
    lines = page.locator("#matching .pick", has_text="别村的款")
    assert lines.count() == 2
    for line in lines.all():
        line.click()
    page.click("#accept")
    page.wait_for_selector("#matching .pick:has-text('别村的款')", state="detached")
    row = page.locator("tr", has_text="别村的.csv")
    assert page.evaluate(WIDTH) <= PHONE["width"]
    page.select_option("#account", "101")  # what is undone is of the account that the page shows
    row.get_by_role("button", name="撤回").click()
    page.wait_for_selector("tr:has-text('别村的.csv'):has-text('已撤回')")
    assert lines.count() == 0
    page.wait_for_selector("#undone .state")
    told = page.inner_text("#undone")
    assert "去掉 2 行，1 个核对决定（有人认可或否定过的）随之撤回" in told
    assert "lines gone: 2; decisions by people that lapsed with them: 1" in told
    page.reload()
    assert page.inner_text("#undone") == "", "it is said once"
    assert phone.complaints == []
