"""A voucher of an invented village, and its amounts in fen."""

from __future__ import annotations

from dataclasses import dataclass

CASH, BANK, SPECIAL = "101", "1020101", "10202"
"""The accounts that hold money."""

Lines = list[tuple[str, int]]
"""(account, fen): positive is debit, negative is credit."""


@dataclass
class Voucher:
    """A voucher of one day; `red` shows the negated amounts on the sides of the voucher that it cancels."""

    day: int
    summary: str
    lines: Lines
    attachments: int = 1
    red: bool = False


def yuan(amount: float) -> int:
    """Return yuan as fen."""
    return round(amount * 100)


def pay(day: int, summary: str, expense: str, fen: int, source: str = BANK, attachments: int = 1) -> Voucher:
    """Pay an expense (or buy an asset) from cash or bank."""
    return Voucher(day, summary, [(expense, fen), (source, -fen)], attachments)


def receive(day: int, summary: str, income: str, fen: int, target: str = BANK) -> Voucher:
    """Receive an income in cash or at the bank."""
    return Voucher(day, summary, [(target, fen), (income, -fen)])


def shown(fen: int) -> str:
    """Return an amount as an accountant's spreadsheet has it."""
    return f"{fen / 100:,.2f}" if fen else ""
