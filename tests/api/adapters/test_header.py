"""The header and the separator of a table are found however it is written, and what is wrong with them is said."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.adapters.header import Column, Filled, Layout, column_letters, plain_name
from api.adapters.header_problems import title_problem
from api.adapters.separated import SEPARATORS
from api.adapters.spreadsheet import read_table, unread_tables
from api.importing.columns import JOURNAL_COLUMNS, OPENING_COLUMNS
from domain.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from api.adapters.spreadsheet import Rows

FIELDS = [column.field for column in JOURNAL_COLUMNS]
CELLS = ["2026-01-08", "记-1", "收利息", "10201", "基本户", "5.00", "", "1"]
HEADER = [column.zh for column in JOURNAL_COLUMNS if not column.optional]

cells = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12).map(str.strip)
no_units = cells.filter(
    lambda cell: title_problem([Filled(1, [cell])], "", "") is None
)  # 分 would be a unit of money
titles = st.lists(st.lists(no_units, min_size=1, max_size=4), max_size=6)


def spellings(column: Column) -> st.SearchStrategy[str]:
    """Return ways in which a column's name is written."""
    wide = {ord(one): ord(one) + 0xFEE0 for one in "abcdefghijklmnopqrstuvwxyz"}
    written = [
        lambda name: name,
        lambda name: f" {name} ",
        " ".join,
        lambda name: name.upper(),
        lambda name: name.translate(wide),
        lambda name: f"{name}（元）",
        lambda name: f"{name}(单位:元)",
        lambda name: f"*{name}：",
        lambda name: f"\u200b{name}",
    ]
    return st.builds(
        lambda name, write: write(name), st.sampled_from(column.names()), st.sampled_from(written)
    )


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[dict[str, str]], int]:
    """Return a table as CSV, the cells of its rows by field, and the row of its header."""
    rows = draw(st.lists(st.tuples(*[cells] * len(FIELDS)), max_size=5))
    rows = [row for row in rows if any(row)]
    above = draw(titles)
    extra = draw(st.integers(0, 3))
    order = draw(st.permutations(range(len(FIELDS) + extra)))
    header = [draw(spellings(column)) for column in JOURNAL_COLUMNS]

    def arranged(line: Sequence[str], other: str) -> list[str]:
        wider = [*line, *[other] * extra]
        return [wider[place] for place in order]

    lines = [*above, arranged(header, "多余的列"), *[arranged(row, "多") for row in rows]]
    out = io.StringIO()
    csv.writer(out, delimiter=draw(st.sampled_from([*SEPARATORS])), lineterminator="\n").writerows(lines)
    return out.getvalue(), [dict(zip(FIELDS, row, strict=True)) for row in rows], len(above) + 1


def read(folder: Path, text: str, columns: Sequence[Column] = JOURNAL_COLUMNS) -> Rows:
    """Read a text as the folder's journal."""
    (folder / "journal.csv").write_text(text, encoding="utf-8", newline="")
    return read_table(folder, "journal", Layout(columns))


def refused(folder: Path, text: str) -> RuleViolation:
    """Return what is wrong with a header."""
    [problem] = read(folder, text).problems
    return problem


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=300)
@given(tables())
def test_any_table_with_titles_and_any_separator_reads_to_the_same_rows(
    tmp_path: Path, table: tuple[str, list[dict[str, str]], int]
) -> None:
    text, expected, header = table
    found = read(tmp_path, text)
    assert found.problems == ()
    assert [row.cells for row in found.rows] == expected
    assert [row.number for row in found.rows] == [header + place for place in range(1, len(expected) + 1)]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_separator_in_a_cell_without_quotes_is_refused_by_its_name(tmp_path: Path, separator: str) -> None:
    rows = [HEADER, [*CELLS[:2], f"购米{separator}面", *CELLS[3:]]]
    with pytest.raises(RuleViolation) as caught:
        read(tmp_path, "\n".join(separator.join(row) for row in rows))
    assert (caught.value.rule.code, caught.value.facts["row"]) == ("import.surplus", 2)
    assert SEPARATORS[separator].zh in caught.value.zh
    assert SEPARATORS[separator].en in caught.value.en


