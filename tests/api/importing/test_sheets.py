"""Workbooks with several sheets, as bookkeepers keep them: one a month. None is left out unsaid, none posted twice."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from api.importing import ImportRefused, read_folder
from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from api.importing import ImportFolder, Problem
    from tests.api.importing.conftest import Village

HEADER, *ROWS = [line.split(",") for line in JOURNAL.splitlines()]
TITLE = ["三户村 记账凭证", "", "", "2026年"]
MONTHS = {"1月": [TITLE, HEADER, *ROWS[:2]], "2月": [TITLE, HEADER, *ROWS[2:]]}
NOTE = [["填表说明"], ["每行一条分录"]]


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]], hidden: Sequence[str] = ()) -> bytes:
    """Return a workbook with these sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small village without its journal."""
    (tmp_path / "book.toml").write_text(BOOK_TOML, encoding="utf-8")
    (tmp_path / "opening.csv").write_text(OPENING, encoding="utf-8")
    return tmp_path


def read(
    folder: Path, sheets: Mapping[str, Sequence[Sequence[object]]], hidden: Sequence[str] = ()
) -> ImportFolder:
    """Read the folder with these sheets as its journal."""
    (folder / "journal.xlsx").write_bytes(workbook(sheets, hidden))
    return read_folder(folder)


def refused(folder: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> list[Problem]:
    """Return the problems of the folder with these sheets as its journal."""
    with pytest.raises(ImportRefused) as caught:
        read(folder, sheets)
    return caught.value.problems


def places(folder: ImportFolder) -> list[tuple[str, int]]:
    """Return sheet and row of each line."""
    return [(one.row.sheet, one.row.number) for one in folder.journal]


def test_every_month_is_read_in_order_with_sheet_and_row(folder: Path) -> None:
    found = read(folder, MONTHS)
    assert places(found) == [("1月", 3), ("1月", 4), ("2月", 3), ("2月", 4)]
    assert found.notices == ()


def test_columns_may_stand_otherwise_on_each_sheet(folder: Path) -> None:
    turned = [list(reversed(row)) for row in (HEADER, *ROWS[2:])]
    found = read(folder, {"1月": MONTHS["1月"], "2月": turned})
    assert [one.debit_fen for one in found.journal] == [500, 0, 1230, 0]


@pytest.mark.parametrize(
    ("header", "rule"),
    [
        ([*HEADER[:7], "备注"], "import.column"),
        (["日期", "凭证号", "摘要", "科目编码", "科目名称", "x", "y", "z"], "import.column"),
        (["日期", "凭证号", "摘要", "科目编码", "a", "x", "y", "z"], ""),
    ],
)
def test_more_than_half_of_the_columns_is_a_slip_and_half_another_table(
    folder: Path, header: list[str], rule: str
) -> None:
    sheets = {"1月": MONTHS["1月"], "2月": [["标题"], header, *ROWS[2:]]}
    if not rule:
        [notice] = read(folder, sheets).notices
        assert "journal.xlsx 中这些工作表没有读：2月" in notice.zh
        assert "not read" in notice.en
        return
    [problem] = refused(folder, sheets)
    assert (problem.file, problem.sheet, problem.row, problem.rule) == ("journal.xlsx", "2月", 2, rule)


def test_sheets_with_a_wrong_header_are_all_named_at_once(folder: Path) -> None:
    wrong = [[*HEADER[:7], "备注"], *ROWS]
    assert [one.sheet for one in refused(folder, {"1月": wrong, "2月": MONTHS["2月"], "3月": wrong})] == [
        "1月",
        "3月",
    ]


def test_a_wrong_header_hides_nothing_that_is_wrong_on_other_sheets(folder: Path) -> None:
    wrong = [[*HEADER[:7], "备注"], *ROWS]
    bad = [HEADER, [*ROWS[0][:5], "五元", *ROWS[0][6:]], *ROWS[1:2]]
    problems = refused(folder, {"1月": bad, "2月": wrong})
    assert [(one.sheet, one.row, one.rule) for one in problems] == [
        ("2月", 1, "import.column"),
        ("1月", 2, "money.malformed"),
    ]


def test_cover_sheet_is_named_and_not_read(folder: Path) -> None:
    found = read(folder, {"说明": NOTE, **MONTHS})
    assert len(found.journal) == 4
    assert ["说明" in notice.zh and "没有读" in notice.zh for notice in found.notices] == [True]


def test_hidden_sheet_is_named_and_not_read(folder: Path) -> None:
    found = read(folder, MONTHS, hidden=["1月"])
    assert places(found) == [("2月", 3), ("2月", 4)]
    [notice] = found.notices
    assert "隐藏的工作表没有读：1月" in notice.zh
    assert "hidden sheets were not read: 1月" in notice.en


def test_hidden_rows_are_read_and_named(folder: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "流水"
    for row in (HEADER, *ROWS):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    book.save(folder / "journal.xlsx")
    found = read_folder(folder)
    assert len(found.journal) == 4
    assert ["隐藏的 1 行也读了：工作表「流水」第 3 行" in one.zh for one in found.notices] == [True]


def test_sheet_whose_header_is_lost_is_refused_at_its_first_line(folder: Path) -> None:
    [problem] = refused(folder, {"1月": MONTHS["1月"], "2月": [TITLE, *ROWS[2:]]})
    assert (problem.sheet, problem.row, problem.column, problem.read, problem.rule) == (
        "2月",
        2,
        "科目编码",
        "51302",
        "import.outside",
    )


def test_lines_above_the_header_are_refused(folder: Path) -> None:
    [problem] = refused(folder, {"1月": [TITLE, *ROWS[:2], HEADER, *ROWS[2:]]})
    assert (problem.sheet, problem.row, problem.rule) == ("1月", 2, "import.outside")


def test_a_bad_cell_is_named_with_its_sheet(folder: Path) -> None:
    bad = [*ROWS[3][:6], "五元", ""]
    [problem] = refused(folder, {**MONTHS, "2月": [HEADER, ROWS[2], bad]})
    assert (problem.sheet, problem.row, problem.column, problem.read) == ("2月", 3, "贷方金额", "五元")
    assert "工作表 (sheet) 「2月」 第 3 行 (row 3)" in str(problem)


def test_nothing_is_filled_down_from_the_sheet_before(folder: Path) -> None:
    merged = [["", "", *row[2:]] for row in ROWS[2:]]
    assert [
        (one.sheet, one.row, one.rule) for one in refused(folder, {**MONTHS, "2月": [HEADER, *merged]})
    ] == [
        ("2月", 2, "date.malformed"),
        ("2月", 2, "import.blank"),
        ("2月", 3, "date.malformed"),
        ("2月", 3, "import.blank"),
    ]


def test_blank_cells_that_cannot_be_filled_are_told_for_each_sheet(folder: Path) -> None:
    merged = {name: [HEADER, rows[2], [], ["", "", *rows[3][2:]]] for name, rows in MONTHS.items()}
    assert [(one.sheet, one.row, one.rule) for one in refused(folder, merged)] == [
        ("1月", 4, "import.written_once"),
        ("2月", 4, "import.written_once"),
    ]


def test_one_workbook_saved_under_both_names_reads_to_both(folder: Path) -> None:
    (folder / "opening.csv").unlink()
    opening = list(csv.reader(io.StringIO(OPENING)))
    both = {"期初": opening, **MONTHS}
    (folder / "opening.xlsx").write_bytes(workbook(both))
    found = read(folder, both)
    assert (len(found.opening), len(found.journal)) == (3, 4)
    assert len(found.notices) == 2


ENGLISH = ["date", "number", "summary", "code", "name", "debit", "credit", "attachments"]


def test_a_journal_is_never_read_as_opening_balances(folder: Path) -> None:
    (folder / "opening.csv").unlink()
    opening = [["code", "name", "debit", "credit"], *list(csv.reader(io.StringIO(OPENING)))[1:]]
    both = {"opening": opening, "journal": [ENGLISH, *ROWS]}
    (folder / "opening.xlsx").write_bytes(workbook(both))
    found = read(folder, both)
    assert [one.row.sheet for one in found.opening] == ["opening"] * 3
    assert (len(found.journal), len(found.notices)) == (4, 2)


def test_a_journal_in_the_place_of_opening_balances_is_refused(folder: Path) -> None:
    (folder / "opening.csv").write_text(
        "\n".join(",".join(row) for row in [ENGLISH, *ROWS]), encoding="utf-8"
    )
    [problem] = refused(folder, MONTHS)
    assert (problem.file, problem.row, problem.rule) == ("opening.csv", 1, "import.other_table")


# --- posting


def test_second_run_and_rows_on_other_sheets_add_nothing(village: Village) -> None:
    village.run()
    entries = village.entries()
    (village.folder / "journal.csv").unlink()
    for sheets in (MONTHS, {"全年": [HEADER, *ROWS]}, {"2月": MONTHS["2月"], "一": MONTHS["1月"]}):
        village.write("journal.xlsx", workbook(sheets))
        result = village.run()
        assert (result.posted, result.vouchers_there) == (0, 2)
    assert village.entries() == entries


def test_months_that_are_added_as_sheets_are_all_posted(village: Village) -> None:
    (village.folder / "journal.csv").unlink()
    village.write("journal.xlsx", workbook({"1月": MONTHS["1月"]}))
    assert village.run().vouchers == 1
    village.write("journal.xlsx", workbook(MONTHS))
    result = village.run()
    assert (result.vouchers, result.vouchers_there) == (1, 1)


@pytest.mark.parametrize(
    ("copy", "rule"),
    [
        ([HEADER, *ROWS], "import.copied"),
        ([HEADER, *[[*row[:2], "购灯管", *row[3:]] for row in ROWS[2:]]], "import.number_twice"),
        ([HEADER, *ROWS[2:]], "import.copied"),
    ],
)
def test_copied_sheet_is_refused_with_both_places(
    village: Village, copy: Sequence[Sequence[str]], rule: str
) -> None:
    (village.folder / "journal.csv").unlink()
    village.write("journal.xlsx", workbook({"全年": [HEADER, *ROWS], "副本": copy}))
    with pytest.raises(ImportRefused) as caught:
        village.run()
    problem = caught.value.problems[-1]
    assert village.entries() == []
    assert (problem.sheet, problem.rule) == ("副本", rule)
    assert "工作表「全年」第 4 行" in problem.zh
    assert "row 4 of sheet '全年'" in problem.en
