"""Dates that a workbook has as numbers without a date format, read as the days that these are counted as."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from api.adapters.notices import listed
from api.importing.cells import SERIAL_EPOCH
from domain.kernel.errors import Phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.adapters.spreadsheet import Row, Rows


def dated(read: Rows) -> Rows:
    """Return the rows with the days of such numbers as their dates, and name them in a notice."""
    days = [row for row in read.rows if "date" in row.serials]
    if not days:
        return read
    rows = [_dated(row) if "date" in row.serials else row for row in read.rows]
    return read._replace(rows=rows, notices=(*read.notices, _told(days)))


def _dated(row: Row) -> Row:
    return replace(row, cells={**row.cells, "date": _day(row)})


def _day(row: Row) -> str:
    return (SERIAL_EPOCH + timedelta(days=int(row.cells["date"]))).isoformat()


def _told(rows: Sequence[Row]) -> Phrase:
    zh = listed([f"{row.place.zh} {row.cells['date']} 读作 {_day(row)}" for row in rows])[0]
    en = listed([f"{row.place.en} {row.cells['date']} as {_day(row)}" for row in rows])[1]
    return Phrase(
        f"{rows[0].file} 中有 {len(rows)} 行的日期是没有日期格式的数字，按表格程序的日期序号读取，请核对：{zh}",
        f"{rows[0].file}: {len(rows)} rows have dates as numbers without a date format, read as spreadsheet programs "
        f"count days; check them: {en}",
    )
