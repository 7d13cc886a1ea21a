"""Opening balances are those of the day on which the book is opened, whatever other balances stand beside them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from api.importing import ImportRefused, read_folder
from tests.api.importing.conftest import BOOK_TOML, JOURNAL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from api.importing import ImportFolder, Problem

SIDES = "科目编码,科目名称,{0}借方余额,{0}贷方余额,{1}借方余额,{1}贷方余额"
ROWS = ["101,现金,10.00,,13.00,", "301,资本,,10.00,,10.00", "50103,发包收入,,,,3.00"]
DIRECTED = "科目编码,科目名称,余额方向,{0}余额,本年累计借方,本年累计贷方,{1}余额"
DIRECTED_ROWS = ["101,现金,借,10.00,5,2,13.00", "301,资本,贷,10.00,,,10.00", "50103,发包收入,贷,0,,3,3.00"]
TRIAL = ["科目余额表,,,,,,,", "科目编码,科目名称,{0},,本期发生额,,{1},", ",,借方,贷方,借方,贷方,借方,贷方"]
TRIAL_ROWS = [
    "101,现金,10.00,,5.00,2.00,13.00,",
    "301,资本,,10.00,,,,10.00",
    "50103,发包收入,,,,3.00,,3.00",
]
SHORT = [TRIAL[0], TRIAL[1], ",,借,贷,借,贷,借,贷"]
TABLES = [
    [SIDES, *ROWS],
    [SIDES.replace("方余额", ""), *ROWS],
    [*SHORT, *TRIAL_ROWS],
    [DIRECTED, *DIRECTED_ROWS],
    [*TRIAL, *TRIAL_ROWS],
]
BEGUN = {"101": 1_000, "301": -1_000, "50103": 0}
ENDED = {"101": 1_300, "301": -1_000, "50103": -300}


def balances(
    folder: Path, table: Sequence[str], times: tuple[str, str], opened: str = "2026-06", named: str = ""
) -> dict[str, int]:
    """Return the opening balances of a book that is opened in a month, debits above nil."""
    book = BOOK_TOML.replace("2026-01", opened)
    (folder / "book.toml").write_text(f"{book}\n{named}", encoding="utf-8")
    (folder / "journal.csv").write_text(JOURNAL.splitlines()[0], encoding="utf-8")
    rows = "\n".join(line.format(*times) for line in table)
    (folder / "opening.csv").write_text(rows, encoding="utf-8")
    return {one.code: one.debit_fen - one.credit_fen for one in read_folder(folder).opening}


def good(folder: Path) -> ImportFolder:
    """Return what is read of a folder with balances."""
    balances(folder, ["科目编码,科目名称,借方余额,贷方余额", "101,现金,1.00,", "301,资本,,1.00"], ("", ""))
    return read_folder(folder)


def refused(folder: Path, table: Sequence[str], times: tuple[str, str], opened: str = "2026-06") -> Problem:
    with pytest.raises(ImportRefused) as caught:
        balances(folder, table, times, opened)
    [problem] = caught.value.problems
    return problem


@pytest.mark.parametrize("table", TABLES)
def test_in_mid_year_those_of_the_years_beginning_are_not_meant(tmp_path: Path, table: list[str]) -> None:
    assert balances(tmp_path, table, ("年初", "期末")) == ENDED
    assert balances(tmp_path, table, ("年初", "期初")) == ENDED


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("times", "opened"), [(("期初", "期末"), "2026-06"), (("年初", "期末"), "2026-01")])
def test_balances_of_two_days_are_refused_with_what_to_do(
    tmp_path: Path, table: list[str], times: tuple[str, str], opened: str
) -> None:
    problem = refused(tmp_path, table, times, opened)
    assert problem.rule == "import.several_balances"
    assert problem.row == (4 if len(table) == 6 else 2)
    for said in (problem.zh, problem.en):
        assert all(time in said for time in times)
        assert "10.00" in said
        assert "13.00" in said
        assert opened in said
        assert "book.toml" in said


def test_balances_of_two_days_that_agree_are_taken(tmp_path: Path) -> None:
    rows = [row.replace("13.00", "10.00").replace("3.00", "") for row in ROWS]
    assert balances(tmp_path, [SIDES, *rows], ("年初", "期末"), "2026-01") == BEGUN


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["101,现金,10.00,,,", "301,资本,,10.00,,"], {"101": 1_000, "301": -1_000}),
        (["101,现金,,,13.00,", "301,资本,,,,13.00"], {"101": 1_300, "301": -1_300}),
    ],
)
def test_columns_in_which_nothing_stands_are_no_balances(
    tmp_path: Path, rows: list[str], expected: dict[str, int]
) -> None:
    assert balances(tmp_path, [SIDES, *rows], ("期初", "期末")) == expected


@pytest.mark.parametrize("rows", [[], ["101,现金,,,,", "301,资本,,0.00,-,"]])
def test_a_book_that_begins_with_nothing_is_told(tmp_path: Path, rows: list[str]) -> None:
    assert not any(balances(tmp_path, [SIDES, *rows], ("期初", "期末")).values())
    [told] = [one.zh for one in read_folder(tmp_path).notices if "从零开始" in one.zh]
    assert "没有一个科目有期初余额，账套从零开始" in told
    assert not [one for one in good(tmp_path).notices if "从零开始" in one.zh]


@pytest.mark.parametrize("time", ["年初", "期末", "期初", ""])
@pytest.mark.parametrize("table", [["{0}借方余额,{0}贷方余额", "10.00,"], ["方向,{0}余额", "借,10.00"]])
def test_balances_of_one_day_are_taken_by_any_name(tmp_path: Path, table: list[str], time: str) -> None:
    header, row = table
    lines = [f"科目编码,科目名称,{header}", f"101,现金,{row}"]
    assert balances(tmp_path, lines, (time, ""), "2026-01") == {"101": 1_000}


def test_in_mid_year_those_of_the_years_beginning_alone_are_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, ["科目编码,科目名称,{0}借方余额,{0}贷方余额", "101,现金,1.00,"], ("年初", ""))
    assert (problem.file, problem.rule) == ("opening.csv", "import.year_begun")
    assert "年初借方余额/年初贷方余额" in problem.zh
    assert "2026-06" in problem.zh


def test_a_person_names_the_columns_that_count(tmp_path: Path) -> None:
    for time, expected in (("期初", BEGUN), ("期末", ENDED)):
        named = f'[opening]\ndebit = "{time}借方余额"\ncredit = "{time}贷方余额"\n'
        assert balances(tmp_path, [SIDES, *ROWS], ("期初", "期末"), named=named) == expected


def test_the_names_that_a_refusal_gives_are_those_that_are_read(tmp_path: Path) -> None:
    for table in TABLES:
        said = refused(tmp_path, table, ("期初", "期末")).zh.rpartition("如 ")[2]
        named = "[opening]\n" + "\n".join(next(csv.reader([said], delimiter="，", quoting=csv.QUOTE_NONE)))
        assert balances(tmp_path, table, ("期初", "期末"), named=named) == ENDED
