"""The financial statements (会计报表): each line a formula over balances, as data that goes with a chart version."""

from domain.statements.balance_sheet import (
    BalanceSheet,
    LineAmount,
    Share,
    SheetLine,
    balance_sheet,
    line_amount,
)
from domain.statements.budget import BudgetRow, Standing, budget_rows, spent_with
from domain.statements.cross_checks import CrossCheck, CrossCheckLine, Figures, cross_checks, earned_fen
from domain.statements.details import DetailRow, detail_rows, difference_fen
from domain.statements.income import (
    Flow,
    IncomeRow,
    Year,
    income_statement,
    off_by_fen,
    undistributed_fen,
)
from domain.statements.income_lines import IncomeLayout, IncomeLine, income_layout
from domain.statements.layout import Formula, Layout, LayoutLine, Role, Side, layout
from domain.statements.line_flow import Counted, FlowYear, LineFlow, Part, flow_year
from domain.statements.month import Month, Moved
from domain.statements.notes import NOMINAL_FEN, Note, NoteKind, notes
from domain.statements.objects import (
    budget_object,
    detail_object,
    head_object,
    income_object,
    notes_object,
    sheet_object,
    trial_object,
)
from domain.statements.parties import PARTED, Held, Parties, PartyBalances, held
from domain.statements.spending import Carried, Store, carrying_accounts

__all__ = [
    "NOMINAL_FEN",
    "PARTED",
    "BalanceSheet",
    "BudgetRow",
    "Carried",
    "Counted",
    "CrossCheck",
    "CrossCheckLine",
    "DetailRow",
    "Figures",
    "Flow",
    "FlowYear",
    "Formula",
    "Held",
    "IncomeLayout",
    "IncomeLine",
    "IncomeRow",
    "Layout",
    "LayoutLine",
    "LineAmount",
    "LineFlow",
    "Month",
    "Moved",
    "Note",
    "NoteKind",
    "Part",
    "Parties",
    "PartyBalances",
    "Role",
    "Share",
    "SheetLine",
    "Side",
    "Standing",
    "Store",
    "Year",
    "balance_sheet",
    "budget_object",
    "budget_rows",
    "carrying_accounts",
    "cross_checks",
    "detail_object",
    "detail_rows",
    "difference_fen",
    "earned_fen",
    "flow_year",
    "head_object",
    "held",
    "income_layout",
    "income_object",
    "income_statement",
    "layout",
    "line_amount",
    "notes",
    "notes_object",
    "off_by_fen",
    "sheet_object",
    "spent_with",
    "trial_object",
    "undistributed_fen",
]
