"""The entry that adds an account."""

from __future__ import annotations

from domain.kernel.statement import AccountCode, Record, Statement, Text


class NewAccount(Record, frozen=True):
    """A detail account by its code (3-2-2-2) and name; it stands under the account of the shorter code."""

    code: AccountCode
    name: Text


class AccountAdded(Statement, frozen=True, tag="account.added/1"):
    """An account exists from this entry on; signed by the accountant."""

    data: NewAccount
