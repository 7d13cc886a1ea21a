"""What stands in a statement as it is published: JSON objects, amounts in fen, made once for server and auditor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from domain.statements.details import difference_fen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.statements.balance_sheet import BalanceSheet, SheetLine
    from domain.statements.details import DetailRow
    from domain.statements.income import IncomeRow
    from domain.statements.notes import Note


class Head(Protocol):
    """What a report is of: a book with its name, a period; from how many entries under which base64 root."""

    @property
    def book(self) -> str:
        """The organisation's id."""
        ...

    @property
    def name(self) -> str:
        """The organisation's name."""
        ...

    @property
    def period(self) -> str:
        """The period at whose end it stands."""
        ...

    @property
    def entries(self) -> int:
        """How many entries it is made of."""
        ...

    @property
    def root(self) -> str:
        """Their root."""
        ...


class Row(Protocol):
    """A row of figures, a named tuple."""

    def _asdict(self) -> dict[str, Any]: ...


def head_object(head: Head) -> dict[str, Any]:
    """Return what a report says of itself."""
    return {
        "book": head.book,
        "name": head.name,
        "period": head.period,
        "entries": head.entries,
        "root": head.root,
    }


def trial_object(head: Head, first: str, rows: Iterable[Row], totals: Mapping[str, int]) -> dict[str, Any]:
    """Return the trial balance (科目余额表) of the periods from `first` on."""
    return {
        **head_object(head),
        "from": first,
        "rows": [row._asdict() for row in rows],
        "totals": totals,
    }


def sheet_object(head: Head, sheet: BalanceSheet) -> dict[str, Any]:
    """Return the balance sheet (资产负债表)."""
    return {
        **head_object(head),
        "assets": [_sheet_line(row) for row in sheet.assets],
        "claims": [_sheet_line(row) for row in sheet.claims],
        "off_by_fen": sheet.off_by_fen,
    }


def _sheet_line(row: SheetLine) -> dict[str, Any]:
    return {**row.line.said, "closing_fen": row.closing_fen, "opening_fen": row.opening_fen}


def income_object(head: Head, rows: Sequence[IncomeRow], off_by_fen: int) -> dict[str, Any]:
    """Return the statement of income and its distribution (收益及收益分配表)."""
    return {
        **head_object(head),
        "lines": [
            {**row.line.said, "amount_fen": row.amount_fen, "before_fen": row.before_fen} for row in rows
        ],
        "off_by_fen": off_by_fen,
    }


def detail_object(head: Head, rows: Sequence[DetailRow]) -> dict[str, Any]:
    """Return income and expense by detail account (收支明细表)."""
    month, year = difference_fen(rows)
    return {
        **head_object(head),
        "rows": [row._asdict() for row in rows],
        "difference_month_fen": month,
        "difference_year_fen": year,
    }


def notes_object(head: Head, notes: Iterable[Note]) -> dict[str, Any]:
    """Return the skeleton of the notes (会计报表附注)."""
    return {
        **head_object(head),
        "notes": [
            {
                "number": note.line.number,
                "title": note.line.title,
                "title_en": note.line.title_en,
                "kind": note.line.kind.value,
                "rows": [row._asdict() for row in note.rows],
            }
            for note in notes
        ],
    }


def budget_object(head: Head, adopted: int, rows: Iterable[Row]) -> dict[str, Any]:
    """Return how the plan that entry `adopted` put into force is carried out (收支计划执行情况)."""
    return {**head_object(head), "adopted": adopted, "rows": [row._asdict() for row in rows]}
