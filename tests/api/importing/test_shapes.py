"""Sheets that people made for the eye: blank rows above and below, totals, merged cells, charts; names in capitals."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from api.importing import ImportRefused, read_folder
from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from api.importing import Problem

HEADER, *ROWS = [line.split(",") for line in JOURNAL.splitlines()]
OPENING_HEADER = OPENING.splitlines()[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small village without its journal."""
    (tmp_path / "book.toml").write_text(BOOK_TOML, encoding="utf-8")
    (tmp_path / "opening.csv").write_text(OPENING, encoding="utf-8")
    return tmp_path


def in_csv(folder: Path, *rows: Sequence[str], name: str = "journal.csv") -> Path:
    """Write a table of the folder as CSV."""
    (folder / name).write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    return folder


def workbook(*rows: Sequence[str]) -> Workbook:
    """Return a workbook whose one sheet is named 流水."""
    book = Workbook()
    book.worksheets[0].title = "流水"
    for row in rows:
        book.worksheets[0].append(list(row))
    return book


def in_xlsx(folder: Path, book: Workbook, name: str = "journal.xlsx") -> Path:
    """Write a workbook as the folder's journal."""
    data = io.BytesIO()
    book.save(data)
    (folder / name).write_bytes(data.getvalue())
    return folder


def problems(folder: Path) -> list[Problem]:
    """Return what is wrong with a folder."""
    with pytest.raises(ImportRefused) as caught:
        read_folder(folder)
    return caught.value.problems


def numbers(folder: Path) -> list[int]:
    """Return the numbers of the journal's rows."""
    return [one.row.number for one in read_folder(folder).journal]


# --- the header


def test_blank_rows_above_the_header_are_passed_over(folder: Path) -> None:
    assert numbers(in_csv(folder, [], [""] * 8, HEADER, *ROWS)) == [4, 5, 6, 7]
    (folder / "journal.csv").unlink()
    assert numbers(in_xlsx(folder, workbook([], [], HEADER, *ROWS))) == [4, 5, 6, 7]


def test_header_below_blank_rows_is_named_by_its_row(folder: Path) -> None:
    [problem] = problems(in_xlsx(folder, workbook([], HEADER[1:])))
    assert (problem.file, problem.sheet, problem.row, problem.rule) == (
        "journal.xlsx",
        "流水",
        2,
        "import.column",
    )


@pytest.mark.parametrize(
    ("header", "first", "second", "read"),
    [
        (["摘要", *HEADER], "A", "D", "摘要"),
        ([*HEADER, "摘要"], "C", "I", "摘要"),
        ([*HEADER, "summary"], "C", "I", "summary"),
        ([*HEADER, *["备注"] * 18, "日期"], "A", "AA", "日期"),
    ],
)
def test_a_column_that_is_there_twice_is_refused_with_both_letters(
    folder: Path, header: list[str], first: str, second: str, read: str
) -> None:
    [problem] = problems(in_csv(folder, header))
    assert (problem.file, problem.row, problem.read, problem.rule) == (
        "journal.csv",
        1,
        read,
        "import.column_twice",
    )
    for said in (problem.zh, problem.en):
        assert f"{first} " in said
        assert f"{second} " in said


def test_columns_that_are_not_read_may_be_there_twice(folder: Path) -> None:
    assert len(numbers(in_csv(folder, [*HEADER, "备注", "备注", "", ""], *ROWS))) == 4


# --- which sheet


def test_empty_first_sheet_is_passed_over(folder: Path) -> None:
    book = workbook(HEADER, *ROWS)
    book.create_sheet("说明", 0)
    assert numbers(in_xlsx(folder, book)) == [2, 3, 4, 5]
    assert read_folder(folder).notices == ()


def test_workbook_of_empty_sheets_is_named_with_one(folder: Path) -> None:
    [problem] = problems(in_xlsx(folder, workbook([])))
    assert (problem.sheet, problem.row, problem.rule) == ("流水", 1, "import.empty")
    assert "工作表（如「流水」）" in problem.zh
    assert "'流水'" in problem.en


