"""XLSX workbooks: the cells of each worksheet as a person sees them, with those that hold no value named.

python-calamine gives a cell in error (#N/A) and a formula that was never computed as blank cells, which in an account
book would be zeros. So the sheet's own XML (ECMA-376 part 1, 18.3.1.4) is looked through for these two.
"""

from __future__ import annotations

import datetime
import posixpath
import re
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from api.adapters.parts import local_name, xml_parser
from api.adapters.styles import read_styles
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from pathlib import Path

    from python_calamine import SheetMetadata

    from api.adapters.styles import Styles

NOT_XLSX = rule(
    "import.xlsx",
    Kind.MALFORMED,
    "打不开这个 XLSX 工作簿：文件损坏，或是别的格式；请用表格程序打开，另存为 .xlsx 后再导入（{problem}）",
    "this XLSX workbook cannot be opened: it is damaged or of another format; open it in a spreadsheet program and "
    "save it as .xlsx ({problem})",
)

SHEET_ROWS = 1_048_576
"""The most rows that a sheet of the format has."""
SERIALS = range(32_874, 73_051)
"""What 1990-01-01 to 2099-12-31 are as numbers, where days are counted from 1900 (ECMA-376 part 1, 18.17.4)."""
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_LETTERS = re.compile("[A-Z]{0,3}")


class Sheet(NamedTuple):
    """A sheet: its name, its cells as texts from the first row and column on; whether it is hidden, or which rows.

    `red` and `struck` are the cells, by row and column counted from 0, whose font is red or struck out; `serials` those
    that are whole numbers, without the format of a date, which as days would be of `SERIALS`.
    """

    name: str
    lines: list[list[str]]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    red: frozenset[tuple[int, int]] = frozenset()
    struck: frozenset[tuple[int, int]] = frozenset()
    serials: frozenset[tuple[int, int]] = frozenset()


class Cell(NamedTuple):
    """A cell without a value: its row and column, counted from 0, and #N/A or the like, or the formula after `=`."""

    row: int
    column: int
    shown: str


def read_workbook(path: Path) -> list[Sheet]:
    """Return the worksheets in order; an error cell is #N/A or the like, a formula without result `=` and the formula.

    A sheet that is a chart is passed over. A file of no bytes is a sheet without cells, as an empty CSV file is.
    """
    if not path.stat().st_size:
        return [Sheet("", [])]
    try:
        book = CalamineWorkbook.from_path(path)
        with zipfile.ZipFile(path) as parts:
            parts_of, styles, from_1904 = _parts_of(parts), read_styles(parts), _counts_from_1904(parts)
            sheets = [
                _read_sheet(book, one, _searched(parts, parts_of[one.name], styles))
                for one in book.sheets_metadata
                if one.typ is SheetTypeEnum.WorkSheet
            ]
            return [one._replace(serials=frozenset()) for one in sheets] if from_1904 else sheets
    except (CalamineError, OSError, zipfile.BadZipFile, LookupError, ValueError, expat.ExpatError) as error:
        raise NOT_XLSX(file=path.name, problem=f"{error}"[:200]) from None


def _searched(parts: zipfile.ZipFile, part: str, styles: Styles) -> _Search:
    search = _Search(styles)
    with parts.open(part) as opened:
        search.parser.ParseFile(opened)
    return search


def _read_sheet(book: CalamineWorkbook, named: SheetMetadata, search: _Search) -> Sheet:
    values = book.get_sheet_by_name(named.name).to_python(skip_empty_area=False)
    lines = [[_text(value) for value in row] for row in values]
    serials = frozenset(
        (row, column)
        for row, line in enumerate(values)
        for column, value in enumerate(line)
        if isinstance(value, float) and value.is_integer() and int(value) in SERIALS
    )
    for cell in search.found:
        lines.extend([] for _ in range(len(lines), cell.row + 1))
        line = lines[cell.row]
        line.extend("" for _ in range(len(line), cell.column + 1))
        line[cell.column] = cell.shown
    hidden = named.visible is not SheetVisibleEnum.Visible
    marked = frozenset(search.red), frozenset(search.struck)
    return Sheet(named.name, lines, hidden, frozenset(search.hidden), *marked, serials)


