"""Dates that a workbook has as numbers without a date format: the days that these are counted as."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from api.importing import ImportRefused, read_folder
from tests.api.importing.conftest import JOURNAL

if TYPE_CHECKING:
    from tests.api.importing.conftest import Village

HEADER, *ROWS = [line.split(",") for line in JOURNAL.splitlines()]
JANUARY_8 = 46_030


def write(village: Village, first: float | str, epoch: datetime | None = None) -> None:
    """Write the village's journal as a workbook with this date in its first voucher."""
    book = Workbook()
    if epoch:
        book.epoch = epoch
    book.worksheets[0].append(HEADER)
    for row in ROWS:
        book.worksheets[0].append(row)
    for place in ("A2", "A3"):
        book.worksheets[0][place] = first
    data = io.BytesIO()
    book.save(data)
    (village.folder / "journal.csv").unlink(missing_ok=True)
    village.write("journal.xlsx", data.getvalue())


def test_a_number_in_the_column_of_dates_is_its_day_and_told(village: Village) -> None:
    village.run()
    entries = village.entries()
    write(village, JANUARY_8)
    [notice] = read_folder(village.folder).notices
    assert "2 行的日期是没有日期格式的数字" in notice.zh
    assert "工作表「Sheet」第 2 行 46030 读作 2026-01-08" in notice.zh
    assert "row 3 of sheet 'Sheet' 46030 as 2026-01-08" in notice.en
    assert village.run().posted == 0
    assert village.entries() == entries


@pytest.mark.parametrize("day", [date(1990, 1, 1), date(2099, 12, 31)])
def test_the_first_and_the_last_day(village: Village, day: date) -> None:
    write(village, (day - date(1899, 12, 30)).days)
    assert read_folder(village.folder).journal[0].date == day.isoformat()


@pytest.mark.parametrize(
    ("read", "rule"),
    [
        (32_873, "import.date_serial"),
        (73_051, "date.malformed"),
        (46_030.5, "date.malformed"),
        ("46030", "import.date_serial"),
    ],
)
def test_other_numbers_and_texts_are_refused(village: Village, read: float | str, rule: str) -> None:
    write(village, read)
    with pytest.raises(ImportRefused) as caught:
        read_folder(village.folder)
    assert [(one.row, one.column, one.rule) for one in caught.value.problems] == [
        (2, "日期", rule),
        (3, "日期", rule),
    ]


def test_a_workbook_that_counts_from_1904_is_not_guessed_at(village: Village) -> None:
    write(village, JANUARY_8, CALENDAR_MAC_1904)
    with pytest.raises(ImportRefused) as caught:
        read_folder(village.folder)
    assert {one.rule for one in caught.value.problems} == {"import.date_serial"}
