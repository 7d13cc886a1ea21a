"""What a sheet has for the eye alone: repeated headers, totals, what stands below a table, what is written only once.

A row is passed over, and named in a notice, when nothing of it could be booked: it has no account's code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from api.adapters.header import plain_name
from api.importing.book_file import BESIDE
from api.importing.cells import joined_code
from api.importing.filling import filled_down
from api.importing.footers import is_footer
from api.importing.problems import Problem
from api.importing.totals import LABELS, TOTALS_ROW, Totals, below_label, label_of, may_be_a_line
from domain.chart import is_account_code
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.adapters.spreadsheet import Row

OUTSIDE = rule(
    "import.outside",
    Kind.MALFORMED,
    "这一行有科目编码和金额，却不在表头之下；请把它移到表头之下，或在这张工作表的第一行写上表头：{expected}",
    "this row has an account's code and an amount, but stands below no header; move it below one, or write the header "
    "{expected} into the first row of this sheet",
)
_DIGIT = re.compile(r"\d")
_BOOKED = ("code", "debit", "credit", "amount")
"""Without what stands in these nothing can be booked."""


@dataclass
class Lines:
    """The rows of a table that are lines, and those that were passed over."""

    rows: list[Row] = field(default_factory=list)
    totals: list[Totals] = field(default_factory=list)
    headers: list[Row] = field(default_factory=list)
    footers: list[Row] = field(default_factory=list)


def lines_of(rows: Iterable[Row], problems: list[Problem]) -> Lines:
    """Return the rows that say something of their own, with what is written above filled down into them.

    What cannot be filled down without a guess is a problem: an entry cannot be changed.
    """
    lines = Lines()
    since = 0  # below the last row that was passed over
    for one in rows:
        row = below_label(one, lines.totals[-1] if lines.totals else None)
        label = label_of(row)
        if label and may_be_a_line(row, label):
            problems.append(Problem.at(TOTALS_ROW(label=row.cells[label]), row, label))
        elif label:
            lines.totals.append(Totals(row, label, len(lines.rows)))
        elif is_account_code(joined_code(row.cells["code"])):
            lines.rows.append(row)
            continue
        elif is_footer(row, _BOOKED, (row.cells.get(name, "") for name in LABELS), BESIDE):
            lines.footers.append(row)
        elif is_header(row):
            lines.headers += [*_titles(lines.rows, since, row), row]
        else:
            lines.rows.append(row)
            continue
        since = len(lines.rows)
    lines.rows = [
        row for _, sheet in groupby(lines.rows, _sheet) for row in filled_down(list(sheet), problems)
    ]
    return lines


def check_outside(outside: Iterable[Row], problems: list[Problem]) -> None:
    """Report the first row of each sheet that looks like a line and stands below no header."""
    told: set[str] = set()
    for row in outside:
        amount = row.cells["debit"] + row.cells["credit"]
        if (
            row.sheet not in told
            and is_account_code(joined_code(row.cells["code"]))
            and _DIGIT.search(amount)
        ):
            told.add(row.sheet)
            expected = ",".join(dict.fromkeys(row.headers.values()))
            problems.append(Problem.at(OUTSIDE(expected=expected), row, "code"))


def _sheet(row: Row) -> str:
    return row.sheet


def is_header(row: Row) -> bool:
    """Tell whether a row is one of the header's once more, as each printed page has them."""
    return any(
        all(plain_name(row.cells[name]) == plain_name(header) for name, header in written.items())
        for written in row.header_rows
    )


def _titles(rows: list[Row], since: int, header: Row) -> list[Row]:
    """Take off the rows directly above a repeated header of which nothing could be booked: a page's titles."""
    first = len(rows)
    while first > since and rows[first - 1].sheet == header.sheet and not _books(rows[first - 1]):
        first -= 1
    titles = rows[first:]
    del rows[first:]
    return titles


def _books(row: Row) -> bool:
    return any(_DIGIT.search(row.cells.get(name, "")) for name in _BOOKED)
