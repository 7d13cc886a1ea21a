"""Query: the age of receivables and payables at the end of a period, from the journal's lines.

A red voucher takes back the very items that the voucher it reverses opened or settled. As the two mirror each other
line by line, both are left out from the red one's period on; before it the reversed voucher counts as it stood.

A voucher that sets others right (`corrects`) belongs to the first of them that has its account and counterparty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.ageing import ACCOUNTS, AgedRow, Move, aged_rows
from domain.chart import full_name
from domain.kernel.period import last_day, parse_period
from projections import register
from projections.balances import check_span
from projections.log import root_at
from projections.report import Report

if TYPE_CHECKING:
    from psycopg import Connection

SELECT_MOVES = """
    WITH RECURSIVE undone AS (
        SELECT unnest(ARRAY[original.entry, red.entry]) AS entry
        FROM vouchers AS red JOIN vouchers AS original
          ON original.book = red.book AND original.id = red.reverses_id
        WHERE red.book = %(book)s AND red.type = 'reversal' AND red.period <= %(period)s
    ), chain AS (
        SELECT entry, corrects_id FROM vouchers
        WHERE book = %(book)s AND corrects_id IS NOT NULL AND period <= %(period)s
        UNION ALL
        SELECT chain.entry, original.corrects_id
        FROM chain JOIN vouchers AS original ON original.book = %(book)s AND original.id = chain.corrects_id
        WHERE original.corrects_id IS NOT NULL
    ), corrected AS (
        SELECT chain.entry, account, party, min(original.entry) AS first
        FROM chain JOIN vouchers AS original ON original.book = %(book)s AND original.id = chain.corrects_id
          JOIN journal ON journal.book = %(book)s AND journal.entry = original.entry
        GROUP BY chain.entry, account, party
    ), moves AS (
        SELECT journal.*, coalesce(corrected.first, journal.entry) AS first
        FROM journal LEFT JOIN corrected USING (entry, account, party)
        WHERE book = %(book)s AND left(account, 3) = ANY(%(accounts)s) AND period <= %(period)s
          AND entry NOT IN (SELECT entry FROM undone)
    )
    SELECT account, party, coalesce(voucher.date::text, %(opened)s), debit_fen - credit_fen,
           debit_fen < 0 OR credit_fen < 0, first, first <> moves.entry
    FROM moves LEFT JOIN vouchers AS voucher ON voucher.book = moves.book AND voucher.entry = first
    ORDER BY voucher.period NULLS FIRST, voucher.date, voucher.number, first, moves.entry, line
"""


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
    moves = (Move(*row) for row in connection.execute(SELECT_MOVES, values))
    rows = aged_rows(moves, last_day(period))
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
