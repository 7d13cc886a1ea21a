"""Separated values (CSV): by which sign, the cells, and rows that a stray sign has broken."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice
from typing import TYPE_CHECKING

from api.adapters.header import SEARCHED_ROWS, filled_rows, find_header
from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from api.adapters.header import Filled, Layout, Unheaded

SURPLUS = rule(
    "import.surplus",
    Kind.MALFORMED,
    "这一行比表头多出几格，多出的内容是「{read}」；如果某一格的文字里有{separator}，请用双引号括起这一格",
    "this row has more cells than the header: '{read}'; a cell with a {separator} in it must stand in double "
    "quotation marks",
    "RFC 4180 section 2",
)
NOT_CSV = rule(
    "import.csv",
    Kind.MALFORMED,
    "这一行里的一个双引号没有在同一格末尾配对，后面的内容都成了这一格；请补上或删去这个引号",
    "a quotation mark in this row is not closed at the end of its cell and swallows what follows; close or delete it",
    "RFC 4180 section 2",
)

SEPARATORS = {
    ",": Phrase("逗号", "comma"),
    ";": Phrase("分号", "semicolon"),
    "\t": Phrase("制表符", "tab"),
    "，": Phrase("全角逗号", "full-width comma"),
}
"""What stands between cells: by RFC 4180, where the comma is the decimal sign, in "text" exports, typed in Chinese."""


BLANK = " "
"""What people type between cells where they need no header."""
_SAID = {**SEPARATORS, BLANK: Phrase("空格", "blank")}
_BLANKS = re.compile("[ \u00a0\u3000]+")


def separator_of(text: str, layout: Layout) -> str:
    """Return the separator with which most of the header is recognised, or of rows that need none.

    It is the comma when several do as well.
    """
    blank = "".join(SEPARATORS) + " \r\n"
    first = list(islice((line for line in io.StringIO(text, newline="") if line.strip(blank)), SEARCHED_ROWS))

    def recognised(separator: str) -> tuple[int, int]:
        try:
            rows = filled_rows(_cells(first, separator))
        except csv.Error:  # a cell without end, which is told when all is read
            return 0, 0
        begun = layout.unheaded.begun(rows) if layout.unheaded else []
        return find_header(rows, layout.columns).found(), len(begun)

    return max([*SEPARATORS, *([BLANK] if layout.unheaded else [])], key=recognised)


def _cells(lines: Iterable[str], separator: str, *, strict: bool = False) -> Iterator[list[str]]:
    """Yield the cells of each row; raises `csv.Error`."""
    read = (_BLANKS.sub(BLANK, line).strip(BLANK) for line in lines) if separator == BLANK else lines
    return csv.reader(read, delimiter=separator, strict=strict)


def split_cells(file: str, text: str, separator: str) -> list[list[str]]:
    """Return the cells of a file; raises `import.csv`."""
    lines: list[list[str]] = []
    try:
        lines.extend(_cells(io.StringIO(text, newline=""), separator, strict=True))
    except csv.Error:  # the row that failed is the one in which the quotation mark stands
        raise NOT_CSV(file=file, row=len(lines) + 1) from None
    return lines


def check_width(
    file: str, rows: Sequence[Filled], width: int, separator: str, unheaded: Unheaded | None
) -> None:
    """Refuse rows below a header of `width` cells that became one, or in which one cell became two.

    Of rows that are `unheaded` nobody wrote the header.
    """
    for number, line in rows:
        if len(line) < width and any("\n" in cell for cell in line):  # two rows became one
            raise NOT_CSV(file=file, row=number)
        surplus = separator.join(line[width:]).strip(f"{separator} ")
        if surplus and unheaded:
            raise unheaded.wide(line[1:], file=file, row=number)
        if surplus:
            raise SURPLUS(file=file, row=number, read=surplus, separator=_SAID[separator])
