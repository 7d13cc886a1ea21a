"""Months of accounts for tests of what is made of them."""

from __future__ import annotations

from typing import NamedTuple


class Month(NamedTuple):
    """An account in a month, as the trial balance has it."""

    account: str
    year_debit_fen: int = 0
    year_credit_fen: int = 0
    closing_fen: int = 0
    debit_fen: int = 0
    credit_fen: int = 0
