"""Reading a year's plan from a table: what is read, and what is told of every row that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.importing.problems import ImportRefused
from api.planning import read_plan
from domain.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "科目编码,科目名称,计划金额\n"


def written(folder: Path, text: str, name: str = "plan.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_lines_come_by_code_and_sums_are_passed_over(tmp_path: Path) -> None:
    text = f'村 2026 年收支计划\n{HEADER}513,管理费用,"45,000.00"\n501,经营收入,120000\n,合计,165000\n'
    lines = read_plan(written(tmp_path, text))
    assert [(line.account, line.planned_fen) for line in lines] == [("501", 12_000_000), ("513", 4_500_000)]


def test_other_headers(tmp_path: Path) -> None:
    [line] = read_plan(written(tmp_path, "code,planned\n501,1.05\n"))
    assert (line.account, line.planned_fen) == ("501", 105)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("51,x,1", "import.account_code"),
        ("501,x,一万", "money.malformed"),
        ("501,x,0", "budget.amount"),
        ("501,x,", "budget.amount"),
        ("501,x,-5", "budget.amount"),
        ("501,x,10000000000", "money.too_large"),
        ("502,x,1\n501,x,1\n502,x,2", "budget.twice"),
        ("501,x,#REF!", "import.cell_error"),
    ],
)
def test_a_row_that_is_wrong_is_named(tmp_path: Path, row: str, code: str) -> None:
    with pytest.raises(ImportRefused) as caught:
        read_plan(written(tmp_path, f"{HEADER}{row}\n"))
    [problem] = caught.value.problems
    assert problem.rule == code
    assert problem.row == 1 + len(row.splitlines())


def test_all_rows_are_looked_at(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as caught:
        read_plan(written(tmp_path, f"{HEADER}51,x,0\n502,x,1\n501,x,?\n"))
    assert [problem.row for problem in caught.value.problems] == [2, 2, 4]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("plan.csv", HEADER, "budget.no_lines"),
        ("plan.pdf", HEADER, "budget.file"),
        ("plan.csv", "", "import.empty"),
    ],
)
def test_a_file_without_a_plan(tmp_path: Path, name: str, text: str, code: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        read_plan(written(tmp_path, text, name))
    assert caught.value.rule.code == code


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuleViolation) as caught:
        read_plan(tmp_path / "plan.csv")
    assert caught.value.rule.code == "budget.file"
