"""Reading tables from CSV (UTF-8 with or without BOM, GB18030) and XLSX, with the place of every cell kept.

Titles above the header are passed over, and a workbook's sheets are read in order, each with a header of its own.
What is not read is named in a notice, or among the columns that are returned as unread, so that nothing of a file is
left out unsaid.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from api.adapters.encoding import check_gb18030, decode
from api.adapters.header import (
    column_letters,
    filled_rows,
    find_header,
    has_all,
    headed,
    passed_by,
)
from api.adapters.header_problems import header_problem, title_problem
from api.adapters.notices import (
    as_gb18030,
    hidden_rows,
    hidden_sheets,
    listed,
    other_columns,
    other_sheets,
    red_amounts,
    struck_rows,
)
from api.adapters.separated import check_width, separator_of, split_cells
from api.adapters.workbook import Sheet, read_workbook
from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from api.adapters.header import Filled, Header, Layout
    from domain.kernel.errors import RuleViolation

MAX_ROWS = 200_000
"""The most rows a table may have; a year of a rich village has some 40,000."""

POSITIVE = re.compile(r"[+＋]?[¥￥]?\s*[0-9０-９]")
"""How an amount begins that is not negative."""

READ = {".csv", ".xlsx"}
"""The endings of the files that are read."""
UNREAD = {".et", ".numbers", ".ods", ".tsv", ".xls", ".xlsb", ".xlsm"}
"""The endings of tables that are not: of Excel, WPS, LibreOffice, Numbers."""

NO_FILE = rule(
    "import.no_file",
    Kind.MALFORMED,
    "文件夹 {folder} 中没有 {stem}.csv 或 {stem}.xlsx{other}",
    "the folder {folder} has neither {stem}.csv nor {stem}.xlsx{other}",
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
    "{what}是空的，应有表头：{expected}",
    "{what} is empty, where the header {expected} is expected",
)
OTHER_TABLE = rule(
    "import.other_table",
    Kind.MALFORMED,
    "这张表有「{columns}」列，是凭证而不是期初余额：请放进 journal 文件；期初余额每个科目一行，没有日期和凭证号",
    "this table has the columns '{columns}', so it holds vouchers and not opening balances: put it into the file "
    "journal; of opening balances each account has one row, without date and number",
)
TOO_LONG = rule(
    "import.too_long",
    Kind.MALFORMED,
    "超过 {limit} 行，请按年度拆分",
    "more than {limit} rows; split the file by year",
)


@dataclass(frozen=True)
class Row:
    """One row of a table: its number, counted from 1, its cells and the headers by field; a workbook's sheet.

    `header_rows` are the one or two rows of the header as they are written, by field too. `filled` are the fields that
    are blank in the table, and whose cells are those of the row above; `serials` those whose cells are numbers that may
    count days. `first` is what stands first in the row, in a column that is read or not.
    """

    file: str
    number: int
    cells: dict[str, str]
    headers: dict[str, str]
    sheet: str = ""
    header_rows: tuple[dict[str, str], ...] = ()
    filled: tuple[str, ...] = ()
    serials: frozenset[str] = frozenset()
    first: str = ""

    @property
    def place(self) -> Phrase:
        """Where the row stands in its file, in words."""
        if not self.sheet:
            return Phrase(f"第 {self.number} 行", f"row {self.number}")
        return Phrase(
            f"工作表「{self.sheet}」第 {self.number} 行", f"row {self.number} of sheet '{self.sheet}'"
        )


class Unread(NamedTuple):
    """A column that is not read: its header, or its letters where it has none; in how many rows it has what, first."""

    header: str
    rows: int
    example: str


class Rows(NamedTuple):
    """What was read of a table: the rows below the headers, blank ones left out; problems of headers; notices.

    `outside` are the rows that stand below no header: above the first of a sheet, or on a sheet without one. Their
    cells are those below the columns that are read. A notice says what of the file was not read, or was read though
    a person may not expect it.
    """

    rows: list[Row]
    outside: tuple[Row, ...] = ()
    problems: tuple[RuleViolation, ...] = ()
    notices: tuple[Phrase, ...] = ()
    unread: tuple[Unread, ...] = ()
    file: str = ""


class Part(NamedTuple):
    """A sheet with its rows that are not blank, and the row among them that is its header, or most like one.

    `layout` is what it was read by.
    """

    sheet: Sheet
    filled: list[Filled]
    header: Header
    layout: Layout

    @property
    def foreign(self) -> bool:
        """Whether the header is that of another table, which has columns of the same names too."""
        return bool(self.layout.foreign) and has_all(self.header, self.layout.foreign)

    @property
    def titles(self) -> list[Filled]:
        """The rows above the header."""
        return self.filled[: self.header.at]

    @property
    def body(self) -> list[Filled]:
        """The rows below the header."""
        return self.filled[self.header.at + 1 :]

    def is_meant(self) -> bool:
        """Whether the header has so many columns that the sheet was meant to be read: one without some is a slip."""
        return self.header.found() * 2 > len(self.header.places) and not self.foreign


def read_table(folder: Path, stem: str, layout: Layout) -> Rows:
    """Return the rows of `stem`.csv or .xlsx in `folder`, as `read_file` does; raises what is wrong with the file."""
    return read_file(_find(folder, stem), layout)


def read_file(path: Path, layout: Layout) -> Rows:
    """Return the rows of a table; raises what is wrong with the file.

    The header is the row with most of the columns. Every visible sheet that has more than half of them is read, but
    for those of another table.
    """
    if path.suffix.lower() == ".xlsx":
        return _rows_of(path.name, _parts(read_workbook(path), layout), layout)
    text, encoding = decode(path.name, path.read_bytes())
    return read_text(path.name, text, layout, encoding)


def read_text(file: str, text: str, layout: Layout, encoding: str = "utf-8") -> Rows:
    """Return the rows of separated values, as `read_file` does of a file in an encoding."""
    separator = separator_of(text, layout)
    [part] = _parts([Sheet("", split_cells(file, text, separator))], layout)
    read = _rows_of(file, [part], layout)
    if read.problems:
        return read
    unheaded = None if part.header.row else layout.unheaded
    check_width(file, part.body, len(part.header.cells), separator, unheaded)
    if encoding != "gb18030":
        return read
    chinese = any(
        not part.header.cells[place].isascii() for places in part.header.places.values() for place in places
    )
    check_gb18030(file, part.filled, header_is_chinese=chinese)
    return read._replace(notices=(*read.notices, as_gb18030(file)))


def unread_tables(folder: Path, stems: Sequence[str]) -> list[str]:
    """Return the names of a folder's tables that are not `stems` in a format that is read, in order."""
    names = {f"{stem}{suffix}" for stem in stems for suffix in READ}
    return [
        path.name
        for path in _files(folder)
        if path.name.lower() not in names
        and (path.suffix.lower() in READ | UNREAD or path.stem.lower() in stems)
        and not path.name.startswith((".", "~$"))
    ]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _find(folder: Path, stem: str) -> Path:
    """Return the one table of that name, however upper and lower case are written in it."""
    named = [path for path in _files(folder) if path.stem.lower() == stem]
    found = [path for path in named if path.suffix.lower() in READ]
    if not found:
        raise NO_FILE(folder=folder, stem=stem, other=_said_other([path.name for path in named]))
    if len(found) > 1:
        raise TWO_FILES(folder=folder, first=found[0].name, second=found[1].name)
    return found[0]


