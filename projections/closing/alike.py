"""Query: which vouchers of some periods say the very same, those apart that were reversed."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from domain.closing import Likeness, likeness
from domain.kernel.period import period_of
from domain.vouchers import voucher_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Connection

    from domain.vouchers import Voucher

SELECT_LINES = """
    SELECT vouchers.entry, vouchers.period, vouchers.number, vouchers.date::text, vouchers.summary,
           account, journal.summary, party, project, unit, quantity_milli, debit_fen, credit_fen
    FROM vouchers JOIN journal USING (book, entry)
         JOIN events ON originator_id = book AND originator_version = entry AND topic = 'voucher.posted/1'
    WHERE vouchers.book = %(book)s AND vouchers.period = ANY(%(periods)s) AND reversed_by IS NULL
      AND (%(dates)s::date[] IS NULL OR vouchers.date = ANY(%(dates)s))
    ORDER BY entry
"""
"""Vouchers alone whose values all stand in the log; `dates` are null for all days of the periods."""


def alike(connection: Connection[Any], book: str, period: str) -> list[list[tuple[int, str]]]:
    """Return the vouchers of a period that say the same: groups of two and more, by entry and number, in order."""
    found = _by_likeness(connection, book, [period], None)
    return [twins for twins in found.values() if len(twins) > 1]


def posted_alike(
    connection: Connection[Any], book: str, vouchers: Sequence[Voucher]
) -> list[list[tuple[int, str]]]:
    """Return of each voucher that is not posted yet those that say the same, by entry and number, in order."""
    dates = sorted({voucher.date for voucher in vouchers})
    found = _by_likeness(connection, book, sorted({period_of(date) for date in dates}), dates)
    own = [likeness(voucher) for voucher in vouchers]
    return [found.get(one, []) if one else [] for one in own]


def _by_likeness(
    connection: Connection[Any], book: str, periods: list[str], dates: list[str] | None
) -> dict[Likeness, list[tuple[int, str]]]:
    values = {"book": book, "periods": periods, "dates": dates}
    found: dict[Likeness, list[tuple[int, str]]] = {}
    rows: Iterable[tuple[Any, ...]] = connection.execute(SELECT_LINES, values).fetchall()
    for (entry, period, number, date, summary), lines in groupby(rows, lambda row: row[:5]):
        one = Likeness(date, summary, tuple(sorted(row[5:] for row in lines)))
        found.setdefault(one, []).append((entry, voucher_number(period, number)))
    return found
