"""Banks' statements: read in from files, kept beside the book, and held against it."""

from api.banking.reading import FIELDS, StatementLine, read_statement
from api.banking.store import BankStatements, Taken
from api.banking.tables import reconciliation_object, reconciliation_table

__all__ = [
    "FIELDS",
    "BankStatements",
    "StatementLine",
    "Taken",
    "read_statement",
    "reconciliation_object",
    "reconciliation_table",
]
