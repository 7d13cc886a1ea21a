"""A month that goes back below a year that stands once above it: the next year's, or the same year's once more."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from api.clock import now
from api.importing import ImportRefused, read_folder
from tests.api.importing.conftest import BOOK_TOML, OPENING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from api.importing import ImportFolder, Problem

Row = list[str]
OVER = "2025"
"""A year after which the next has begun, so that a month may be of either."""
YEAR = range(1, 13)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small village without its journal."""
    (tmp_path / "book.toml").write_text(BOOK_TOML, encoding="utf-8")
    (tmp_path / "opening.csv").write_text(OPENING, encoding="utf-8")
    return tmp_path


def header(year: str = OVER) -> Row:
    return [f"{year}年", "", "凭证号", "摘要", "科目编码", "科目名称", "借方金额", "贷方金额", "附件数"]


def page(year: str = OVER) -> list[Row]:
    """Return the two rows of a header that has the year above the months."""
    return [header(year), ["月", "日", *[""] * 7]]


def voucher(month: int, number: str = "记-1", day: int = 8) -> list[Row]:
    date = [str(month), str(day)]
    return [
        [*date, number, "收利息", "10201", "基本户", "5.00", "", "1"],
        [*date, number, "收利息", "50401", "利息收入", "", "5.00", "1"],
    ]


def of_kind(kind: str, months: Iterable[int]) -> list[Row]:
    """Return a voucher of a kind for each month, numbered from 1."""
    return [row for number, month in enumerate(months, start=1) for row in voucher(month, f"{kind}-{number}")]


def label(month: str, day: str, summary: str) -> Row:
    return [month, day, "", summary, "", "", "5.00", "5.00", ""]


def read(folder: Path, *rows: Sequence[str]) -> ImportFolder:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    (folder / "journal.csv").write_text(text.getvalue(), encoding="utf-8")
    return read_folder(folder)


def refused(folder: Path, *rows: Sequence[str]) -> Problem:
    """Return the one problem of a journal with these rows."""
    with pytest.raises(ImportRefused) as caught:
        read(folder, *rows)
    [problem] = caught.value.problems
    return problem


def months(found: ImportFolder) -> list[str]:
    """Return the months of the vouchers in the order of the sheet."""
    return [line.date[:7] for line in found.journal[::2]]


def told(found: ImportFolder) -> list[str]:
    """Return what is said of months that go back, in both languages; nothing where they do not."""
    return [text for one in found.notices if "月份倒回" in one.zh for text in (one.zh, one.en)]


@pytest.mark.parametrize("last", [12, 11, 2])
@pytest.mark.parametrize("between", [[], page(), [label("12", "31", "过次页"), *page()]])
def test_it_is_asked_for_also_below_the_same_header_once_more(
    folder: Path, last: int, between: list[Row]
) -> None:
    """A program prints the header on every page: the next year's January would be booked a year too early."""
    problem = refused(folder, *page(), *voucher(last), *between, *voucher(1))
    assert (problem.rule, problem.row) == ("import.month_back", 5 + len(between))
    assert (problem.column, problem.read) == ("月/日", "2025年1月8日")
    assert f"{last} 月之后是 1 月" in problem.zh
    assert f"month 1 after {last}" in problem.en
    for said in (problem.zh, problem.en):
        assert "2025年" in said
        assert "2026年" in said
    assert "改成「2026年」" in problem.zh
    assert "加「年」一列" in problem.zh


def test_each_sheet_is_told_once(folder: Path) -> None:
    rows = [*voucher(12), *voucher(1)]
    assert refused(folder, *page(), *rows, *rows).row == 5


def test_a_year_written_anew_begins_with_any_month(folder: Path) -> None:
    found = read(folder, *page(), *voucher(12), *page("2026"), *voucher(1), *page("2026"), *voucher(2))
    assert months(found) == ["2025-12", "2026-01", "2026-02"]
    assert told(found) == []


@pytest.mark.parametrize("summary", ["上年结转", "承前页", "过次页", "本月合计"])
def test_a_row_that_is_no_line_asks_nothing(folder: Path, summary: str) -> None:
    found = read(folder, *page("2026"), label("12", "31", summary), *voucher(1), *voucher(2))
    assert months(found) == ["2026-01", "2026-02"]
    assert told(found) == []


@pytest.mark.parametrize(
    "kinds", [("收", "付", "转"), ("现收", "银收", "银付"), ("收款", "付款凭证", "转账")]
)
@pytest.mark.parametrize("between", [[], page()])
def test_a_year_printed_by_kind_of_voucher_is_of_one_year(
    folder: Path, kinds: Sequence[str], between: list[Row]
) -> None:
    first, second, third = kinds
    rows = [*of_kind(first, YEAR), *between, *of_kind(second, YEAR), *between, *of_kind(third, [6, 12])]
    found = read(folder, *page(), *rows)
    assert months(found) == [f"2025-{month:02d}" for month in (*YEAR, *YEAR, 6, 12)]
    zh, en = told(found)
    places = [27 + len(between), 51 + 2 * len(between)]
    for place, day in zip(places, ["2025-01-08", "2025-06-08"], strict=True):
        assert f"第 {place} 行 读作 {day}" in zh
        assert f"row {place} as {day}" in en


@pytest.mark.parametrize(
    "rows",
    [
        [*of_kind("付", [11, 12]), *of_kind("收", [1])],
        [*of_kind("付", [10, 12]), *of_kind("收", [10, 12]), *of_kind("转", [1])],
        [*of_kind("收", YEAR), *of_kind("付", YEAR), *of_kind("收", YEAR)],
        [*of_kind("收", YEAR), *of_kind("付", [*YEAR, *YEAR])],
        [*of_kind("记", YEAR), *of_kind("转", YEAR)],
        [*of_kind("记", YEAR), *of_kind("", YEAR)],
    ],
)
def test_another_kind_of_voucher_alone_does_not_tell_the_year(folder: Path, rows: list[Row]) -> None:
    assert refused(folder, *page(), *rows).rule == "import.month_back"


def test_what_cannot_be_of_the_next_year_is_told_of(folder: Path) -> None:
    """No voucher is of a day that has not come: the journal of a year that runs is only out of order."""
    year = int(now()[:4])
    found = read(folder, *page(str(year)), *voucher(2), *voucher(1, day=31), *voucher(1, "记-2", day=9))
    assert months(found) == [f"{year}-02", f"{year}-01", f"{year}-01"]
    zh, en = told(found)
    assert f"第 5 行 读作 {year}-01-31" in zh
    assert f"row 5 as {year}-01-31" in en
    assert "第 7 行" not in zh


def test_both_ways_out_are_read(folder: Path) -> None:
    """As the refusal names them: the header once more with the next year, or a column of years beside its own."""
    assert refused(folder, *page(), *voucher(12), *voucher(1)).rule == "import.month_back"
    next_year = read(folder, *page(), *voucher(12), *page("2026"), *voucher(1))
    assert months(next_year) == ["2025-12", "2026-01"]
    upper, lower = page()
    rows = [[OVER, *row] for row in (*voucher(12), *voucher(1))]
    same_year = read(folder, ["年", *upper], ["", *lower], *rows)
    assert months(same_year) == ["2025-12", "2025-01"]
    assert told(next_year) + told(same_year) == []
