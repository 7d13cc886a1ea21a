"""The originals of a voucher: files and invoices are read, and those on paper typed; what is wrong is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload

from api.attachments import MAX_BYTES
from tests.api import einvoices
from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher, withdraw
from tests.api.work.test_mistyped import opened, told

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e

NUMBER = "033001900211123456"
AHEAD = (datetime.now(tz=UTC) + timedelta(days=300)).date().isoformat()


def paper(page: Page, number: str = NUMBER, date: str = "2026-01-19", total: str = "15") -> None:
    """Type an invoice from paper, and record it."""
    for field, text in (("number", number), ("date", date), ("total", total)):
        page.fill(f"#invoice-{field}", text)
    page.click("#addinvoice")


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"number": ""}, "number", ("请填写发票号码", "invoice number")),
        ({"number": "0330"}, "number", ("「0330」", "8 到 20 位", "照发票", "0330")),
        ({"date": ""}, "date", ("请填写开票日期",)),
        ({"date": AHEAD}, "date", (AHEAD, "晚于今天", "核对", "after today")),
        ({"total": ""}, "total", ("请填写价税合计",)),
        ({"total": "0"}, "total", ("价税合计", "「0」", "不能是零", "zero")),
        ({"total": "1O"}, "total", ("价税合计", "「1O」", "不是金额", "total with tax")),
    ],
)
def test_a_paper_invoice_that_cannot_be_is_not_recorded(
    hall: Hall, typed: dict[str, str], field: str, words: tuple[str, ...]
) -> None:
    page = opened(hall)
    page.click("text=登记纸质发票")
    paper(page, **typed)
    said = told(page)
    assert [word for word in words if word not in said] == []
    assert page.evaluate("document.activeElement.id") == f"invoice-{field}"
    assert page.get_attribute(f"#invoice-{field}", "aria-invalid") == "true"
    assert page.locator("#invoices li").count() == 0


def test_a_red_invoice_is_recorded_as_one(hall: Hall) -> None:
    page = opened(hall)
    page.click("text=登记纸质发票")
    paper(page, total="-15")
    page.wait_for_selector("#invoices li")
    assert "红字发票" in page.inner_text("#invoices")
    assert "-15.00" in page.inner_text("#invoices")


def test_a_number_is_not_recorded_again_otherwise(hall: Hall) -> None:
    page = opened(hall)
    page.click("text=登记纸质发票")
    paper(page)
    page.wait_for_selector("#invoices li")
    paper(page, total="16")
    said = told(page)
    for word in (NUMBER, "15.00", "16.00", "去掉", "remove"):
        assert word in said
    assert page.input_value("#invoice-total") == "16"
    assert page.locator("#invoices li").count() == 1
    paper(page)  # the same once more
    page.wait_for_selector("#told:empty", state="attached")
    assert page.locator("#invoices li").count() == 1
    assert page.input_value("#invoice-total") == ""


def test_originals_are_uploaded_named_and_shown(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    type_voucher(cashier, "付打印费", "15")
    xml = b'<?xml version="1.0"?><Invoice n="7"/>'
    invoice = FilePayload(name="发票 7.xml", mimeType="text/xml", buffer=xml)
    page = cashier.page
    page.fill("#attachments", "")
    page.set_input_files("#files", [invoice])
    page.wait_for_selector("#attached li")
    assert page.input_value("#attachments") == "1"
    page.click("#save")
    page.wait_for_selector("#said h2")
    seen = head.open_draft(page.url.rsplit("/", 1)[1])
    link = seen.get_by_role("link", name="发票 7.xml")
    assert link.count() == 1
    got = head.page.request.get(f"{head.door.url}{link.get_attribute('href')}")
    assert got.body() == xml

    type_voucher(cashier, "又付打印费", "15")
    page.set_input_files("#files", [invoice])
    page.wait_for_selector("#attached li")
    page.click("#save")
    page.wait_for_selector("#told .alarm")
    assert "不能入账两次" in page.inner_text("#told")
    page.set_input_files("#files", [FilePayload(name="x.html", mimeType="text/html", buffer=b"<html>")])
    page.wait_for_selector("text=不收")
    assert "x.html" in page.inner_text("#told")


def test_a_file_that_is_too_large_is_named_before_it_is_sent(hall: Hall, tmp_path: Path) -> None:
    page = hall["cashier"].page
    hall["cashier"].goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    large = tmp_path / "全村合影.jpg"
    large.write_bytes(b"\0" * (MAX_BYTES + 1))
    page.set_input_files("#files", large)
    page.wait_for_selector("#told .alarm")
    assert "附件 全村合影.jpg 超过 16 MiB" in page.inner_text("#told")


def test_an_invoice_is_read_checked_and_booked(hall: Hall) -> None:
    accountant, head = hall["accountant"], hall["head"]
    page = accountant.page
    accountant.goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    page.fill("#summary", "买打印纸")
    theirs = einvoices.xml(buyer="N2330881MF0000013Y")
    page.set_input_files("#files", [FilePayload(name="发票.xml", mimeType="text/xml", buffer=theirs)])
    page.wait_for_selector("#invoices li")
    listed = page.inner_text("#invoices")
    assert "26332000000012345678，2026-02-01，价税合计 15.00 元" in listed
    assert "江山市文具店" in listed
    assert "不是本组织" in listed  # it is another village's
    assert page.input_value("#debit-1") == "15.00"
    page.get_by_role("button", name="去掉").first.click()  # the file, and with it what was read off it
    page.wait_for_selector("#invoices li", state="detached")
    page.click("summary")
    page.fill("#invoice-number", "0330019")
    page.click("#addinvoice")
    page.wait_for_selector("#told .alarm")
    assert "发票号码" in page.inner_text("#told")
    page.fill("#invoice-number", "03300 1900211 1234 5678")
    page.fill("#invoice-date", "2026-01-19")
    page.fill("#invoice-total", "15")
    page.click("#addinvoice")
    page.wait_for_selector("#invoices li")
    for cell, typed in (("#account-1", "10201"), ("#account-2", "50103")):
        page.fill(cell, typed)
        page.keyboard.press("Tab")
    page.click("#saveandsign")
    page.wait_for_selector("#done li")
    assert page.locator("#invoices li").count() == 0
    href = page.locator("#done a").first.get_attribute("href")
    assert href is not None
    seen = head.open_draft(href.rsplit("/", 1)[1])
    assert "发票 03300190021112345678，2026-01-19，价税合计 15.00 元" in seen.inner_text("#said")
    seen.click("#sign")
    link = seen.wait_for_selector("#state a[href*='/entries/']")
    entry = link.get_attribute("href") if link else None
    assert entry is not None
    shown = head.goto(entry).inner_text(".facts")
    assert "03300190021112345678，2026-01-19 开具，价税合计 15.00 元" in shown
    assert "查验平台" in shown


def test_whom_an_invoice_names_is_seen_before_it_is_signed(hall: Hall) -> None:
    accountant, head = hall["accountant"], hall["head"]
    page = accountant.page
    accountant.goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    page.fill("#summary", "买打印纸")
    ours = einvoices.xml("26332000000000000077", buyer=BOOK)
    page.set_input_files("#files", [FilePayload(name="发票.xml", mimeType="text/xml", buffer=ours)])
    page.wait_for_selector("#invoices li")
    for cell, typed in (("#account-1", "51302"), ("#debit-1", "51"), ("#account-2", "10201")):
        page.fill(cell, typed)
        page.keyboard.press("Tab")
    page.click("#save")
    page.wait_for_selector("#said h2")
    seen = head.open_draft(page.url.rsplit("/", 1)[1])
    told = seen.inner_text("#parties tbody").split("\t")
    assert [text.strip() for text in told] == [
        "26332000000000000077",
        "15.00",
        "江山市文具店（虚构）（91330881MA2DKYPW1X）",
        f"小河村经济合作社（虚构）（{BOOK}）",
    ]
    remarks = seen.inner_text("#state")
    assert "1 张发票价税合计 15.00 元，凭证合计 51.00 元，发票少 36.00 元" in remarks
    assert "the invoices (1) come to 15.00 yuan" in remarks
    assert seen.is_visible("#sign"), "it is a remark and no refusal"
    withdraw(page)
