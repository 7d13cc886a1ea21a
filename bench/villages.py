"""Villages to measure with: their keys, the entries that found their books, and any number of signed vouchers.

All is derived from numbers: the same village and the same voucher are the same bytes in every run. A voucher has
two lines or three (2.25 on average, as in the sample village) over 62 leaf accounts, and about 570 bytes with one
signature. They are dated in order, 280 a month, through three years and then from the start again.
"""

from __future__ import annotations

import base64
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING

from domain.accounts import AccountAdded, NewAccount
from domain.book import Book
from domain.chart import chart
from domain.entry import parse_entry, seal
from domain.founding import BookOpened, Opened, Organisation
from domain.founding.events import Log
from domain.kernel.note import SigningKey
from domain.kernel.organisation import make_organisation
from domain.kernel.period import periods
from domain.kernel.ulid import encode
from domain.policy import PolicySet, PolicyTiers, Tier
from domain.roles import KeyGrant, possession_text
from domain.vouchers import Attachments, Line, Voucher, VoucherPosted

if TYPE_CHECKING:
    from domain.entry import AnyStatement
    from domain.kernel.statement import Statement

AT = "2026-12-31T10:12:33+08:00"
CHART = "rural-collective-2024"
MONEY = ("101", "102")
"""These are debited only, so that the audit finds no negative cash."""

PARENTS = ("112", "113", "121", "151", "161", "171", "211", "212", "501", "513")
"""Ten accounts with three detail accounts each, as a village has debtors, creditors, assets and kinds of costs."""

PERIODS = periods("2024-01", "2026-12")
ROLES = ("township", "accountant", "cashier", "head", "supervisor")
ONE_SIGNER = ("accountant",)
TWO_SIGNERS = ("accountant", "head")
"""Who signs every voucher until a book sets a policy of its own."""

FOUR_SIGNERS = ("accountant", "head", "supervisor", "township")
START_MS = 1_700_000_000_000
ID_MARK = b'"id":"'
ID_LENGTH = 26
NOTES_PER_TASK = 2_500
VILLAGES_PER_TASK = 5
VOUCHERS_PER_MONTH = 280
TEMPLATES = VOUCHERS_PER_MONTH * len(PERIODS)


