"""Statements with one column of amounts and one that says which way they went, timestamps, and marks of currency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from api.banking import read_columns, read_statement
from api.importing import ImportRefused
from tests.api.banking.test_banking import written

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("header", ["借贷标志", "借/贷", "收/支", "收支方向", "D/C", "借贷方向"])
@pytest.mark.parametrize(
    ("came", "went"), [("贷", "借"), ("收入", "支出"), ("收", "支"), ("C", "D"), ("c", "d"), ("贷方", "借方")]
)
def test_the_direction_tells_what_came_in(tmp_path: Path, header: str, came: str, went: str) -> None:
    text = (
        f"交易时间,摘要,交易金额,{header}\n20250131093000,补助,5000,{came}\n2025-02-01,电费,412.80,{went}\n"
    )
    lines = read_statement(written(tmp_path, text), {}).lines
    assert [(line.date, line.amount_fen) for line in lines] == [
        ("2025-01-31", 500_000),
        ("2025-02-01", -41_280),
    ]


def test_marks_of_currency_are_read(tmp_path: Path) -> None:
    text = (
        '交易日期,摘要,收入,支出,余额\n20250131 093000,补助,"¥5,000.00",,5000元\n20250201235959,电费,,412.80 元,\n'
        "2025-02-02,手续费,,人民币2元,\n2025-02-03,利息,RMB 3.00,,\n2025-02-04,利息,CNY4.00,- ¥0.00,\n"
    )
    lines = read_statement(written(tmp_path, text), {}).lines
    assert [line.amount_fen for line in lines] == [500_000, -41_280, -200, 300, 400]
    assert lines[0].balance_fen == 500_000


def test_a_workbook_has_its_timestamps_as_numbers(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["交易时间", "摘要", "金额", "借贷"])
    sheet.append([20250131093000, "补助", 5000, "贷"])
    workbook.save(tmp_path / "bank.xlsx")
    [line] = read_statement(tmp_path / "bank.xlsx", {}).lines
    assert (line.date, line.amount_fen) == ("2025-01-31", 500_000)


def test_the_columns_are_named_once_as_others_are(tmp_path: Path) -> None:
    headers = read_columns("amount=发生数,direction=进出")
    text = "交易日期,摘要,发生数,进出\n2025-02-01,补助,5,进\n"
    assert [line.amount_fen for line in read_statement(written(tmp_path, text), headers).lines] == [500]


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        ("2025-02-01,电费,412.80,中性", "bank.direction", "借贷标志"),
        ("2025-02-01,电费,412.80,", "bank.direction", "借贷标志"),
        ("2025-02-01,电费,-412.80,借", "bank.amount", "金额"),
        ("2025-02-01,电费,,借", "bank.amount", "金额"),
        ("2025-02-01,电费,四百,借", "money.malformed", "金额"),
        ("20250132093000,电费,1,借", "date.malformed", "交易日期"),
        ("20250131253000,电费,1,借", "date.malformed", "交易日期"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, row: str, rule: str, column: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_statement(written(tmp_path, f"交易日期,摘要,金额,借贷标志\n{row}\n"), {})
    [problem] = refused.value.problems
    assert (problem.rule, problem.column, problem.row) == (rule, column, 2)


def test_a_statement_with_neither_names_the_columns_that_are_missing(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_statement(written(tmp_path, "交易日期,摘要,金额\n2025-02-01,电费,1\n"), {})
    [problem] = refused.value.problems
    assert problem.rule == "import.column"
    assert "收支方向" in problem.zh
