"""Cells of a workbook that hold no value: an error, a formula that was never computed. None is taken for blank."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from api.importing import ImportRefused, read_folder
from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from api.importing import ImportFolder, Problem

ERRORS = ["#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#REF!", "#NUM!", "#NULL!"]
JOURNAL_HEADER = JOURNAL.splitlines()[0].split(",")
GOOD = ["2026-02-10", "记-2", "试", "101", "现金", 5, None, 1]
OTHER = ["2026-02-10", "记-2", "试", "50401", None, None, 5, 1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small village without its journal."""
    (tmp_path / "book.toml").write_text(BOOK_TOML, encoding="utf-8")
    (tmp_path / "opening.csv").write_text(OPENING, encoding="utf-8")
    return tmp_path


def workbook(*rows: Sequence[object]) -> bytes:
    """Return a workbook whose sheet is named 流水; openpyxl makes error cells of #N/A, formulas of =1."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "流水"
    for row in rows:
        sheet.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def journal(folder: Path, *rows: Sequence[object]) -> ImportFolder:
    """Read the folder with these rows as its journal."""
    (folder / "journal.xlsx").write_bytes(workbook(JOURNAL_HEADER, *rows))
    return read_folder(folder)


def with_cell(header: str, value: object) -> list[object]:
    """Return the good row with another cell."""
    place = JOURNAL_HEADER.index(header)
    return [*GOOD[:place], value, *GOOD[place + 1 :]]


def refused(folder: Path, *rows: Sequence[object]) -> list[Problem]:
    """Return the problems of the folder with these rows as its journal."""
    with pytest.raises(ImportRefused) as caught:
        journal(folder, *rows)
    return caught.value.problems


@pytest.mark.parametrize("read", ERRORS)
@pytest.mark.parametrize("header", JOURNAL_HEADER)
def test_error_cell_is_refused_with_sheet_row_column_and_what_it_shows(
    folder: Path, header: str, read: str
) -> None:
    [problem] = refused(folder, with_cell(header, read), OTHER)
    assert (problem.file, problem.sheet, problem.row, problem.column, problem.read, problem.rule) == (
        "journal.xlsx",
        "流水",
        2,
        header,
        read,
        "import.cell_error",
    )
    assert read in problem.zh
    assert read in problem.en
    assert str(problem).startswith(f"journal.xlsx 工作表 (sheet) 「流水」 第 2 行 (row 2) 「{header}」: ")


def test_error_cell_in_the_opening_balances_is_no_zero(folder: Path) -> None:
    journal(folder, GOOD, OTHER)
    (folder / "opening.csv").unlink()
    header = OPENING.splitlines()[0].split(",")
    sheet = workbook(header, ["101", "库存现金", 100, None], ["301", "资本", "#N/A", "#VALUE!"])
    (folder / "opening.xlsx").write_bytes(sheet)
    with pytest.raises(ImportRefused) as caught:
        read_folder(folder)
    assert [(one.file, one.row, one.column, one.read) for one in caught.value.problems] == [
        ("opening.xlsx", 3, "借方余额", "#N/A"),
        ("opening.xlsx", 3, "贷方余额", "#VALUE!"),
    ]


@pytest.mark.parametrize("header", JOURNAL_HEADER)
def test_formula_that_was_never_computed_is_refused(folder: Path, header: str) -> None:
    [problem] = refused(folder, with_cell(header, "=1+1"), OTHER)
    assert (problem.row, problem.column, problem.read, problem.rule) == (
        2,
        header,
        "=1+1",
        "import.not_computed",
    )


def test_rows_of_formulas_alone_are_not_dropped(folder: Path) -> None:
    problems = refused(folder, GOOD, OTHER, [], [None, None, None, None, None, "=1"])
    assert [(one.row, one.column, one.read) for one in problems if one.rule == "import.not_computed"] == [
        (5, "借方金额", "=1")
    ]


def test_error_cells_in_columns_that_are_not_read_do_no_harm(folder: Path) -> None:
    (folder / "journal.xlsx").write_bytes(
        workbook([*JOURNAL_HEADER, "备注"], [*GOOD, "#N/A"], [*OTHER, "=1"])
    )
    assert [one.debit_fen for one in read_folder(folder).journal] == [500, 0]


def patched(data: bytes, old: str, new: str) -> bytes:
    """Return a workbook with a text of its first sheet's XML replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                changed, count = re.subn(old, new, part.decode())
                assert count == 1
                part = changed.encode()
            target.writestr(name, part)
    return made.getvalue()


