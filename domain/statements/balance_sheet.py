"""The balance sheet (资产负债表) of 财会〔2023〕14号 from the balances of leaf accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain.statements.layout import Role, Side
from domain.statements.parties import held

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.statements.layout import Layout, LayoutLine, Term
    from domain.statements.parties import Held, PartyBalances


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


NOBODY: PartyBalances = {}
"""No counterparty is known."""


def balance_sheet(
    layout: Layout,
    closing: Mapping[str, int],
    opening: Mapping[str, int],
    parties: tuple[PartyBalances, PartyBalances] = (NOBODY, NOBODY),
) -> BalanceSheet:
    """Return the balance sheet of two sets of balances: leaf account to fen, debit balances positive.

    `parties` are those of counterparties at both times, on accounts that stand on both sides.

    Income and expense that are not transferred yet (未结转的损益) stand in the undistributed income, so a month that
    is not closed balances too.
    """
    closings, openings = (
        _figures(layout, held(balances, of_parties))
        for balances, of_parties in zip((closing, opening), parties, strict=True)
    )
    lines = [
        SheetLine(line, closings[line.key], openings[line.key])
        for line in layout.lines
        if line.role is not Role.IF_ANY or closings[line.key] or openings[line.key]
    ]
    return BalanceSheet(
        [row for row in lines if row.line.side is Side.ASSET],
        [row for row in lines if row.line.side is Side.CLAIM],
    )


class Share(NamedTuple):
    """A detail account of one that stands on both sides: its balance (debit positive), and the line that shows it.

    `party` is the counterparty whose balance it is, "" with none that is known. `counted` tells whether the line is
    that which was asked for, or one that it sums up.
    """

    account: str
    party: str
    balance_fen: int
    line: str
    counted: bool


class LineAmount(NamedTuple):
    """What a line shows, in fen, and how the detail accounts are shared out of an account that stands on both sides."""

    amount_fen: int
    shares: list[Share]


def line_amount(
    layout: Layout, key: str, balances: Mapping[str, int], parties: PartyBalances = NOBODY
) -> LineAmount:
    """Return what the line of that key shows of balances: leaf account to fen, debit balances positive."""
    found = sorted(held(balances, parties))
    shares = [
        _share(layout, term, line, one)
        for term, line in layout.halves_of(key)
        for one in found
        if one.account.startswith(term.name)
    ]
    return LineAmount(_figures(layout, found)[key], shares)


def _share(layout: Layout, term: Term, line: LayoutLine, one: Held) -> Share:
    if term.counts(one.fen):
        return Share(*one, line.name, counted=True)
    other = layout.other_half(term)
    return Share(*one, other.name if other else "", counted=False)


def _figures(layout: Layout, balances: Iterable[Held]) -> dict[str, int]:
    figures = dict.fromkeys((line.key for line in layout.lines), 0)
    for account, _, fen in balances:
        for key, sign, term in layout.parts_of(account):
            if term.counts(fen):
                figures[key] += sign * fen
    for key, sums in layout.summed:
        for term in sums:
            figures[key] += term.sign * figures[term.name]
    return figures
