"""Banks' statements: read in from files, kept beside the book, and held against it."""

from api.banking.reading import Statement, StatementLine, read_columns, read_statement
from api.banking.store import CASH, BankStatements, Taken
from api.banking.tables import count_table, reconciliation_object, reconciliation_table

__all__ = [
    "CASH",
    "BankStatements",
    "Statement",
    "StatementLine",
    "Taken",
    "count_table",
    "read_columns",
    "read_statement",
    "reconciliation_object",
    "reconciliation_table",
]
