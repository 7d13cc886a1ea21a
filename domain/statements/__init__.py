"""The financial statements (会计报表): each line a formula over balances, as data that goes with a chart version."""

from domain.statements.balance_sheet import (
    BalanceSheet,
    LineAmount,
    Share,
    SheetLine,
    balance_sheet,
    line_amount,
)
from domain.statements.layout import Formula, Layout, LayoutLine, Role, Side, layout

__all__ = [
    "BalanceSheet",
    "Formula",
    "Layout",
    "LayoutLine",
    "LineAmount",
    "Role",
    "Share",
    "SheetLine",
    "Side",
    "balance_sheet",
    "layout",
    "line_amount",
]
