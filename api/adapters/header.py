"""The header of a table: found below the titles that programs print above it, however its names are written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.kernel.errors import RuleViolation

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
    "缺少列「{column}」{nearest}；读到的表头：{read}",
    "no column '{column}'{nearest}; the header read is {read}",
)
NO_HEADER = rule(
    "import.header",
    Kind.MALFORMED,
    "这一行不是表头：读到「{read}」，应有 {expected}。如果读到的是乱码，文件是别的编码（如 Big5）：请在表格程序中打开，"
    "看清文字无误后另存为「CSV UTF-8」",
    "this row is no header: read '{read}', where {expected} is expected. If what was read is garbled, the file has "
    "another encoding, such as Big5: open it in a spreadsheet program and save it as 'CSV UTF-8'",
)

SEARCHED_ROWS = 20
"""Among so many filled rows the header is looked for; programs print three or four lines above it."""

SHOWN_MAX = 200
"""The most characters of a row that a message shows."""

LIKENESS = 0.5
"""How alike (`difflib`) a header must be to one that is missing to be named beside it."""

_UNIT = re.compile(r"(?:[(\[](?:单位:)?(?:元|人民币元?|张|yuan|cny|rmb|¥)[)\]])?:?\Z")
"""A unit that does not change what is read; 万元 is not among them."""


@dataclass(frozen=True)
class Column:
    """A column of a format: its field, its Chinese and English headers, and what other programs call it."""

    field: str
    zh: str
    en: str
    also: tuple[str, ...] = ()


class Filled(NamedTuple):
    """A row that is not blank: its number in the file, counted from 1, and its cells."""

    number: int
    line: list[str]


class Header(NamedTuple):
    """The header of a table: its place among the filled rows, its row, its cells, and where each field stands."""

    index: int
    row: int
    cells: list[str]
    places: dict[str, list[int]]

    def found(self) -> int:
        """Return how many columns it has of those that are wanted."""
        return sum(map(bool, self.places.values()))


def filled_rows(lines: Iterable[list[str]]) -> list[Filled]:
    """Return the rows of a table in which anything is written."""
    return [
        Filled(number, line)
        for number, line in enumerate(lines, start=1)
        if any(cell.strip() for cell in line)
    ]


def find_header(rows: Sequence[Filled], columns: Sequence[Column]) -> Header | None:
    """Return the first row that has all columns, else the one that has the most of them; None of no rows at all."""
    headers = [
        Header(index, row.number, [cell.strip() for cell in row.line], _places(row.line, columns))
        for index, row in enumerate(rows[:SEARCHED_ROWS])
    ]
    return max(headers, key=Header.found, default=None)


def header_problem(
    header: Header, columns: Sequence[Column], file: str, sheet: str
) -> RuleViolation | None:
    """Return what is wrong with a header, None of a good one; columns that are not read may be there twice."""
    at = {"file": file, "row": header.row, "sheet": sheet}
    read = ",".join(header.cells)
    if not header.found():
        return NO_HEADER(**at, read=read[:SHOWN_MAX], expected=",".join(column.zh for column in columns))
    missing = [column for column in columns if not header.places[column.field]]
    if missing:
        named = ", ".join(f"{column.zh}/{column.en}" for column in missing)
        return NO_COLUMN(**at, column=named, nearest=_nearest(header, missing), read=read)
    for first, *more in header.places.values():
        if more:
            letters = {"first": column_letters(first), "second": column_letters(more[0])}
            names = {"first_read": header.cells[first], "read": header.cells[more[0]]}
            return COLUMN_TWICE(**at, **letters, **names)
    return None


def plain_name(name: str) -> str:
    """Return a header without what does not count: case, width, blanks, what is invisible, a unit of yuan."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return _UNIT.sub("", "".join(one for one in text if not one.isspace() and unicodedata.category(one) != "Cf"))


def column_letters(place: int) -> str:
    """Return what a spreadsheet program writes above a column, counted from 0: A, B, … Z, AA."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _places(line: Sequence[str], columns: Sequence[Column]) -> dict[str, list[int]]:
    """Return where each column stands; another program's name counts where the column's own is not there."""
    names = [plain_name(cell) for cell in line]
    return {
        column.field: _named(names, (column.zh, column.en)) or _named(names, column.also)
        for column in columns
    }


def _named(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    return [place for place, name in enumerate(names) if name in wanted]


def _nearest(header: Header, missing: Sequence[Column]) -> Phrase | str:
    """Name the header that is most like one that is missing, "" when none is."""
    read = {place for places in header.places.values() for place in places}
    others = [cell for place, cell in enumerate(header.cells) if cell and place not in read]
    like = [near for column in missing for near in get_close_matches(column.zh, others, 1, LIKENESS)]
    if not like:
        return ""
    return Phrase(f"（最像的一列是「{like[0]}」，是它就请改名）", f" (the nearest is '{like[0]}': rename it if it is meant)")
