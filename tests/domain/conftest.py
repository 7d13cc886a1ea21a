"""A village in memory: its keys, its book, and a way to say each kind of entry in one line of a test."""

from __future__ import annotations

import base64
from contextlib import contextmanager
from copy import deepcopy
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from domain.accounts import AccountAdded, NewAccount
from domain.book import Book
from domain.budget import Budget, BudgetAdopted, PlanLine, Resolution
from domain.entry import AnyStatement, Entry, parse_entry, seal
from domain.founding import BookOpened, Opened, Organisation
from domain.founding.events import Log
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey
from domain.kernel.ulid import encode
from domain.logkeys import (
    LogKeyAdded,
    LogKeyAddition,
    LogKeyRetired,
    LogKeyRetirement,
    LogMove,
    LogMoved,
    log_possession_text,
)
from domain.logkeys.events import LastCheckpoint
from domain.opening import Balances, OpeningPosted
from domain.periods import Closing, PeriodClosed
from domain.policy import PolicySet, PolicyTiers, Tier
from domain.roles import KeyGrant, KeyGranted, KeyRevoked, KeyRotated, possession_text
from domain.roles.events import Revocation, Rotation
from domain.sheets import Sheet, SheetPublished, rows_root
from domain.subtotals import SubtotalsSet, SubtotalsUsed
from domain.vouchers import Attachments, Line, Reversal, Voucher, VoucherPosted, VoucherReversed, mirrored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.kernel.statement import Statement
    from domain.vouchers import Invoice

BOOK = "N2330881MF0000013Y"
ORIGIN = "ledger.example.cn/books"
FIRST_PERIOD = "2026-01"
START_MS = 1_767_196_800_000  # 2026-01-01T00:00:00+08:00
ROLES = ("township", "accountant", "cashier", "head", "supervisor")
STATE = (
    "founding",
    "log",
    "roles",
    "policy",
    "accounts",
    "opening",
    "vouchers",
    "periods",
    "sheets",
    "balances",
    "rolls",
    "privacy",
    "budgets",
    "subtotals",
    "ids",
)
SPEAKERS = "township head supervisor"