def test_chart_before_the_sheet_is_passed_over(folder: Path) -> None:
    book = workbook(HEADER, *ROWS)
    book.create_chartsheet("图", 0)
    assert numbers(in_xlsx(folder, book)) == [2, 3, 4, 5]


def test_blank_rows_below_do_not_count(folder: Path) -> None:
    book = workbook(HEADER, *ROWS)
    book.worksheets[0].cell(200_050, 1).value = " "
    assert numbers(in_xlsx(folder, book)) == [2, 3, 4, 5]
    (folder / "journal.xlsx").unlink()
    assert numbers(in_csv(folder, HEADER, *ROWS, *[[]] * 200_050)) == [2, 3, 4, 5]


# --- merged cells and sums


@pytest.mark.parametrize("text", ["合计", "付合计三户补贴", "本月合计"])
def test_totals_in_the_text_of_a_line_are_text(folder: Path, text: str) -> None:
    rows = [[*row[:2], text, *row[3:]] for row in ROWS]
    assert {one.summary for one in read_folder(in_csv(folder, HEADER, *rows)).journal} == {text}


def test_summary_that_only_mentions_totals_is_no_row_of_totals(folder: Path) -> None:
    rows = [*ROWS[:3], [*ROWS[3][:2], "付三户合计工资", "", *ROWS[3][4:]]]
    assert [one.rule for one in problems(in_csv(folder, HEADER, *rows))] == ["import.account_code"]


def test_other_problems_of_rows_that_cannot_be_filled_are_told_too(folder: Path) -> None:
    rows = [ROWS[0], [], ["", "", *ROWS[1][2:5], "", "五元", ""], *ROWS[2:]]
    assert [(one.row, one.rule) for one in problems(in_csv(folder, HEADER, *rows))] == [
        (4, "import.written_once"),
        (4, "money.malformed"),
    ]


def test_first_row_without_a_date_is_told_as_it_is(folder: Path) -> None:
    rows = [["", *ROWS[0][1:]], *ROWS[1:]]
    assert [(one.row, one.rule) for one in problems(in_csv(folder, HEADER, *rows))] == [(2, "date.malformed")]


def test_upper_accounts_beside_others_that_they_are_not_the_sums_of_are_told(folder: Path) -> None:
    in_csv(folder, HEADER, *ROWS)
    (folder / "opening.csv").write_text(f'{OPENING}102,银行存款,"1,800.00",\n', encoding="utf-8")
    [problem] = problems(folder)
    assert (problem.file, problem.row, problem.column, problem.read, problem.rule) == (
        "opening.csv",
        5,
        "科目编码",
        "102",
        "import.parent_row",
    )
    assert "10201" in problem.zh
    assert "10201" in problem.en


def test_accounts_above_without_a_balance_are_names_alone(folder: Path) -> None:
    in_csv(folder, HEADER, *ROWS)
    (folder / "opening.csv").write_text(f"{OPENING}102,银行存款,,\n10202,一般户,0.00,\n", encoding="utf-8")
    assert len(read_folder(folder).opening) == 5


# --- names of files


@pytest.mark.parametrize("name", ["JOURNAL.CSV", "Journal.csv", "journal.CSV"])
def test_csv_is_found_however_its_name_is_written(folder: Path, name: str) -> None:
    assert len(numbers(in_csv(folder, HEADER, *ROWS, name=name))) == 4


@pytest.mark.parametrize("name", ["JOURNAL.XLSX", "Journal.xlsx", "journal.XLSX"])
def test_workbook_is_found_however_its_name_is_written(folder: Path, name: str) -> None:
    [first, *_] = read_folder(in_xlsx(folder, workbook(HEADER, *ROWS), name)).journal
    assert (first.row.file, first.row.sheet) == (name, "流水")


def test_two_files_that_differ_in_capitals_are_named(folder: Path) -> None:
    in_csv(folder, HEADER, *ROWS, name="Journal.csv")
    in_csv(folder, HEADER, *ROWS)
    [problem] = problems(folder)
    assert problem.rule == "import.two_files"
    assert "Journal.csv 和 journal.csv" in problem.zh
