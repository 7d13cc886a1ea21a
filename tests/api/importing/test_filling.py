"""Date, number and summary written once for the rows of a voucher (merged cells): filled where it is no guess."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from api.importing import ImportRefused, read_folder
from domain.vouchers import VoucherPosted
from tests.api.importing.conftest import JOURNAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.importing import ImportFolder, Problem
    from tests.api.importing.conftest import Village

HEADER, *ROWS = [line.split(",") for line in JOURNAL.splitlines()]
TOTALS = ["", "", "合计", "", "", "5.00", "5.00", ""]


def read(village: Village, *rows: Sequence[str]) -> ImportFolder:
    """Read the village with these rows as its journal."""
    village.write("journal.csv", "\n".join(",".join(row) for row in (HEADER, *rows)))
    return read_folder(village.folder)


def refused(village: Village, *rows: Sequence[str]) -> list[Problem]:
    """Return the problems of the village with these rows as its journal."""
    with pytest.raises(ImportRefused) as caught:
        read(village, *rows)
    return caught.value.problems


def test_merged_cells_are_filled_from_the_row_above_and_told(village: Village) -> None:
    village.run()
    entries = village.entries()
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "流水"
    for row in (HEADER, *ROWS):
        sheet.append(row)
    for cells in ("A2:A3", "B2:B3", "C2:C3", "A4:A5"):
        sheet.merge_cells(cells)
    data = io.BytesIO()
    book.save(data)
    (village.folder / "journal.csv").unlink()
    village.write("journal.xlsx", data.getvalue())
    [notice] = read_folder(village.folder).notices
    assert "2 行的「日期、凭证号、摘要」是空白" in notice.zh
    assert "工作表「流水」第 3 行、工作表「流水」第 5 行" in notice.zh
    assert "row 3 of sheet '流水', row 5 of sheet '流水'" in notice.en
    assert village.run().posted == 0
    assert village.entries() == entries


def test_a_voucher_of_many_rows_is_written_once(village: Village) -> None:
    parts = [["", "", "", "50401", "利息收入", "", f"{part}.00", ""] for part in (1, 2, 2)]
    journal = read(village, ROWS[0], *parts, *ROWS[2:]).journal
    assert [(one.date, one.number, one.summary) for one in journal[:4]] == [
        ("2026-01-08", "记-1", "收利息")
    ] * 4


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ([ROWS[0], [], ["", "", *ROWS[1][2:]]], 4),
        ([ROWS[0], TOTALS, ["", "", *ROWS[1][2:]]], 4),
        ([ROWS[0], HEADER, ["", "", *ROWS[1][2:]]], 4),
        ([ROWS[0], ["", "记-2", *ROWS[1][2:]]], 3),
        ([ROWS[0], ["2026-01-09", "", *ROWS[1][2:]]], 3),
        ([*ROWS[:2], ["", "", *ROWS[2][2:]], ["", "", *ROWS[3][2:]]], 4),
    ],
    ids=["blank row", "totals", "header", "other number", "other date", "balanced above"],
)
def test_what_would_be_a_guess_is_refused(village: Village, rows: list[list[str]], row: int) -> None:
    [problem] = [one for one in refused(village, *rows) if one.rule == "import.written_once"]
    assert (problem.file, problem.row) == ("journal.csv", row)
    assert f"{len(rows) - row + 2} 行" in problem.zh


def test_a_blank_summary_is_that_of_the_row_above(village: Village) -> None:
    rows = [
        ROWS[2],
        [*ROWS[2][:2], "购扫帚", *ROWS[2][3:5], "1.00", "", ""],
        [*ROWS[2][:2], "", "101", "", "", "13.30", ""],
    ]
    [notice] = read(village, *rows).notices
    assert "1 行的「摘要」是空白" in notice.zh
    assert "第 4 行" in notice.zh
    village.run()
    [posted] = [
        entry.statement.data for entry in village.entries() if isinstance(entry.statement, VoucherPosted)
    ]
    assert [line.summary for line in posted.lines] == ["", "购扫帚", "购扫帚"]


def test_a_blank_summary_that_was_posted_as_the_vouchers_stays_as_it_is(village: Village) -> None:
    """Before, it was the voucher's: the same table adds nothing and is not refused."""
    rows = [
        ROWS[2],
        [*ROWS[2][:2], "购扫帚", *ROWS[2][3:5], "1.00", "", ""],
        [*ROWS[2][:2], "购灯泡", "101", "", "", "13.30", ""],
    ]
    read(village, *rows)
    village.run()
    read(village, *rows[:2], [*rows[2][:2], "", *rows[2][3:]])
    assert village.run().posted == 0
