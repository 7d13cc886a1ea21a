"""Banks' statements: read in from files, kept beside the book, held against it, and what was decided of them."""

from api.banking.decisions import LINES_MAX, BankDecisions, KeptDecision
from api.banking.imports import BankImports, KeptImport, Undone
from api.banking.openings import BankOpenings, Opening
from api.banking.reading import Statement, StatementLine, read_columns, read_statement
from api.banking.remembered import read_as_before
from api.banking.store import BankStatements, SourceFile, Taken
from api.banking.tables import (
    RECONCILIATION,
    count_table,
    lines_table,
    reconciliation_object,
    reconciliation_table,
)

__all__ = [
    "LINES_MAX",
    "RECONCILIATION",
    "BankDecisions",
    "BankImports",
    "BankOpenings",
    "BankStatements",
    "KeptDecision",
    "KeptImport",
    "Opening",
    "SourceFile",
    "Statement",
    "StatementLine",
    "Taken",
    "Undone",
    "count_table",
    "lines_table",
    "read_as_before",
    "read_columns",
    "read_statement",
    "reconciliation_object",
    "reconciliation_table",
]
