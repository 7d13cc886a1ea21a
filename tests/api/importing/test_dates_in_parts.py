"""Dates in columns of their own, 年 | 月 | 日, or in 月 | 日 below the year, as ledgers on paper have them."""

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

HEADER, *ROWS = [line.split(",")[1:] for line in JOURNAL.splitlines()]
DAYS = [("1", "8"), ("01", "08"), ("2", "9"), ("2月", "9日")]
EXPECTED = ["2026-01-08", "2026-01-08", "2026-02-09", "2026-02-09"]
BELOW = ["月", "日", "号数", "摘要", "编码", "名称", "借方", "贷方", "附件数"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small village without its journal."""
    (tmp_path / "book.toml").write_text(BOOK_TOML, encoding="utf-8")
    (tmp_path / "opening.csv").write_text(OPENING, encoding="utf-8")
    return tmp_path


def read(folder: Path, *rows: Sequence[str]) -> ImportFolder:
    """Read the folder with these rows as its journal."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    (folder / "journal.csv").write_text(text.getvalue(), encoding="utf-8")
    return read_folder(folder)


def refused(folder: Path, *rows: Sequence[str]) -> list[Problem]:
    """Return the problems of the folder with these rows as its journal."""
    with pytest.raises(ImportRefused) as caught:
        read(folder, *rows)
    return caught.value.problems


def dates(found: ImportFolder) -> list[str]:
    return [line.date for line in found.journal]


def below_year(*days: tuple[str, str]) -> list[list[str]]:
    """Return the rows with their days in two columns."""
    return [[*day, *row] for day, row in zip(days or DAYS, ROWS, strict=True)]


@pytest.mark.parametrize("names", [("年", "月", "日"), ("年度", "月份", "日"), ("year", "month", "day")])
@pytest.mark.parametrize("year", ["2026", "2026年"])
def test_year_month_and_day_are_one_date(folder: Path, names: Sequence[str], year: str) -> None:
    found = read(folder, [*names, *HEADER], *([year, *row] for row in below_year()))
    assert dates(found) == EXPECTED
    assert found.notices == ()


def test_they_may_stand_below_one_name(folder: Path) -> None:
    upper, lower = ["日期", "", "", *HEADER], ["年", "月", "日", *[""] * len(HEADER)]
    assert dates(read(folder, upper, lower, *(["2026", *row] for row in below_year()))) == EXPECTED


@pytest.mark.parametrize(
    "above",
    [
        [["2026年", *[""] * 8], ["月", "日", *HEADER]],
        [["三户村记账凭证"], ["2026", *[""] * 8], ["月", "日", *HEADER]],
        [["2026年度", "", *HEADER], ["月", "日", *[""] * 7]],
        [
            ["2026年", "", "凭证", "摘要", "科目", "", "金额", "", "附件数"],
            ["月", "日", "号", "", *BELOW[4:8], ""],
        ],
    ],
)
def test_the_year_may_stand_above_month_and_day(folder: Path, above: list[list[str]]) -> None:
    found = read(folder, *above, *below_year())
    assert dates(found) == EXPECTED
    assert found.notices == ()


def test_the_year_in_a_merged_cell_of_a_workbook_is_read(folder: Path) -> None:
    book = Workbook()
    rows: list[list[str | int]] = [["2026年", "", *HEADER], ["月", "日", *[""] * 7]]
    rows += [
        [int(day[0].strip("月")), int(day[1].strip("日")), *row] for day, row in zip(DAYS, ROWS, strict=True)
    ]
    for row in rows:
        book.worksheets[0].append(row)
    book.worksheets[0].merge_cells("A1:B1")
    book.save(folder / "journal.xlsx")
    assert dates(read_folder(folder)) == EXPECTED


def test_each_page_has_the_year_of_its_own_header(folder: Path) -> None:
    header = [["2026年", "", *HEADER], ["月", "日", *[""] * 7]]
    first, second = below_year()[:2], below_year()[2:]
    found = read(folder, *header, *first, ["2027年", *header[0][1:]], header[1], *second)
    assert dates(found) == ["2026-01-08", "2026-01-08", "2027-02-09", "2027-02-09"]
    [notice] = [notice for notice in found.notices if "重复的表头" in notice.zh]
    assert "第 5 行、第 6 行" in notice.zh


def test_without_a_year_it_is_asked_for_once(folder: Path) -> None:
    [problem] = refused(folder, ["月", "日", *HEADER], *below_year())
    assert (problem.rule, problem.row) == ("import.no_year", 2)
    assert "加「年」一列" in problem.zh
    assert "2025年" in problem.zh


def test_a_date_column_of_its_own_comes_first(folder: Path) -> None:
    rows = [[day, "2025", *row] for day, row in zip(EXPECTED, below_year(), strict=True)]
    found = read(folder, ["日期", "年度", "月份", "日", *HEADER], *rows)
    assert dates(found) == EXPECTED
    assert "年度、月份" in "\n".join(notice.zh for notice in found.notices)


def test_what_is_written_once_is_read_from_the_row_above(folder: Path) -> None:
    found = read(
        folder,
        ["年", "月", "日", *HEADER],
        *(["2026", *row] for row in below_year(*DAYS[:1], ("", ""), *DAYS[2:])),
    )
    assert dates(found) == EXPECTED


@pytest.mark.parametrize(("day", "missing"), [(("", "9"), "月"), (("2", ""), "日")])
def test_a_part_that_is_blank_is_named(folder: Path, day: tuple[str, str], missing: str) -> None:
    rows = [["2026", *row] for row in below_year(*DAYS[:2], day, day)]
    problem, _ = refused(folder, ["年", "月", "日", *HEADER], *rows)
    assert (problem.rule, problem.row, problem.column) == ("import.date_part", 4, "年/月/日")
    assert f"没有「{missing}」" in problem.zh


def test_a_day_that_is_none_is_refused_as_it_is_written(folder: Path) -> None:
    rows = [["2026", *row] for row in below_year(*DAYS[:2], ("2", "30"), ("2", "30"))]
    problem, _ = refused(folder, ["年", "月", "日", *HEADER], *rows)
    assert (problem.rule, problem.row, problem.read) == ("date.malformed", 4, "2026年2月30日")


@pytest.mark.parametrize("label", ["合计", "制单：张三"])
def test_what_stands_below_the_table_in_them_is_passed_over(folder: Path, label: str) -> None:
    found = read(folder, ["2026年", "", *HEADER], ["月", "日"], *below_year(), [label, *[""] * 8])
    assert dates(found) == EXPECTED
    assert "跳过了 1 行：第 7 行" in "\n".join(notice.zh for notice in found.notices)


@pytest.mark.parametrize(("there", "lacking"), [(["日"], "月"), (["月"], "日"), (["年", "月"], "日")])
def test_where_some_are_missing_it_says_which(folder: Path, there: list[str], lacking: str) -> None:
    [problem] = refused(folder, [*there, *HEADER], *([*["1"] * len(there), *row] for row in ROWS))
    assert problem.rule == "import.column"
    assert f"还缺「{lacking}」" in problem.zh
    assert "改成它" not in problem.zh


def test_a_table_of_vouchers_is_no_opening(folder: Path) -> None:
    rows = [["年", "月", "日", *HEADER], *(["2026", *row] for row in below_year())]
    (folder / "opening.csv").write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    [problem] = refused(
        folder, ["日期", *HEADER], *([day, *row] for day, row in zip(EXPECTED, ROWS, strict=True))
    )
    assert (problem.rule, problem.file) == ("import.other_table", "opening.csv")
