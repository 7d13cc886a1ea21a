"""The header of a table: found below the titles that programs print above it, however its names are written.

It may fill two rows, as merged cells make it: 金额 above 借方 and 贷方. Then a column's name is made of both.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from domain.kernel.errors import RuleViolation

SEARCHED_ROWS = 20
"""Among so many filled rows the header is looked for; programs print three or four lines above it."""

OPEN, CLOSE = r"[(\[【〔]", r"[)\]】〕]"
_YUAN = re.compile(rf"(?:{OPEN}(?:单位:?)?(?:元|人民币元?|张|yuan|cny|rmb|¥){CLOSE})?:?\Z")
"""A unit that does not change what is read."""
UNIT = r"(?:人民币)?(?P<unit>[百千万亿]+元?|[美欧港日]元|角|分|usd|eur|hkd)"
OTHER_IN_NAME = re.compile(rf"(?:{OPEN}|[:/])(?:单位:?)?{UNIT}{CLOSE}?:?\Z|(?P<bare>[百千万亿]+元)\Z")
"""How the name of a column ends whose unit makes every amount wrong."""


@dataclass(frozen=True)
class Column:
    """A column of a format: its field, its Chinese and English headers, and what other programs call it.

    One that is `optional` is read where it is there, and missed by nobody where it is not. One that is `spared` is
    part of the format, but a table may do without it. Of the other names of one that is `ranked` the first that is
    there counts alone. `parts` are the columns that together say the same, as 年, 月 and 日 do, of which those that are
    `spared` need not be there. `within` is the field in whose cells it may stand too, if it has no column of its own.
    `named` says where a person has named its header, if they have.
    """

    field: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    optional: bool = False
    spared: bool = False
    named: str = ""
    ranked: bool = False
    parts: tuple[Column, ...] = ()
    within: str = ""

    def names(self) -> tuple[str, ...]:
        """Return all its names."""
        return (self.zh, self.en, *self.also)

    def called(self, header: str, place: str) -> Column:
        """Return it as a person says in a place that it is called in their tables; now it must be there, called so."""
        named = f'{place} {self.field} = "{header}"'
        own = replace(self, zh=header, en=header, also=(), parts=())
        return replace(own, optional=False, spared=False, named=named)

    def without(self, taken: Collection[str]) -> Column:
        """Return it without the names, as `plain_name` has them, that a person gave to other columns."""
        zh, en = self.zh, self.en
        if plain_name(zh) in taken:
            zh = en
        if plain_name(en) in taken:
            en = zh
        return replace(self, zh=zh, en=en, also=tuple(name for name in self.also if name not in taken))


@dataclass(frozen=True)
class Unheaded:
    """How a table is read that people type without a header: what each of its rows begins with, and its columns' names.

    `names` gives them by the cells of such rows. `wide` is the refusal of a row with more cells, by those behind its
    first, and the `file` and `row`. Where no row begins so there has to be a header, unless rows are read so `always`.
    """

    begins: Callable[[str], bool]
    names: Callable[[Sequence[Sequence[str]]], Sequence[str]]
    wide: Callable[..., RuleViolation]
    always: bool = False

    def begun(self, rows: Iterable[Filled]) -> list[Filled]:
        """Return the rows that begin as one does that says something."""
        return [row for row in rows if self.begins(row.line[0].strip())]

    def header(self, rows: Sequence[Filled]) -> Sequence[str]:
        """Return the names of the columns, none where there has to be a header."""
        begun = self.begun(rows) or (rows if self.always else [])
        return self.names([row.line for row in begun]) if begun else ()


@dataclass(frozen=True)
class Layout:
    """What a table has: its columns; `foreign` are columns that stand all together only in another table.

    `amounts` are the fields of its amounts, `booked` those without which a row says nothing: marks in these are told.
    `other` is how a table says the same in other columns, one of which, `told_by`, tells that it does. `unheaded` is
    how one without a header is read, if it need not have one; blanks may part its cells then.
    """

    columns: Sequence[Column]
    foreign: Sequence[Column] = ()
    amounts: Sequence[str] = ("debit", "credit")
    booked: Sequence[str] = ("code", "debit", "credit")
    other: Layout | None = None
    told_by: str = ""
    unheaded: Unheaded | None = None

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
    `extra` says where optional fields stand that are there, and the parts of a column that is not there itself.
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
        """Return how many columns it has of those that are wanted; one in whose cells two stand counts once."""
        return len({tuple(places) for places in self.places.values() if places})

    def missing(self) -> int:
        """Return how many of those that are wanted stand in none of its columns."""
        return sum(not places for places in self.places.values())


def filled_rows(lines: Iterable[list[str]]) -> list[Filled]:
    """Return the rows of a table in which anything is written."""
    return [
        Filled(number, line)
        for number, line in enumerate(lines, start=1)
        if any(cell.strip() for cell in line)
    ]


def find_header(rows: Sequence[Filled], columns: Sequence[Column]) -> Header:
    """Return the first of the rows that have most of the columns, which may be none; without rows a blank one.

    Two rows are one header when they have more columns, or parts of them, together than any row alone.
    """
    parts = [part for column in columns for part in column.parts]
    known = {plain_name(name) for column in (*columns, *parts) for name in column.names()}
    optional = [column for column in columns if column.optional]
    wanted = [column for column in columns if not column.optional]
    lines = [[cell.strip() for cell in row.line] for row in rows[:SEARCHED_ROWS]]

    def header(index: int, names: list[str], *written: list[str]) -> Header:
        parted = [part for column in wanted if not _place(names, column) for part in column.parts]
        extra = {field: places for field, places in _places(names, [*optional, *parted]).items() if places}
        return Header(index, rows[index].number, names, _places(names, wanted), written, extra)

    def rank(one: Header) -> tuple[int, int]:
        return one.found(), len(one.extra.keys() & {part.field for part in parts})

    headers = [header(index, line, line) for index, line in enumerate(lines)]
    headers += [
        header(index, _joined(upper, lower, known), upper, lower)
        for index, (upper, lower) in enumerate(pairwise(lines), start=1)
    ]
    return max(headers, key=rank, default=Header(0, 1, [], {}))


def headed(rows: list[Filled], layout: Layout) -> list[Filled]:
    """Return the rows, below a header as row 0 where they have none and need none."""
    if not layout.unheaded or find_header(rows, layout.columns).found():
        return rows
    header = layout.unheaded.header(rows)
    return [Filled(0, list(header)), *rows] if header else rows


def has_all(header: Header, columns: Sequence[Column]) -> bool:
    """Tell whether a header has all of some columns, which may be others than it was looked for with."""
    return all(_places(header.cells, columns).values())


def passed_by(header: Header, column: Column) -> list[str]:
    """Return the headers by which a column might have been read too, had another not come before."""
    names = {plain_name(name) for name in column.names()}
    return [cell for cell in unread(header) if plain_name(cell) in names]


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
    has_unit = [bool(OTHER_IN_NAME.search(plain_name(cell))) for cell in (above, below)]
    both = [f"{below}{above}", f"{above}{below}"]
    names = both if has_unit[0] else [*both, below]  # a unit is never left out
    return next((name for name in names if plain_name(name) in known), below if has_unit[1] else both[0])


def _places(line: Sequence[str], columns: Sequence[Column]) -> dict[str, list[int]]:
    """Return where each column stands; one of which only the parts are there stands where the last of these does."""
    names = [plain_name(cell) for cell in line]
    own = {column.field: _place(names, column) or _place_of_parts(names, column) for column in columns}
    return {column.field: own[column.field] or own.get(column.within, []) for column in columns}


def _place_of_parts(names: Sequence[str], column: Column) -> list[int]:
    places = [_place(names, part) for part in column.parts if not part.spared]
    return places[-1] if places and all(places) else []


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


def unread(header: Header) -> list[str]:
    """Return the names of its columns that are not read."""
    read = {place for places in header.all_places.values() for place in places}
    return [cell for place, cell in enumerate(header.cells) if cell and place not in read]
