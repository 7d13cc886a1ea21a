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

LISTED_MAX = 5
"""The most rows that a notice lists one by one."""

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
TOO_LONG = rule(
    "import.too_long",
    Kind.MALFORMED,
    "超过 {limit} 行，请按年度拆分",
    "more than {limit} rows; split the file by year",
)


@dataclass(frozen=True)
class Row:
    """One row of a table: its number (the header is row 1), its cells and the headers by field; a workbook's sheet."""

    file: str
    number: int
    cells: dict[str, str]
    headers: dict[str, str]
    sheet: str = ""


class Rows(NamedTuple):
    """The rows of a table, blank ones left out; its file, the encoding of a CSV file ("utf-8" or "gb18030"), notices.

    A notice says what of the file was not read, or was read though a person may not expect it.
    """

    rows: list[Row]
    file: str
    encoding: str
    notices: tuple[Phrase, ...] = ()


class Part(NamedTuple):
    """A sheet with its rows that are not blank, and the row among them that is its header, or most like one."""

    sheet: Sheet
    rows: list[Filled]
    header: Header

    def is_whole(self) -> bool:
        """Whether the header has every column."""
        return self.header.found() == len(self.header.places)

    def is_meant(self) -> bool:
        """Whether the header has so many columns that the sheet was meant to be read: one without some is a slip."""
        return self.header.found() * 2 > len(self.header.places)


def read_table(folder: Path, stem: str, columns: tuple[Column, ...]) -> Rows:
    """Return the rows of `stem`.csv or .xlsx in `folder`; raises what is wrong with the file.

    The header is the first row that has every column, and every visible sheet with a header is read, in order.
    """
    path = _find(folder, stem)
    if path.suffix.lower() == ".xlsx":
        return _of_sheets(path.name, read_workbook(path), columns)
    text, encoding = decode(path.name, path.read_bytes())
    separator = separator_of(text, columns)
    sheet = Sheet("", split_cells(path.name, text, separator))
    read = _of_sheets(path.name, [sheet], columns)._replace(encoding=encoding)
    header = find_header(filled_rows(sheet.lines), columns)
    if header:
        below = filled_rows(sheet.lines)[header.index + 1 :]
        check_width(path.name, below, len(header.cells), separator)
        if encoding == "gb18030":
            chinese = any(not header.cells[place].isascii() for [place] in header.places.values())
            check_gb18030(path.name, sheet.lines, header_is_chinese=chinese)
    return read


def _of_sheets(file: str, sheets: Sequence[Sheet], columns: tuple[Column, ...]) -> Rows:
    """Return the rows of the sheets that have a header; a sheet that is not read is named in a notice."""
    parts = _parts(sheets, columns)
    shown = [part for part in parts if not part.sheet.hidden]
    if not shown:
        name, expected = sheets[0].name if sheets else "", ",".join(column.zh for column in columns)
        raise EMPTY(file=file, row=1, sheet=name, what=_said_empty(name, parts), expected=expected)
    wanted = [part for part in shown if part.is_meant()]
    if not any(part.is_whole() for part in shown):
        wanted = [max(shown, key=lambda part: part.header.found())]
    if sum(len(part.rows) for part in wanted) > MAX_ROWS:
        raise TOO_LONG(file=file, limit=MAX_ROWS)
    for part in wanted:
        problem = header_problem(part.header, columns, file, part.sheet.name)
        if problem:
            raise problem
    rows: list[Row] = []
    notices = sheet_notices(file, parts, wanted)
    for part in wanted:
        mine, passed = _rows_of(file, part)
        rows += mine
        notices += row_notices(file, part, passed)
    return Rows(rows, file, "", tuple(notices))


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