@dataclass(frozen=True)
class Village:
    """Village `number` of the benchmark; `details` gives its book the detail accounts."""

    number: int = 0
    details: bool = True

    @cached_property
    def book(self) -> str:
        """The id of the village's book."""
        return make_organisation(f"N2330881{self.number:08d}1")

    @property
    def origin(self) -> str:
        """The origin of the book's log."""
        return f"bench.example/books/{self.book}"

    def key_of(self, origin: str) -> SigningKey:
        """Return the log's key."""
        return SigningKey(origin, sha256(origin.encode()).digest())

    def signing_key(self, vkey: str) -> SigningKey:
        """Return the log's key."""
        return self.key_of(vkey.partition("+")[0])

    def held(self, origin: str) -> list[SigningKey]:
        """Return the log's key."""
        return [self.key_of(origin)]

    def frozen(self, origin: str) -> str:
        """Return nothing: no log is frozen."""
        del origin
        return ""

    def last_signed(self, origin: str) -> bytes:
        """Return nothing: each measurement begins a log of its own."""
        del origin
        return b""

    def remember_signed(self, origin: str, checkpoint: bytes) -> None:
        """Forget a checkpoint."""

    def key(self, role: str) -> SigningKey:
        """Return the key of an office holder."""
        return self.key_of(f"{self.book}/{role}/1")

    def statement(self, kind: type[Statement], number: int, book: Book, data: object) -> AnyStatement:
        """Return a statement that has seen `book`, with an id of its own for each number."""
        return kind(at=AT, book=self.book, data=data, id=_id(number), seen=book.seen())  # type: ignore[call-arg,return-value]

    @cached_property
    def founding(self) -> list[bytes]:
        """The entries that open the book, let the accountant alone sign vouchers, and add the accounts."""
        book, notes = Book(self.book), []
        for number, (kind, data, roles) in enumerate(self._founding()):
            note = seal(self.statement(kind, number, book, data), [self.key(role) for role in roles])
            book.apply(parse_entry(note))
            notes.append(note)
        return notes

    def _founding(self) -> list[tuple[type[Statement], object, tuple[str, ...]]]:
        opened = Opened(
            chart=CHART,
            first_period=PERIODS[0],
            keys=[self._grant(role) for role in ROLES],
            log=Log(origin=self.origin, vkey=self.key_of(self.origin).verifier.vkey),
            organisation=Organisation(division="330881001001", id=self.book, name=f"第{self.number}村"),
        )
        tiers = PolicyTiers(tiers=[Tier(from_fen=0, roles=["accountant"])])
        added = [NewAccount(code=code, name="明细") for code in self._details()]
        return [
            (BookOpened, opened, ("township",)),
            (PolicySet, tiers, ("township", "head", "supervisor")),
            *((AccountAdded, account, ONE_SIGNER) for account in added),
        ]

    def _grant(self, role: str) -> KeyGrant:
        key = self.key(role)
        holder = base64.urlsafe_b64encode(sha256(role.encode()).digest()).rstrip(b"=").decode()
        proof = base64.b64encode(key.sign_raw(possession_text(key.verifier.vkey, holder))).decode()
        return KeyGrant(holder=holder, proof=proof, vkey=key.verifier.vkey)

    def _details(self) -> list[str]:
        return [f"{parent}{n:02d}" for parent in PARENTS for n in (1, 2, 3)] if self.details else []

    @cached_property
    def founded(self) -> Book:
        """The book after its founding."""
        book = Book(self.book)
        for note in self.founding:
            book.evolve(parse_entry(note))
        return book

    @cached_property
    def leaves(self) -> list[str]:
        """The accounts that take postings."""
        details = self._details()
        parents = {code[:3] for code in details}
        return [line.code for line in chart(CHART).official if line.code not in parents] + details

    def voucher(self, number: int, signers: tuple[str, ...] = ONE_SIGNER) -> bytes:
        """Return the note of voucher `number`, signed by these roles."""
        draw = random.Random(number)
        month = PERIODS[number // VOUCHERS_PER_MONTH % len(PERIODS)]
        fen = draw.randrange(100, 10_000_000)
        lines = [Line(account=draw.choice(self.leaves), debit_fen=fen)]
        credits_ = [fen] if number % 4 else [fen // 3, fen - fen // 3]
        others = [code for code in self.leaves if code not in MONEY]
        lines += [Line(account=draw.choice(others), credit_fen=part) for part in credits_]
        data = Voucher(
            attachments=Attachments(count=1),
            date=f"{month}-{draw.randrange(1, 29):02d}",
            lines=lines,
            summary=f"支付村内道路养护人工费(第{number}号)",
            source=f"记-{number}",
        )
        statement = self.statement(VoucherPosted, 1_000 + number, self.founded, data)
        return seal(statement, [self.key(role) for role in signers])


def _id(number: int) -> str:
    return encode(START_MS + number, bytes(10))


def _some(village: Village, signers: tuple[str, ...], numbers: range) -> list[bytes]:
    return [village.voucher(number, signers) for number in numbers]


def vouchers(village: Village, first: int, count: int, signers: tuple[str, ...] = ONE_SIGNER) -> list[bytes]:
    """Return vouchers `first`… of a village, made by two processes when they are many."""
    make = partial(_some, village, signers)
    if count <= NOTES_PER_TASK:
        return make(range(first, first + count))
    steps = range(first, first + count, NOTES_PER_TASK)
    tasks = [range(step, min(step + NOTES_PER_TASK, first + count)) for step in steps]
    with ProcessPoolExecutor(2) as executor:
        return list(chain.from_iterable(executor.map(make, tasks)))


def filler(village: Village, first: int, count: int) -> list[bytes]:
    """Return vouchers that are well-formed, of the usual size and each under its own id, without valid signatures.

    For entries that are only there: nothing that is measured on top of them verifies them again.
    """
    templates = vouchers(village, first, min(count, TEMPLATES))
    cuts = [note.index(ID_MARK) + len(ID_MARK) for note in templates]
    notes = []
    for number in range(count):
        note, cut = templates[number % len(templates)], cuts[number % len(templates)]
        id_ = _id(1_000 + first + number).encode()
        notes.append(note[:cut] + id_ + note[cut + ID_LENGTH :])
    return notes
