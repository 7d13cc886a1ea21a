"""The financial statements (会计报表): each line a formula over balances, as data that goes with a chart version."""

from domain.statements.balance_sheet import (
    BalanceSheet,
    LineAmount,
    Share,
    SheetLine,
    balance_sheet,
    line_amount,
)
from domain.statements.details import DetailRow, detail_rows, difference_fen
from domain.statements.income import (
    Flow,
    IncomeLayout,
    IncomeLine,
    IncomeRow,
    Year,
    income_layout,
    income_statement,
    undistributed_fen,
)
from domain.statements.layout import Formula, Layout, LayoutLine, Role, Side, layout
from domain.statements.line_flow import Counted, FlowYear, LineFlow, Part

__all__ = [
    "BalanceSheet",
    "Counted",
    "DetailRow",
    "Flow",
    "FlowYear",
    "Formula",
    "IncomeLayout",
    "IncomeLine",
    "IncomeRow",
    "Layout",
    "LayoutLine",
    "LineAmount",
    "LineFlow",
    "Part",
    "Role",
    "Share",
    "SheetLine",
    "Side",
    "Year",
    "balance_sheet",
    "detail_rows",
    "difference_fen",
    "income_layout",
    "income_statement",
    "layout",
    "line_amount",
    "undistributed_fen",
]
