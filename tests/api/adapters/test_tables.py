"""Tables out: what a spreadsheet program or a terminal shows is what the table holds, and nothing of it runs."""

from __future__ import annotations

import csv
import datetime
import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from api.adapters.tables import (
    Cells,
    Formula,
    Sum,
    Table,
    TableColumn,
    to_csv,
    to_format,
    to_text,
    to_xlsx,
)

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

COLUMNS = (TableColumn("科目"), TableColumn("金额", money=True), TableColumn("序号"))
TABLE = Table(
    "试算表",
    COLUMNS,
    [("库存现金", 123_456_789, 1), ("Bank", -5, None), ('引号",逗号', 0, 3), ("合计", None, "")],
)
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    '=HYPERLINK("http://x")',
    "=cmd|'/c calc'!A1",
]


def cells(data: bytes) -> list[list[str]]:
    """Return the cells of a CSV file."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def sheet(data: bytes, *, values: bool = False) -> Worksheet:
    """Return the sheet of a workbook, with its formulas or the `values` that it says they have."""
    found = load_workbook(io.BytesIO(data), data_only=values).worksheets
    assert len(found) == 1
    return found[0]


def test_a_day_is_a_day_in_a_workbook_and_what_is_none_a_text() -> None:
    """So that a person sorts and filters by it; a code that looks like a day stays as it is."""
    columns = TableColumn("日期", day=True), TableColumn("编号")
    rows = [("2026-03-05", "2026-03-05"), (datetime.date(2026, 3, 6), ""), ("2026-03", ""), ("", "")]
    made = sheet(to_xlsx(Table("表", columns, rows)))
    day, next_day, month, blank = (made.cell(row=number, column=1) for number in (2, 3, 4, 5))
    assert (day.value, day.number_format) == (datetime.datetime(2026, 3, 5), "yyyy-mm-dd")  # noqa: DTZ001
    assert (next_day.value, next_day.number_format) == (datetime.datetime(2026, 3, 6), "yyyy-mm-dd")  # noqa: DTZ001
    assert (month.value, blank.value) == ("2026-03", None)
    assert made.cell(row=2, column=2).value == "2026-03-05"
    assert to_csv(Table("表", columns, rows)).decode("utf-8-sig").splitlines()[1:3] == [
        "2026-03-05,2026-03-05",
        "2026-03-06,",
    ]


def one(text: str) -> Table:
    """Return a table of a single text."""
    return Table("", (TableColumn("摘要"),), [(text,)])


# --- CSV


def test_csv_is_utf8_with_a_byte_order_mark_and_crlf() -> None:
    data = to_csv(TABLE)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == 5


def test_csv_amounts_are_plain_yuan() -> None:
    assert cells(to_csv(TABLE)) == [
        ["科目", "金额", "序号"],
        ["库存现金", "1234567.89", "1"],
        ["Bank", "-0.05", ""],
        ['引号",逗号', "0.00", "3"],
        ["合计", "", ""],
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_csv_text_is_never_a_formula(text: str) -> None:
    assert cells(to_csv(one(text)))[1] == [f"'{text}"]


@pytest.mark.parametrize("text", ["1-2", "a=b", "收款@现金", "'已有引号", " =1"])
def test_csv_text_that_is_none_stays_as_it_is(text: str) -> None:
    assert cells(to_csv(one(text)))[1] == [text]


def test_csv_negative_amounts_stay_numbers() -> None:
    table = Table("", (TableColumn("金额", money=True),), [(-12_345,)])
    assert cells(to_csv(table))[1] == ["-123.45"]


# --- XLSX


def test_workbook_has_numbers_in_yuan_and_a_fixed_header() -> None:
    made = sheet(to_xlsx(TABLE))
    assert [cell.value for cell in made[1]] == ["科目", "金额", "序号"]
    assert [cell.value for cell in made[2]] == ["库存现金", 1234567.89, 1]
    assert [cell.value for cell in made[3]] == ["Bank", -0.05, None]
    assert (made["B2"].number_format, made["A2"].number_format) == ("#,##0.00", "General")
    assert made.freeze_panes == "A2"
    assert made["A1"].font.bold


def test_workbook_adds_up_what_stands_above_a_sum() -> None:
    columns = (TableColumn("科目"), TableColumn("金额", money=True))
    sums = [("小计", Sum(6, 2)), ("小计", Sum(7, 1)), ("空", Sum(0, 0))]
    rows = [("甲", 10), ("乙", -4), sums[0], ("丙", 7), *sums[1:]]
    table = Table("", columns, rows)
    formulas, values = sheet(to_xlsx(table)), sheet(to_xlsx(table), values=True)
    assert [cell.value for cell in formulas["B"][1:]] == [0.1, -0.04, "=SUM(B2:B3)", 0.07, "=B5", 0]
    assert [cell.value for cell in values["B"][1:]] == [0.1, -0.04, 0.06, 0.07, 0.07, 0]
    assert formulas["B4"].number_format == "#,##0.00"
    assert cells(to_csv(table))[3] == ["小计", "0.06"]


def test_workbook_makes_an_amount_of_cells_and_of_what_is_beside_them() -> None:
    columns = tuple(TableColumn(name, money=True) for name in "甲乙")
    made = Formula(-105, Cells(1, sign=-1), Cells(0, 1), rest_fen=-100)
    other = Formula(-100, Cells(1), rest_fen=5)
    table = Table("", columns, [(1, 2), (-3, made), (Formula(9, rest_fen=9), other)])
    formulas, values = sheet(to_xlsx(table)), sheet(to_xlsx(table), values=True)
    assert [cell.value for cell in formulas["B"][1:]] == [0.02, "=-B2+A3-1.00", "=B3+0.05"]
    assert [cell.value for cell in values["B"][1:]] == [0.02, -1.05, -1]
    assert formulas["A4"].value == 0.09
    assert cells(to_csv(table))[2:] == [["-0.03", "-1.05"], ["0.09", "-1.00"]]


@pytest.mark.parametrize("text", FORMULAS)
def test_workbook_text_is_never_a_formula(text: str) -> None:
    cell = sheet(to_xlsx(one(text)))["A2"]
    assert cell.data_type == "s"
    assert str(cell.value).replace("_x000D_", "\r") == text


@pytest.mark.parametrize("text", ["007", "1020101", "2026-03", "1e5", "收款\n两行"])
def test_workbook_text_stays_text(text: str) -> None:
    cell = sheet(to_xlsx(one(text)))["A2"]
    assert (cell.value, cell.data_type) == (text, "s")


@pytest.mark.parametrize("text", ["http://example.cn/a", "mailto:a@example.cn", "internal:Sheet1!A1"])
def test_workbook_text_is_never_a_link(text: str) -> None:
    cell = sheet(to_xlsx(one(text)))["A2"]
    assert cell.value == text
    assert cell.hyperlink is None


def test_a_sheet_has_its_name_and_prints_with_title_unit_and_who_signs() -> None:
    first = Table("资产负债表  小河村 & 社  2026-03", COLUMNS, [])
    other = Table("[明细]：a/b?*" + "长" * 40, (TableColumn("序号"),), [])
    book = load_workbook(io.BytesIO(to_xlsx(first, first, other)))
    assert book.sheetnames[:2] == ["资产负债表", "资产负债表 2"]
    assert book.sheetnames[2].startswith("明细：ab长")
    assert len(book.sheetnames[2]) <= 31
    assert book.properties.title == first.title
    page, plain = book.worksheets[0], book.worksheets[2]
    above, below = page.oddHeader, page.oddFooter
    assert above is not None
    assert below is not None
    assert above.center.text == "资产负债表  小河村 && 社  2026-03"
    assert above.right.text == "单位：元"
    assert "会计主管" in str(below.left.text)
    assert plain.oddHeader is not None
    assert plain.oddHeader.right.text is None
    assert str(page.page_setup.paperSize) == "9"
    assert page.print_title_rows == "$1:$1"


# --- text


def test_text_is_aligned_though_chinese_characters_are_twice_as_wide() -> None:
    assert to_text(TABLE) == (
        "试算表\n"
        "科目                金额  序号\n"
        "库存现金    1,234,567.89  1\n"
        "Bank               -0.05\n"
        '引号",逗号                3\n'
        "合计\n"
    )


def test_text_of_no_rows_is_its_title_and_header() -> None:
    assert to_text(Table("空", COLUMNS, [])) == "空\n科目  金额  序号\n"


# --- by name


def test_formats_by_name() -> None:
    assert to_format(TABLE, "csv") == to_csv(TABLE)
    assert to_format(TABLE, "text") == to_text(TABLE).encode()
    assert sheet(to_format(TABLE, "xlsx"))["A2"].value == "库存现金"
