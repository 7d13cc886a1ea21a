"""Reports as text, JSON, CSV and workbook, of the periods that are asked for."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tests.api.cli.conftest import BOOK, Commands

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


ROW = {
    "account",
    "name",
    "opening_debit_fen",
    "opening_credit_fen",
    "debit_fen",
    "credit_fen",
    "year_debit_fen",
    "year_credit_fen",
    "closing_debit_fen",
    "closing_credit_fen",
}


def test_trial_balance_as_json_has_every_figure(village: Commands) -> None:
    report = json.loads(
        village.good("report", "trial-balance", "--book", BOOK, "--period", "2026-03", "--format", "json")
    )
    assert {"book", "period", "entries", "root", "rows", "totals"} <= set(report)
    assert (report["book"], report["period"], report["entries"]) == (BOOK, "2026-03", 19)
    assert all(set(row) == ROW for row in report["rows"])
    assert set(report["totals"]) == ROW - {"account", "name"}
    cash = report["rows"][0]
    assert (cash["account"], cash["closing_debit_fen"]) == ("101", 116_350)


def test_trial_balance_from_an_earlier_period(village: Commands) -> None:
    wanted = ("report", "trial-balance", "--book", BOOK, "--period", "2026-03", "--from", "2026-01")
    report = json.loads(village.good(*wanted, "--format", "json"))
    cash = report["rows"][0]
    assert (cash["opening_debit_fen"], cash["debit_fen"], cash["credit_fen"]) == (120_000, 100_000, 103_650)


def test_trial_balance_as_text_is_the_default(village: Commands) -> None:
    text = village.good("report", "trial-balance", "--book", BOOK, "--period", "2026-03")
    title, header, first, *_, total = text.splitlines()
    assert title.startswith("科目余额表  小河村经济合作社")
    assert header.split()[:3] == ["科目编码", "科目名称", "期初借方余额"]
    assert first.split()[:3] == ["101", "库存现金", "1,163.50"]
    assert total.split()[0] == "合计"


def test_trial_balance_as_csv_and_workbook(village: Commands, tmp_path: Path) -> None:
    wanted = ("report", "trial-balance", "--book", BOOK, "--period", "2026-03", "--format")
    rows = list(csv.reader(io.StringIO(village.good(*wanted, "csv").removeprefix("\ufeff"))))
    assert rows[1][:3] == ["101", "库存现金", "1163.50"]
    target = tmp_path / "balance.xlsx"
    assert village.good(*wanted, "xlsx", "--out", target) == ""
    sheet = load_workbook(target).active
    assert sheet is not None
    assert [sheet.cell(2, column).value for column in (1, 2, 3)] == ["101", "库存现金", 1163.5]
    assert sheet.max_row == len(rows)


def test_balance_sheet_in_each_format(village: Commands) -> None:
    income = ("report", "income-statement", "--book", BOOK, "--period", "2026-03")
    assert "六、年末未分配收益" in village.good(*income)
    lines = json.loads(village.good(*income, "--format", "json"))["lines"]
    assert lines[-1]["amount_fen"] == 2_434_170
    details = ("report", "income-details", "--book", BOOK, "--period", "2026-03")
    assert "收支差额" in village.good(*details)
    wanted = ("report", "balance-sheet", "--book", BOOK, "--period", "2026-03")
    title, header, first, *_, total = village.good(*wanted).splitlines()
    assert title.startswith("资产负债表  小河村经济合作社")
    assert header.split() == ["资产", "期末余额", "年初余额", "负债和所有者权益", "期末余额", "年初余额"]
    assert first.split() == ["货币资金", "46,341.70", "36,800.00", "短期借款"]
    assert total.split() == [
        "资产总计",
        "114,341.70",
        "104,800.00",
        "负债和所有者权益总计",
        "114,341.70",
        "104,800.00",
    ]
    report = json.loads(village.good(*wanted, "--format", "json"))
    assert (report["entries"], report["off_by_fen"]) == (19, 0)
    rows = list(csv.reader(io.StringIO(village.good(*wanted, "--format", "csv").removeprefix("\ufeff"))))
    assert rows[-1] == [
        "资产总计",
        "114341.70",
        "104800.00",
        "负债和所有者权益总计",
        "114341.70",
        "104800.00",
    ]
    assert "[period.malformed]" in village.refused(
        "report", "balance-sheet", "--book", BOOK, "--period", "2026-13"
    )


def test_ledgers_in_text_and_json(village: Commands) -> None:
    asked = ("report", "ledger", "--book", BOOK, "--account", "101", "--period", "2026-03")
    title, header, opening, *_, last = village.good(*asked).splitlines()
    assert title.startswith("库存现金日记账  小河村经济合作社")
    assert header.split()[:4] == ["日期", "凭证号", "摘要", "对方科目"]
    assert opening.split() == ["2026-01", "上年结转", "借", "1,200.00"]
    assert last.split() == ["2026-02", "本年累计", "1,000.00", "1,036.50", "借", "1,163.50"]
    rows = json.loads(village.good(*asked, "--from", "2026-02", "--format", "json"))["rows"]
    assert (rows[0]["balance_fen"], rows[-1]["balance_fen"]) == (96_350, 116_350)
    projects = village.good("report", "projects", "--book", BOOK, "--period", "2026-03", "--from", "2026-02")
    assert "项目余额表" in projects
    general = village.good("report", "general-ledger", "--book", BOOK, "--period", "2026-03")
    assert "总账  小河村经济合作社" in general
    assert "[ledger.unknown_account]" in village.refused(
        *asked[:4], "--account", "199", "--period", "2026-03"
    )


def test_journal_with_filters(village: Commands) -> None:
    wanted = ("report", "journal", "--book", BOOK, "--from", "2026-03", "--to", "2026-03", "--account", "514")
    more = ("--text", "路灯", "--min", "412.80", "--max", "421.79", "--format", "json")
    journal = json.loads(village.good(*wanted, *more))
    assert journal["book"] == BOOK
    assert [(line["entry"], line["debit_fen"]) for line in journal["lines"]] == [(16, 41_280), (17, -41_280)]
    text = village.good(*wanted)
    assert text.splitlines()[0].startswith("序时账  小河村经济合作社")
    assert len(text.splitlines()) == 2 + 3 + 1


def test_journal_of_a_period_as_its_siblings_have_it(village: Commands) -> None:
    def dates(*asked: str) -> list[str]:
        wanted = ("report", "journal", "--book", BOOK, "--format", "json", *asked)
        return sorted(
            {line["date"][:7] for line in json.loads(village.good(*wanted))["lines"] if line["date"]}
        )

    assert dates("--period", "2026-02") == ["2026-02"]
    assert dates("--from", "2026-01", "--period", "2026-02") == ["2026-01", "2026-02"]
    assert dates("--period", "2026-02", "--to", "2026-03") == ["2026-02", "2026-03"], "as the page has it"
    assert dates("--to", "2026-02") == ["2026-01", "2026-02"]
    assert dates() == ["2026-01", "2026-02", "2026-03"]
    assert "[period.malformed]" in village.refused("report", "journal", "--book", BOOK, "--period", "2026-13")


def test_output_is_utf8_in_a_plain_c_locale(village: Commands) -> None:
    text = village.good("report", "trial-balance", "--book", BOOK, "--period", "2026-01", LC_ALL="C")
    assert "库存现金" in text
