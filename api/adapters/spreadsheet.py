"""Reading tables from CSV (UTF-8 with or without BOM, GB18030) and XLSX, with the place of every cell kept."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from api.adapters.encoding import check_gb18030, decode
from api.adapters.workbook import Sheet, column_letters, read_workbook
from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from pathlib import Path

MAX_ROWS = 200_000
"""The most rows a table may have; a year of a rich village has some 40,000."""

SHOWN_MAX = 200
"""The most characters of a row that a message shows."""

NO_FILE = rule(
    "import.no_file",
    Kind.MALFORMED,
    "文件夹 {folder} 中没有 {stem}.csv 或 {stem}.xlsx",
    "the folder {folder} has neither {stem}.csv nor {stem}.xlsx",
)
TWO_FILES = rule(
    "import.two_files",
    Kind.MALFORMED,
    "文件夹 {folder} 中同时有 {first} 和 {second}，请只保留一个",
    "the folder {folder} has both {first} and {second}; keep one of them",
)
EMPTY = rule(
    "import.empty",
    Kind.MALFORMED,
    "{what}是空的，第一行应为表头：{expected}",
    "{what} is empty; its first row should be the header {expected}",
)
COLUMN_TWICE = rule(
    "import.column_twice",
    Kind.MALFORMED,
    "{first} 列「{first_read}」和 {second} 列「{read}」是同一项，不知该用哪一列；请只保留一列，或给另一列换个表头",
    "the columns {first} '{first_read}' and {second} '{read}' are the same item, so that it is not known which one "
    "counts; keep one of them, or give the other another header",
)
NO_COLUMN = rule(
    "import.column",
    Kind.MALFORMED,
    "缺少列「{column}」；读到的表头：{read}",
    "no column '{column}'; the header read is {read}",
)
NO_HEADER = rule(
    "import.header",
    Kind.MALFORMED,
    "这一行不是表头：读到「{read}」，应有 {expected}。如果读到的是乱码，文件是别的编码（如 Big5）：请在表格程序中打开，"
    "看清文字无误后另存为「CSV UTF-8」",
    "this row is no header: read '{read}', where {expected} is expected. If what was read is garbled, the file has "
    "another encoding, such as Big5: open it in a spreadsheet program and save it as 'CSV UTF-8'",
)
TOO_LONG = rule(
    "import.too_long",
    Kind.MALFORMED,
    "超过 {limit} 行，请按年度拆分",
    "more than {limit} rows; split the file by year",
)
SURPLUS = rule(
    "import.surplus",
    Kind.MALFORMED,
    "这一行比表头多出几格，多出的内容是「{read}」；如果某一格的文字里有逗号，请用双引号括起这一格",
    "this row has more cells than the header: '{read}'; a cell with a comma in it must stand in double quotation marks",
    "RFC 4180 section 2",
)
NOT_CSV = rule(
    "import.csv",
    Kind.MALFORMED,
    "这一行里的一个双引号没有在同一格末尾配对，后面的内容都成了这一格；请补上或删去这个引号",
    "a quotation mark in this row is not closed at the end of its cell and swallows what follows; close or delete it",
    "RFC 4180 section 2",
)


@dataclass(frozen=True)
class Column:
    """A column of a format: its field, its Chinese and English headers."""

    field: str
    zh: str
    en: str


@dataclass(frozen=True)
class Row:
    """One row of a table: its number (the header is row 1), its cells and the headers by field; a workbook's sheet."""

    file: str
    number: int
    cells: dict[str, str]
    headers: dict[str, str]
    sheet: str = ""


class Place(NamedTuple):
    """Where a header stands: the facts of a violation that say so."""

    file: str
    row: int
    sheet: str


class Rows(NamedTuple):
    """The rows of a table, blank ones left out; its file, and the encoding of a CSV file ("utf-8" or "gb18030")."""

    rows: list[Row]
    file: str
    encoding: str