def _text(value: object) -> str:
    """Return a workbook's typed cell as a person reads it: 15 digits, no exponent, dates as YYYY-MM-DD."""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(f"{value:.15g}"), "f")
    return str(value)


def _counts_from_1904(parts: zipfile.ZipFile) -> bool:
    """Tell whether a workbook counts its days from 1904, so that a number is another day."""
    found: list[bool] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local_name(name) == "workbookPr":
            found.append(attributes.get("date1904") in {"1", "true"})

    parser = xml_parser()
    parser.StartElementHandler = start
    with parts.open(WORKBOOK) as opened:
        parser.ParseFile(opened)
    return any(found)


def _parts_of(parts: zipfile.ZipFile) -> dict[str, str]:
    """Return the part that holds each sheet, found by its relation as ECMA-376 part 1, 12.3.24 has it."""
    relations: dict[str, str] = {}
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if local_name(name) == "sheet":
            key = next((key for key in attributes if key.endswith(":id")), "")
            relations[attributes.get("name", "")] = attributes.get(key, "")
        elif local_name(name) == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    for part in (WORKBOOK, RELATIONS):
        parser = xml_parser()
        parser.StartElementHandler = start
        with parts.open(part) as opened:
            parser.ParseFile(opened)
    return {
        sheet: posixpath.normpath(posixpath.join("/xl", targets[relation])).lstrip("/")
        for sheet, relation in relations.items()
        if relation in targets
    }


class _Search:
    """Finds the cells without a value, those of a marked font, and the hidden rows, while `parser` reads a sheet.

    A sheet has a million cells and few of these, so texts and ends are listened to inside such a cell only.
    """

    def __init__(self, styles: Styles) -> None:
        self.found: list[Cell] = []
        self.hidden: list[int] = []
        self.red: set[tuple[int, int]] = set()
        self.struck: set[tuple[int, int]] = set()
        self._styles = styles
        self.parser = xml_parser()
        self.parser.StartElementHandler = self._start
        self._row = -1
        self._reference, self._behind = "", -1
        self._type = ""
        self._texts: dict[str, str] = {}
        self._inside = ""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = local_name(name)
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._reference, self._behind = "", -1
            if self._row >= SHEET_ROWS:
                raise ValueError(f"a row beyond {SHEET_ROWS}")
            if attributes.get("hidden") in {"1", "true"}:
                self.hidden.append(self._row + 1)
        elif name == "f":
            self._listen()
        self._inside = name

    def _cell(self, attributes: dict[str, str]) -> None:
        """Note where a cell is: it may have no reference, and then lies behind the one before it."""
        if "r" in attributes:
            self._reference, self._behind = attributes["r"], 0
        else:
            self._behind += 1
        style = int(attributes.get("s", "0"))
        if style in self._styles.red:
            self.red.add((self._row, self._place()))
        if style in self._styles.struck:
            self.struck.add((self._row, self._place()))
        self._type = attributes.get("t", "")
        if self._type == "e":
            self._listen()

    def _place(self) -> int:
        return _column(self._reference) + self._behind

    def _listen(self) -> None:
        self._texts = {}
        self.parser.CharacterDataHandler = self._text
        self.parser.EndElementHandler = self._end

    def _text(self, text: str) -> None:
        self._texts[self._inside] = self._texts.get(self._inside, "") + text

    def _end(self, name: str) -> None:
        self._inside = ""
        if local_name(name) != "c":
            return
        self.parser.CharacterDataHandler = self.parser.EndElementHandler = None
        value = self._texts.get("v", "").strip()
        column = self._place()
        if self._type == "e":
            self.found.append(Cell(self._row, column, value or "#N/A"))
        elif not value and self._type != "str":  # the result of a "str" may well be the empty text
            self.found.append(Cell(self._row, column, f"={self._texts.get('f', '')}"))


def _column(reference: str) -> int:
    """Return the column of a reference, counted from 0: A1 is 0, Z9 25, AA1 26; without one 0."""
    letters = reference.rstrip("0123456789")
    if not _LETTERS.fullmatch(letters):
        raise ValueError(f"a cell named {reference!a:.20}")
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return max(place - 1, 0)
