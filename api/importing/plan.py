"""From a folder to the statements that are still to be posted, each checked by the domain's own rules.

The plan is made on a private replica of the book: what the rules refuse there is reported with its file and
row, before anything is signed or posted.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from api.importing.book_file import FILE, SIGNERS
from api.importing.comparing import first_difference
from api.importing.placing import place
from api.importing.problems import ImportRefused, Problem
from api.importing.rules import (
    ATTACHMENTS_DIFFER,
    BAD_LINES,
    BOOK_CHANGED,
    CHANGED,
    CLOSED_AHEAD,
    NO_SUMMARY,
    OTHER_MEANING,
    TWO_NAMES,
)
from api.importing.steps import Plan, Step, signing_keys
from domain.accounts import AccountAdded, NewAccount
from domain.book import Book
from domain.chart import chart, parent_code
from domain.entry import MAX_ENTRY_BYTES, TOO_LARGE, Entry, parse_text, unsigned_text
from domain.founding import BookOpened, Log, Opened, Organisation
from domain.kernel.errors import RuleViolation
from domain.kernel.note import Signature
from domain.kernel.organisation import check_organisation
from domain.kernel.ulid import derive
from domain.opening import Balances, OpeningPosted
from domain.periods import Closing, PeriodClosed
from domain.policy import PolicySet, PolicyTiers, Tier
from domain.privacy import check_clear, check_clear_fields, may_name_a_person
from domain.vouchers import MAX_LINES, Attachments, Line, Voucher, VoucherPosted, amount_fen, check_balanced

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from api.identity import Keyring
    from api.importing.book_file import BookFile
    from api.importing.folder import Amounts, ImportFolder
    from domain.kernel.statement import Statement

DEFAULT_TIERS = [
    Tier(from_fen=0, roles=["accountant", "head"], to_fen=100_000),
    Tier(from_fen=100_000, roles=["accountant", "head", "supervisor"], to_fen=1_000_000),
    Tier(from_fen=1_000_000, roles=["accountant", "head", "supervisor", "township"]),
]
"""Below 1,000 yuan two signatures, below 10,000 three, above also the township's (a common local rule)."""

LINES_MIN = 2
SIGNATURE_LINE_BYTES = 150
"""Room for one signature line when an entry's size is estimated."""


def make_plan(folder: ImportFolder, stored: Iterable[Entry], keyring: Keyring, log: Log, at: str) -> Plan:
    """Return the plan for a folder, to be signed at `at` on top of the stored entries; raises `ImportRefused`."""
    return _Planner(folder, keyring, log, at).plan(stored)


