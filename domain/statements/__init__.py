"""The financial statements (会计报表): each line a formula over balances, as data that goes with a chart version."""

from domain.statements.balance_sheet import BalanceSheet, SheetLine, balance_sheet
from domain.statements.layout import Formula, Layout, LayoutLine, Role, Side, layout

__all__ = [
    "BalanceSheet",
    "Formula",
    "Layout",
    "LayoutLine",
    "Role",
    "SheetLine",
    "Side",
    "balance_sheet",
    "layout",
]
