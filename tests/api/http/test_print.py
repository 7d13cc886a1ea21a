"""Statements on paper: on as few sheets as they need, none with the footer alone, and with places to sign."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.api.http.conftest import Door

pytestmark = pytest.mark.e2e

STATEMENTS = (
    "balance-sheet",
    "income-statement",
    "income-details",
    "trial-balance",
    "general-ledger",
    "ageing",
    "projects",
    "notes",
)
SIGNERS = ("负责人", "会计主管", "制表")
LENGTHEN = """(count) => {
  const rows = document.querySelector("table tbody");
  const row = rows.lastElementChild;
  for (let at = 0; at < count; at += 1) rows.append(row.cloneNode(true));
}"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    opened = chromium.new_page()
    yield opened
    opened.close()


def printed(page: Page) -> list[str]:
    """Return the text of each sheet that a browser prints, without blanks, in plain characters."""
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    return [
        re.sub(r"\s", "", normalize("NFKC", sheet.extract_text()))
        for sheet in PdfReader(io.BytesIO(pdf)).pages
    ]


@pytest.mark.parametrize("name", ["balance-sheet", "income-statement"])
def test_a_statement_stands_on_one_sheet(door: Door, page: Page, name: str) -> None:
    page.goto(f"{door.url}/books/{BOOK}/{name}?period=2026-03")
    page.locator("tr.empty").evaluate_all("(rows) => rows.forEach((one) => one.classList.remove('empty'))")
    assert len(printed(page)) == 1


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_has_places_to_sign_on_paper_alone(door: Door, page: Page, name: str) -> None:
    page.goto(f"{door.url}/books/{BOOK}/{name}?period=2026-03")
    assert page.locator(".signatures").count() == 1
    assert page.is_hidden(".signatures")
    page.emulate_media(media="print")
    assert page.is_visible(".signatures")
    said = page.inner_text(".signatures")
    assert [word for word in SIGNERS if f"{word}：" in said] == [*SIGNERS]


def test_an_account_of_the_general_ledger_stands_on_one_sheet(door: Door, page: Page) -> None:
    """So that none of its pages has sums to carry over (过次页): a year has 26 rows at most."""
    for count in range(11, 20, 2):
        page.goto(f"{door.url}/books/{BOOK}/general-ledger?period=2026-03")
        page.evaluate(LENGTHEN, count)
        page.evaluate(
            """() => document.querySelectorAll("table").forEach((table, at) => {
              table.caption.textContent = `首${at}。`;
              table.rows[table.rows.length - 1].cells[0].textContent = `末${at}。`;
            })"""
        )
        for sheet in printed(page):
            assert re.findall("首([0-9]+)。", sheet) == re.findall("末([0-9]+)。", sheet), (
                f"{count} rows more"
            )


@pytest.mark.parametrize("path", ["ledger/101?period=2026-12", "trial-balance?period=2026-03"])
def test_no_sheet_has_the_footer_alone(door: Door, page: Page, path: str) -> None:
    """However long it is, something of the table stands above what follows it."""
    for count in range(20, 36, 2):
        page.goto(f"{door.url}/books/{BOOK}/{path}")
        page.evaluate(LENGTHEN, count)
        last = page.locator("table tbody tr").last.locator("td").last
        last.evaluate("(cell) => { cell.textContent = '末行余额'; }")
        sheets = printed(page)
        assert "末行余额" in sheets[-1], f"{count} rows more"
