"""Code and name of an account in one cell (10201 基本账户), read as the two that it means."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from api.adapters.header_problems import NO_COLUMN
from api.importing.cells import bare, joined_code
from api.importing.columns import CODE, NAME
from domain.chart import is_account_code
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.adapters.spreadsheet import Row, Rows

CELL_NAME = rule(
    "import.cell_name",
    Kind.MALFORMED,
    "「{column}」这一格里的名称是「{read}」，「{beside}」一列却是「{name}」；请改成一致",
    "the name in this cell of '{column}' is {read}, but in '{beside}' it is {name}; make them alike",
)

BETWEEN_NAMES = re.compile(r"\s*[/\\_\-－—]\s*")
"""What programs write between the names of accounts of several levels."""
_BOTH = re.compile(
    r"(?P<code>[0-9]{3}(?:[-./][0-9]{2}){1,3}|[0-9]{3}(?:[0-9]{2}){0,3})"
    r"[\s\-－—_:：、]*(?P<name>[^\s\-－—_:：、./0-9].*)",
    re.DOTALL,
)
"""A code and a name that does not begin with a digit, which could be one of the code's."""


def with_accounts_apart(read: Rows) -> Rows:
    """Return the rows with code and name apart; of a sheet that has one of the two alone is said what it lacks."""
    rows = [_apart(row) for row in read.rows]
    lacking = _lacking(read.rows)
    kept = [row for row in rows if row.sheet not in lacking]
    problems = [*lacking.values(), *(found for row in read.rows if (found := _other_name(row)))]
    return read._replace(
        rows=kept, outside=tuple(map(_apart, read.outside)), problems=(*read.problems, *problems)
    )


def _apart(row: Row) -> Row:
    found = _BOTH.fullmatch(bare(row.cells["code"]))
    if found:
        name = found["name"] if _in_one(row) else row.cells["name"] or found["name"]
        return replace(row, cells={**row.cells, "code": found["code"], "name": name})
    if _in_one(row) and _is_code(row):
        return replace(row, cells={**row.cells, "name": ""})
    return row


def _other_name(row: Row) -> RuleViolation | None:
    """Return what is to be said of a cell whose name is not that of the column of names; the last level is enough."""
    found, name = _BOTH.fullmatch(bare(row.cells["code"])), row.cells["name"]
    if not found or _in_one(row) or not name or _last(found["name"]) == _last(name):
        return None
    at = {"file": row.file, "row": row.number, "sheet": row.sheet}
    columns = {"column": row.headers["code"], "beside": row.headers["name"]}
    return CELL_NAME(**at, **columns, read=found["name"], name=name)


def _last(name: str) -> str:
    return BETWEEN_NAMES.split(name)[-1]


def _lacking(rows: Iterable[Row]) -> dict[str, RuleViolation]:
    """Return what is wrong with each sheet in whose one column for both no cell has both."""
    alone: dict[str, list[Row]] = {}
    for row in rows:
        if _in_one(row):
            alone.setdefault(row.sheet, []).append(row)
    return {
        sheet: _no_column(of_sheet)
        for sheet, of_sheet in alone.items()
        if not any(_BOTH.fullmatch(bare(row.cells["code"])) for row in of_sheet)
    }


def _no_column(rows: list[Row]) -> RuleViolation:
    row = rows[0]
    missing, there = (NAME, CODE) if any(map(_is_code, rows)) else (CODE, NAME)
    header = row.headers["code"]
    hint = Phrase(
        f"（「{header}」一列只有{there.zh}；两样写在一格的，要像「10201 基本账户」）",
        f" ('{header}' has a {there.en} alone; both may stand in a cell as in 10201 基本账户)",
    )
    said = {"column": f"{missing.zh}/{missing.en}", "nearest": hint, "read": header}
    return NO_COLUMN(file=row.file, sheet=row.sheet, **said)


def _in_one(row: Row) -> bool:
    """Tell whether one column has both: two of the same header would have been refused."""
    return row.headers["code"] == row.headers["name"]


def _is_code(row: Row) -> bool:
    return is_account_code(joined_code(row.cells["code"]))
