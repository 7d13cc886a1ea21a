"""The books that a process keeps in memory, replayed from the store and read forward."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, cast

from eventsourcing.persistence import EventStore

from domain.book import Book
from domain.kernel.errors import Kind, rule
from domain.ledger.mapper import EntryMapper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventsourcing.persistence import AggregateRecorder

    from domain.entry import Entry
    from domain.ledger.mapper import Recorded

CHUNK_ENTRIES = 5_000
"""How many entries are read from the store at a time."""


DAMAGED = rule(
    "store.damaged",
    Kind.UNAVAILABLE,
    "数据库中账套 {book} 缺少第 {index} 号记录，已停止记账；请从备份恢复并核对",
    "the database has lost entry {index} of {book}; nothing is posted to it; restore it and verify",
    "ADR 0007",
)

SURPLUS = rule(
    "store.surplus",
    Kind.UNAVAILABLE,
    "数据库中账套 {book} 有 {size} 条记录，其后却另有第 {index} 号：不是本程序写入的；请运行 sunledger doctor",
    "the database has {size} entries of {book}, and behind them a row {index}, which this program did not write; run"
    " sunledger doctor",
    "ADR 0007",
)


def read_entries(
    recorder: AggregateRecorder, book_id: str, first: int = 0, size: int | None = None
) -> Iterator[Entry]:
    """Yield the stored entries of a book from index `first` on, in order, read a chunk at a time.

    Where the book's `size` is known, a row beyond it is refused.
    """
    store: EventStore[str] = EventStore(EntryMapper(), recorder)
    index = first - 1
    while True:
        before = index
        for event in store.get(book_id, gt=index, limit=CHUNK_ENTRIES):
            index += 1
            recorded = cast("Recorded", event)
            if size is not None and recorded.originator_version >= size:
                raise SURPLUS(book=book_id, index=recorded.originator_version, size=size)
            if recorded.originator_version != index:
                raise DAMAGED(book=book_id, index=index)
            yield recorded.entry
        if index - before < CHUNK_ENTRIES:
            return


class Books:
    """Least-recently-used books; at most `limit` of them, more than one commit can touch."""

    def __init__(self, recorder: AggregateRecorder, limit: int = 2_000) -> None:
        """Read from `recorder`."""
        self._recorder = recorder
        self._limit = limit
        self._books: OrderedDict[str, Book] = OrderedDict()

    def at(self, book_id: str, size: int | None = None) -> Book:
        """Return the book read forward to the store's end, or only to `size` entries when that is known."""
        book = self._books.pop(book_id, None)
        if book is None or (size is not None and book.size > size):
            book = Book(book_id)
        if size is None or book.size < size:
            self._read_forward(book, size)
        if size is not None and book.size != size:
            raise DAMAGED(book=book_id, index=book.size)
        self._books[book_id] = book
        if len(self._books) > self._limit:
            self._books.popitem(last=False)
        return book

    def peek(self, book_id: str) -> Book | None:
        """Return a book if it is in memory."""
        return self._books.get(book_id)

    def discard(self, book_id: str) -> None:
        """Forget a book whose state may hold what was not committed."""
        self._books.pop(book_id, None)

    def _read_forward(self, book: Book, size: int | None) -> None:
        for entry in read_entries(self._recorder, book.book, book.size, size):
            book.evolve(entry)
