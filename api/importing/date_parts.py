"""Dates in columns of their own, 年 | 月 | 日, or 月 | 日 below the year, as the dates that they mean."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from api.importing.cells import bare
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.adapters.spreadsheet import Row, Rows
    from domain.kernel.errors import RuleViolation

NO_YEAR = rule(
    "import.no_year",
    Kind.MALFORMED,
    "日期只有「月」「日」，没有年份；请加「年」一列，每行填上年份，或在「月」「日」上面一格写年份，如「2025年」",
    "dates have a month (月) and a day (日) and no year; add a column of years (年, year) and fill it in every row, or "
    "write the year into the cell above month and day, as in 2025年",
)

PARTS = ("year", "month", "day")
MONTHS = range(1, 13)
_YEAR = re.compile(r"(?P<year>[0-9]{4})\s*年?度?")
"""A year above 月 and 日."""
_NUMBER = re.compile(r"(?P<number>[0-9]{1,4})[年月日号]?")


def with_whole_dates(read: Rows) -> Rows:
    """Return the rows with dates of their parts; a year may stand above month and day, anew on each page.

    The rows of a sheet without any year are left out, and its first is a problem.
    """
    years = {title.sheet: year for title in read.outside if (year := _year_in(title.cells))}
    rows: list[Row] = []
    without: dict[str, RuleViolation] = {}
    begun: set[str] = set()
    for row in read.rows:
        if "month" not in row.cells:
            rows.append(row)
            continue
        headers = () if row.sheet in begun else row.header_rows
        begun.add(row.sheet)
        year = years.get(row.sheet, "")
        for cells in (*headers, row.cells):
            year = _year_in(cells) or year
        years[row.sheet] = year
        if not year and _asks_for_year(row):
            at = {"file": row.file, "row": row.number, "sheet": row.sheet, "column": _header(row)}
            without.setdefault(row.sheet, NO_YEAR(**at))
        rows.append(_whole(row, year))
    kept = [row for row in rows if row.sheet not in without]
    return read._replace(rows=kept, problems=(*read.problems, *without.values()))


def _asks_for_year(row: Row) -> bool:
    """Tell whether a row has a month and no column of years."""
    found = _NUMBER.fullmatch(_plain(row.cells["month"]))
    return "year" not in row.cells and found is not None and int(found["number"]) in MONTHS


def _year_in(cells: Mapping[str, str]) -> str:
    """Return the year that stands in place of a month or a day, "" where none does."""
    found = [_YEAR.fullmatch(_plain(cells.get(part, ""))) for part in ("month", "day")]
    return next((one["year"] for one in found if one), "")


def _whole(row: Row, year: str) -> Row:
    """Return a row with its date; a month and a day are of the year above where the row has no column of years."""
    written = {part: row.cells[part] for part in PARTS if row.cells.get(part)}
    numbers = {part: _NUMBER.fullmatch(_plain(text)) for part, text in written.items()}
    if not all(numbers.values()):  # a total, or who signs
        date = "".join(text for part, text in written.items() if not numbers[part])
    elif written.keys() <= {"year"} or _year_in(row.cells):  # the year of a page, or one that is in every row
        date = ""
    else:
        said = {part: found["number"] for part, found in numbers.items() if found}
        if "year" not in row.cells:
            said["year"] = year
        date = f"{said.get('year', '')}年{said.get('month', '')}月{said.get('day', '')}日"
    return replace(
        row,
        cells={**row.cells, "date": date},
        headers={**row.headers, "date": _header(row)},
        header_rows=tuple(_without_date(cells) for cells in row.header_rows),
    )


def _header(row: Row) -> str:
    return "/".join(row.headers[part] for part in PARTS if part in row.headers)


def _without_date(cells: Mapping[str, str]) -> dict[str, str]:
    return {field: text for field, text in cells.items() if field != "date"}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", bare(text))
