"""The accounts that the sheets use: those that are not there yet are added, and each has one name everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.importing.account_cells import BETWEEN_NAMES
from api.importing.rules import OTHER_MEANING, RENAMED, TWO_NAMES
from domain.accounts import AccountAdded, NewAccount
from domain.chart import LEVELS, chart, codes_down_to, parent_code
from domain.kernel.errors import Phrase, RuleViolation
from domain.privacy import check_clear

NO_SUCH = Phrase("没有", "does not exist")

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.importing.folder import Amounts
    from api.importing.trial import Trial


class AccountPlan:
    """Adds the accounts of these rows to a trial; `uses_refused` tells which rows need not be looked at any more."""

    def __init__(self, trial: Trial, rows: Sequence[Amounts]) -> None:
        """`rows` are all of the folder's, in order."""
        self._trial = trial
        self._rows = rows
        self._official = {account.name: account.code for account in chart(trial.file.chart).official}
        self._named: dict[str, Amounts] = {}
        self._refused: set[str] = set()
        for row in rows:
            if row.code not in self._named or (row.name and not self._named[row.code].name):
                self._named[row.code] = row

    def add(self) -> None:
        """Plan what is new, and report what is named otherwise than elsewhere."""
        before = dict(self._trial.book.accounts.names)
        for row in self._rows:
            self._check_meaning(row)
        using: dict[str, Amounts] = {}
        for code, row in self._named.items():
            for above in codes_down_to(code):
                using.setdefault(above, row)
        for code in sorted(using, key=lambda code: (len(code), code)):
            if code not in before:
                self._add(code, self._named.get(code, using[code]))
        self._check_one_name()
        for code, row in self._named.items():
            own = self._own_name(code, row.name)
            if own and own != before.get(code, own) and code not in self._official.values():
                self._trial.refuse(RENAMED(code=code, read=row.name, expected=before[code]), [row])

    def uses_refused(self, rows: Iterable[Amounts]) -> bool:
        """Tell whether rows use an account that was refused, which would be told of each of them again."""
        return any(row.code in self._refused for row in rows)

    def _add(self, code: str, row: Amounts) -> None:
        """Add an account that `row` uses; below one that was refused nothing is tried: its row is told already."""
        if parent_code(code) not in self._refused:
            account = NewAccount(code=code, name=self._clear_name(code))
            if self._trial.add(
                AccountAdded, account, self._trial.id("account", code), ("accountant",), [row]
            ):
                return
        self._refused.add(code)

    def _check_one_name(self) -> None:
        """An account has one name in all sheets; with and without the names of the accounts above is the same."""
        told = {code: {self._own_name(code, row.name)} for code, row in self._named.items()}
        for row in self._rows:
            own = self._own_name(row.code, row.name)
            if not own or own in told[row.code]:
                continue
            told[row.code].add(own)
            first = self._named[row.code]
            at = {"first_file": first.row.file, "first": first.row.place}
            self._trial.refuse(TWO_NAMES(code=row.code, read=row.name, expected=first.name, **at), [row])

    def _check_meaning(self, row: Amounts) -> None:
        """A level-1 code under another official account's name is of another chart."""
        other = self._official.get(row.name)
        if len(row.code) == LEVELS[0] and other and other != row.code:
            name = next((name for name, code in self._official.items() if code == row.code), "")
            meaning = Phrase(f"是「{name}」", f"is {name}") if name else NO_SUCH
            facts = {"code": row.code, "meaning": meaning, "name": row.name, "other": other}
            self._trial.refuse(OTHER_MEANING(**facts), [row])

    def _name(self, code: str) -> str:
        """The sheet's name without the names of the accounts above, else the chart's suggestion, else the parent's."""
        if code in self._named and self._named[code].name:
            return self._own_name(code, self._named[code].name)
        suggestion = chart(self._trial.file.chart).accounts.get(code)
        if suggestion:
            return suggestion.name
        above = self._trial.book.accounts.by_code.get(parent_code(code) or "")
        return above.name if above else code

    def _clear_name(self, code: str) -> str:
        """Return the name of a new account; one that names a person by a number is refused, and the code stands in."""
        name = self._name(code)
        try:
            check_clear(name, "name")
        except RuleViolation as violation:
            self._trial.refuse(violation, [self._named[code]])
            return code
        return name

    def _own_name(self, code: str, name: str) -> str:
        """Take the names of the accounts above off a full name: 内部往来/成员/张三 is 张三, but 水/电费 stays.

        A name is not changed by which it is booked already.
        """
        if name == self._trial.book.accounts.names.get(code):
            return name
        accounts, parent = self._trial.book.accounts, parent_code(code) or ""
        above = accounts.full_name(parent).split("/") if parent in accounts.by_code else []
        parts = BETWEEN_NAMES.split(name)
        if above and len(parts) == len(above) + 1 and parts[0] == above[0]:
            return parts[-1]
        return name
