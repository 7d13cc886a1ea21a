"""The financial statements (会计报表) of a book for a period."""

from projections.statements.cross_checks import CrossCheckReport, cross_checks
from projections.statements.income import DetailReport, IncomeReport, flows, income_details, income_statement
from projections.statements.query import BalanceSheetReport, NotesReport, balance_sheet, notes

__all__ = [
    "BalanceSheetReport",
    "CrossCheckReport",
    "DetailReport",
    "IncomeReport",
    "NotesReport",
    "balance_sheet",
    "cross_checks",
    "flows",
    "income_details",
    "income_statement",
    "notes",
]
