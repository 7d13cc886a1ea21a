"""Query: what came into a book between two sizes of its log, entry by entry and account by account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.heads import kept_size as kept_size_of
from domain.difference import BOTH, MAX_ENTRIES, Added, Change, Difference, Head, Part, check_sizes
from domain.entry import parse_entry
from projections import log, register, witnessing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from psycopg import Connection

    from audit.tlog.policy import Policy

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


@dataclass(frozen=True)
class Excerpt:
    """What is wanted of a difference: its `parts`, and of the entries at most `limit` from `offset` on."""

    parts: Collection[Part] = BOTH
    limit: int = MAX_ENTRIES
    offset: int = 0


WHOLE_DIFFERENCE = Excerpt()
"""Both parts, with all entries that one answer lists."""


def difference(
    connection: Connection[Any],
    book_id: str,
    sizes: tuple[int, int | None],
    excerpt: Excerpt = WHOLE_DIFFERENCE,
    *,
    policy_for: Callable[[str], Policy | None] = lambda _: None,
) -> Difference:
    """Compare a book at two sizes (the second None: now); raises `book.unknown`, `diff.beyond`, `diff.backwards`.

    For a part that is not wanted nothing is read. `policy_for` gives the policy under which the entries of a book are
    witnessed.
    """
    book = register.book(connection, book_id)
    first, last = sizes[0], book.entries if sizes[1] is None else sizes[1]
    check_sizes(book_id, first, last, book.entries)
    begin = min(first + excerpt.offset, last)
    added: list[Added] = []
    if Part.entries in excerpt.parts:
        added = _added(connection, book_id, begin, min(begin + excerpt.limit, last))
        added = _witnessed(connection, book_id, added, policy_for(book_id))
    changes: list[Change] = []
    if Part.accounts in excerpt.parts:
        values = {"book": book_id, "chart": book.chart, "first": first, "last": last}
        changes = [Change(*row) for row in connection.execute(SELECT_CHANGES, values).fetchall()]
    return Difference(
        book=book_id,
        name=book.name,
        first=_head(connection, book_id, first),
        last=_head(connection, book_id, last),
        offset=excerpt.offset,
        added=added,
        changes=changes,
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


def _witnessed(
    connection: Connection[Any], book: str, added: list[Added], policy: Policy | None
) -> list[Added]:
    """Return the entries with the times when they were witnessed."""
    if policy is None:
        return added
    times = witnessing.first_over_each(connection, book, policy, [one.place for one in added])
    return [one._replace(witnessed_at=times.get(one.place)) for one in added]


def kept_size(connection: Connection[Any], book_id: str, note: bytes) -> int:
    """Return the size of a checkpoint that somebody kept of a book's log; raises as `audit.heads.kept_size` does."""
    book = register.book(connection, book_id)
    origins = log.log_origins(connection, book_id)
    return kept_size_of(note, origins, book.entries, lambda size: log.root_at(connection, book_id, size))
