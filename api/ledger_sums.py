"""The sums and balances of a ledger's rows as a table has them: in a workbook each is made of the rows above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.adapters.tables import Cells, Formula
from api.history import side_words
from domain.ledger_account import RowKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.ledger_account import LedgerRow


def ledger_sums(rows: Sequence[LedgerRow]) -> Iterator[tuple[object, ...]]:
    """Yield for each row what was moved, the side, and the balance, made of the rows above as a person would add up.

    A ledger without lines, as the general one, runs on from month to month.
    """
    made = _Made()
    for number, row in enumerate(rows):
        yield *made.turnover(number, row), side_words(row.balance_fen), made.balance(row)
        made.take(number, row)


class _Made:
    """The rows of a ledger so far: the last one, the lines of the day and of the month, the year so far."""

    def __init__(self) -> None:
        self._last: LedgerRow | None = None
        self._year: tuple[int, LedgerRow] | None = None
        self._day: list[int] = []
        self._month: list[int] = []

    def turnover(self, number: int, row: LedgerRow) -> tuple[int | None, int | None]:
        """Return debit and credit of the next row; an opening balance has moved nothing."""
        if row.kind in {RowKind.opening, RowKind.closing}:
            return None, None
        if row.kind is RowKind.year and self._last:
            cells = [Cells(1)]
            debit, credit = row.debit_fen - self._last.debit_fen, row.credit_fen - self._last.credit_fen
            if self._year:
                cells.append(Cells(number - self._year[0]))
                debit, credit = debit - self._year[1].debit_fen, credit - self._year[1].credit_fen
            made = Formula(row.debit_fen, *cells, rest_fen=debit)
            return made, Formula(row.credit_fen, *cells, rest_fen=credit)
        lines = {RowKind.day: self._day, RowKind.month: self._month}.get(row.kind, [])
        cells = [Cells(number - first, rows=rows) for first, rows in _runs(lines)]
        return Formula(row.debit_fen, *cells), Formula(row.credit_fen, *cells)

    def balance(self, row: LedgerRow) -> int:
        """Return the balance of the next row, on its side: that of the row above with what the row itself moves."""
        if self._last is None:
            return abs(row.balance_fen)
        was = -1 if self._last.balance_fen < 0 else 1
        sign = was if not row.balance_fen else 1 if row.balance_fen > 0 else -1
        cells = [Cells(1, sign=sign * was)]
        if row.kind is RowKind.line or (row.kind is RowKind.month and not self._month):
            cells += [Cells(0, 3, sign), Cells(0, 2, -sign)]
        return Formula(abs(row.balance_fen), *cells)

    def take(self, number: int, row: LedgerRow) -> None:
        """Go on behind a row."""
        if row.kind is RowKind.line:
            same_day = self._last and self._last.kind is RowKind.line and self._last.date == row.date
            self._day = [*self._day, number] if same_day else [number]
            self._month.append(number)
        elif row.kind is RowKind.month:
            self._month = []
        elif row.kind is RowKind.year:
            self._year = number, row
        elif row.kind is RowKind.opening:
            self._year = None
        self._last = row


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return where each run of numbers that follow one another begins, and how many they are."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and sum(runs[-1]) == number:
            runs[-1] = runs[-1][0], runs[-1][1] + 1
        else:
            runs.append((number, 1))
    return runs
