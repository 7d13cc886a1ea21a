"""The header of a table: found below the titles that programs print above it, however its names are written.

It may fill two rows, as merged cells make it: 金额 above 借方 and 贷方. Then a column's name is made of both.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import pairwise, zip_longest
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

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
    "这一行不是表头：读到「{read}」，应有 {expected}（前 {searched} 行中也没有）。如果读到的是乱码，文件是别的编码"
    "（如 Big5）：请在表格程序中打开，看清文字无误后另存为「CSV UTF-8」",
    "this row is no header: read '{read}', where {expected} is expected, nor is any of the first {searched} rows. If "
    "what was read is garbled, the file has another encoding, such as Big5: open it in a spreadsheet program and save "
    "it as 'CSV UTF-8'",
)
OTHER_UNIT = rule(
    "import.unit",
    Kind.MALFORMED,
    "「{read}」：金额的单位是{unit}，这里只收元；请把金额换算成元，并改好单位",
    "'{read}': the amounts are in {unit}, and only yuan (元) are read; convert them, and correct the unit",
)

SEARCHED_ROWS = 20
"""Among so many filled rows the header is looked for; programs print three or four lines above it."""

SHOWN_MAX = 200
"""The most characters of a row that a message shows."""

LIKENESS = 0.5
"""How alike (`difflib`) a header must be to one that is missing to be named beside it."""

_OPEN, _CLOSE = r"[(\[【〔]", r"[)\]】〕]"
_YUAN = re.compile(rf"(?:{_OPEN}(?:单位:?)?(?:元|人民币元?|张|yuan|cny|rmb|¥){_CLOSE})?:?\Z")
"""A unit that does not change what is read."""
_UNIT = r"(?:人民币)?(?P<unit>[百千万亿]+元?|[美欧港日]元|角|分|usd|eur|hkd)"
_OTHER_IN_NAME = re.compile(rf"(?:{_OPEN}|[:/])(?:单位:?)?{_UNIT}{_CLOSE}?:?\Z|(?P<bare>[百千万亿]+元)\Z")
_OTHER_IN_TITLE = re.compile(
    rf"单位[:(]?{_UNIT}(?:{_CLOSE}|\Z)|\A{_OPEN}?{_UNIT.replace('unit', 'alone')}{_CLOSE}?\Z"
)
"""A unit with which every amount would be wrong, behind the name of a column and in a title: 单位：万元."""


@dataclass(frozen=True)
class Column:
    """A column of a format: its field, its Chinese and English headers, and what other programs call it.

    One that is `optional` is read where it is there, and missed by nobody where it is not. One that is `spared` is
    part of the format, but a table may do without it. Of the other names of one that is `ranked` the first that is
    there counts alone. `named` says where a person has named its header, if they have.
    """

    field: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    optional: bool = False
    spared: bool = False
    named: str = ""
    ranked: bool = False

    def names(self) -> tuple[str, ...]:
        """Return all its names."""
        return (self.zh, self.en, *self.also)

    def called(self, header: str, place: str) -> Column:
        """Return it as a person says in a place that it is called in their tables; now it must be there, called so."""
        named = f'{place} {self.field} = "{header}"'
        return replace(self, zh=header, en=header, also=(), optional=False, spared=False, named=named)

    def without(self, taken: Collection[str]) -> Column:
        """Return it without the names, as `plain_name` has them, that a person gave to other columns."""
        zh, en = self.zh, self.en
        if plain_name(zh) in taken:
            zh = en
        if plain_name(en) in taken:
            en = zh
        return replace(self, zh=zh, en=en, also=tuple(name for name in self.also if name not in taken))


@dataclass(frozen=True)
class Layout:
    """What a table has: its columns; `foreign` are columns that stand all together only in another table.

    `amounts` are the fields of its amounts, `booked` those without which a row says nothing: marks in these are told.
    `other` is how a table says the same in other columns, one of which, `told_by`, tells that it does.
    """

    columns: Sequence[Column]
    foreign: Sequence[Column] = ()
    amounts: Sequence[str] = ("debit", "credit")
    booked: Sequence[str] = ("code", "debit", "credit")
    other: Layout | None = None
    told_by: str = ""

    @property
    def wanted(self) -> list[Column]:
        """The columns that a table must have."""
        return [column for column in self.columns if not column.optional]

    def called(self, headers: Mapping[str, str], place: str) -> Layout:
        """Return the layout of tables in which some fields stand under headers that a person names in a place.

        Who names a field that the `other` layout has alone means that one.
        """
        other = self.other
        if other and not self.has(headers):
            return other.called(headers, place)
        other = other.called(headers, place) if other and other.has(headers) else None
        taken = {plain_name(header) for header in headers.values()}
        columns = [
            column.called(headers[column.field], place) if column.field in headers else column.without(taken)
            for column in self.columns
        ]
        return replace(self, columns=columns, other=other)

    def has(self, fields: Iterable[str]) -> bool:
        """Whether it has columns of all these fields."""
        return {column.field for column in self.columns}.issuperset(fields)


class Filled(NamedTuple):
    """A row that is not blank: its number in the file, counted from 1, and its cells."""

    number: int
    line: list[str]


class Header(NamedTuple):
    """The header of a table: its place among the filled rows, its row, its names, and where each field stands.

    Of a header over two rows place and row are those of the lower one. `written` are the one or two rows as they are,
    `extra` says where optional fields stand that are there.
    """

    at: int
    row: int
    cells: list[str]
    places: dict[str, list[int]]
    written: tuple[list[str], ...] = ()
    extra: Mapping[str, list[int]] = MappingProxyType({})

    @property
    def all_places(self) -> dict[str, list[int]]:
        """Where each field stands, optional ones too."""
        return {**self.places, **self.extra}

    def found(self) -> int:
        """Return how many columns it has of those that are wanted."""
        return sum(map(bool, self.places.values()))

    def missing(self) -> int:
        """Return how many columns it lacks of those that are wanted."""
        return len(self.places) - self.found()


def filled_rows(lines: Iterable[list[str]]) -> list[Filled]:
    """Return the rows of a table in which anything is written."""
    return [
        Filled(number, line)
        for number, line in enumerate(lines, start=1)
        if any(cell.strip() for cell in line)
    ]


def find_header(rows: Sequence[Filled], columns: Sequence[Column]) -> Header:
    """Return the first of the rows that have most of the columns, which may be none; without rows a blank one.

    Two rows are one header when they have more columns together than any row alone.
    """
    known = {plain_name(name) for column in columns for name in column.names()}
    optional = [column for column in columns if column.optional]
    wanted = [column for column in columns if not column.optional]
    lines = [[cell.strip() for cell in row.line] for row in rows[:SEARCHED_ROWS]]

    def header(index: int, names: list[str], *written: list[str]) -> Header:
        extra = {field: places for field, places in _places(names, optional).items() if places}
        return Header(index, rows[index].number, names, _places(names, wanted), written, extra)

    headers = [header(index, line, line) for index, line in enumerate(lines)]
    headers += [
        header(index, _joined(upper, lower, known), upper, lower)
        for index, (upper, lower) in enumerate(pairwise(lines), start=1)
    ]
    return max(headers, key=Header.found, default=Header(0, 1, [], {}))


def has_all(header: Header, columns: Sequence[Column]) -> bool:
    """Tell whether a header has all of some columns, which may be others than it was looked for with."""
    return all(_places(header.cells, columns).values())


def header_problem(header: Header, columns: Sequence[Column], file: str, sheet: str) -> RuleViolation | None:
    """Return what is wrong with a header that should have these columns, None of a good one.

    Columns that are not read may be there twice.
    """
    at = {"file": file, "row": header.row, "sheet": sheet}
    read = ",".join(header.cells)
    if not header.found():
        expected = ",".join(column.zh for column in columns)
        return NO_HEADER(**at, read=read[:SHOWN_MAX], expected=expected, searched=SEARCHED_ROWS)
    missing = [column for column in columns if not header.places[column.field]]
    if not all(column.spared for column in missing):
        in_other_unit = _in_other_unit(header, missing)
        if in_other_unit:
            cell, unit = in_other_unit
            return OTHER_UNIT(**at, column=cell, read=cell, unit=unit)
        named = ", ".join(column.zh if column.named else f"{column.zh}/{column.en}" for column in missing)
        return NO_COLUMN(**at, column=named, nearest=_nearest(header, missing), read=read)
    for first, second, *_ in filter(_is_twice, header.all_places.values()):
        letters = {"first": column_letters(first), "second": column_letters(second)}
        names = {"first_read": header.cells[first], "read": header.cells[second]}
        return COLUMN_TWICE(**at, **letters, **names)
    return None


def passed_by(header: Header, column: Column) -> list[str]:
    """Return the headers by which a column might have been read too, had another not come before."""
    names = {plain_name(name) for name in column.names()}
    return [cell for cell in _unread(header) if plain_name(cell) in names]


def _is_twice(places: list[int]) -> bool:
    return len(places) > 1


def title_problem(titles: Iterable[Filled], file: str, sheet: str) -> RuleViolation | None:
    """Return what is wrong with the rows above a header: a unit of money that is not yuan."""
    for title in titles:
        for cell in title.line:
            found = _OTHER_IN_TITLE.search(plain_name(cell))
            if found:
                unit = found["unit"] or found["alone"]
                return OTHER_UNIT(
                    file=file, row=title.number, sheet=sheet, read=cell.strip()[:SHOWN_MAX], unit=unit
                )
    return None


def plain_name(name: str) -> str:
    """Return a header without what does not count: case, width, blanks, stars, what is invisible, a unit of yuan."""
    text = unicodedata.normalize("NFKC", name).casefold()
    seen = "".join(one for one in text if not one.isspace() and unicodedata.category(one) != "Cf")
    return _YUAN.sub("", seen.strip("*"))


def column_letters(place: int) -> str:
    """Return what a spreadsheet program writes above a column, counted from 0: A, B, … Z, AA."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _joined(upper: Sequence[str], lower: Sequence[str], known: Collection[str]) -> list[str]:
    """Return the names that two rows of a header make; a merged cell is blank but for its first column."""
    joined, merged = [], ""
    for above, below in zip_longest(upper, lower, fillvalue=""):
        merged = above or (merged if below else "")
        joined.append(_name(merged, below, known) if above or below else "")
    return joined


