"""Query: what came into a book between two sizes of its log, entry by entry and account by account."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from audit.tlog.checkpoint import open_by_any
from domain.entry import Entry, parse_entry
from domain.kernel.errors import Kind, rule
from domain.kernel.note import parse_vkey
from projections import log, register

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

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

SELECT_SIGNED = "SELECT signed_at FROM checkpoints WHERE book = %s AND size >= %s ORDER BY size LIMIT 1"
SELECT_ADDED = """
    SELECT coalesce(voucher.number, 0), original.entry, voucher.reversed_by, covering.signed_at
    FROM generate_series(%(first)s::bigint, %(end)s::bigint - 1) AS added (entry)
    LEFT JOIN vouchers AS voucher ON voucher.book = %(book)s AND voucher.entry = added.entry
    LEFT JOIN vouchers AS original ON original.book = %(book)s AND original.id = voucher.reverses_id
    LEFT JOIN LATERAL (
        SELECT signed_at FROM checkpoints
        WHERE checkpoints.book = %(book)s AND checkpoints.size > added.entry ORDER BY size LIMIT 1
    ) AS covering ON true
    ORDER BY added.entry
"""
SELECT_CHANGES = """
    WITH moved AS (
        SELECT account, sum(debit_fen - credit_fen) AS since_fen,
               coalesce(sum(debit_fen) FILTER (WHERE entry < %(last)s), 0) AS debit_fen,
               coalesce(sum(credit_fen) FILTER (WHERE entry < %(last)s), 0) AS credit_fen
        FROM journal WHERE book = %(book)s AND entry >= %(first)s
        GROUP BY account HAVING min(entry) < %(last)s
    )
    SELECT account, coalesce(accounts.name, ''),
           (opening_fen + balances.debit_fen - balances.credit_fen - since_fen)::bigint,
           moved.debit_fen::bigint, moved.credit_fen::bigint
    FROM moved
    JOIN balances USING (account)
    LEFT JOIN accounts ON accounts.book = %(book)s AND accounts.code = account
    WHERE balances.book = %(book)s AND balances.chart = %(chart)s
      AND period = (SELECT max(period) FROM balances WHERE book = %(book)s AND chart = %(chart)s)
    ORDER BY account
"""
"""What an account had before is what it has now, less what came since: only the newer lines are read."""


class Head(NamedTuple):
    """A size of a log with its base64 root; `signed_at` is when a checkpoint first covered all of it, if one did."""

    size: int
    root: str
    signed_at: datetime | None


class Added(NamedTuple):
    """An entry between the sizes and its `place` in the log; `number` is a voucher's in its period, else 0."""

    place: int
    entry: Entry
    number: int
    reverses: int | None
    reversed_by: int | None
    recorded_at: datetime | None


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
    """What came into a book from `first` to `last`: its entries from `offset` on, and every account they moved."""

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


def difference(
    connection: Connection[Any],
    book_id: str,
    sizes: tuple[int, int | None],
    *,
    limit: int = MAX_ENTRIES,
    offset: int = 0,
) -> Difference:
    """Compare a book at two sizes (the second None: now); raises `book.unknown`, `diff.beyond`, `diff.backwards`."""
    book = register.book(connection, book_id)
    first, last = sizes[0], book.entries if sizes[1] is None else sizes[1]
    for size in (first, last):
        if not 0 <= size <= book.entries:
            raise BEYOND(book=book_id, entries=book.entries, size=size)
    if first > last:
        raise BACKWARDS(first=first, last=last)
    values = {"book": book_id, "chart": book.chart, "first": first, "last": last}
    begin = min(first + offset, last)
    return Difference(
        book=book_id,
        name=book.name,
        first=_head(connection, book_id, first),
        last=_head(connection, book_id, last),
        offset=offset,
        added=_added(connection, book_id, begin, min(begin + limit, last)),
        changes=[Change(*row) for row in connection.execute(SELECT_CHANGES, values).fetchall()],
    )


def _head(connection: Connection[Any], book: str, size: int) -> Head:
    row = connection.execute(SELECT_SIGNED, (book, size)).fetchone() if size else None
    return Head(size, log.root_at(connection, book, size), row[0] if row else None)


def _added(connection: Connection[Any], book: str, first: int, end: int) -> list[Added]:
    known = connection.execute(SELECT_ADDED, {"book": book, "first": first, "end": end}).fetchall()
    notes = log.notes(connection, book, first, end)
    return [
        Added(index, parse_entry(note), *row)
        for index, (note, row) in enumerate(zip(notes, known, strict=True), first)
    ]


def kept_size(connection: Connection[Any], book_id: str, note: bytes) -> int:
    """Return the size of a checkpoint that somebody kept, once it is seen to be a beginning of the book's log.

    Raises `checkpoint.signature`, `checkpoint.origin` and the like when no key that the log ever had signed it,
    `diff.rolled_back` and `diff.fork` when it proves that the log is no longer what was signed.
    """
    book = register.book(connection, book_id)
    with connection.cursor() as cursor:
        keys = [parse_vkey(row.vkey) for row in register.log_keys(cursor, book_id)]
    kept = open_by_any(note, keys)
    if kept.size > book.entries:
        raise ROLLED_BACK(kept=kept.size, entries=book.entries)
    signed, computed = base64.b64encode(kept.root).decode(), log.root_at(connection, book_id, kept.size)
    if signed != computed:
        raise FORK(kept=kept.size, signed=signed, computed=computed)
    return kept.size
