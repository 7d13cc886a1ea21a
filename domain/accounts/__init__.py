"""The accounts of a book (会计科目): the official chart plus the book's own detail accounts (明细科目)."""

from domain.accounts.events import AccountAdded, NewAccount
from domain.accounts.rules import decide_add, require_account, require_leaves, same_name
from domain.accounts.state import Account, Accounts

__all__ = [
    "Account",
    "AccountAdded",
    "Accounts",
    "NewAccount",
    "decide_add",
    "require_account",
    "require_leaves",
    "same_name",
]