class _Planner:
    def __init__(self, folder: ImportFolder, keyring: Keyring, log: Log, at: str) -> None:
        self._folder = folder
        self._keyring = keyring
        self._log = log
        self._at = at
        self._book = Book(folder.book.id)
        self._steps: list[Step] = []
        self._problems: list[Problem] = []
        self._stored: dict[str, Any] = {}
        self._refused_accounts: set[str] = set()

    def plan(self, stored: Iterable[Entry]) -> Plan:
        for entry in stored:
            self._book.evolve(entry)
            self._stored[entry.statement.id] = entry.statement.data
        self._founding()
        there = self._business() if not self._problems else 0
        if self._problems:
            raise ImportRefused(self._problems)
        return Plan(self._steps, there)

    def _business(self) -> int:
        self._accounts()
        self._opening()
        return self._vouchers()

    def _founding(self) -> None:
        file = self._folder.book
        if file.closed_through > self._at[:7]:
            self._refuse(CLOSED_AHEAD(column="closed_through", read=file.closed_through, latest=self._at[:7]))
        if self._book.size:
            self._check_same(file)
            return
        try:
            check_organisation(file.id)
        except RuleViolation as violation:
            self._refuse(violation)
            return
        if not self._names_are_clear(file):
            return
        grants = [self._keyring.grant(role, file.people.get(role, "")) for role in SIGNERS]
        opened = Opened(
            chart=file.chart,
            first_period=file.opened,
            keys=grants,
            log=self._log,
            organisation=Organisation(division=file.division, id=file.id, name=file.name),
        )
        self._add(BookOpened, opened, self._id("book"), ("township",))
        if not self._problems:
            tiers = PolicyTiers(tiers=DEFAULT_TIERS)
            self._add(PolicySet, tiers, self._id("policy"), ("township", "head", "supervisor"))

    def _names_are_clear(self, file: BookFile) -> bool:
        """Report every name in book.toml that names a person by a number, by the key under which it stands there."""
        names = {"[book] name": file.name}
        names |= {f"[people] {role}": file.people.get(role, "") for role in SIGNERS}
        clear = True
        for key, name in names.items():
            try:
                check_clear(name, key)
            except RuleViolation as violation:
                self._refuse(violation)
                clear = False
        return clear

    def _check_same(self, file: BookFile) -> None:
        """What the first entry fixed cannot be changed by editing book.toml."""
        founding, periods = self._book.founding, self._book.periods
        organisation = founding.organisation
        fixed = {"chart": founding.chart, "opened": periods.first}
        if organisation:
            fixed |= {"name": organisation.name, "division": organisation.division}
        if file.origin and founding.log:
            fixed["origin"] = founding.log.origin
        for key, value in fixed.items():
            if getattr(file, key) != value:
                self._refuse(BOOK_CHANGED(key=key, read=getattr(file, key), expected=value))

    def _accounts(self) -> None:
        names: dict[str, Amounts] = {}
        for row in (*self._folder.opening, *self._folder.journal):
            self._check_name(row)
            if row.code not in names or (row.name and not names[row.code].name):
                names[row.code] = row
        using: dict[str, Amounts] = {}
        for code, row in names.items():
            for length in (3, 5, 7, 9):
                using.setdefault(code[:length], row)
        for code in sorted(using, key=lambda code: (len(code), code)):
            if code not in self._book.accounts.by_code:
                self._add_account(code, names, names.get(code, using[code]))
        self._check_one_name(names)

    def _add_account(self, code: str, names: Mapping[str, Amounts], row: Amounts) -> None:
        """Add an account that `row` uses; below one that was refused nothing is tried: its row is told already."""
        if parent_code(code) not in self._refused_accounts:
            account = NewAccount(code=code, name=self._clear_name(code, names))
            if self._add(AccountAdded, account, self._id("account", code), ("accountant",), [row]):
                return
        self._refused_accounts.add(code)

    def _uses_refused(self, rows: Iterable[Amounts]) -> bool:
        """Tell whether rows use an account that was refused, which would be told of each of them again."""
        return any(row.code in self._refused_accounts for row in rows)

    def _check_one_name(self, names: Mapping[str, Amounts]) -> None:
        """An account has one name in all sheets; with and without the names of the accounts above is the same."""
        told = {code: {self._own_name(code, row.name)} for code, row in names.items()}
        for row in (*self._folder.opening, *self._folder.journal):
            own = self._own_name(row.code, row.name)
            if not own or own in told[row.code]:
                continue
            told[row.code].add(own)
            first = names[row.code]
            at = {"first_file": first.row.file, "first_row": first.row.number}
            self._refuse(TWO_NAMES(code=row.code, read=row.name, expected=first.name, **at), [row])

    def _check_name(self, row: Amounts) -> None:
        official = {account.name: account.code for account in chart(self._folder.book.chart).official}
        other = official.get(row.name)
        if len(row.code) == 3 and other and other != row.code:
            name = next((name for name, code in official.items() if code == row.code), "-")
            self._refuse(OTHER_MEANING(code=row.code, official=name, name=row.name, other=other), [row])

    def _name(self, code: str, names: Mapping[str, Amounts]) -> str:
        """The sheet's name without the names of the accounts above, else the chart's suggestion, else the parent's."""
        if code in names and names[code].name:
            return self._own_name(code, names[code].name)
        suggestion = chart(self._folder.book.chart).accounts.get(code)
        if suggestion:
            return suggestion.name
        above = self._book.accounts.by_code.get(parent_code(code) or "")
        return above.name if above else code

    def _clear_name(self, code: str, names: Mapping[str, Amounts]) -> str:
        """Return the name of a new account; one that names a person by a number is refused, and the code stands in."""
        name = self._name(code, names)
        try:
            check_clear(name, "name")
        except RuleViolation as violation:
            self._refuse(violation, [names[code]])
            return code
        return name

    def _own_name(self, code: str, name: str) -> str:
        """Take the names of the accounts above off a full name: 内部往来/成员/张三 is 张三, but 水/电费 stays."""
        accounts, parent = self._book.accounts, parent_code(code) or ""
        above = accounts.full_name(parent).split("/") if parent in accounts.by_code else []
        parts = name.split("/")
        if above and len(parts) == len(above) + 1 and parts[0] == above[0]:
            return parts[-1]
        return name

    def _opening(self) -> None:
        rows = [row for row in self._folder.opening if row.debit_fen or row.credit_fen]
        if not rows or self._uses_refused(rows):
            return
        balances = Balances(lines=[self._line(row, "") for row in rows])
        id_ = self._id("opening")
        if self._book.opening.entry is None:
            self._add(OpeningPosted, balances, id_, ("accountant", "head"), rows)
        elif self._stored.get(id_) != balances:
            self._refuse_changed("期初余额", self._folder.book.opened, id_, balances, rows)

    def _vouchers(self) -> int:
        there = 0
        for rows in self._grouped():
            first = rows[0]
            id_ = self._id("voucher", first.date, first.number)
            voucher = self._voucher(rows)
            if voucher is None or self._uses_refused(rows):
                continue
            if id_ in self._stored:
                there += 1
                if self._stored[id_] != voucher:
                    self._refuse_changed(first.number, first.date, id_, voucher, rows)
                continue
            self._close_before(first.date[:7])
            roles = tuple(self._book.policy.tier(amount_fen(voucher.lines)).roles)
            self._add(VoucherPosted, voucher, id_, roles, rows)
        self._close_before("9999-99")
        return there

    def _refuse_changed(
        self, number: str, date: str, id_: str, sheet: Voucher | Balances, rows: Sequence[Amounts]
    ) -> None:
        found = first_difference(self._stored[id_], sheet)
        facts = {"number": number, "date": date, "what": found.what, **found._asdict()}
        self._refuse(CHANGED(**facts), rows)

    def _grouped(self) -> list[list[Amounts]]:
        groups: dict[tuple[str, str], list[Amounts]] = {}
        for row in self._folder.journal:
            groups.setdefault((row.date, row.number), []).append(row)
        return sorted(groups.values(), key=lambda rows: rows[0].date)

    def _voucher(self, rows: list[Amounts]) -> Voucher | None:
        """Build a voucher of its rows, or report what is wrong with them."""
        first = rows[0]
        summary = next((row.summary for row in rows if row.summary), "")
        lines = [self._line(row, summary) for row in rows]
        try:
            if not summary:
                raise NO_SUMMARY()
            if not LINES_MIN <= len(rows) <= MAX_LINES:
                raise BAD_LINES(number=first.number, count=len(rows), least=LINES_MIN, most=MAX_LINES)
            check_balanced(lines)
            attachments = self._attachments(rows)
        except RuleViolation as violation:
            self._refuse(violation, rows)
            return None
        return Voucher(
            attachments=Attachments(count=attachments),
            date=first.date,
            lines=lines,
            source=first.number,
            summary=summary,
        )

    @staticmethod
    def _attachments(rows: Sequence[Amounts]) -> int:
        """Return the voucher's number of attachments, which its rows give once or alike."""
        count = 0
        for number, row in enumerate(rows, start=1):
            if count and row.attachments and row.attachments != count:
                path = f"lines[{number}].attachments"
                raise ATTACHMENTS_DIFFER(first=count, read=row.attachments, field=path)
            count = count or row.attachments
        return count

    def _line(self, row: Amounts, summary: str) -> Line:
        own = "" if row.summary == summary else row.summary
        return Line(account=row.code, credit_fen=row.credit_fen, debit_fen=row.debit_fen, summary=own)

    def _close_before(self, period: str) -> None:
        """Close the periods that `closed_through` wants closed and that lie before `period`."""
        through = min(self._folder.book.closed_through, period)
        while self._book.periods.next_to_close <= through and self._book.periods.next_to_close < period:
            closing = self._book.periods.next_to_close
            added = self._add(
                PeriodClosed, Closing(period=closing), self._id("close", closing), ("accountant", "head")
            )
            if not added:
                return

    def _add(
        self,
        type_: type[Statement],
        data: object,
        id_: str,
        roles: tuple[str, ...],
        rows: Sequence[Amounts] = (),
    ) -> bool:
        """Try a step on the replica; keep it, or report why the rules refuse it and at which of `rows`."""
        step = Step(type_, data, id_, roles)
        try:
            self._try(step)
        except RuleViolation as violation:
            self._refuse(violation, rows)
            return False
        self._steps.append(step)
        return True

    def _try(self, step: Step) -> None:
        statement = step.statement(self._book, self._at)
        text = unsigned_text(statement)
        parse_text(text)
        if may_name_a_person(text):
            check_clear_fields(step.data)
        size = len(text) + SIGNATURE_LINE_BYTES * len(step.roles)
        if size > MAX_ENTRY_BYTES:
            raise TOO_LARGE(size=size, limit=MAX_ENTRY_BYTES)
        names = sorted(key.name for key in signing_keys(self._book, self._keyring, step.roles))
        signatures = tuple(Signature(name, 0, b"") for name in names)
        entry = Entry(b"", text, statement, signatures, hashlib.sha256(text).digest())
        registry = self._book.registry_for(statement)
        self._book.decide(entry, [registry.keys[name] for name in names])
        self._book.evolve(entry)

    def _refuse(self, violation: RuleViolation, rows: Sequence[Amounts] = ()) -> None:
        if not rows:
            self._problems.append(Problem.of(violation, FILE))
            return
        row, field = place(violation, rows)
        self._problems.append(Problem.at(violation, row.row, field))

    def _id(self, *parts: str) -> str:
        """Return the id that the same thing always gets, so that a second import finds it."""
        date = parts[1] if parts[0] == "voucher" else f"{self._folder.book.opened}-01"
        moment = datetime.fromisoformat(f"{date}T00:00:00").replace(tzinfo=UTC)
        return derive(int(moment.timestamp() * 1000), self._folder.book.id, *parts)
