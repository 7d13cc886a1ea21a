"""The aggregate (账套): routes an entry to its slice; nothing else.

`decide` raises what forbids an entry, `evolve` lets it have happened. Both are pure.
"""

from __future__ import annotations

import base64
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from domain.accounts import AccountAdded, Accounts, decide_add
from domain.balances import Balances, TrialBalances
from domain.budget import BudgetAdopted, Budgets, decide_adopt
from domain.founding import BookOpened, Founding, decide_open
from domain.kernel.errors import Kind, rule
from domain.kernel.merkle import Tree
from domain.kernel.statement import Seen
from domain.logkeys import (
    LogKeyAdded,
    LogKeyRetired,
    LogMoved,
    LogOrigins,
    decide_add_log_key,
    decide_move_log,
    decide_retire_log_key,
)
from domain.opening import Opening, OpeningPosted, decide_opening
from domain.periods import PeriodClosed, Periods, decide_close
from domain.policy import Policy, PolicySet, decide_set
from domain.privacy import Privacy, SubjectErased, decide_erase
from domain.roles import (
    Key,
    KeyGranted,
    KeyRevoked,
    KeyRotated,
    Roles,
    check_signatures,
    decide_grant,
    decide_revoke,
    decide_rotate,
    find_signers,
    roles_of,
)
from domain.rolls import RollCommitted, Rolls, decide_commit
from domain.sheets import SheetPublished, Sheets, decide_publish
from domain.subtotals import Subtotals, SubtotalsSet, decide_set_subtotals
from domain.vouchers import (
    SaltedVoucherPosted,
    SaltedVoucherReversed,
    VoucherPosted,
    VoucherReversed,
    Vouchers,
    decide_post,
    decide_reverse,
    decide_salted,
    decide_salted_reversal,
)

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping, Sequence

    from domain.entry import Entry
    from domain.kernel.note import Signature
    from domain.kernel.statement import Statement
    from domain.sheets import Row

WRONG_BOOK = rule(
    "entry.wrong_book",
    Kind.REFUSED,
    "这条记录属于账套 {read}，不属于 {book}",
    "the entry belongs to the book {read}, not to {book}",
    "ADR 0001",
)
NOT_OPENED = rule(
    "book.not_opened",
    Kind.CONFLICT,
    "账套 {book} 尚未建账，第一条记录须为 book.opened",
    "the book {book} is not opened; its first entry must be book.opened",
    "ADR 0005",
)
OPENED_TWICE = rule(
    "book.opened_twice",
    Kind.CONFLICT,
    "账套 {book} 已经建账",
    "the book {book} is opened already",
    "ADR 0001",
)
ID_USED = rule(
    "entry.id_used",
    Kind.CONFLICT,
    "编号 {id} 已用于第 {index} 号记录，而内容不同",
    "the id {id} was used by entry {index}, with another body",
    "ADR 0007",
)
SEEN_UNKNOWN = rule(
    "entry.seen",
    Kind.REFUSED,
    "seen 不是本日志前 {n} 条记录的根；请先取得并核对最新检查点",
    "seen is not the root of this log's first {n} entries; fetch and verify the newest checkpoint first",
    "ADR 0004; RFC 6962",
)


_name_of = attrgetter("name")

NOTHING_SEEN = Seen(n=0, r="")
"""What the first entry has seen."""