class Village:
    """Keys made from fixed seeds and the book they sign; each method seals one entry and applies it.

    `by` names the signing keys as "role" or "role/number", with spaces between them. Each person holds one
    role unless a test says otherwise, and is called like the role.
    """

    def __init__(self, book: str = BOOK) -> None:
        """Begin with an empty book; no key is registered yet."""
        self.book = Book(book)
        self.made = 0

    @staticmethod
    def key(name: str, book: str = BOOK) -> SigningKey:
        """Return the key "role" or "role/number"; the same name gives the same key, always."""
        full = f"{book}/{name}" if "/" in name else f"{book}/{name}/1"
        return SigningKey(full, sha256(full.encode()).digest())

    @staticmethod
    def holder(person: str) -> str:
        """Return the digest that stands for a person."""
        return base64.urlsafe_b64encode(sha256(person.encode()).digest()).rstrip(b"=").decode()

    def key_grant(self, name: str, person: str = "", key: SigningKey | None = None) -> KeyGrant:
        """Return the grant of a key to a person, with its proof of possession."""
        key = key or self.key(name)
        vkey, holder = key.verifier.vkey, self.holder(person or name.partition("/")[0])
        proof = base64.b64encode(key.sign(possession_text(vkey, holder)).signature).decode()
        return KeyGrant(holder=holder, proof=proof, vkey=vkey)

    def opened(self, **fields: Any) -> Opened:  # noqa: ANN401 -- any field of the struct
        """Return what opens the book well, with some fields changed."""
        origin = f"{ORIGIN}/{self.book.book}"
        log_key = SigningKey(origin, sha256(origin.encode()).digest())
        good: dict[str, Any] = {
            "chart": "rural-collective-2024",
            "first_period": FIRST_PERIOD,
            "keys": [self.key_grant(role) for role in ROLES],
            "log": Log(origin=origin, vkey=log_key.verifier.vkey),
            "organisation": Organisation(
                division="330881001001", id=self.book.book, name="向阳村股份经济合作社"
            ),
        }
        return Opened(**(good | fields))

    def statement(self, kind: type[Statement], data: object, **fields: Any) -> Any:  # noqa: ANN401 -- any entry type
        """Return a statement with the next id and `seen` = all entries so far, unless `fields` say otherwise."""
        self.made += 1
        good: dict[str, Any] = {
            "at": "2026-03-05T10:12:33+08:00",
            "book": self.book.book,
            "id": encode(START_MS + self.made, bytes(10)),
            "seen": self.book.seen(),
            "data": data,
        }
        return kind(**(good | fields))

    def append(self, statement: AnyStatement, by: str) -> Entry:
        """Seal, parse and apply a statement."""
        entry = parse_entry(seal(statement, [self.key(name) for name in by.split()]))
        self.book.apply(entry)
        return entry

    def state(self) -> dict[str, object]:
        """Return a copy of all that the book knows."""
        known = {name: deepcopy(getattr(self.book, name)) for name in STATE}
        return known | {"size": self.book.size, "root": self.book.root()}

    @contextmanager
    def refuses(self, code: str) -> Iterator[None]:
        """What happens inside breaks the rule `code`, and the book is afterwards what it was before."""
        before = self.state()
        with pytest.raises(RuleViolation) as caught:
            yield
        assert caught.value.rule.code == code
        assert self.state() == before

    def open(self, by: str = "township", **fields: Any) -> Entry:  # noqa: ANN401 -- any field of the struct
        """Open the book."""
        return self.append(self.statement(BookOpened, self.opened(**fields)), by)

    def grant(self, name: str, person: str = "", *, by: str = "township head") -> Entry:
        """Grant a key to a person."""
        return self.append(self.statement(KeyGranted, self.key_grant(name, person)), by)

    def rotate(self, old: str, new: str, *, person: str = "", by: str = "") -> Entry:
        """Replace a key by another."""
        data = Rotation(new=self.key_grant(new, person), old=self.key(old).name)
        return self.append(self.statement(KeyRotated, data), by or old)

    def revoke(self, name: str, *, by: str = "township head") -> Entry:
        """Revoke a key."""
        data = Revocation(key=self.key(name).name, reason="离任")
        return self.append(self.statement(KeyRevoked, data), by)

    def policy(self, *tiers: Tier, by: str = "township head supervisor") -> Entry:
        """Set the approval policy."""
        return self.append(self.statement(PolicySet, PolicyTiers(tiers=list(tiers))), by)

    def account(self, code: str, name: str = "明细", *, by: str = "accountant") -> Entry:
        """Add an account."""
        return self.append(self.statement(AccountAdded, NewAccount(code=code, name=name)), by)

    @staticmethod
    def lines(amounts: Sequence[tuple[str, int]]) -> list[Line]:
        """Return lines of (account, fen): debits above zero, credits below; zero leaves both sides empty."""
        return [
            Line(account=account, debit_fen=max(fen, 0), credit_fen=max(-fen, 0)) for account, fen in amounts
        ]

    def opening(self, *amounts: tuple[str, int], by: str = "accountant head") -> Entry:
        """Post the opening balances."""
        return self.append(self.statement(OpeningPosted, Balances(lines=self.lines(amounts))), by)

    def voucher(
        self,
        *amounts: tuple[str, int],
        date: str = "2026-01-15",
        by: str = "accountant head",
        resolution: str = "",
        invoices: Sequence[Invoice] = (),
        corrects: Entry | None = None,
    ) -> Entry:
        """Post a voucher; without amounts, 100 yuan of office expenses in cash."""
        data = Voucher(
            attachments=Attachments(count=1, invoices=list(invoices)),
            date=date,
            lines=self.lines(amounts or (("513", 10_000), ("101", -10_000))),
            summary="购办公用品",
            corrects=corrects.statement.id if corrects else "",
            resolution=resolution,
        )
        return self.append(self.statement(VoucherPosted, data), by)

    def reversal(
        self,
        of: Entry,
        *,
        date: str = "2026-01-20",
        lines: list[Line] | None = None,
        by: str = "accountant head",
    ) -> Entry:
        """Reverse a voucher, by its mirror unless `lines` are given."""
        voucher: Any = of.statement.data
        data = Reversal(
            attachments=Attachments(),
            date=date,
            lines=mirrored(voucher.lines) if lines is None else lines,
            reverses=of.statement.id,
            summary="冲销",
        )
        return self.append(self.statement(VoucherReversed, data), by)

    def budget(
        self,
        *plan: tuple[str, int],
        year: str = "2026",
        by: str = "accountant head supervisor",
        **decided: Any,  # noqa: ANN401 -- any field of the struct
    ) -> Entry:
        """Adopt a year's plan of accounts with their amounts, carried by the delegates."""
        carried: dict[str, Any] = {
            "agreed": 30,
            "body": "delegates",
            "date": "2026-02-26",
            "entitled": 38,
            "present": 34,
        }
        data = Budget(
            lines=[PlanLine(account=account, planned_fen=fen) for account, fen in plan],
            resolution=Resolution(**(carried | decided)),
            year=year,
        )
        return self.append(self.statement(BudgetAdopted, data), by)

    def subtotals(self, *places: tuple[str, str], year: str = "2026", by: str = "county") -> Entry:
        """Lay down which sub-total of the statement of income first counts some accounts."""
        named = [{"account": account, "subtotal": subtotal} for account, subtotal in places]
        data = msgspec.convert({"basis": "县农字〔2026〕5号", "places": named, "year": year}, SubtotalsUsed)
        return self.append(self.statement(SubtotalsSet, data), by)

    def close(self, period: str = FIRST_PERIOD, *, by: str = "accountant head") -> Entry:
        """Close a month."""
        return self.append(self.statement(PeriodClosed, Closing(period=period)), by)

    def publish(
        self,
        period: str = FIRST_PERIOD,
        *,
        by: str = "accountant head supervisor",
        **fields: Any,  # noqa: ANN401 -- any field of the struct
    ) -> Entry:
        """Publish the trial balance of a month as the entries give it, with some fields changed."""
        rows = self.book.trial_balance_rows(period)
        good: dict[str, Any] = {
            "period": period,
            "root": rows_root(rows),
            "rows": len(rows),
            "sheet": "trial_balance",
        }
        return self.append(self.statement(SheetPublished, Sheet(**(good | fields))), by)

    def log_key(self, number: int = 1, prefix: str = ORIGIN) -> SigningKey:
        """Return the n-th key of the log below an address; the first one is that which opens the book."""
        origin = f"{prefix}/{self.book.book}"
        return SigningKey(origin, sha256(f"{origin}{number if number > 1 else ''}".encode()).digest())

    def log_proof(self, key: SigningKey) -> str:
        """Return a log key's proof of possession."""
        text = log_possession_text(self.book.book, key.verifier.vkey)
        return base64.b64encode(key.sign_raw(text)).decode()

    def add_log_key(self, key: SigningKey, *, by: str = SPEAKERS, **fields: Any) -> Entry:  # noqa: ANN401 -- any field
        """Let the log sign with one more key."""
        good = {"proof": self.log_proof(key), "reason": "例行更换", "vkey": key.verifier.vkey}
        return self.append(self.statement(LogKeyAdded, LogKeyAddition(**(good | fields))), by)

    def retire_log_key(self, key: SigningKey, *, by: str = SPEAKERS) -> Entry:
        """Let the log sign without a key."""
        data = LogKeyRetirement(reason="已换新", vkey=key.verifier.vkey)
        return self.append(self.statement(LogKeyRetired, data), by)

    def move_log(
        self,
        key: SigningKey,
        last: int = 1,
        *,
        stood_by: LastCheckpoint | None = None,
        by: str = SPEAKERS,
        **fields: Any,  # noqa: ANN401 -- any field
    ) -> Entry:
        """Move the log to the origin of a key, standing by its first `last` entries."""
        good: dict[str, Any] = {
            "last": stood_by or LastCheckpoint(n=last, r=self.book.root(last)),
            "origin": key.name,
            "proof": self.log_proof(key),
            "reason": "compromised",
            "vkey": key.verifier.vkey,
        }
        return self.append(self.statement(LogMoved, LogMove(**(good | fields))), by)


@pytest.fixture
def founder() -> Village:
    """A village before its first entry."""
    return Village()


@pytest.fixture
def village(founder: Village) -> Village:
    """A village whose book is open, with one key for each of five roles."""
    founder.open()
    return founder
