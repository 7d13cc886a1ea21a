"""Several files are chosen at once: each is tried, and each that is refused is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload

from tests.api.http.conftest import BOOK

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