class Book:
    """A book's state, replayed from its entries; `size` is the number of entries it holds."""

    def __init__(self, book: str) -> None:
        """Begin an empty book under its organisation's id."""
        self.book = book
        self.founding = Founding()
        self.log = LogOrigins()
        self.roles = Roles()
        self.policy = Policy()
        self.accounts = Accounts()
        self.opening = Opening()
        self.vouchers = Vouchers()
        self.periods = Periods()
        self.sheets = Sheets()
        self.balances = Balances()
        self.rolls = Rolls()
        self.privacy = Privacy()
        self.budgets = Budgets()
        self.subtotals = Subtotals()
        self.ids: MutableMapping[str, int] = {}
        self.tree = Tree()
        self._seen: Seen | None = None

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.tree.size

    def root(self, size: int | None = None) -> str:
        """Return the base64 RFC 6962 root of the first `size` entries (default: all)."""
        return base64.b64encode(self.tree.root(self.size if size is None else size)).decode()

    def seen(self) -> Seen:
        """Return what a signer who has verified all entries so far writes as `seen`."""
        return Seen(n=self.size, r=self.root()) if self.size else NOTHING_SEEN

    def trial_balance_rows(self, period: str) -> list[Row]:
        """Return the rows of a period's trial balance as they are published."""
        return [row._asdict() for row in self.trial_balances().trial_balance(period)]

    def trial_balances(self) -> TrialBalances:
        """Return what gives the trial balance of any period as of now."""
        return TrialBalances(self.balances, self.accounts.names)

    def apply(self, entry: Entry, verified: Sequence[Key] = ()) -> None:
        """Verify the signatures, decide and evolve: what the server does on posting and an auditor on replay.

        `verified` are keys under which the signatures were found good already: they are not verified again.
        """
        signers = self.signers(entry)
        if signers != list(verified):
            check_signatures(signers, entry.text, entry.signatures)
        self.decide(entry, signers)
        self.evolve(entry)

    def signers(self, entry: Entry) -> list[Key]:
        """Return the keys that the signatures name, in their order; raises when one is unknown or has ended."""
        size = self.tree.size
        registry = self.roles if size else self.registry_for(entry.statement)
        return find_signers(registry, entry.signatures, size)

    def registry_for(self, statement: Statement) -> Roles:
        """Return the keys that may sign the next entry; the first entry's keys stand in itself."""
        if self.size or not isinstance(statement, BookOpened):
            return self.roles
        roles = Roles()
        for grant in statement.data.keys:
            roles.grant(grant, 0)
        return roles

    def decide(self, entry: Entry, signers: list[Key]) -> None:
        """Raise a `RuleViolation` unless the entry may follow the entries so far."""
        statement = entry.statement
        if statement.book != self.book:
            raise WRONG_BOOK(read=statement.book, book=self.book)
        if (self.tree.size == 0) != isinstance(statement, BookOpened):
            raise (OPENED_TWICE if self.size else NOT_OPENED)(book=self.book)
        used = self.ids.get(statement.id)
        if used is not None:
            raise ID_USED(id=statement.id, index=used)
        if statement.seen != self._seen:
            self._check_seen(statement.seen)
        _DECIDE[type(statement)](self, statement, signers)

    def evolve(self, entry: Entry) -> None:
        """Let an accepted entry have happened."""
        statement = entry.statement
        _EVOLVE[type(statement)](self, statement, entry.signatures)
        self.ids[statement.id] = self.tree.size
        self.tree.append(entry.leaf_hash)

    def _check_seen(self, seen: Seen) -> None:
        if self.size == 0:
            if seen != NOTHING_SEEN:
                raise SEEN_UNKNOWN(n=seen.n)
            return
        if not 0 < seen.n <= self.size or self.root(seen.n) != seen.r:
            raise SEEN_UNKNOWN(n=seen.n)
        self._seen = seen


def _open(book: Book, statement: BookOpened, _: tuple[Signature, ...]) -> None:
    opened = statement.data
    book.founding.open(opened)
    book.accounts.open(opened.chart)
    book.periods.open(opened.first_period)
    book.balances.fold(statement)
    for grant in opened.keys:
        book.roles.grant(grant, 0)
    book.log.open(opened.log, book.size)  # last: an entry that cannot be taken in founds no log


def _rotate(book: Book, statement: KeyRotated, _: tuple[Signature, ...]) -> None:
    book.roles.end(statement.data.old, book.size)
    book.roles.grant(statement.data.new, book.size)


def _opening(book: Book, statement: OpeningPosted, _: tuple[Signature, ...]) -> None:
    book.opening.entry = book.size
    book.accounts.mark_used(statement.data.lines)
    book.balances.fold(statement)


def _roles(signatures: tuple[Signature, ...]) -> frozenset[str]:
    return roles_of(tuple(map(_name_of, signatures)))


def _post(book: Book, statement: VoucherPosted, signatures: tuple[Signature, ...]) -> None:
    book.vouchers.post(statement.id, statement.data, _roles(signatures))
    book.accounts.mark_used(statement.data.lines)
    book.balances.fold(statement)


def _reverse(book: Book, statement: VoucherReversed, signatures: tuple[Signature, ...]) -> None:
    book.vouchers.reverse(statement.id, statement.data, _roles(signatures))
    book.balances.fold(statement)
    book.rolls.by_voucher.pop(statement.data.reverses, None)


def _decide_salted(book: Book, statement: SaltedVoucherPosted, signers: list[Key]) -> None:
    decide_post(statement, signers, book.vouchers, book.accounts, book.periods, book.policy)
    decide_salted(statement, book.privacy, book.rolls)


def _post_salted(book: Book, statement: SaltedVoucherPosted, signatures: tuple[Signature, ...]) -> None:
    _post(book, statement, signatures)
    voucher = statement.data
    book.privacy.hide(book.size, voucher.digests, *(line.digests for line in voucher.lines))
    if voucher.roll:
        book.rolls.by_voucher[statement.id] = voucher.roll


