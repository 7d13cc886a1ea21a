"""Fold: the turnover table, by the definition of a balance in `domain.balances`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.balances import Balances
from projections import register

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from psycopg import Cursor

    from domain.entry import Entry

ADD_TURNOVER = """
    INSERT INTO balances (book, chart, account, period, debit_fen, credit_fen)
    SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[])
    ON CONFLICT (book, chart, account, period) DO UPDATE
    SET debit_fen = balances.debit_fen + excluded.debit_fen,
        credit_fen = balances.credit_fen + excluded.credit_fen
"""


def fold(cursor: Cursor[Any], book: str, start: int, entries: Sequence[Entry]) -> None:
    """Add the turnover of entries `start`… of a book; `books` is folded before, it knows the chart."""
    del start
    balances = Balances(chart=register.chart_of(cursor, book))
    for entry in entries:
        balances.fold(entry.statement)
    rows = [(*key, *turnover) for key, turnover in balances.turnover.items()]
    if rows:
        cursor.execute(ADD_TURNOVER, (book, *map(list, zip(*rows, strict=True))))