@pytest.mark.parametrize("titles", [19, 20])
def test_header_is_looked_for_in_20_filled_rows(tmp_path: Path, titles: int) -> None:
    text = "\n".join(["题\n"] * titles + [",".join(HEADER), ",".join(CELLS)])
    if titles < 20:
        assert [row.number for row in read(tmp_path, text).rows] == [2 * titles + 2]
    else:
        assert refused(tmp_path, text).rule.code == "import.header"


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("借方金额(万元)", "万元"),
        ("借方金额（单位：千元）", "千元"),
        ("借方（角）", "角"),
        ("借方金额/美元", "美元"),
        ("借方万元", "万元"),
    ],
)
def test_amounts_in_another_unit_are_refused(tmp_path: Path, name: str, unit: str) -> None:
    problem = refused(tmp_path, ",".join([*HEADER[:5], name, *HEADER[6:]]))
    assert (problem.rule.code, problem.facts["row"], problem.facts["read"]) == ("import.unit", 1, name)
    assert f"单位是{unit}" in problem.zh


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("金额单位：万元", "import.unit"),
        ("单位：人民币千元", "import.unit"),
        ("（万元）", "import.unit"),
        ("单位：元", ""),
        ("单位：万元村委会", ""),
        ("百万元工程专账", ""),
    ],
)
def test_unit_in_a_title_is_looked_at(tmp_path: Path, title: str, code: str) -> None:
    found = read(tmp_path, f"三户村,{title}\n{','.join(HEADER)}\n")
    assert [one.rule.code for one in found.problems] == [code] * bool(code)


def test_missing_column_is_named_with_what_is_most_like_it(tmp_path: Path) -> None:
    problem = refused(tmp_path, ",".join([*HEADER[:5], "借方数额", "贷方数额", "附件数"]))
    assert problem.facts["column"] == "借方金额/debit, 贷方金额/credit"
    assert "「借方数额」是不是「借方金额」" in problem.zh
    assert "「贷方数额」是不是「贷方金额」" in problem.zh
    assert "is '借方数额' the 'debit'?" in problem.en


def test_a_column_that_is_like_two_is_to_be_parted(tmp_path: Path) -> None:
    """Balances beside a column that says on which side they are (方向)."""
    found = read(tmp_path, "科目编码,科目名称,方向,期初余额\n101,现金,借,5.00\n", OPENING_COLUMNS)
    [problem] = found.problems
    assert "「期初余额」一列请按方向分成「借方余额」「贷方余额」2 列" in problem.zh
    assert "part '期初余额' by its direction into the 2 columns 'debit' and 'credit'" in problem.en
    assert "是不是" not in problem.zh


def test_other_names_count_where_the_own_one_is_not_there(tmp_path: Path) -> None:
    own = ",".join([*HEADER, "借方", "凭证字号"])
    assert read(tmp_path, f"{own}\n{','.join([*CELLS, '9', '字'])}").rows[0].cells["debit"] == "5.00"
    problem = refused(tmp_path, own.replace("凭证号", "凭证编号"))
    assert (problem.rule.code, problem.facts["first"], problem.facts["second"]) == (
        "import.column_twice",
        "B",
        "J",
    )


@pytest.mark.parametrize("columns", [JOURNAL_COLUMNS, OPENING_COLUMNS])
def test_no_name_belongs_to_two_columns_and_each_is_written_plainly(columns: Sequence[Column]) -> None:
    names = [name for column in columns for name in column.names()]
    assert len(names) == len(set(names))
    assert names == [plain_name(name) for name in names]


@pytest.mark.parametrize(("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_the_letters_of_spreadsheet_programs(place: int, letters: str) -> None:
    assert column_letters(place) == letters


# --- files of other formats


@pytest.mark.parametrize("name", ["journal.xls", "journal.ods", "Journal.ET", "journal.txt"])
def test_file_of_another_format_instead_is_named_with_the_remedy(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(RuleViolation) as caught:
        read_table(tmp_path, "journal", Layout(JOURNAL_COLUMNS))
    assert caught.value.rule.code == "import.no_file"
    for said in (caught.value.zh, caught.value.en):
        assert name in said
        assert "CSV UTF-8" in said


def test_tables_beside_those_that_are_read_are_listed(tmp_path: Path) -> None:
    unread = ["2025.xlsx", "journal (2).csv", "journal.txt", "opening.xls"]
    for name in (
        "Journal.CSV",
        "opening.xlsx",
        "book.toml",
        "~$opening.xlsx",
        ".x.csv",
        "notes.txt",
        *unread,
    ):
        (tmp_path / name).write_bytes(b"x")
    assert unread_tables(tmp_path, ("opening", "journal")) == unread
