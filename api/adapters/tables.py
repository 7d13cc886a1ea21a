"""Tables out: CSV that spreadsheet programs open (UTF-8 with BOM), XLSX with real numbers, aligned text."""

from __future__ import annotations

import csv
import datetime
import io
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, Self

import xlsxwriter
from xlsxwriter.utility import xl_range

from domain.kernel.money import format_fen, plain_fen

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

BOM = "\ufeff"
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Cells(NamedTuple):
    """Cells that a formula adds, or takes away when `sign` is -1: `rows` of them in a column, seen from the formula.

    The topmost stands so many rows `above` it, 0 for its own, and so many columns to the `left`.
    """

    above: int
    left: int = 0
    sign: int = 1
    rows: int = 1


class Formula(int):
    """An amount in fen that other cells of its table make, and `rest_fen` beside: a workbook gets the formula of it."""

    cells: tuple[Cells, ...]
    rest_fen: int

    def __new__(cls, fen: int, *cells: Cells, rest_fen: int = 0) -> Self:
        """Take the amount as it was made; nothing is added here."""
        made = super().__new__(cls, fen)
        made.cells, made.rest_fen = cells, rest_fen
        return made

    def at(self, row: int, place: int) -> str:
        """Return the formula as it stands in a cell of a sheet; "" of an amount that no cells make."""
        text = ""
        for above, left, sign, rows in self.cells:
            first, column = row - above, place - left
            area = xl_range(first, column, first + rows - 1, column)
            text += ("-" if sign < 0 else "+") + (f"SUM({area})" if rows > 1 else area)
        if self.rest_fen and text:
            text += f"{'' if self.rest_fen < 0 else '+'}{plain_fen(self.rest_fen)}"
        return f"={text.removeprefix('+')}" if text else ""


class Sum(Formula):
    """An amount in fen that the `count` rows directly above it add up to."""

    def __new__(cls, fen: int, count: int) -> Self:
        """Take the amount as it was added up."""
        return super().__new__(cls, fen, *([Cells(count, rows=count)] if count else []))


@dataclass(frozen=True)
class TableColumn:
    """A column: its header, whether its integers are fen to be shown as yuan, and whether its YYYY-MM-DD are days."""

    header: str
    money: bool = False
    day: bool = False


A4 = 9
"""The number of the paper's size in a workbook."""

SHEET_NAME_MAX, HEADER_MAX = 28, 200
"""The most characters of a sheet's name, with room for a number behind it, and of a title above its pages."""


@dataclass(frozen=True)
class Table:
    """A table with a title; `rows` hold text and numbers; the last row may be totals; text has a `note` below."""

    title: str
    columns: tuple[TableColumn, ...]
    rows: Sequence[tuple[object, ...]]
    note: str = ""


def to_csv(table: Table) -> bytes:
    """Return the table as CSV; amounts in yuan with two decimals, no separators."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.header for column in table.columns])
    for row in table.rows:
        writer.writerow([_plain(value, column) for value, column in zip(row, table.columns, strict=True)])
    return (BOM + out.getvalue()).encode()


def _plain(value: object, column: TableColumn) -> str:
    if value is None:
        return ""
    text = plain_fen(value) if column.money and isinstance(value, int) else str(value)
    # a cell that begins so would be run as a formula by spreadsheet programs
    return (
        f"'{text}" if isinstance(value, str) and text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} else text
    )


def to_xlsx(*tables: Table) -> bytes:
    """Return the tables as sheets of a workbook; amounts are yuan in the format #,##0.00, days dates, sums formulas."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as workbook:
        bold = workbook.add_format({"bold": True, "border": 1})
        money = workbook.add_format({"num_format": "#,##0.00"})
        day = workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        workbook.set_properties({"title": tables[0].title})
        names: list[str] = []
        for table in tables:
            names.append(_sheet_name(table.title, names))
            sheet = workbook.add_worksheet(names[-1])
            _fill(sheet, table, bold, money, day)
            _set_print(sheet, table)
    return out.getvalue()


def _sheet_name(title: str, used: Collection[str]) -> str:
    """Return what a sheet is called: the first words of its title, as spreadsheet programs take it, and no other's."""
    words = re.sub(r"[\[\]:*?/\\']", "", title.partition("  ")[0])[:SHEET_NAME_MAX] or "Sheet"
    number = next(n for n in count(1) if (words if n == 1 else f"{words} {n}") not in used)
    return words if number == 1 else f"{words} {number}"


def _set_print(sheet: Worksheet, table: Table) -> None:
    """Print it on A4 as a book's page: title and unit above, who signs and the page's number below."""
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    title = table.title[:HEADER_MAX].replace("&", "&&")
    unit = "&R单位：元" if any(column.money for column in table.columns) else ""
    sheet.set_header((f"&C{title}" if title else "") + unit)
    sheet.set_footer("&L负责人：　　　　　会计主管：　　　　　制表：&R第 &P 页，共 &N 页")


def _fill(sheet: Worksheet, table: Table, bold: Format, money: Format, day: Format) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.header, bold)
        sheet.set_column(place, place, 16 if column.money else 14)
    for number, row in enumerate(table.rows, start=1):
        for place, (value, column) in enumerate(zip(row, table.columns, strict=True)):
            formula = value.at(number, place) if column.money and isinstance(value, Formula) else ""
            if formula and isinstance(value, Formula):
                sheet.write_formula(number, place, formula, money, value / 100)
            elif column.money and isinstance(value, int):
                sheet.write_number(number, place, value / 100, money)
            elif column.day and DAY.fullmatch(str(value)):
                sheet.write_datetime(number, place, datetime.date.fromisoformat(str(value)), day)
            elif isinstance(value, Decimal):
                sheet.write_number(number, place, float(value))
            elif value is not None:
                sheet.write(number, place, value if isinstance(value, (int, str)) else str(value))


def to_text(table: Table) -> str:
    """Return the table aligned for a terminal; a Chinese character takes two columns."""
    cells = [[column.header for column in table.columns]]
    cells += [
        [_shown(value, column) for value, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    widths = [max(_width(row[place]) for row in cells) for place in range(len(table.columns))]
    lines = [table.title]
    for row in cells:
        parts = (
            _pad(cell, width, right=column.money)
            for cell, width, column in zip(row, widths, table.columns, strict=True)
        )
        lines.append("  ".join(parts).rstrip())
    if table.note:
        lines.append(table.note)
    return "\n".join(lines) + "\n"


def _shown(value: object, column: TableColumn) -> str:
    if column.money and isinstance(value, int):
        return format_fen(value) if value else ""
    return "" if value is None else str(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def to_format(table: Table, wanted: str) -> bytes:
    """Return the table as text, csv or xlsx."""
    if wanted == "csv":
        return to_csv(table)
    return to_xlsx(table) if wanted == "xlsx" else to_text(table).encode()
