"""The table of opening balances: which of its pairs of columns has those with which the book begins.

A trial balance (科目余额表) has those of the beginning beside those of the end of what it covers. The book wants the
balances of the day on which it is opened, which may be either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.importing.book_file import FILE, SIDES
from api.importing.cells import joined_code, parse_amount
from api.importing.columns import OPENINGS, YEAR_BEGUN
from api.importing.direction import written_field
from api.importing.reading import read_lines
from domain.chart import is_account_code
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.money import format_fen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from api.adapters.spreadsheet import Row, Rows

SEVERAL_BALANCES = rule(
    "import.several_balances",
    Kind.MALFORMED,
    "表中有几组余额：「{columns}」是 {first}，「{others}」是 {second}，看不出哪一组是 {opened} 月初的；请只留那一组"
    "（删去别的列），或在 book.toml 的 [opening] 写明它的表头，如 {named}",
    "the table has balances of several days: '{columns}' are {first}, '{others}' are {second}, and it cannot be told "
    "which are those at the beginning of {opened}; keep these alone, or name their headers below [opening] in "
    "book.toml: {named}",
)
OF_JANUARY = rule(
    "import.year_begun",
    Kind.MALFORMED,
    "账套从 {opened} 开始，「{columns}」却是年初的余额；请改为 {opened} 月初（上月末）的余额，如用期末余额的列；"
    "确是那天的余额，就把表头中的「年初」改为「期初」",
    "the book begins in {opened}, and '{columns}' are balances of the beginning of the year; give those of the "
    "beginning of {opened}, such as the closing ones (期末) of the month before, or write 期初 for 年初 in the "
    "headers if they are",
)


class Pair(NamedTuple):
    """Balances of a table that are of one day: what their headers say of it (期末), and the rows read by them."""

    time: str
    read: Rows

    @property
    def headers(self) -> dict[str, str]:
        """The headers of its amounts by field."""
        row = self.read.rows[0]
        return {field: row.headers[field] for field in _fields(row)}

    @property
    def columns(self) -> str:
        """The headers of its amounts, as they are named in a message."""
        return "/".join(dict.fromkeys(self.headers.values()))

    def fen(self) -> dict[tuple[str, int], int | str]:
        """Return what each account's row says, by sheet and number of the row; debits above nil."""
        return {
            (row.sheet, row.number): _fen(row)
            for row in self.read.rows
            if is_account_code(joined_code(row.cells["code"]))
        }


def read_opening(folder: Path, headers: Mapping[str, str], opened: str) -> Rows:
    """Return the rows of a folder's opening balances, those of the day on which the book is opened.

    `headers` are those that a person names by field, `opened` is the book's first period. Raises what `read_lines`
    does, `import.several_balances` and `import.year_begun`.
    """
    place = f"{FILE} [opening]"
    pairs = [
        Pair(time, read_lines(folder, "opening", layout.called(headers, place)))
        for time, layout in OPENINGS.items()
    ]
    good = [pair for pair in pairs if not pair.read.problems]
    filled = [pair for pair in good if any(pair.fen().values())]
    if not filled:
        return good[0].read if good else min(pairs, key=_amiss).read
    return _of_the_day(filled, opened).read


def _of_the_day(pairs: Sequence[Pair], opened: str) -> Pair:
    """Return the pair whose balances are those of the beginning of a period; several that agree are one."""
    in_mid_year = not opened.endswith("-01")
    left = [pair for pair in pairs if not (in_mid_year and pair.time == YEAR_BEGUN)]
    if not left:
        row = pairs[0].read.rows[0]
        raise OF_JANUARY(file=row.file, sheet=row.sheet, columns=pairs[0].columns, opened=opened)
    first, *others = left
    for other in others:
        _check_same(first, other, opened)
    return first


def _check_same(first: Pair, other: Pair, opened: str) -> None:
    """Refuse two pairs of balances that differ, at the first row in which they do."""
    here, there = first.fen(), other.fen()
    differing = [place for place in here.keys() | there.keys() if here.get(place, 0) != there.get(place, 0)]
    if not differing:
        return
    sheet, number = place = min(differing)
    facts = {
        "columns": first.columns,
        "first": _said(here.get(place, 0)),
        "others": other.columns,
        "second": _said(there.get(place, 0)),
        "named": "，".join(f'{field} = "{header}"' for field, header in other.headers.items()),
    }
    row = first.read.rows[0]
    raise SEVERAL_BALANCES(file=row.file, sheet=sheet, row=number, opened=opened, **facts)


def _fields(row: Row) -> tuple[str, ...]:
    return tuple(dict.fromkeys(written_field(row, field) for field in SIDES))


def _fen(row: Row) -> int | str:
    """Return what a row says in fen, debits above nil; what is no amount as it is written."""
    try:
        return parse_amount(row.cells["debit"]) - parse_amount(row.cells["credit"])
    except RuleViolation:
        return row.cells["debit"] or row.cells["credit"]


def _said(fen: int | str) -> str:
    return format_fen(fen) if isinstance(fen, int) else fen


def _amiss(pair: Pair) -> int:
    """Return how many columns a table lacks that balances of that day would have."""
    missing = [str(problem.facts["column"]) for problem in pair.read.problems if "column" in problem.facts]
    return sum(len(columns.split(", ")) for columns in missing)
