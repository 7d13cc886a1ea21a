"""The financial statements (会计报表) of a book for a period."""

from projections.statements.query import BalanceSheetReport, balance_sheet

__all__ = ["BalanceSheetReport", "balance_sheet"]