@pytest.mark.parametrize(
    ("stored", "fen"),
    [
        ('<c r="F2" t="str"><f>IF(1,"")</f><v></v></c>', 0),  # a formula whose result is a blank text
        ('<c r="F2" t="str"><f>IF(1,"5.00")</f><v>5.00</v></c>', 500),
        ('<c r="F2"><f>2+3</f><v>5</v></c>', 500),
        ('<c r="F2"><v>5</v></c>', 500),
        ('<c t="n"><v>5</v></c>', 500),  # the reference may be left out
        ('<c r="F2"/>', 0),
    ],
)
def test_computed_formulas_and_blank_cells_are_read(folder: Path, stored: str, fen: int) -> None:
    data = workbook(JOURNAL_HEADER, GOOD, OTHER)
    (folder / "journal.xlsx").write_bytes(patched(data, '<c r="F2".*?</c>', stored))
    assert [one.debit_fen for one in read_folder(folder).journal] == [fen, 0]


def test_error_cell_without_references_is_found_at_its_place(folder: Path) -> None:
    data = patched(workbook(JOURNAL_HEADER, GOOD, OTHER), '<c r="F2".*?</c>', '<c t="e"><v>#REF!</v></c>')
    (folder / "journal.xlsx").write_bytes(data)
    with pytest.raises(ImportRefused) as caught:
        read_folder(folder)
    assert [(one.row, one.column, one.read) for one in caught.value.problems] == [(2, "借方金额", "#REF!")]


@pytest.mark.parametrize("value", [True, "五元", "2026-01-05"])
def test_what_is_no_amount_is_refused_as_it_is_read(folder: Path, value: object) -> None:
    [problem] = refused(folder, with_cell("借方金额", value), OTHER)
    assert (problem.column, problem.rule, problem.read) == ("借方金额", "money.malformed", str(value))


def test_error_text_in_a_csv_file_is_refused_too(folder: Path) -> None:
    (folder / "journal.csv").write_text(f"{JOURNAL}2026-02-10,记-2,#N/A,101,,5,,\n", encoding="utf-8")
    with pytest.raises(ImportRefused) as caught:
        read_folder(folder)
    assert [(one.row, one.column, one.rule) for one in caught.value.problems] == [
        (6, "摘要", "import.cell_error")
    ]


def test_workbook_whose_sheet_is_damaged_is_refused(folder: Path) -> None:
    data = patched(workbook(JOURNAL_HEADER, GOOD, OTHER), "</sheetData>", "<")
    (folder / "journal.xlsx").write_bytes(data)
    with pytest.raises(ImportRefused) as caught:
        read_folder(folder)
    assert [(one.file, one.rule) for one in caught.value.problems] == [("journal.xlsx", "import.xlsx")]


def test_the_first_sheet_is_looked_through_wherever_its_part_lies(folder: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["#REF!"])
    sheet = book.create_sheet("流水", 0)
    for row in (JOURNAL_HEADER, with_cell("贷方金额", "#NUM!"), OTHER):
        sheet.append(row)
    book.save(folder / "journal.xlsx")
    with pytest.raises(ImportRefused) as caught:
        read_folder(folder)
    assert [(one.row, one.column, one.read) for one in caught.value.problems] == [(2, "贷方金额", "#NUM!")]


def test_workbook_with_a_document_type_is_refused(folder: Path) -> None:
    data = patched(
        workbook(JOURNAL_HEADER, GOOD, OTHER), "<worksheet", '<!DOCTYPE w [<!ENTITY a "b">]><worksheet'
    )
    (folder / "journal.xlsx").write_bytes(data)
    with pytest.raises(ImportRefused) as caught:
        read_folder(folder)
    assert [(one.file, one.rule) for one in caught.value.problems] == [("journal.xlsx", "import.xlsx")]
