"""Reports over HTTP: figures worked out by hand, the same in JSON, CSV and XLSX; the journal's filters."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    import httpx

    from tests.api.http.conftest import Door

FIELDS = (
    "opening_debit_fen",
    "opening_credit_fen",
    "debit_fen",
    "credit_fen",
    "year_debit_fen",
    "year_credit_fen",
    "closing_debit_fen",
    "closing_credit_fen",
)
MARCH = {
    "101": (116_350, 0, 0, 0, 100_000, 103_650, 116_350, 0),
    "10201": (4_060_000, 0, 500_000, 42_180, 1_100_000, 142_180, 4_517_820, 0),
    "15102": (8_000_000, 0, 0, 0, 0, 0, 8_000_000, 0),
    "152": (0, 1_200_000, 0, 0, 0, 0, 0, 1_200_000),
    "301": (0, 9_000_000, 0, 0, 0, 0, 0, 9_000_000),
    "32202": (0, 1_480_000, 0, 0, 0, 0, 0, 1_480_000),
    "50103": (0, 600_000, 0, 0, 0, 600_000, 0, 600_000),
    "50301": (0, 0, 0, 500_000, 0, 500_000, 0, 500_000),
    "51302": (23_650, 0, 0, 0, 23_650, 0, 23_650, 0),
    "51401": (0, 0, 42_180, 0, 42_180, 0, 42_180, 0),
    "51407": (80_000, 0, 0, 0, 80_000, 0, 80_000, 0),
}
"""The trial balance of March 2026 in fen: the red voucher takes 412.80 out again on its own sides."""


def table(answer: httpx.Response) -> list[list[object]]:
    """Return the rows of a CSV or XLSX answer, numbers as numbers."""
    if "csv" in answer.headers["content-type"]:
        text = answer.content.decode("utf-8-sig")
        return [[number(cell) for cell in row] for row in csv.reader(io.StringIO(text))]
    sheet = load_workbook(io.BytesIO(answer.content), data_only=True).active
    assert sheet is not None
    rows = sheet.iter_rows(values_only=True)
    return [
        ["" if cell is None else number(f"{cell}".removesuffix(" 00:00:00")) for cell in row] for row in rows
    ]


def number(cell: str) -> object:
    """Return a cell as fen if it is an amount, else as it is."""
    try:
        return round(float(cell) * 100)
    except ValueError:
        return cell


# --- the trial balance


def test_trial_balance_has_the_figures_worked_out_by_hand(door: Door) -> None:
    report = door.get("trial-balance.json", period="2026-03").json()
    assert (report["book"], report["period"], report["from"]) == (BOOK, "2026-03", "2026-03")
    assert (report["entries"], report["root"]) == (19, door.book().root())
    assert report["name"].startswith("小河村经济合作社")
    assert {row["account"]: tuple(row[field] for field in FIELDS) for row in report["rows"]} == MARCH
    assert [row["name"] for row in report["rows"][:3]] == ["库存现金", "基本账户", "村办公室"]


def test_totals_are_the_sums_and_balance(door: Door) -> None:
    totals = door.get("trial-balance.json", period="2026-03").json()["totals"]
    assert totals == {field: sum(row[place] for row in MARCH.values()) for place, field in enumerate(FIELDS)}
    for stage in ("opening_", "", "year_", "closing_"):
        assert totals[f"{stage}debit_fen"] == totals[f"{stage}credit_fen"]


def test_from_takes_several_periods_together(door: Door) -> None:
    report = door.get("trial-balance.json", **{"period": "2026-03", "from": "2026-02"}).json()
    cash = next(row for row in report["rows"] if row["account"] == "101")
    assert (report["from"], report["period"]) == ("2026-02", "2026-03")
    assert (cash["opening_debit_fen"], cash["debit_fen"], cash["credit_fen"], cash["closing_debit_fen"]) == (
        96_350,
        100_000,
        80_000,
        116_350,
    )


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_trial_balance_as_a_file_is_the_same(door: Door, suffix: str) -> None:
    answer = door.get(f"trial-balance.{suffix}", period="2026-03")
    report = door.get("trial-balance.json", period="2026-03").json()
    name = f"trial-balance-{BOOK}-2026-03.{suffix}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    header, *rows, total = table(answer)
    assert header[:3] == ["科目编码", "科目名称", "期初借方余额"]
    assert [tuple(row[2:]) for row in rows] == list(MARCH.values())
    assert [row[1] for row in rows] == [row["name"] for row in report["rows"]]
    assert total[0] == "合计"
    assert total[2:] == list(report["totals"].values())


def test_csv_opens_in_spreadsheet_programs(door: Door) -> None:
    answer = door.get("trial-balance.csv", period="2026-03")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.content.count(b"\r\n") == answer.content.count(b"\n") == 13
    assert "101,库存现金,1163.50,0.00,".encode() in answer.content


def test_workbook_has_codes_as_text_and_amounts_as_numbers(door: Door) -> None:
    answer = door.get("trial-balance.xlsx", period="2026-03")
    sheet = load_workbook(io.BytesIO(answer.content), data_only=True).active
    assert sheet is not None
    assert (sheet["A2"].value, sheet["B2"].value) == ("101", "库存现金")
    assert (sheet["C2"].value, sheet["C2"].number_format) == (1163.5, "#,##0.00")


@pytest.mark.parametrize("path", ["trial-balance.json", "trial-balance.csv", "balance-sheet.json"])
def test_before_the_book_there_are_no_figures(door: Door, path: str) -> None:
    answer = door.get(path, period="1999-01")
    assert (answer.status_code, answer.json()["rule"]) == (404, "period.before_the_book")
    assert "2026-01" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["trial-balance.json", "trial-balance.csv"])
def test_a_span_does_not_begin_before_the_book(door: Door, path: str) -> None:
    answer = door.get(path, **{"period": "2026-03", "from": "2023-01"})
    assert (answer.status_code, answer.json()["rule"]) == (404, "period.before_the_book")
    assert "2023-01" in answer.json()["detail"]


# --- the journal


@pytest.mark.parametrize("name", ["journal.json", "journal.csv", "journal.xlsx", "journal"])
def test_journal_of_amounts_backwards_is_refused(door: Door, name: str) -> None:
    answer = door.get(name, min="1,000", max="5")
    assert (answer.status_code, answer.json()["rule"]) == (400, "money.backwards")
    assert "1,000.00" in answer.json()["detail"]


def found(door: Door, **query: str) -> list[dict[str, Any]]:
    """Return the journal's lines that fit."""
    lines: list[dict[str, Any]] = door.get("journal.json", **query).json()["lines"]
    return lines