def _said_other(names: Sequence[str]) -> Phrase:
    if not names:
        return Phrase("", "")
    zh, en = listed(names)
    return Phrase(
        f"；{zh} 读不了，请用表格程序打开，另存为 .xlsx 或「CSV UTF-8」",
        f"; {en} cannot be read: open it in a spreadsheet program and save it as .xlsx or 'CSV UTF-8'",
    )


def _parts(sheets: Iterable[Sheet], layout: Layout) -> list[Part]:
    return [_part(sheet, headed(filled_rows(sheet.lines), layout), layout) for sheet in sheets]


def _part(sheet: Sheet, filled: list[Filled], layout: Layout) -> Part:
    part = Part(sheet, filled, find_header(filled, layout.columns), layout)
    if layout.other is None:
        return part
    other = Part(sheet, filled, find_header(filled, layout.other.columns), layout.other)
    is_told = bool(other.header.places.get(layout.told_by))
    return other if is_told and other.header.missing() < part.header.missing() else part


def _rows_of(file: str, parts: Sequence[Part], layout: Layout) -> Rows:
    """Return the rows of the sheets that have a header, and of the others what is to be said."""
    shown = [part for part in parts if part.filled and not part.sheet.hidden]
    if not shown:
        name = next((part.sheet.name for part in parts if not part.sheet.hidden), "")
        raise EMPTY(file=file, row=1, sheet=name, what=_said_empty(name), expected=_expected(layout))
    meant = [part for part in shown if part.is_meant()] or [max(shown, key=lambda part: part.header.found())]
    if sum(len(part.filled) for part in meant) > MAX_ROWS:
        raise TOO_LONG(file=file, limit=MAX_ROWS)
    had = {field for part in meant for field, places in part.header.places.items() if places}
    found = [(part, _problem(file, part, had)) for part in meant]
    problems = tuple(problem for _, problem in found if problem)
    good = [part for part, problem in found if not problem]
    rows = [row for part in good for row in _rows(file, part, part.header, part.body)]
    outside = [row for part in good for row in _rows(file, part, part.header, part.titles)]
    headless = [part for part in shown if not part.header.found()] if good else []
    outside += [row for part in headless for row in _rows(file, part, good[0].header, part.filled)]
    notices = _notices(file, parts, meant, layout) if good else ()
    return Rows(rows, tuple(outside), problems, notices, tuple(_unread(good)), file)


