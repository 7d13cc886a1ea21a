"""What a book is and has: organisation, accounts (科目), keys (密钥) and who holds them."""

from projections.register.fold import fold
from projections.register.logkeys import LogKeyRow, log_keys, signing_keys
from projections.register.query import (
    NO_BOOK,
    AccountRow,
    BookRow,
    KeyRow,
    account_names,
    accounts,
    book,
    books,
    chart_of,
    keys,
    origin_of,
    people,
    units,
    vacant,
)

__all__ = [
    "NO_BOOK",
    "AccountRow",
    "BookRow",
    "KeyRow",
    "LogKeyRow",
    "account_names",
    "accounts",
    "book",
    "books",
    "chart_of",
    "fold",
    "keys",
    "log_keys",
    "origin_of",
    "people",
    "signing_keys",
    "units",
    "vacant",
]
