"""Several files are chosen at once: each is tried, and each that is refused is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload

from tests.api import einvoices
from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e


def receipt(number: int) -> FilePayload:
    """Return a document that is taken."""
    data = f'<?xml version="1.0"?><Invoice n="{number}"/>'.encode()
    return FilePayload(name=f"收据{number}.xml", mimeType="text/xml", buffer=data)


def refused(name: str) -> FilePayload:
    return FilePayload(name=name, mimeType="text/html", buffer=b"<html>")


def opened(hall: Hall) -> Page:
    page = hall["cashier"].goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#fields:not([disabled])")
    return page


def test_those_after_one_that_is_refused_are_taken(hall: Hall) -> None:
    page = opened(hall)
    page.set_input_files(
        "#files", [receipt(901), refused("甲.html"), receipt(902), refused("乙.html"), receipt(903)]
    )
    page.wait_for_selector("#told .alarm >> nth=1")
    said = page.inner_text("#told")
    assert "甲.html" in said
    assert "乙.html" in said
    assert "选的 5 个文件收下 3 个，没有收下的 2 个" in said
    attached = page.locator("#attached li a").all_inner_texts()
    assert attached == ["收据901.xml", "收据902.xml", "收据903.xml"]
    assert page.input_value("#attachments") == "3"
    page.set_input_files("#files", [receipt(904)])
    page.wait_for_selector("#attached li >> nth=3")
    assert page.inner_text("#told") == ""


def test_a_file_that_did_not_get_through_is_named(hall: Hall) -> None:
    page = opened(hall)
    lost = "**/attachments?name=" + "%E6%94%B6%E6%8D%AE906*"
    page.route(lost, lambda route: route.abort())
    page.set_input_files("#files", [receipt(905), receipt(906), receipt(907)])
    page.wait_for_selector("#told .alarm")
    page.wait_for_selector("#attached li >> nth=1")
    page.unroute(lost)
    assert "「收据906.xml」：连不上服务器" in page.inner_text("#told")
    assert page.locator("#attached li a").all_inner_texts() == ["收据905.xml", "收据907.xml"]


def invoice(name: str, number: str, data: bytes | None = None) -> FilePayload:
    """Return the file of an electronic invoice: of this village, unless its data are given."""
    return FilePayload(name=name, mimeType="text/xml", buffer=data or einvoices.xml(number, buyer=BOOK))


def test_an_invoice_that_is_not_taken_leaves_no_file(hall: Hall) -> None:
    """One file says other than another of the same number: neither its file stays nor what it said."""
    page = opened(hall)
    number = "26332000000000000911"
    page.set_input_files("#files", [invoice("甲.xml", number)])
    page.wait_for_selector("#invoices li")
    page.set_input_files("#files", [invoice("乙.xml", number, einvoices.xml(number, total="16.00"))])
    page.wait_for_selector("#told .alarm")
    assert "没有收下" in page.inner_text("#told")
    assert page.locator("#attached li a").all_inner_texts() == ["甲.xml"]
    assert "不是本组织" not in page.inner_text("#invoices")
    assert page.input_value("#attachments") == "1"


def test_an_invoice_that_is_taken_off_takes_its_file_with_it(hall: Hall) -> None:
    page = opened(hall)
    number = "26332000000000000912"
    page.set_input_files("#files", [receipt(912), invoice("甲.xml", number)])
    page.wait_for_selector("#invoices li")
    page.locator("#invoices").get_by_role("button", name="去掉").click()
    page.wait_for_selector("#invoices li", state="detached")
    assert page.locator("#attached li a").all_inner_texts() == ["收据912.xml"]


@pytest.mark.parametrize("button", ["#save", "#saveandsign"])
def test_of_what_is_booked_twice_it_is_said_that_it_stays_and_how_it_is_taken_off(
    hall: Hall, button: str
) -> None:
    cashier = hall["cashier"]
    number = "26332000000000000913" if button == "#save" else "26332000000000000914"
    xml = einvoices.xml(number, buyer=BOOK)
    type_voucher(cashier, "付打印费", "15")
    page = cashier.page
    page.set_input_files("#files", [invoice("发票.xml", number, xml)])
    page.wait_for_selector("#invoices li")
    page.click("#save")
    page.wait_for_selector("#said h2")
    type_voucher(cashier, "又付打印费", "15.01")
    page.set_input_files("#files", [invoice("发票.ofd", number, einvoices.ofd(xml))])
    page.wait_for_selector("#invoices li")
    page.click(button)
    page.wait_for_selector("#told .alarm")
    said = page.inner_text("#told")
    assert "不能入账两次" in said
    assert "「发票.ofd」还附在这张凭证上，不是这张的就点它后面的「去掉」，再存" in said
    assert "still attached here" in said
    page.locator("#attached").get_by_role("button", name="去掉").click()
    assert page.locator("#invoices li").count() == 0
    page.click("#save")
    page.wait_for_selector("#said h2")
    assert "又付打印费" in page.inner_text("#said")


def test_of_a_paper_invoice_that_is_booked_twice_it_is_said_too(hall: Hall) -> None:
    page, number = hall["cashier"].page, "26332000000000000915"

    def paper() -> None:
        type_voucher(hall["cashier"], "付电费", "15")
        page.click("text=登记纸质发票")
        for field, text in (("number", number), ("date", "2026-01-19"), ("total", "15")):
            page.fill(f"#invoice-{field}", text)
        page.click("#addinvoice")
        page.click("#save")

    paper()
    page.wait_for_selector("#said h2")
    paper()
    page.wait_for_selector("#told .alarm")
    said = page.inner_text("#told")
    assert f"发票 {number} 还登记在这张凭证上，不是这张的就点它后面的「去掉」，再存" in said
