"""The balance sheet over HTTP: figures worked out by hand, the same in JSON, CSV, XLSX and on the page."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from msgspec import structs
from openpyxl import load_workbook

from domain.accounts import AccountAdded, NewAccount
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_reports import table

if TYPE_CHECKING:
    from tests.api.http.conftest import Door

MARCH = {
    "money": (4_634_170, 3_680_000),
    "current_assets": (4_634_170, 3_680_000),
    "fixed_cost": (8_000_000, 8_000_000),
    "fixed_depreciation": (1_200_000, 1_200_000),
    "fixed_net": (6_800_000, 6_800_000),
    "fixed_assets": (6_800_000, 6_800_000),
    "non_current_assets": (6_800_000, 6_800_000),
    "assets": (11_434_170, 10_480_000),
    "capital": (9_000_000, 9_000_000),
    "undistributed": (2_434_170, 1_480_000),
    "equity": (11_434_170, 10_480_000),
    "claims": (11_434_170, 10_480_000),
}
"""March 2026 in fen, closing and beginning of the year; income less expense of the year so far: 9,541.70 yuan."""


def test_the_figures_worked_out_by_hand(door: Door) -> None:
    report = door.get("balance-sheet.json", period="2026-03").json()
    assert (report["book"], report["period"], report["off_by_fen"]) == (BOOK, "2026-03", 0)
    assert (report["entries"], report["root"]) == (door.book().size, door.book().root())
    rows = {
        row["key"]: (row["closing_fen"], row["opening_fen"]) for row in report["assets"] + report["claims"]
    }
    assert {key: figures for key, figures in rows.items() if any(figures)} == MARCH
    assert report["assets"][0]["accounts"] == ["101", "102", "109"]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_both_sides_beside_each_other(door: Door, suffix: str) -> None:
    header, *rows = table(door.get(f"balance-sheet.{suffix}", period="2026-03"))
    assert header == ["资产", "期末余额", "年初余额", "负债和所有者权益", "期末余额", "年初余额"]
    assert rows[0] == ["货币资金", 4_634_170, 3_680_000, "短期借款", 0, 0]
    assert rows[-1] == ["资产总计", 11_434_170, 10_480_000, "负债和所有者权益总计", 11_434_170, 10_480_000]


def test_a_period_that_is_none_and_a_book_that_is_none(door: Door) -> None:
    assert door.get("balance-sheet.json", period="2026-13").json()["rule"] == "period.malformed"
    answer = door.client.get("/books/N2330881MF0000099X/balance-sheet.json", params={"period": "2026-03"})
    assert (answer.status_code, answer.json()["rule"]) == (404, "book.unknown")


def test_before_any_voucher_the_beginning_is_the_opening(door: Door) -> None:
    report = door.get("balance-sheet.json", period="2026-01").json()
    assert report["assets"][-1]["opening_fen"] == 10_480_000


def test_the_page_leads_down_to_the_vouchers(door: Door) -> None:
    page = door.get("balance-sheet", period="2026-03")
    assert page.status_code == 200
    assert "114,341.70" in page.text
    assert "两边不相等" not in page.text
    for account in ("101", "102", "152"):
        link = f"history/{account}?as_of=2026-03-31"
        assert link in page.text
        assert door.get(link.split("?", maxsplit=1)[0], as_of="2026-03-31").status_code == 200
    for line in ("money", "fixed_cost", "current_assets", "capital"):
        assert f"history/{line}?as_of=2026-03-31" in page.text
    sheet = door.get("balance-sheet.json", period="2026-03").json()
    for row in (*sheet["assets"], *sheet["claims"]):
        found = door.get(f"history/{row['key']}.json", as_of="2026-03-31").json()
        assert abs(found["closing_fen"]) == abs(row["closing_fen"]), row["key"]
        assert row["key"] == "money" or found["on_sheet"]["amount_fen"] == row["closing_fen"], row["key"]
    value = door.get("history/151+152.json", as_of="2026-03-31").json()
    assert (value["closing_fen"], value["accounts"], value["on_sheet"]) == (6_800_000, ["151", "152"], None)
    assert "固定资产＋累计折旧的来历" in door.get("history/151+152").text
    assert "history/109" not in page.text  # not in the book
    assert 'href="balance-sheet?period=2026-03"' in door.get("trial-balance", period="2026-03").text


def test_an_account_on_both_sides_leads_down_by_its_detail_accounts(door: Door) -> None:
    """Two households, one owing 300, one owed 500: the net of 200 stands nowhere on the sheet."""
    for code, name in (("11391", "往来一户"), ("11392", "往来二户")):
        added = door.note(NewAccount(code=code, name=name), AccountAdded, "accountant")
        assert door.post(added, wait=30).status_code == 201
    owing, owed = voucher(30_000, debit="11391", credit="101"), voucher(50_000, debit="101", credit="11392")
    for each in (owing, owed):
        assert door.post(door.note(each), wait=30).status_code == 201
    sheet = door.get("balance-sheet.json", period="2026-04").json()
    shown = {row["key"]: row["closing_fen"] for row in (*sheet["assets"], *sheet["claims"])}
    assert (shown["receivables"], shown["payables"]) == (30_000, 50_000)
    for key, counted in (("receivables", "11391"), ("payables", "11392"), ("assets", "11391")):
        on_sheet = door.get(f"history/{key}.json", as_of="2026-04-30").json()["on_sheet"]
        assert on_sheet["amount_fen"] == shown[key]
        assert [(one["account"], one["balance_fen"], one["line"]) for one in on_sheet["shares"]] == [
            ("11391", 30_000, "应收款项"),
            ("11392", -50_000, "应付款项"),
        ]
        assert [one["account"] for one in on_sheet["shares"] if one["counted"]] == [counted]
    page = door.get("history/payables", as_of="2026-04-30").text
    assert "资产负债表上的「应付款项」是 <strong>500.00</strong> 元" in page
    assert "应收款项（不在本项）" in page
    assert 'href="11392?as_of=2026-04-30"' in page
    book = load_workbook(io.BytesIO(door.get("history/payables.xlsx", as_of="2026-04-30").content))
    assert len(book.sheetnames) == 2


def test_an_account_on_both_sides_leads_down_by_its_counterparties(door: Door) -> None:
    """Two households on one account, which stand on either side of nil."""
    added = door.note(NewAccount(code="11393", name="往来户"), AccountAdded, "accountant")
    assert door.post(added, wait=30).status_code == 201
    before = door.get("balance-sheet.json", period="2026-04").json()
    for party, debit, credit in (("张三户", "11393", "101"), ("李四户", "101", "11393")):
        each = voucher(7_000, debit=debit, credit=credit)
        lines = [
            structs.replace(line, party=party) if line.account == "11393" else line for line in each.lines
        ]
        answer = door.post(door.note(structs.replace(each, lines=lines)), wait=30)
        assert answer.status_code == 201, answer.text
    sheet = door.get("balance-sheet.json", period="2026-04").json()
    shown, stood = (
        {row["key"]: row["closing_fen"] for row in (*one["assets"], *one["claims"])}
        for one in (sheet, before)
    )
    for key in ("receivables", "payables", "claims"):
        assert shown[key] - stood[key] == 7_000, key
    on_sheet = door.get("history/receivables.json", as_of="2026-04-30").json()["on_sheet"]
    assert on_sheet["amount_fen"] == shown["receivables"]
    found = [(one["party"], one["balance_fen"], one["counted"]) for one in on_sheet["shares"] if one["party"]]
    assert sorted(found) == [("张三户", 7_000, True), ("李四户", -7_000, False)]
    page = door.get("history/receivables", as_of="2026-04-30").text
    assert "张三户" in page
    book = load_workbook(io.BytesIO(door.get("history/receivables.xlsx", as_of="2026-04-30").content))
    assert "往来单位" in [cell.value for row in book.worksheets[1].iter_rows() for cell in row]
