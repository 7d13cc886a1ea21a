"""Query: the age of receivables and payables at the end of a period, from the journal's lines.

A red voucher takes back the very items that the voucher it reverses opened or settled. As the two mirror each other
line by line, both are left out from the red one's period on; before it the reversed voucher counts as it stood.

A voucher that sets another right (`corrects`) says what that one should have said: each of its lines, on whatever
account and of whatever counterparty, has the place and the date of the first voucher of such a chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.ageing import ACCOUNTS, AgedRow, Move, aged_rows
from domain.chart import full_name
from domain.kernel.period import last_day, parse_period
from projections import register
from projections.balances import check_span
from projections.log import root_at
from projections.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from psycopg import Connection

SELECT_LINES = """
    WITH undone AS (
        SELECT unnest(ARRAY[original.entry, red.entry]) AS entry
        FROM vouchers AS red JOIN vouchers AS original
          ON original.book = red.book AND original.id = red.reverses_id
        WHERE red.book = %(book)s AND red.type = 'reversal' AND red.period <= %(period)s
    )
    SELECT period, coalesce(date::text, %(opened)s), number, entry,
           account, party, debit_fen - credit_fen, debit_fen < 0 OR credit_fen < 0,
           entry IN (SELECT entry FROM undone)
    FROM journal
    WHERE book = %(book)s AND left(account, 3) = ANY(%(accounts)s) AND period <= %(period)s
    ORDER BY journal.period, date, number, entry, line
"""

SELECT_CORRECTED = """
    SELECT voucher.entry, original.period, original.date::text, original.number, original.entry
    FROM vouchers AS voucher JOIN vouchers AS original
      ON original.book = voucher.book AND original.id = voucher.corrects_id
    WHERE voucher.book = %(book)s AND voucher.corrects_id IS NOT NULL AND voucher.period <= %(period)s
    ORDER BY voucher.entry
"""


class _Voucher(NamedTuple):
    """Where a voucher, or the opening balances, stand among all: they are in the order of these."""

    period: str
    date: str
    number: int
    entry: int


class _Line(NamedTuple):
    voucher: _Voucher
    account: str
    party: str
    fen: int
    is_red: bool
    is_undone: bool


@dataclass(frozen=True)
class AgeingReport(Report):
    """The open amounts of a book by age at the end of a period, from how many entries under which root.

    `names` are the full names of the accounts in `rows`.
    """

    rows: list[AgedRow]
    names: dict[str, str]


def ageing(connection: Connection[Any], book_id: str, period: str) -> AgeingReport:
    """Return the ages at the end of a period; raises `book.unknown`, `period.*`. `connection` is in one snapshot."""
    book = register.book(connection, book_id)
    check_span(book, period, parse_period(period))
    values = {
        "book": book_id,
        "opened": f"{book.first_period}-01",
        "accounts": list(ACCOUNTS),
        "period": period,
    }
    firsts = _firsts(connection.execute(SELECT_CORRECTED, values))
    lines = [_Line(_Voucher(*row[:4]), *row[4:]) for row in connection.execute(SELECT_LINES, values)]
    rows = aged_rows(_moves(lines, firsts), last_day(period))
    names = register.account_names(connection, book_id)
    return AgeingReport(
        book=book_id,
        name=book.name,
        period=period,
        entries=book.entries,
        root=root_at(connection, book_id, book.entries),
        rows=rows,
        names={row.account: full_name(row.account, names) for row in rows},
    )


def _firsts(corrected: Iterable[tuple[Any, ...]]) -> dict[int, _Voucher]:
    """Return by entry the first voucher of the chain that it sets right; `corrected` are in the order of entries."""
    firsts: dict[int, _Voucher] = {}
    for entry, *original in corrected:
        voucher = _Voucher(*original)
        firsts[entry] = firsts.get(voucher.entry, voucher)
    return firsts


def _moves(lines: Iterable[_Line], firsts: Mapping[int, _Voucher]) -> list[Move]:
    """Return the moves of lines in their order, each at the place and of the date of the first voucher of its chain."""
    placed: list[tuple[_Voucher, Move]] = []
    for line in lines:
        own = line.voucher
        first = firsts.get(own.entry, own)
        move = Move(
            *(line.account, line.party, first.date, line.fen, line.is_red, first.entry),
            corrects=first is not own,
        )
        if not line.is_undone:
            placed.append((first, move))
    return [move for _, move in sorted(placed, key=lambda one: one[0])]
