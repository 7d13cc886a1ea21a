"""Statements with one column of amounts and one that says which way they went, timestamps, and marks of currency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from api.banking import read_as_before, read_columns, read_statement
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
        ("2025-02-01,电费,0.00,借", "bank.amount", "金额"),
        ("2025-02-01,电费,-412.80,借", "bank.sign_unclear", "金额"),
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


def amounts(folder: Path, text: str) -> list[int]:
    return [line.amount_fen for line in read_statement(written(folder, text), {}).lines]


@pytest.mark.parametrize("minus", ["-", "\u2212", "－", "-¥"])
def test_one_column_of_amounts_tells_by_its_sign_what_went_out(tmp_path: Path, minus: str) -> None:
    text = f"交易日期,摘要,交易金额,余额\n2025-02-01,补助,5000,6000\n2025-02-02,电费,{minus}412.80,5587.20\n"
    found = read_statement(written(tmp_path, text), {})
    assert [line.amount_fen for line in found.lines] == [500_000, -41_280]
    [notice] = found.notices
    assert "按正负号读：1 行负数是支出" in notice.zh
    named = text.replace("交易金额", "发生数")
    assert read_statement(written(tmp_path, named), {"amount": "发生数"}).lines == found.lines


@pytest.mark.parametrize("headers", [{}, {"direction": "进出"}])
def test_without_a_sign_or_with_a_direction_that_was_named_the_direction_is_missed(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    text = f"交易日期,摘要,金额\n2025-02-01,电费,{'-' if headers else ''}1\n2025-02-01,电费,2\n"
    with pytest.raises(ImportRefused) as refused:
        read_statement(written(tmp_path, text), headers)
    assert refused.value.problems[0].rule == "import.column"


def test_what_is_written_in_red_takes_back_what_went_its_way(tmp_path: Path) -> None:
    """冲正: the direction is that of the line that was wrong, and the amount is below nil."""
    directed = (
        "交易日期,摘要,金额,借贷标志\n2025-02-01,电费,412.80,借\n"
        "2025-02-01,冲正,-412.80,借\n2025-02-02,补助,-5,贷\n"
    )
    assert amounts(tmp_path, directed) == [-41_280, 41_280, -500]
    sides = (
        "交易日期,摘要,收入,支出\n2025-02-01,电费,,412.80\n2025-02-01,冲正,,-412.80\n2025-02-02,补助,-5,\n"
    )
    assert amounts(tmp_path, sides) == [-41_280, 41_280, -500]


@pytest.mark.parametrize(
    ("header", "went", "came"),
    [("金额,借贷标志", "-412.80,借", "5,贷"), ("收入,支出", ",-412.80", "5,")],
)
@pytest.mark.parametrize(("balance", "fen"), [("587.20", -41_280), ("1412.80", 41_280), ("", None)])
def test_where_all_that_went_out_is_below_nil_the_balances_tell_whether_it_was_taken_back(
    tmp_path: Path, header: str, went: str, came: str, balance: str, fen: int | None
) -> None:
    text = f"交易日期,摘要,{header},余额\n2025-02-01,补助,{came},1000\n2025-02-02,电费,{went},{balance}\n"
    if fen is not None:
        assert amounts(tmp_path, text) == [500, fen]
        return
    with pytest.raises(ImportRefused) as refused:
        amounts(tmp_path, text)
    [problem] = refused.value.problems
    assert (problem.rule, problem.row) == ("bank.sign_unclear", 3)


REMEMBERED = {"date": "时间戳", "received": "进"}
ROW = "2025-02-01,补助,5,\n"


def test_a_file_with_the_usual_headers_is_read_whatever_was_remembered(tmp_path: Path) -> None:
    file = written(tmp_path, f"交易日期,摘要,收入,支出\n{ROW}")
    found = read_as_before(file, {}, REMEMBERED)
    assert [line.amount_fen for line in found.lines] == [500]
    [notice] = found.notices
    assert "没有以前记住的列名（date=时间戳,received=进）" in notice.zh
    with pytest.raises(ImportRefused):
        read_as_before(file, REMEMBERED, {})


def test_what_was_remembered_comes_first(tmp_path: Path) -> None:
    file = written(tmp_path, "时间戳,摘要,进,支出,收入,交易日期\n2025-02-01,补助,5,,,2025-03-01\n")
    found = read_as_before(file, {}, REMEMBERED)
    assert [(line.date, line.amount_fen) for line in found.lines] == [("2025-02-01", 500)]
    assert found.notices == []


@pytest.mark.parametrize(
    ("header", "rule", "said"),
    [("交易日期,摘要,来,支出", "import.column", True), ("交易日期,摘要,支出,收入", "money.malformed", False)],
)
def test_what_is_wrong_says_which_headers_were_remembered(
    tmp_path: Path, header: str, rule: str, *, said: bool
) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_as_before(written(tmp_path, f"{header}\n2025-02-01,补助,五,\n"), {}, REMEMBERED)
    [problem] = refused.value.problems
    assert (problem.rule, "以前记住的列名（date=时间戳,received=进）" in problem.zh) == (rule, said)
    assert ("remembered" in problem.en) is said
