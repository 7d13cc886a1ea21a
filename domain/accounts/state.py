"""The accounts that exist, and which of them are leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import msgspec

from domain.chart import chart, codes_down_to, parent_code

if TYPE_CHECKING:
    from collections.abc import Iterable


class Account(msgspec.Struct, array_like=True, gc=False):
    """An account of a chart version; `kind` asset … expense, `side` debit or credit, `used` once posted to."""

    chart: str
    code: str
    name: str
    kind: str
    side: str
    children: int = 0
    used: bool = False

    @property
    def leaf(self) -> bool:
        """Whether the account takes postings: it has no detail accounts (末级科目)."""
        return self.children == 0


class Postable(Protocol):
    """A line that names an account by its code, and perhaps the unit in which it is measured."""

    @property
    def account(self) -> str:
        """The code."""
        ...

    @property
    def unit(self) -> str:
        """The unit (计量单位), "" without one."""
        ...


@dataclass
class Accounts:
    """The accounts of a book, all of one chart version, by code, and the units in which some are measured."""

    chart: str = ""
    by_code: dict[str, Account] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """The names of all accounts by code."""
        return {code: account.name for code, account in self.by_code.items()}

    def open(self, version: str) -> None:
        """Begin with the official level-1 accounts of a chart version."""
        self.chart = version
        for line in chart(version).official:
            self.by_code[line.code] = Account(version, line.code, line.name, line.kind, line.side)

    def add(self, code: str, name: str) -> Account:
        """Add an account under its parent, of whose kind and side it is, or an optional level-1 account."""
        parent = self.by_code.get(parent_code(code) or "")
        if parent is None:
            line = chart(self.chart).accounts[code]
            account = Account(self.chart, code, name, line.kind, line.side)
        else:
            parent.children += 1
            account = Account(self.chart, code, name, parent.kind, parent.side)
        self.by_code[code] = account
        return account

    def mark_used(self, lines: Iterable[Postable]) -> None:
        """Remember the accounts that were posted to, and their units."""
        by_code = self.by_code
        for line in lines:
            by_code[line.account].used = True
            if line.unit:
                self.units[line.account] = line.unit

    def full_name(self, code: str) -> str:
        """Return the names from level 1 down, joined by '/' (银行存款/基本账户)."""
        return "/".join(self.by_code[one].name for one in codes_down_to(code))
