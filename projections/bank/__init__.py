"""The bank accounts of a book, as they are held against a bank's statement."""

from projections.bank.holding import held_at_end, held_from
from projections.bank.query import (
    balance_fen,
    bank_balance_fen,
    bank_lines,
    book_lines,
    decisions,
    opened_on,
    openings,
    statements_reach,
)

__all__ = [
    "balance_fen",
    "bank_balance_fen",
    "bank_lines",
    "book_lines",
    "decisions",
    "held_at_end",
    "held_from",
    "opened_on",
    "openings",
    "statements_reach",
]
