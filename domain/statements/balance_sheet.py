"""The balance sheet (资产负债表) of 财会〔2023〕14号 from the balances of leaf accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain.statements.layout import Role, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.statements.layout import Layout, LayoutLine, Term


class SheetLine(NamedTuple):
    """A line with its figures in fen: at the end of the period, and at the beginning of its year (年初余额)."""

    line: LayoutLine
    closing_fen: int
    opening_fen: int


class BalanceSheet(NamedTuple):
    """The lines of both sides, in order."""

    assets: list[SheetLine]
    claims: list[SheetLine]

    @property
    def off_by_fen(self) -> int:
        """Total assets less total liabilities and equity at the end of the period: zero, if each voucher balances."""
        return self.assets[-1].closing_fen - self.claims[-1].closing_fen


def balance_sheet(layout: Layout, closing: Mapping[str, int], opening: Mapping[str, int]) -> BalanceSheet:
    """Return the balance sheet of two sets of balances: leaf account to fen, debit balances positive.

    Income and expense that are not transferred yet (未结转的损益) stand in the undistributed income, so a month that
    is not closed balances too.
    """
    closings, openings = _figures(layout, closing), _figures(layout, opening)
    lines = [
        SheetLine(line, closings[line.key], openings[line.key])
        for line in layout.lines
        if line.role is not Role.IF_ANY or closings[line.key] or openings[line.key]
    ]
    return BalanceSheet(
        [row for row in lines if row.line.side is Side.ASSET],
        [row for row in lines if row.line.side is Side.CLAIM],
    )


def _figures(layout: Layout, balances: Mapping[str, int]) -> dict[str, int]:
    figures: dict[str, int] = {}
    for line in layout.lines:
        side = 1 if line.side is Side.ASSET else -1
        figures[line.key] = sum(
            term.sign * (side * _balance(term, balances) if term.is_account else figures[term.name])
            for term in line.formula
        )
    return figures


def _balance(term: Term, balances: Mapping[str, int]) -> int:
    """Return an account's balance with all below it, debit positive; of a half, only the balances on that side."""
    leaves = [fen for code, fen in balances.items() if code.startswith(term.name)]
    if term.half == "debit":
        return sum(fen for fen in leaves if fen > 0)
    if term.half == "credit":
        return sum(fen for fen in leaves if fen < 0)
    return sum(leaves)
