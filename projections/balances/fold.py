"""Fold: the table balances, by the definition of a balance in `domain.balances`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from domain.balances import Balances, month_balances
from projections import register

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from psycopg import Cursor

    from domain.entry import Entry

SELECT_NEWEST = "SELECT coalesce(max(period), '') FROM balances WHERE book = %s AND chart = %s"
SELECT_TURNOVER = """
    SELECT account, period, debit_fen, credit_fen FROM balances
    WHERE book = %s AND chart = %s AND (%s OR account = ANY(%s))
"""
WRITE_BALANCES = """
    INSERT INTO balances (book, chart, account, period, opening_fen, debit_fen, credit_fen,
                          year_debit_fen, year_credit_fen)
    SELECT %s, %s, * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[],
                                 %s::bigint[], %s::bigint[])
    ON CONFLICT (book, chart, period, account) DO UPDATE
    SET opening_fen = excluded.opening_fen, debit_fen = excluded.debit_fen, credit_fen = excluded.credit_fen,
        year_debit_fen = excluded.year_debit_fen, year_credit_fen = excluded.year_credit_fen
"""

Moved: TypeAlias = dict[str, dict[str, tuple[int, int]]]
"""Debit and credit by account and period."""


def fold(cursor: Cursor[Any], book: str, start: int, entries: Sequence[Entry]) -> None:
    """Add the turnover of entries `start`… of a book; `books` is folded before, it knows the chart."""
    del start
    chart, first = register.chart_of(cursor, book)
    moved = _moved(chart, entries)
    if not moved:
        return
    cursor.execute(SELECT_NEWEST, (book, chart))
    before = str(cursor.fetchone()[0])  # type: ignore[index]  # an aggregate always has a row
    newest = max(before, *(max(by_period) for by_period in moved.values()))
    turnover = _stored(cursor, book, chart, None if newest > before else list(moved))
    for account, by_period in moved.items():
        stored = turnover.setdefault(account, {})
        for period, (debit, credit) in by_period.items():
            sums = stored.get(period, (0, 0))
            stored[period] = (sums[0] + debit, sums[1] + credit)
    rows = list(_changed(turnover, moved, first, before, newest))
    cursor.execute(WRITE_BALANCES, (book, chart, *map(list, zip(*rows, strict=True))))


def _moved(chart: str, entries: Sequence[Entry]) -> Moved:
    balances = Balances(chart)
    for entry in entries:
        balances.fold(entry.statement)
    moved: Moved = {}
    for key, (debit, credit) in balances.turnover.items():
        moved.setdefault(key.account, {})[key.period] = (debit, credit)
    return moved


def _stored(cursor: Cursor[Any], book: str, chart: str, accounts: list[str] | None) -> Moved:
    """Return what is stored of these accounts, or of all."""
    cursor.execute(SELECT_TURNOVER, (book, chart, accounts is None, accounts or []))
    stored: Moved = {}
    for account, period, debit, credit in cursor.fetchall():
        stored.setdefault(account, {})[period] = (debit, credit)
    return stored


def _changed(
    turnover: Moved, moved: Moved, first: str, before: str, newest: str
) -> Iterator[tuple[str, str, int, int, int, int, int]]:
    """Yield the rows that differ from what is stored: from an account's first new turnover on, and new periods."""
    for account, by_period in turnover.items():
        since = min(moved[account]) if account in moved else None
        for month in month_balances(by_period, first, newest):
            if month.period > before or (since is not None and month.period >= since):
                yield account, *month
