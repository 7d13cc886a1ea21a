"""Queries: the vouchers of some periods that transfer or distribute, and what they set right of earlier years."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from domain.chart import UNDISTRIBUTED
from domain.closing import Distributing, shown_on
from domain.kernel.period import year_start
from domain.vouchers import Line, voucher_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

SELECT_DISTRIBUTING = """
    SELECT vouchers.entry, vouchers.period, vouchers.number, vouchers.summary, corrects_id, resolution,
           account, coalesce(party, ''), debit_fen, credit_fen
    FROM vouchers JOIN journal USING (book, entry)
    WHERE vouchers.book = %(book)s AND vouchers.period BETWEEN %(first)s AND %(last)s
      AND vouchers.type = 'voucher' AND reversed_by IS NULL
      AND entry IN (
          SELECT entry FROM journal
          WHERE book = %(book)s AND period BETWEEN %(first)s AND %(last)s AND account ^@ ANY(%(pool)s)
      )
    ORDER BY entry
"""
SELECT_PRIOR = """
    SELECT id, period, number FROM vouchers
    WHERE book = %(book)s AND id = ANY(%(ids)s) AND period < %(first)s AND NOT EXISTS (
        SELECT FROM journal
        WHERE book = vouchers.book AND entry = vouchers.entry AND account ^@ ANY(%(pool)s)
    )
"""


def posted_distributing(
    connection: Connection[Any], book: str, chart: str, first: str, last: str
) -> list[Distributing]:
    """Return the vouchers of some periods that stand and transfer or distribute, in order."""
    values = {"book": book, "first": first, "last": last, "pool": list(UNDISTRIBUTED)}
    rows = connection.execute(SELECT_DISTRIBUTING, values).fetchall()
    originals = prior(connection, book, sorted({row[4] for row in rows if row[4]}), last)
    found: list[Distributing] = []
    for (entry, of, number, summary, corrects, resolution), group in groupby(rows, lambda row: row[:6]):
        lines = [
            Line(account=code, party=party, debit_fen=debit, credit_fen=credit)
            for *_, code, party, debit, credit in group
        ]
        told = entry, voucher_number(of, number), summary, lines, shown_on(chart, lines)
        founded = bool(resolution or corrects)
        found.append(Distributing(*told, originals.get(corrects, ""), founded=founded))
    return found


def prior(connection: Connection[Any], book: str, ids: Sequence[str], period: str) -> dict[str, str]:
    """Return the numbers of those vouchers that are of years before a period's and distributed nothing, by id."""
    values = {"book": book, "ids": [*ids], "first": year_start(period), "pool": list(UNDISTRIBUTED)}
    rows = connection.execute(SELECT_PRIOR, values).fetchall() if any(ids) else []
    return {id_: voucher_number(of, number) for id_, of, number in rows}
