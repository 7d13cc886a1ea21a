"""Rolls (发放清册): payrolls and dividends as a root over salted rows, with public totals."""

from domain.rolls.events import MAX_ROWS, Column, Roll, RollCommitted
from domain.rolls.rows import (
    ROW,
    Row,
    amount_of,
    check_rows,
    in_order,
    read_row,
    root_of,
    seal_row,
    tree_of,
)
from domain.rolls.rules import booked_fen, decide_commit, require_booked
from domain.rolls.state import Rolls

__all__ = [
    "MAX_ROWS",
    "ROW",
    "Column",
    "Roll",
    "RollCommitted",
    "Rolls",
    "Row",
    "amount_of",
    "booked_fen",
    "check_rows",
    "decide_commit",
    "in_order",
    "read_row",
    "require_booked",
    "root_of",
    "seal_row",
    "tree_of",
]
