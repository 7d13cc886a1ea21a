"""Reports as PDF: the page's text on A4, in Chinese, and nothing fetched from elsewhere."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from api import printing
from api.http import pdf
from api.http.ledgers import PRINTED_LINES
from domain.vouchers import Attachments, Line, Voucher
from tests.api.http.conftest import BOOK, PROBLEM, voucher

if TYPE_CHECKING:
    import httpx

    from tests.api.http.conftest import Door


pytestmark = pytest.mark.skipif(not printing.makes_pdf(), reason="WeasyPrint or its Pango is not installed")


def sheets_of(answer: httpx.Response) -> list[str]:
    """Return the text of each sheet of a PDF on A4, without blanks."""
    assert answer.headers["content-type"] == "application/pdf", answer.text
    reader = PdfReader(io.BytesIO(answer.content))
    for page in reader.pages:
        assert sorted(round(float(side) / 72 * 25.4) for side in page.mediabox[2:]) == [210, 297]
    return [re.sub(r"\s", "", page.extract_text()) for page in reader.pages]


def text_of(answer: httpx.Response) -> str:
    """Return the text of a PDF on A4, without blanks."""
    return "".join(sheets_of(answer))


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


@pytest.mark.parametrize("path", [*sorted({*pdf.PAGES} - {"budget", "vouchers"}), "ledger/101"])
def test_each_download_that_a_page_offers_is_there(door: Door, path: str) -> None:
    """There is no plan here, and the printed vouchers are their own page."""
    page = door.client.get(f"/books/{BOOK}/{path}?period=2026-03", headers={"Accept": "text/html"})
    assert page.status_code == 200
    links = re.findall(r'href="([^"]+\.(?:csv|json|pdf|xlsx)(?:\?[^"]*)?)"', page.text)
    found = {link: door.client.get(str(page.url.join(link.replace("&amp;", "&")))) for link in links}
    assert found
    assert {link: answer.status_code for link, answer in found.items() if answer.status_code != 200} == {}


def test_vouchers_that_transfer_are_printed_with_their_page(door: Door) -> None:
    text = text_of(door.get("closing.pdf", period="2026-03"))
    assert "结转凭证" in text
    assert "结转收入" in text


def test_a_ledger_is_on_paper_what_the_rules_want_of_its_pages(door: Door) -> None:
    """会计基础工作规范 art. 58, 60: pages are numbered in order; each carries its sums over to the next."""
    for fen in range(1, PRINTED_LINES):
        assert door.post(door.note(voucher(fen, debit="101"))).status_code == 201
    *sheets, last = sheets_of(door.get("ledger/101.pdf", period="2026-04", printed="false"))
    assert sheets
    for number, sheet in enumerate([*sheets, last], start=1):
        assert f"第{number}页，共{len(sheets) + 1}页" in sheet
        assert sheet.count("页，共") == 1, "each number once"
        assert ("承前页" in sheet) == (number > 1)
        assert "库存现金日记账，科目101，2026年1月至2026年4月，单位：元" in sheet
    assert all("过次页" in sheet for sheet in sheets)
    assert "过次页" not in last


def test_long_words_take_their_room_on_a_ledgers_pages(door: Door) -> None:
    """No sheet without its number and 过次页, however many lines its rows take."""
    for fen in range(1, 20):
        told = "支付村北机耕路二期工程第三标段路基填筑和排水沟砌筑工程进度款（含监理费）" * (1 + fen % 2)
        lines = [
            Line(
                account="10201",
                debit_fen=fen,
                party="某县某镇市政工程有限公司第三分公司",
                project="村北机耕路",
            ),
            Line(account="50103", credit_fen=fen),
        ]
        paid = Voucher(attachments=Attachments(), date="2026-04-02", lines=lines, summary=told)
        assert door.post(door.note(paid)).status_code == 201
    sheets = sheets_of(door.get("ledger/10201.pdf", period="2026-04"))
    assert len(sheets) > 2
    for number, sheet in enumerate(sheets, start=1):
        assert f"第{number}页，共{len(sheets)}页" in sheet
        assert ("过次页" in sheet) == (number < len(sheets))


@pytest.mark.parametrize("path", ["trial-balance", "general-ledger", "notes"])
def test_the_sheets_of_a_report_are_numbered(door: Door, path: str) -> None:
    sheets = sheets_of(door.get(f"{path}.pdf", period="2026-03"))
    for number, sheet in enumerate(sheets, start=1):
        assert f"第{number}页，共{len(sheets)}页" in sheet


def test_vouchers_several_to_a_sheet_have_numbers_of_their_own(door: Door) -> None:
    assert "页，共" not in text_of(door.get("vouchers.pdf", period="2026-03"))


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
