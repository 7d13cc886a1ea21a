"""Reading tables from CSV (UTF-8 with or without BOM, GB18030) and XLSX, with the place of every cell kept."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.adapters.workbook import Sheet, read_workbook
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
    "文件夹 {folder} 中同时有 {stem}.csv 和 {stem}.xlsx，请只保留一个",
    "the folder {folder} has both {stem}.csv and {stem}.xlsx; keep one of them",
)
ENCODING = rule(
    "import.encoding",
    Kind.MALFORMED,
    "{problem}；请在表格程序中打开，另存为「CSV UTF-8」",
    "{problem}; open the file in a spreadsheet program and save it as 'CSV UTF-8'",
)
EMPTY = rule(
    "import.empty",
    Kind.MALFORMED,
    "文件是空的，这一行应为表头：{expected}",
    "the file is empty; this row should be the header {expected}",
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


def read_table(folder: Path, stem: str, columns: tuple[Column, ...]) -> list[Row]:
    """Return the rows of `stem`.csv or .xlsx in `folder`, blank rows left out; raises what is wrong with the file."""
    path = _find(folder, stem)
    sheet, lines = read_workbook(path) if path.suffix == ".xlsx" else _read_csv(path)
    if len(lines) > MAX_ROWS:
        raise TOO_LONG(file=path.name, limit=MAX_ROWS)
    if not lines or not any(cell.strip() for cell in lines[0]):
        raise EMPTY(file=path.name, row=1, expected=",".join(column.zh for column in columns))
    places = _places(path.name, lines[0], columns)
    headers = {field: lines[0][place].strip() for field, place in places.items()}
    return [
        Row(path.name, number, {field: _cell(line, place) for field, place in places.items()}, headers, sheet)
        for number, line in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in line)
    ]


def _find(folder: Path, stem: str) -> Path:
    found = [path for suffix in (".csv", ".xlsx") if (path := folder / f"{stem}{suffix}").is_file()]
    if not found:
        raise NO_FILE(folder=folder, stem=stem)
    if len(found) > 1:
        raise TWO_FILES(folder=folder, stem=stem)
    return found[0]


def _places(file: str, header: list[str], columns: tuple[Column, ...]) -> dict[str, int]:
    names = [cell.strip() for cell in header]
    if not {name for column in columns for name in (column.zh, column.en)} & set(names):
        expected = ",".join(column.zh for column in columns)
        raise NO_HEADER(file=file, row=1, read=",".join(names)[:SHOWN_MAX], expected=expected)
    found = {column.field: _place(names, column) for column in columns}
    missing = ", ".join(f"{column.zh}/{column.en}" for column in columns if found[column.field] is None)
    if missing:
        raise NO_COLUMN(file=file, row=1, column=missing, read=",".join(names))
    return {field: place for field, place in found.items() if place is not None}


def _place(names: list[str], column: Column) -> int | None:
    return next((names.index(name) for name in (column.zh, column.en) if name in names), None)


def _cell(line: list[str], place: int) -> str:
    return line[place].strip() if place < len(line) else ""


def _read_csv(path: Path) -> Sheet:
    text = _decode(path.name, path.read_bytes())
    lines: list[list[str]] = []
    try:
        lines.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:  # the row that failed is the one in which the quotation mark stands
        raise NOT_CSV(file=path.name, row=len(lines) + 1) from None
    for number, line in enumerate(lines, start=1):
        if len(line) < len(lines[0]) and any("\n" in cell for cell in line):  # two rows became one
            raise NOT_CSV(file=path.name, row=number)
        surplus = ",".join(line[len(lines[0]) :]).strip(", ")
        if surplus:
            raise SURPLUS(file=path.name, row=number, read=surplus)
    return Sheet("", lines)


def _decode(file: str, data: bytes) -> str:
    data = data.removeprefix(codecs.BOM_UTF8)
    bad = 0
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            bad = max(bad, error.start)  # the encoding that gets further is the one that was meant
            continue
        if "\x00" not in text:
            return text
        bad = data.index(b"\x00")
        break
    raise ENCODING(
        file=file,
        row=data.count(b"\n", 0, bad) + 1,
        read=data[bad : bad + 4].hex(" "),
        problem=_misread(data, bad),
    )


def _misread(data: bytes, bad: int) -> Phrase:
    """Say why bytes are no text that is read here, from the place of the first bad one."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Phrase("文件是 UTF-16 编码（「Unicode 文本」）", "the file is UTF-16 ('Unicode text')")
    if data[bad] == 0:
        return Phrase(
            "这里有值为 0 的字节：不是文本文件，或是 UTF-16 编码",
            "a byte of value 0: no text file, or UTF-16",
        )
    shown = data[bad : bad + 4].hex(" ").upper()
    return Phrase(
        f"这里的字节 {shown} 既不是 UTF-8 也不是 GB18030 编码",
        f"the bytes {shown} are neither UTF-8 nor GB18030",
    )
