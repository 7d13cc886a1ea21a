"""Headers over two rows, as merged cells make them: 金额 above 借方 | 贷方, 科目 above 编码 | 名称."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from api.importing import ImportRefused, read_folder
from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from api.importing import ImportFolder, Problem

ROWS = [line.split(",") for line in JOURNAL.splitlines()[1:]]
UPPER = ["日期", "凭证号", "摘要", "科目", "", "金额", "", "附件数"]
LOWER = ["", "", "", "编码", "名称", "借方", "贷方", ""]
TITLE = ["三户村 2026年记账凭证一览表", "", "", "", "", "", "", ""]
MERGED = ("A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2", "H2:H3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small village without its journal."""
    (tmp_path / "book.toml").write_text(BOOK_TOML, encoding="utf-8")
    (tmp_path / "opening.csv").write_text(OPENING, encoding="utf-8")
    return tmp_path


def read(folder: Path, *rows: Sequence[str], stem: str = "journal") -> ImportFolder:
    """Read the folder with these rows as its table of that name."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    (folder / f"{stem}.csv").write_text(text.getvalue(), encoding="utf-8")
    return read_folder(folder)


def refused(folder: Path, *rows: Sequence[str], stem: str = "journal") -> list[Problem]:
    """Return the problems of the folder with these rows."""
    with pytest.raises(ImportRefused) as caught:
        read(folder, *rows, stem=stem)
    return caught.value.problems


def values(found: ImportFolder) -> list[tuple[str, str, str, int, int]]:
    """Return what was read of each line."""
    return [(one.date, one.number, one.code, one.debit_fen, one.credit_fen) for one in found.journal]


EXPECTED = [
    ("2026-01-08", "记-1", "10201", 500, 0),
    ("2026-01-08", "记-1", "50401", 0, 500),
    ("2026-02-09", "记-1", "51302", 1230, 0),
    ("2026-02-09", "记-1", "101", 0, 1230),
]


@pytest.mark.parametrize("titles", [[], [TITLE], [TITLE, ["单位：元"]]])
@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (UPPER, LOWER),
        (
            ["凭证日期", "凭证字号", "摘要", "会计科目", "", "发生额", "", "附单据"],
            ["", "", "", "代码", "名称", "借方", "贷方", "张数"],
        ),
        (UPPER, ["", "", "", "编码", "名称", "借", "贷", ""]),
        (
            ["日期", "凭证号", "摘要", "科目编码", "科目名称", "金额（元）", "", "附件数"],
            ["", "", "", "", "", "借方", "贷方", ""],
        ),
    ],
)
def test_a_header_over_two_rows_is_read(
    folder: Path, titles: list[list[str]], upper: list[str], lower: list[str]
) -> None:
    found = read(folder, *titles, upper, lower, *ROWS)
    assert values(found) == EXPECTED
    assert [one.row.number for one in found.journal] == [len(titles) + number for number in (3, 4, 5, 6)]
    assert found.notices == ()


def test_merged_cells_of_a_workbook_are_read(folder: Path) -> None:
    book = Workbook()
    for row in (TITLE, UPPER, LOWER, *ROWS):
        book.worksheets[0].append(row)
    for cells in MERGED:
        book.worksheets[0].merge_cells(cells)
    book.save(folder / "journal.xlsx")
    assert values(read_folder(folder)) == EXPECTED


def test_opening_balances_below_two_rows_are_read(folder: Path) -> None:
    upper = ["科目", "", "期初余额", "", "期末余额", ""]
    lower = ["编码", "名称", "借方", "贷方", "借方", "贷方"]
    rows = [[*line.split(","), "", ""] for line in ["101,库存现金,2000.00,", "301,资本,,2000.00"]]
    (folder / "journal.csv").write_text(JOURNAL, encoding="utf-8")
    found = read(folder, upper, lower, *rows, stem="opening")
    assert [(one.code, one.debit_fen, one.credit_fen) for one in found.opening] == [
        ("101", 200_000, 0),
        ("301", 0, 200_000),
    ]


def test_both_rows_repeated_on_each_page_are_passed_over_and_named(folder: Path) -> None:
    found = read(folder, TITLE, UPPER, LOWER, *ROWS[:2], TITLE, UPPER, LOWER, *ROWS[2:])
    assert values(found) == EXPECTED
    [notice] = found.notices
    assert all(f"第 {number} 行" in notice.zh for number in (6, 7, 8))


@pytest.mark.parametrize(
    ("upper", "lower"), [("金额（万元）", "借方"), ("金额", "借方（万元）"), ("万元", "借方")]
)
def test_another_unit_in_either_row_is_refused(folder: Path, upper: str, lower: str) -> None:
    above = [*UPPER[:5], upper, "", "附件数"]
    below = [*LOWER[:5], lower, lower.replace("借", "贷"), ""]
    [problem] = refused(folder, above, below, *ROWS)
    assert problem.rule == "import.unit"
    assert problem.row in {1, 2}


def test_the_same_item_twice_is_refused_with_both_columns(folder: Path) -> None:
    upper, lower = [*UPPER, "金额", ""], [*LOWER, "借方", "贷方"]
    [problem] = refused(folder, upper, lower, *([*row, "", ""] for row in ROWS))
    assert (problem.rule, problem.row) == ("import.column_twice", 2)
    assert "F 列「借方金额」和 I 列「借方金额」" in problem.zh


def test_a_missing_column_is_named_with_the_joined_header(folder: Path) -> None:
    [problem] = refused(folder, UPPER, [*LOWER[:6], "贷项", ""], *ROWS)
    assert (problem.rule, problem.row) == ("import.column", 2)
    assert problem.column == "贷方金额/credit"
    assert "借方金额" in problem.read