def _name(above: str, below: str, known: Collection[str]) -> str:
    """Return what a cell above and one below it name together, best by a name that is known: 金额, 借方 is 借方金额."""
    if not (above and below):
        return above or below
    has_unit = [bool(_OTHER_IN_NAME.search(plain_name(cell))) for cell in (above, below)]
    both = [f"{below}{above}", f"{above}{below}"]
    names = both if has_unit[0] else [*both, below]  # a unit is never left out
    return next((name for name in names if plain_name(name) in known), below if has_unit[1] else both[0])


def _places(line: Sequence[str], columns: Sequence[Column]) -> dict[str, list[int]]:
    """Return where each column stands."""
    names = [plain_name(cell) for cell in line]
    return {column.field: _place(names, column) for column in columns}


def _place(names: Sequence[str], column: Column) -> list[int]:
    """Return where a column stands; another program's name counts where the column's own is not there.

    Of the other names of a column that nobody misses, or that are ranked, the first that is there counts alone.
    """
    own = _named(names, (plain_name(column.zh), plain_name(column.en)))
    if own or not (column.optional or column.ranked):
        return own or _named(names, column.also)
    return next(filter(None, (_named(names, (name,)) for name in column.also)), [])


def _named(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    return [place for place, name in enumerate(names) if name in wanted]


def _unread(header: Header) -> list[str]:
    read = {place for places in header.all_places.values() for place in places}
    return [cell for place, cell in enumerate(header.cells) if cell and place not in read]


def _in_other_unit(header: Header, missing: Sequence[Column]) -> tuple[str, str] | None:
    """Return the cell that names a missing column with a unit that is not yuan, and the unit."""
    wanted = {plain_name(name) for column in missing for name in column.names()}
    for cell in _unread(header):
        name = plain_name(cell)
        found = _OTHER_IN_NAME.search(name)
        if found and name[: found.start()] in wanted:
            return cell, found["unit"] or found["bare"]
    return None


def _like(column: Column, others: Sequence[str]) -> list[str]:
    """Return the one name that is most like a column's, none when none is."""
    return get_close_matches(column.zh, others, 1, LIKENESS) or get_close_matches(
        column.en, others, 1, LIKENESS
    )


def _nearest(header: Header, missing: Sequence[Column]) -> Phrase:
    """Name what is most like each header that is missing; what is like several is to be parted into them."""
    others = _unread(header)
    like: dict[str, list[Column]] = {}
    for column in missing:
        for near in _like(column, others):
            like.setdefault(near, []).append(column)
    hints = [_hint(near, columns) for near, columns in like.items()]
    return Phrase("".join(hint.zh for hint in hints), "".join(hint.en for hint in hints))


def _hint(near: str, columns: Sequence[Column]) -> Phrase:
    zh, en = "」「".join(column.zh for column in columns), "' and '".join(column.en for column in columns)
    if len(columns) == 1:
        if columns[0].named:
            place = columns[0].named
            return Phrase(
                f"（{place} 是不是「{near}」？请改 {place.partition(' ')[0]}）",
                f" (is {place} '{near}'? then correct it there)",
            )
        return Phrase(
            f"（「{near}」是不是「{zh}」？是就请改成它）", f" (is '{near}' the '{en}'? then rename it)"
        )
    return Phrase(
        f"（「{near}」一列请按方向分成「{zh}」{len(columns)} 列）",
        f" (part '{near}' by its direction into the {len(columns)} columns '{en}')",
    )
