"""The ledgers (账簿) of a book: one account's lines with balances, and the general ledger of all of them."""

from projections.ledgers.query import (
    AccountLedger,
    GeneralLedger,
    LedgerFilter,
    account_ledger,
    auxiliary_ledgers,
    general_ledger,
)

__all__ = [
    "AccountLedger",
    "GeneralLedger",
    "LedgerFilter",
    "account_ledger",
    "auxiliary_ledgers",
    "general_ledger",
]