def test_journal_has_every_line_in_order(door: Door) -> None:
    lines = found(door)
    assert len(lines) == 6 + 16
    assert [line["entry"] for line in lines] == [10] * 6 + [entry for entry in range(11, 19) for _ in "ab"]
    assert lines[0] == {
        "entry": 10,
        "line": 1,
        "period": "",
        "number": 0,
        "date": None,
        "account": "101",
        "name": "库存现金",
        "summary": "期初余额",
        "party": "",
        "project": "",
        "debit_fen": 120_000,
        "credit_fen": 0,
        "source": "",
        "voucher_summary": "",
        "quantity_milli": 0,
        "unit": "",
        "attachments": None,
    }
    assert {(line["source"], line["voucher_summary"]) for line in lines if line["entry"] == 11} == {
        ("1", "收鱼塘承包款")
    }
    assert [(line["period"], line["number"]) for line in lines[6::2]] == [
        ("2026-01", 1),
        ("2026-01", 2),
        ("2026-02", 1),
        ("2026-02", 2),
        ("2026-03", 1),
        ("2026-03", 2),
        ("2026-03", 3),
        ("2026-03", 4),
    ]


@pytest.mark.parametrize(
    ("query", "entries"),
    [
        ({"from": "2026-02", "to": "2026-02"}, [13, 13, 14, 14]),
        ({"from": "2026-03", "account": "102"}, [15, 16, 17, 18]),
        ({"from": "2026-02", "account": "10201"}, [14, 15, 16, 17, 18]),
        ({"account": "514"}, [13, 16, 17, 18]),
        ({"account": "999"}, []),
        ({"text": "路灯"}, [16, 16, 17, 17, 18, 18]),
        ({"text": "福利支出"}, [13]),
        ({"from": "2026-03", "text": "4"}, [18, 18]),
        ({"text": "%"}, []),
        ({"text": "_"}, []),
        ({"text": "'; DROP TABLE journal; --"}, []),
        ({"min": "412.80", "max": "421.80"}, [16, 16, 17, 17, 18, 18]),
        ({"min": "412.81", "max": "421.79"}, []),
        ({"min": "6,000", "from": "2026-02"}, []),
        ({"min": "5,000.00", "from": "2026-01", "account": "10201", "text": "鱼塘"}, [11]),
        ({"account": "101", "limit": "2"}, [10, 12]),
        ({"account": "101", "limit": "2", "offset": "2"}, [13, 14]),
        ({"offset": "1000"}, []),
    ],
)
def test_filters_find_exactly_what_fits(door: Door, query: dict[str, str], entries: list[int]) -> None:
    assert [line["entry"] for line in found(door, **query)] == entries


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_journal_as_a_file_holds_exactly_the_filtered_lines(door: Door, suffix: str) -> None:
    query = {"from": "2026-03", "account": "51401"}
    answer = door.get(f"journal.{suffix}", **query)
    assert f'filename="journal-{BOOK}.{suffix}"' in answer.headers["content-disposition"]
    header, *rows, total = table(answer)
    assert (header[-1], [row[-1] for row in rows]) == ("原系统凭证号", [200, 300, 400])
    assert header[:6] == ["日期", "凭证号", "摘要", "科目编码", "科目名称", "借方金额"]
    assert [(row[0], row[2], row[5]) for row in rows] == [
        ("2026-03-20", "路灯电费", 41_280),
        ("2026-03-21", "注销 3 月 20 日路灯电费凭证", -41_280),
        ("2026-03-21", "订正 3 月 20 日路灯电费凭证", 42_180),
    ]
    assert total[:7] == ["", "", "合计", "", "", 42_180, 0]
