"""What a workbook says by colour and lines through its cells is no value: it is read as written, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from api.adapters.workbook import read_workbook
from api.importing import read_folder
from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING

if TYPE_CHECKING:
    from pathlib import Path

    from api.importing import ImportFolder

HEADER, *LINES = [line.split(",") for line in JOURNAL.splitlines()]
CODE, DEBIT, SUMMARY = (HEADER.index(name) + 1 for name in ("科目编码", "借方金额", "摘要"))
FIRST = 2
"""The sheet's row of the first line, whose debit is 5.00."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small village without its journal."""
    (tmp_path / "book.toml").write_text(BOOK_TOML, encoding="utf-8")
    (tmp_path / "opening.csv").write_text(OPENING, encoding="utf-8")
    return tmp_path


def written(folder: Path, fonts: dict[tuple[int, int], Font], debit: float | str = 5) -> ImportFolder:
    """Read the folder with its journal as a workbook in which some cells have another font."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (HEADER, *LINES):
        sheet.append([float(one) if "." in one else one for one in row])
    sheet.cell(FIRST, DEBIT, debit)
    sheet.cell(FIRST + 1, DEBIT + 1, debit)
    for place, font in fonts.items():
        sheet.cell(*place).font = font
    book.save(folder / "journal.xlsx")
    return read_folder(folder)


RED, STRUCK = Font(color="FFFF0000"), Font(strike=True)


@pytest.mark.parametrize("colour", ["FFFF0000", "FFC00000", "00FF3333"])
def test_positive_amounts_in_red_are_read_as_positive_and_told(folder: Path, colour: str) -> None:
    found = written(folder, {(FIRST, DEBIT): Font(color=colour)})
    assert found.journal[0].debit_fen == 500
    [notice] = found.notices
    assert "红色字体" in notice.zh
    assert f"工作表「Sheet」第 {FIRST} 行" in notice.zh
    assert f"row {FIRST} of sheet 'Sheet'" in notice.en


@pytest.mark.parametrize("debit", [-5, "-5.00", "（5.00）", "(5)"])
def test_negative_amounts_in_red_are_what_they_look_like(folder: Path, debit: float | str) -> None:
    found = written(folder, {(FIRST, DEBIT): RED}, debit)
    assert (found.journal[0].debit_fen, found.notices) == (-500, ())


@pytest.mark.parametrize(
    ("place", "font"),
    [
        ((FIRST, SUMMARY), RED),
        ((1, DEBIT), RED),
        ((FIRST + 1, DEBIT), RED),
        ((FIRST, DEBIT), Font(color="FF000000")),
        ((FIRST, DEBIT), Font(color="FFFFC000")),
        ((FIRST, DEBIT), Font(bold=True)),
        ((FIRST, SUMMARY), STRUCK),
        ((1, DEBIT), STRUCK),
    ],
)
def test_what_changes_no_amount_is_not_remarked(folder: Path, place: tuple[int, int], font: Font) -> None:
    assert written(folder, {place: font}).notices == ()


@pytest.mark.parametrize("column", [CODE, DEBIT])
def test_rows_that_are_struck_out_are_read_and_told(folder: Path, column: int) -> None:
    found = written(folder, {(FIRST, column): STRUCK})
    assert found.journal[0].debit_fen == 500
    [notice] = found.notices
    assert "删除线" in notice.zh
    assert f"row {FIRST} of sheet 'Sheet'" in notice.en


def test_marked_cells_are_found_where_they_are(folder: Path) -> None:
    written(folder, {(FIRST, DEBIT): RED, (FIRST + 2, CODE): STRUCK, (40, 30): RED})
    [sheet] = read_workbook(folder / "journal.xlsx")
    assert sheet.red == {(FIRST - 1, DEBIT - 1), (39, 29)}
    assert sheet.struck == {(FIRST + 1, CODE - 1)}
