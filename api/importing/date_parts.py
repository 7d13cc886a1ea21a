"""Dates in columns of their own, 年 | 月 | 日, or 月 | 日 below the year, as the dates that they mean."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
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
MONTH_BACK = rule(
    "import.month_back",
    Kind.MALFORMED,
    "{before} 月之后是 {month} 月，年份却只在上面写了「{year}年」；{month} 月是「{next}年」的，请在它"
    "上面把表头重写一遍，写上「{next}年」；还是「{year}年」的，请加「年」一列，每行填上年份",
    "month {month} after {before}, where the year stands once above, as {year}年; if month {month} is of {next}年, "
    "repeat the header above it with {next}年; if it is of {year}年 too, add a column of years (年, year) and fill it "
    "in every row",
)

PARTS = ("year", "month", "day")
MONTHS = range(1, 13)
_YEAR = re.compile(r"(?P<year>[0-9]{4})\s*年?度?")
"""A year above 月 and 日."""
_NUMBER = re.compile(r"(?P<number>[0-9]{1,4})[年月日号]?")


@dataclass
class _Page:
    """The year that stands above the rows of a sheet, "" before any, and the last month that was read below it."""

    year: str = ""
    month: int = 0

    def turn(self, cells: Mapping[str, str]) -> None:
        """Take the year that stands in a row, below which any month may be the first."""
        if year := _year_in(cells):
            self.year, self.month = year, 0

    def problem(self, row: Row) -> RuleViolation | None:
        """Return what is wrong with a row that has a month and no year of its own; take its month.

        A month before the last may be of the next year, which is not said.
        """
        found = _NUMBER.fullmatch(_plain(row.cells["month"]))
        month = int(found["number"]) if found else 0
        if month not in MONTHS or "year" in row.cells:
            return None
        at = {"file": row.file, "row": row.number, "sheet": row.sheet, "column": _header(row)}
        if not self.year:
            return NO_YEAR(**at)
        before, self.month = self.month, month
        said = {"before": before, "month": month, "year": self.year, "next": int(self.year) + 1}
        return MONTH_BACK(**at, **said) if month < before else None


def with_whole_dates(read: Rows) -> Rows:
    """Return the rows with dates of their parts; a year may stand above month and day, anew on each page.

    The first row of a sheet whose year is in doubt is a problem; the rows of a sheet without any are left out.
    """
    pages: dict[str, _Page] = {}
    rows: list[Row] = []
    problems: dict[str, RuleViolation] = {}
    for title in read.outside:
        pages.setdefault(title.sheet, _Page()).turn(title.cells)
    begun: set[str] = set()
    for row in read.rows:
        if "month" not in row.cells:
            rows.append(row)
            continue
        page = pages.setdefault(row.sheet, _Page())
        headers = () if row.sheet in begun else row.header_rows
        begun.add(row.sheet)
        for cells in (*headers, row.cells):
            page.turn(cells)
        problem = page.problem(row)
        if problem:
            problems.setdefault(row.sheet, problem)
        rows.append(_whole(row, page.year))
    without = {sheet for sheet, problem in problems.items() if problem.rule is NO_YEAR}
    kept = [row for row in rows if row.sheet not in without]
    return read._replace(rows=kept, problems=(*read.problems, *problems.values()))


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
