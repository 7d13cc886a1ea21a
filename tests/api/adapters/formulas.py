"""Recomputes the formulas of a workbook: cells added and taken away, and SUM over ranges, which is all there are."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from openpyxl import load_workbook
from openpyxl.utils.cell import rows_from_range

if TYPE_CHECKING:
    from collections.abc import Mapping

TERM = re.compile(r"([+-]?)(?:SUM\(([A-Z]+\d+:[A-Z]+\d+)\)|([A-Z]+\d+)|(\d+(?:\.\d+)?))")


class Workbook:
    """The one sheet of a workbook, with the values that its formulas were written with."""

    def __init__(self, data: bytes) -> None:
        self.cells = self._read(data, values=False)
        self.written = self._read(data, values=True)
        self.rows = max(int(re.sub(r"\D", "", place)) for place in self.cells)

    @staticmethod
    def _read(data: bytes, *, values: bool) -> dict[str, object]:
        (sheet,) = load_workbook(io.BytesIO(data), data_only=values).worksheets
        return {cell.coordinate: cell.value for row in sheet for cell in row}

    def formulas(self) -> dict[str, str]:
        """Return the formulas by their cells."""
        return {
            place: value
            for place, value in self.cells.items()
            if isinstance(value, str) and value.startswith("=")
        }

    def fen(self, place: str, changed: Mapping[str, int] | None = None) -> int:
        """Return what a cell comes to, in fen, when others are `changed` to so many fen."""
        value = self.cells[place]
        if place in (changed or {}):
            return (changed or {})[place]
        if not isinstance(value, str) or not value.startswith("="):
            return round(float(str(value)) * 100) if value is not None else 0
        terms, rest = list(TERM.finditer(value, 1)), TERM.sub("", value[1:])
        assert not rest, value
        total = 0
        for term in terms:
            sign, area, cell, number = term.groups()
            if area:
                amount = sum(self.fen(one, changed) for row in rows_from_range(area) for one in row)
            else:
                amount = self.fen(cell, changed) if cell else round(float(number) * 100)
            total += -amount if sign == "-" else amount
        return total

    def check(self) -> None:
        """Hold each formula against the value that it was written with."""
        for place in self.formulas():
            assert self.fen(place) == round(float(str(self.written[place])) * 100), place

    def places(self, header: str, nth: int = 0) -> list[str]:
        """Return the cells below the nth column of a header."""
        columns = [place[:-1] for place, value in self.cells.items() if place[1:] == "1" and value == header]
        return [f"{columns[nth]}{row}" for row in range(2, self.rows + 1)]

    def at(self, header: str, where: str, words: str, nth: int = 0) -> str:
        """Return the first cell below a header in whose row another column, of header `where`, has these words."""
        row = next(place[1:] for place in self.places(where) if self.cells[place] == words)
        return next(place for place in self.places(header, nth) if place[1:] == row)
