"""The difference between two sizes of a book's log: the entries between, and how they changed each account.

The read side gives it from its rows, the auditor folds it from a log.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from domain.kernel.errors import Kind, rule
from domain.kernel.period import period_of
from domain.opening import OpeningPosted
from domain.vouchers import VoucherNumbers, VoucherPosted, VoucherReversed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.entry import Entry
    from domain.kernel.statement import Statement

BEYOND = rule(
    "diff.beyond",
    Kind.UNKNOWN,
    "账套 {book} 现有 {entries} 条记录，没有到过 {size} 条；请填 0 到 {entries}",
    "the book {book} holds {entries} entries and never held {size}; give a size from 0 to {entries}",
)
BACKWARDS = rule(
    "diff.backwards",
    Kind.MALFORMED,
    "起始 {first} 条多于截止 {last} 条；请对调",
    "the first size {first} is above the last {last}; exchange them",
)
ROLLED_BACK = rule(
    "diff.rolled_back",
    Kind.CONFLICT,
    "这个检查点签了 {kept} 条记录，本账套现在只有 {entries} 条：日志被回退。请保存好检查点文件，"
    "它就是证据，并交乡镇和见证人处理",
    "this checkpoint signs {kept} entries and the book now holds {entries}: the log was rolled back; keep the file,"
    " it is the evidence, and take it to the township and to the witnesses",
    "RFC 6962 section 2.1.2",
)
FORK = rule(
    "diff.fork",
    Kind.CONFLICT,
    "这个检查点不是现在日志的前一段：它签的前 {kept} 条记录的根是 {signed}，现在是 {computed}。"
    "同一把密钥签了两种历史（分叉或改写），无从比较。请保存好检查点文件，它就是证据，并交乡镇和见证人处理",
    "this checkpoint is no beginning of the log as it is now: over {kept} entries it signs the root {signed}, and now"
    " it is {computed}; one key signed two histories (a fork or a rewrite), which cannot be compared; keep the file,"
    " it is the evidence, and take it to the township and to the witnesses",
    "RFC 6962 section 2.1.2",
)

MAX_ENTRIES = 100_000
"""The most entries that one answer lists; the accounts are always those of the whole difference."""


class Part(StrEnum):
    """The two parts of a difference, each of which can be asked for alone."""

    accounts = "accounts"
    entries = "entries"


BOTH = frozenset(Part)


class Head(NamedTuple):
    """A size of a log with its base64 root; `signed_at` is when a checkpoint first covered all of it, if one did."""

    size: int
    root: str
    signed_at: datetime | None = None


class Added(NamedTuple):
    """An entry between the sizes and its `place` in the log; `number` is a voucher's in its period, else 0.

    `recorded_at` and `witnessed_at` are as in `domain.history.HistoryRow`.
    """

    place: int
    entry: Entry
    number: int
    reverses: int | None
    reversed_by: int | None
    recorded_at: datetime | None = None
    witnessed_at: datetime | None = None


class Change(NamedTuple):
    """An account's balance before (debits less credits), and what the entries between added, all in fen."""

    account: str
    name: str
    before_fen: int
    debit_fen: int
    credit_fen: int

    @property
    def after_fen(self) -> int:
        """The balance after."""
        return self.before_fen + self.debit_fen - self.credit_fen


@dataclass(frozen=True)
class Difference:
    """What came into a book from `first` to `last`: its entries from `offset` on, and every account they moved.

    A part that was not asked for is empty.
    """

    book: str
    name: str
    first: Head
    last: Head
    offset: int
    added: list[Added]
    changes: list[Change]

    @property
    def count(self) -> int:
        """How many entries lie between the two."""
        return self.last.size - self.first.size


def check_sizes(book: str, first: int, last: int, entries: int) -> None:
    """Check that a book of so many entries can be compared at these sizes; raises `diff.beyond`, `diff.backwards`."""
    for size in (first, last):
        if not 0 <= size <= entries:
            raise BEYOND(book=book, entries=entries, size=size)
    if first > last:
        raise BACKWARDS(first=first, last=last)


def check_beginning(size: int, root: bytes, entries: int, computed: str) -> None:
    """Check that a kept checkpoint is a beginning of a log of so many entries; `computed` is the root at its size.

    Raises `diff.rolled_back`, `diff.fork`. For a size beyond the log's `computed` is not looked at.
    """
    if size > entries:
        raise ROLLED_BACK(kept=size, entries=entries)
    signed = base64.b64encode(root).decode()
    if signed != computed:
        raise FORK(kept=size, signed=signed, computed=computed)


class DifferenceFold:
    """What lies between two sizes, folded from all of a book's entries from the first on."""

    def __init__(self, first: int, last: int) -> None:
        """Begin with nothing."""
        self._first, self._last = first, last
        self._added: list[Added] = []
        self._places: dict[str, int] = {}
        self._numbers = VoucherNumbers()
        self._before: dict[str, int] = {}
        self._between: dict[str, tuple[int, int]] = {}

    def fold(self, index: int, entry: Entry) -> None:
        """Take in entry `index`."""
        statement = entry.statement
        number, reverses = 0, None
        if isinstance(statement, (VoucherPosted, VoucherReversed)):
            number = self._numbers.next(period_of(statement.data.date))
        if isinstance(statement, VoucherReversed):
            reverses = self._reverse(index, statement)
        self._places[statement.id] = index
        if index < self._last:
            self._move(index, statement)
        if self._first <= index < self._last and len(self._added) < MAX_ENTRIES:
            self._added.append(Added(index, entry, number, reverses, None))

    def _reverse(self, index: int, statement: VoucherReversed) -> int | None:
        """Mark what entry `index` reverses, if it is among those listed; return its place."""
        place = self._places.get(statement.data.reverses)
        if place is not None and 0 <= (listed := place - self._first) < len(self._added):
            self._added[listed] = self._added[listed]._replace(reversed_by=index)
        return place

    def _move(self, index: int, statement: Statement) -> None:
        if not isinstance(statement, (OpeningPosted, VoucherPosted, VoucherReversed)):
            return
        for line in statement.data.lines:
            if index < self._first:
                fen = line.debit_fen - line.credit_fen
                self._before[line.account] = self._before.get(line.account, 0) + fen
            else:
                debit, credit = self._between.get(line.account, (0, 0))
                self._between[line.account] = debit + line.debit_fen, credit + line.credit_fen

    @property
    def added(self) -> list[Added]:
        """The entries between the sizes."""
        return self._added

    def changes(self, names: Mapping[str, str]) -> list[Change]:
        """Return how each account changed, by code; `names` are those of the accounts."""
        return [
            Change(account, names.get(account, ""), self._before.get(account, 0), debit, credit)
            for account, (debit, credit) in sorted(self._between.items())
        ]