def read_table(folder: Path, stem: str, columns: tuple[Column, ...]) -> Rows:
    """Return the rows of `stem`.csv or .xlsx in `folder`; raises what is wrong with the file.

    The header is the first row that is not blank.
    """
    path = _find(folder, stem)
    workbook = path.suffix.lower() == ".xlsx"
    sheet, encoding = (read_workbook(path), "") if workbook else _read_csv(path)
    filled = [(number, line) for number, line in enumerate(sheet.lines, start=1) if _is_filled(line)]
    if len(filled) > MAX_ROWS:
        raise TOO_LONG(file=path.name, limit=MAX_ROWS)
    if not filled:
        expected = ",".join(column.zh for column in columns)
        raise EMPTY(file=path.name, row=1, sheet=sheet.name, what=_said_empty(sheet), expected=expected)
    place = Place(path.name, filled[0][0], sheet.name)
    header = [cell.strip() for cell in filled[0][1]]
    places = _places(place, header, columns)
    if encoding == "gb18030":
        chinese = any(not header[at].isascii() for at in places.values())
        check_gb18030(path.name, sheet.lines, header_is_chinese=chinese)
    headers = {field: header[at] for field, at in places.items()}
    rows = [
        Row(path.name, number, {field: _cell(line, at) for field, at in places.items()}, headers, sheet.name)
        for number, line in filled[1:]
    ]
    return Rows(rows, path.name, encoding)


def _is_filled(line: list[str]) -> bool:
    return any(cell.strip() for cell in line)


def _said_empty(sheet: Sheet) -> Phrase:
    if not sheet.name:
        return Phrase("文件", "the file")
    return Phrase(
        f"工作表「{sheet.name}」（工作簿里的第一张，只读这一张）",
        f"the sheet '{sheet.name}', the workbook's first and the only one that is read,",
    )


def _find(folder: Path, stem: str) -> Path:
    """Return the one table of that name, however upper and lower case are written in it."""
    names = {f"{stem}.csv", f"{stem}.xlsx"}
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [path for path in there if path.name.lower() in names and path.is_file()]
    if not found:
        raise NO_FILE(folder=folder, stem=stem)
    if len(found) > 1:
        raise TWO_FILES(folder=folder, first=found[0].name, second=found[1].name)
    return found[0]


def _places(place: Place, header: list[str], columns: tuple[Column, ...]) -> dict[str, int]:
    """Return where each column stands; the header may have more columns, and those that are read only once."""
    at = place._asdict()
    found = {column.field: _named(header, column) for column in columns}
    if not any(found.values()):
        expected = ",".join(column.zh for column in columns)
        raise NO_HEADER(**at, read=",".join(header)[:SHOWN_MAX], expected=expected)
    missing = ", ".join(f"{column.zh}/{column.en}" for column in columns if not found[column.field])
    if missing:
        raise NO_COLUMN(**at, column=missing, read=",".join(header))
    for first, *more in found.values():
        if more:
            letters = {"first": column_letters(first), "second": column_letters(more[0])}
            raise COLUMN_TWICE(**at, **letters, first_read=header[first], read=header[more[0]])
    return {field: places[0] for field, places in found.items()}


def _named(header: list[str], column: Column) -> list[int]:
    return [place for place, name in enumerate(header) if name in {column.zh, column.en}]


def _cell(line: list[str], place: int) -> str:
    return line[place].strip() if place < len(line) else ""


def _read_csv(path: Path) -> tuple[Sheet, str]:
    """Return the file's cells and its encoding."""
    text, encoding = decode(path.name, path.read_bytes())
    lines: list[list[str]] = []
    try:
        lines.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:  # the row that failed is the one in which the quotation mark stands
        raise NOT_CSV(file=path.name, row=len(lines) + 1) from None
    width = len(next(filter(_is_filled, lines), []))
    for number, line in enumerate(lines, start=1):
        if len(line) < width and any("\n" in cell for cell in line):  # two rows became one
            raise NOT_CSV(file=path.name, row=number)
        surplus = ",".join(line[width:]).strip(", ")
        if surplus:
            raise SURPLUS(file=path.name, row=number, read=surplus)
    return Sheet("", lines), encoding
