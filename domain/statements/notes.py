"""The notes to the statements (会计报表附注): their skeleton in the prescribed order, with what the books know.

The composition and movement of important items, and the assets at their nominal amount, follow from balances. All else
is written by people: the skeleton says where.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from domain.chart import RESULT, chart
from domain.statements.formula import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.statements.month import AccountMonth

NOMINAL_FEN = 100
"""The nominal amount (名义金额) of an asset without voucher and valuation: 1 yuan."""


class NoteKind(StrEnum):
    """Where a note comes from: the system's own declaration, balances, assets at 1 yuan, or a person."""

    DECLARED = "declared"
    MOVEMENTS = "movements"
    NOMINAL = "nominal"
    WRITTEN = "written"


class NoteLine(NamedTuple):
    """A note: its number, its title, where it comes from, and the level-1 accounts that it is about."""

    number: str
    title: str
    title_en: str
    kind: NoteKind
    accounts: tuple[str, ...]


class Movement(NamedTuple):
    """An account in the year so far, in fen, on its own side: what it began with, what came and went, what is left."""

    account: str
    name: str
    opening_fen: int
    increase_fen: int
    decrease_fen: int
    closing_fen: int


class Note(NamedTuple):
    """A note with the accounts that it lists; none in one that a person writes."""

    line: NoteLine
    rows: list[Movement]


@cache
def note_lines(version: str) -> tuple[NoteLine, ...]:
    """Return the notes of a chart version in their order; raises `chart.unknown`."""
    return tuple(
        NoteLine(
            row["number"],
            row["title_zh"],
            row["title_en"],
            NoteKind(row["kind"]),
            tuple(row["accounts"].split()),
        )
        for row in read_lines("notes", version)
    )


def notes(version: str, rows: Iterable[AccountMonth], names: Mapping[str, str], *, opens: bool) -> list[Note]:
    """Return the notes of the year up to a month; `rows` are those of its trial balance.

    `opens` tells whether the book was opened in this year: then the opening balances of income and expense are this
    year's, as in its statement of income, and came or went in it.
    """
    moved = [_movement(version, row, names, opens=opens) for row in rows]
    return [Note(line, [row for row in moved if _listed(line, row)]) for line in note_lines(version)]


def _listed(line: NoteLine, row: Movement) -> bool:
    if not line.accounts or not row.account.startswith(line.accounts):
        return False
    return line.kind is NoteKind.MOVEMENTS or row.closing_fen == NOMINAL_FEN


def _movement(version: str, row: AccountMonth, names: Mapping[str, str], *, opens: bool) -> Movement:
    debit = chart(version).accounts[row.account[:3]].side == "debit"
    increase, decrease = (
        (row.year_debit_fen, row.year_credit_fen) if debit else (row.year_credit_fen, row.year_debit_fen)
    )
    closing = row.closing_fen if debit else -row.closing_fen
    opening = closing - increase + decrease
    if opens and row.account.startswith(RESULT):
        increase, decrease = increase + max(opening, 0), decrease + max(-opening, 0)
        opening = 0
    return Movement(row.account, names.get(row.account, ""), opening, increase, decrease, closing)
