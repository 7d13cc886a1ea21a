"""Reports as PDF: the page's text on A4, in Chinese, and nothing fetched from elsewhere."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from api import printing
from api.http import pdf
from tests.api.http.conftest import BOOK, PROBLEM

if TYPE_CHECKING:
    import httpx

    from tests.api.http.conftest import Door


pytestmark = pytest.mark.skipif(not printing.makes_pdf(), reason="WeasyPrint or its Pango is not installed")


def text_of(answer: httpx.Response) -> str:
    """Return the text of a PDF on A4, without blanks."""
    assert answer.headers["content-type"] == "application/pdf", answer.text
    reader = PdfReader(io.BytesIO(answer.content))
    for page in reader.pages:
        assert sorted(round(float(side) / 72 * 25.4) for side in page.mediabox[2:]) == [210, 297]
    return re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("balance-sheet", "资产负债表"),
        ("cross-checks", "勾稽关系"),
        ("income-statement", "收益及收益分配表"),
        ("trial-balance", "科目余额表"),
        ("notes", "附注"),
        ("general-ledger", "总账"),
        ("ledger/101", "库存现金日记账"),
        ("vouchers", "记账凭证"),
    ],
)
def test_a_report_as_pdf(door: Door, path: str, title: str) -> None:
    answer = door.get(f"{path}.pdf", period="2026-03")
    text = text_of(answer)
    assert title in text
    assert "小河村" in text
    assert "2026年3月" in text or "2026-03" in text
    assert "下载" not in text


def test_what_the_page_refuses_is_passed_on(door: Door) -> None:
    answer = door.get("balance-sheet.pdf", period="2025-01")
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    path = f"/books/{BOOK}/balance-sheet.pdf?period=2025-01"
    shown = door.client.get(path, headers={"Accept": "text/html"})
    assert (shown.status_code, shown.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert door.client.get(f"/books/{BOOK}/entries.pdf").headers["content-type"] == PROBLEM


def test_nothing_is_fetched_from_elsewhere(caplog: pytest.LogCaptureFixture) -> None:
    asked = '<link rel="stylesheet" href="file:///etc/passwd"><img src="http://127.0.0.1:9/x.png"><p>账'
    with caplog.at_level("ERROR", "weasyprint"):
        assert printing.to_pdf(asked, {}).startswith(b"%PDF-")
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert all("KeyError" in one for one in told)


def test_a_server_without_weasyprint_says_so(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "makes_pdf", lambda: False)
    answer = door.get("balance-sheet.pdf", period="2026-03")
    assert (answer.status_code, answer.json()["rule"]) == (404, "pdf.not_here")