def _unread(parts: Sequence[Part]) -> Iterator[Unread]:
    """Yield the columns that are not read and in which something stands beside what is, in the order of the first.

    Those that another comes before are told of with that one.
    """
    found: dict[str, list[str]] = {}
    for part in parts:
        passed = {name for _, others in _passed_by(part) for name in others}
        read = {place for places in part.header.all_places.values() for place in places}
        needed = part.header.places.get(next(iter(part.layout.booked), ""), [])
        for row in part.body:
            if not any(_cell(row.line, place) for place in needed):
                continue
            for place, cell in enumerate(map(str.strip, row.line)):
                if cell and place not in read:
                    header = _cell(part.header.cells, place)
                    if cell != header and header not in passed:  # a header may be repeated
                        found.setdefault(header or column_letters(place), []).append(cell)
    for header, cells in found.items():
        yield Unread(header, len(cells), cells[0])


def _problem(file: str, part: Part, had: Collection[str]) -> RuleViolation | None:
    """Return what is wrong with a sheet; one that lacks what another of the file has is a slip, spared or not."""
    name, layout = part.sheet.name, part.layout
    if part.foreign:
        columns = ", ".join(f"{column.zh}/{column.en}" for column in layout.foreign)
        return OTHER_TABLE(file=file, row=part.header.row, sheet=name, columns=columns)
    wanted = [replace(one, spared=one.spared and one.field not in had) for one in layout.wanted]
    return header_problem(part.header, wanted, file, name) or title_problem(part.titles, file, name)


def _rows(file: str, part: Part, header: Header, filled: Sequence[Filled]) -> list[Row]:
    """Return rows of a sheet with the cells that stand in the columns of a header."""
    places = {field: places[0] for field, places in header.all_places.items() if places}
    headers, *header_rows = [_cells(line, places) for line in (header.cells, *header.written)]
    written = tuple(header_rows)
    name, serials = part.sheet.name, part.sheet.serials
    return [
        Row(
            *(file, number, _cells(line, places), headers, name, written),
            serials=frozenset(field for field, place in places.items() if (number - 1, place) in serials),
            first=next(filter(None, map(str.strip, line)), ""),
        )
        for number, line in filled
    ]


def _cells(line: list[str], places: Mapping[str, int]) -> dict[str, str]:
    return {field: _cell(line, place) for field, place in places.items()}


def _cell(line: list[str], place: int) -> str:
    return line[place].strip() if place < len(line) else ""


def _notices(file: str, parts: Sequence[Part], meant: Sequence[Part], layout: Layout) -> tuple[Phrase, ...]:
    """Name the sheets that were not read, and the rows that were though a person may not expect it."""
    hidden = [part.sheet.name for part in parts if part.filled and part.sheet.hidden]
    others = [
        part.sheet.name for part in parts if part.filled and not part.sheet.hidden and part not in meant
    ]
    told = []
    if hidden:
        told.append(hidden_sheets(file, hidden))
    if others:
        told.append(other_sheets(file, others, _expected(layout)))
    for said, is_marked in ((hidden_rows, _is_hidden), (red_amounts, _has_red), (struck_rows, _is_struck)):
        rows = [
            Row(file, row.number, {}, {}, part.sheet.name).place
            for part in meant
            for row in part.body
            if is_marked(part, row)
        ]
        if rows:
            told.append(said(file, rows))
    told += [other_columns(file, read, others) for part in meant for read, others in _passed_by(part)]
    return tuple(told)


def _passed_by(part: Part) -> Iterator[tuple[str, list[str]]]:
    """Yield each header of a ranked column that is read, with those that it comes before."""
    for column in (column for column in part.layout.columns if column.ranked):
        others, places = passed_by(part.header, column), part.header.all_places.get(column.field)
        if others and places:
            yield part.header.cells[places[0]], others


def _is_hidden(part: Part, row: Filled) -> bool:
    return row.number in part.sheet.hidden_rows


def _has_red(part: Part, row: Filled) -> bool:
    """Tell whether an amount of a row is in red, and is written without a sign that makes it negative."""
    written = [_cell(row.line, place) for place in _marked(part, row, part.sheet.red, part.layout.amounts)]
    return any(POSITIVE.match(amount) for amount in written)


def _is_struck(part: Part, row: Filled) -> bool:
    places = _marked(part, row, part.sheet.struck, part.layout.booked)
    return any(_cell(row.line, place) for place in places)


def _marked(
    part: Part, row: Filled, cells: Collection[tuple[int, int]], fields: Sequence[str]
) -> Iterator[int]:
    """Yield where a row has cells of some fields that are marked."""
    for name in fields:
        for place in part.header.places[name]:
            if (row.number - 1, place) in cells:
                yield place


def _expected(layout: Layout) -> str:
    return ",".join(column.zh for column in layout.wanted)


def _said_empty(sheet: str) -> Phrase:
    if not sheet:
        return Phrase("文件", "the file")
    return Phrase(f"看得见的工作表（如「{sheet}」）都", f"every sheet that is shown (such as '{sheet}')")