def _decide_salted_reversal(book: Book, statement: SaltedVoucherReversed, signers: list[Key]) -> None:
    decide_reverse(statement, signers, book.vouchers, book.accounts, book.periods)
    decide_salted_reversal(statement, book.privacy)


def _reverse_salted(book: Book, statement: SaltedVoucherReversed, signatures: tuple[Signature, ...]) -> None:
    _reverse(book, statement, signatures)
    book.privacy.hide(book.size, statement.data.digests)


_DECIDE: dict[type[Statement], Callable[[Book, Any, list[Key]], None]] = {
    BookOpened: lambda _, statement, signers: decide_open(statement, signers),
    KeyGranted: lambda book, statement, signers: decide_grant(book.roles, statement, signers),
    KeyRotated: lambda book, statement, signers: decide_rotate(book.roles, statement, signers),
    KeyRevoked: lambda book, statement, signers: decide_revoke(book.roles, statement, signers),
    PolicySet: lambda _, statement, signers: decide_set(statement, signers),
    AccountAdded: lambda book, statement, signers: decide_add(book.accounts, statement, signers),
    OpeningPosted: lambda book, statement, signers: decide_opening(
        statement, signers, book.opening, book.accounts, book.vouchers, book.periods
    ),
    VoucherPosted: lambda book, statement, signers: decide_post(
        statement, signers, book.vouchers, book.accounts, book.periods, book.policy
    ),
    VoucherReversed: lambda book, statement, signers: decide_reverse(
        statement, signers, book.vouchers, book.accounts, book.periods
    ),
    PeriodClosed: lambda book, statement, signers: decide_close(book.periods, statement, signers),
    SheetPublished: lambda book, statement, signers: decide_publish(
        statement, signers, book.periods, book.sheets, book.trial_balance_rows
    ),
    RollCommitted: lambda book, statement, signers: decide_commit(statement, signers, book.accounts),
    SaltedVoucherPosted: _decide_salted,
    SaltedVoucherReversed: _decide_salted_reversal,
    SubjectErased: lambda book, statement, signers: decide_erase(
        statement, signers, book.privacy, book.rolls, book.roles
    ),
    LogKeyAdded: lambda book, statement, signers: decide_add_log_key(
        book.log, book.roles, statement, signers
    ),
    LogKeyRetired: lambda book, statement, signers: decide_retire_log_key(book.log, statement, signers),
    LogMoved: lambda book, statement, signers: decide_move_log(
        book.log, book.roles, book.root, book.size, statement, signers
    ),
    BudgetAdopted: lambda book, statement, signers: decide_adopt(
        statement, signers, book.budgets, book.accounts, book.periods
    ),
    SubtotalsSet: lambda book, statement, signers: decide_set_subtotals(
        statement, signers, book.accounts, book.periods
    ),
}

_EVOLVE: dict[type[Statement], Callable[[Book, Any, tuple[Signature, ...]], object]] = {
    BookOpened: _open,
    KeyGranted: lambda book, statement, _: book.roles.grant(statement.data, book.size),
    KeyRotated: _rotate,
    KeyRevoked: lambda book, statement, _: book.roles.end(statement.data.key, book.size - 1),
    PolicySet: lambda book, statement, _: book.policy.set(statement.data.tiers),
    AccountAdded: lambda book, statement, _: book.accounts.add(statement.data.code, statement.data.name),
    OpeningPosted: _opening,
    VoucherPosted: _post,
    VoucherReversed: _reverse,
    PeriodClosed: lambda book, statement, _: book.periods.close(statement.data.period),
    SheetPublished: lambda book, statement, _: book.sheets.publish(statement.data, book.size),
    RollCommitted: lambda book, statement, _: book.rolls.commit(statement.id, statement.data, book.size),
    SaltedVoucherPosted: _post_salted,
    SaltedVoucherReversed: _reverse_salted,
    SubjectErased: lambda book, statement, _: book.privacy.erase(book.size, statement.data),
    LogKeyAdded: lambda book, statement, _: book.log.add(statement.data.vkey, book.size),
    LogKeyRetired: lambda book, statement, _: book.log.retire(statement.data.vkey, book.size),
    LogMoved: lambda book, statement, _: book.log.move(statement.data, book.size),
    BudgetAdopted: lambda book, statement, _: book.budgets.adopt(statement.data, book.size),
    SubtotalsSet: lambda book, statement, _: book.subtotals.set(statement.data, book.size),
}
