"""Fold: the tables vouchers and journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.kernel.period import period_of
from domain.opening import OpeningPosted
from domain.vouchers import VoucherPosted, VoucherReversed, total_fen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Cursor

    from domain.entry import Entry
    from domain.vouchers import Line

LAST_NUMBERS = """
    SELECT period, max(number) FROM vouchers WHERE book = %s AND period = ANY(%s) GROUP BY period
"""
COPY_VOUCHERS = """
    COPY vouchers (book, entry, id, type, period, number, date, summary, amount_fen, attachments, source,
                   resolution, reverses_id, corrects_id, signers, at) FROM STDIN
"""
COPY_JOURNAL = """
    COPY journal (book, entry, line, period, number, date, account, summary, party, project,
                  debit_fen, credit_fen, quantity_milli, unit) FROM STDIN
"""
LINK_REVERSALS = """
    UPDATE vouchers AS original SET reversed_by = red.entry
    FROM vouchers AS red
    WHERE red.book = %(book)s AND red.entry = ANY(%(entries)s)
      AND original.book = red.book AND original.id = red.reverses_id
"""


def fold(cursor: Cursor[Any], book: str, start: int, entries: Sequence[Entry]) -> None:
    """Write the vouchers and lines among entries `start`… of a book, numbered in log order per period."""
    posted = [
        (index, entry, entry.statement)
        for index, entry in enumerate(entries, start)
        if isinstance(entry.statement, (VoucherPosted, VoucherReversed))
    ]
    numbers = _number(cursor, book, [statement.data.date for _, _, statement in posted])
    _copy(
        cursor,
        COPY_VOUCHERS,
        (
            _voucher(book, index, entry, statement, number)
            for (index, entry, statement), number in zip(posted, numbers, strict=True)
        ),
    )
    _copy(
        cursor,
        COPY_JOURNAL,
        _journal(book, start, entries, dict(zip([index for index, _, _ in posted], numbers, strict=True))),
    )
    reversals = [index for index, _, statement in posted if isinstance(statement, VoucherReversed)]
    if reversals:
        cursor.execute(LINK_REVERSALS, {"book": book, "entries": reversals})


def _copy(cursor: Cursor[Any], statement: str, rows: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _number(cursor: Cursor[Any], book: str, dates: list[str]) -> list[int]:
    """Return the running number of each voucher in its period, counting on from what is stored."""
    periods = [period_of(date) for date in dates]
    cursor.execute(LAST_NUMBERS, (book, sorted(set(periods))))
    last: dict[str, int] = dict(cursor.fetchall())
    numbers = []
    for period in periods:
        last[period] = last.get(period, 0) + 1
        numbers.append(last[period])
    return numbers


def _voucher(
    book: str, index: int, entry: Entry, statement: VoucherPosted | VoucherReversed, number: int
) -> tuple[Any, ...]:
    data = statement.data
    reversal = isinstance(statement, VoucherReversed)
    return (
        book,
        index,
        statement.id,
        "reversal" if reversal else "voucher",
        period_of(data.date),
        number,
        data.date,
        data.summary,
        total_fen(data.lines),
        data.attachments.count,
        "" if isinstance(statement, VoucherReversed) else statement.data.source,
        "" if isinstance(statement, VoucherReversed) else statement.data.resolution,
        statement.data.reverses if isinstance(statement, VoucherReversed) else None,
        None if isinstance(statement, VoucherReversed) else statement.data.corrects or None,
        [signature.name for signature in entry.signatures],
        statement.at,
    )


def _journal(
    book: str, start: int, entries: Sequence[Entry], numbers: dict[int, int]
) -> Iterable[tuple[Any, ...]]:
    for index, entry in enumerate(entries, start):
        statement = entry.statement
        if isinstance(statement, (VoucherPosted, VoucherReversed)):
            data = statement.data
            period = period_of(data.date)
            yield from _lines(book, index, data.lines, (period, numbers[index], data.date), data.summary)
        elif isinstance(statement, OpeningPosted):
            yield from _lines(book, index, statement.data.lines, ("", 0, None), "期初余额")


def _lines(
    book: str, index: int, lines: Sequence[Line], place: tuple[str, int, str | None], summary: str
) -> Iterable[tuple[Any, ...]]:
    for number, line in enumerate(lines, start=1):
        yield (
            book,
            index,
            number,
            *place,
            line.account,
            line.summary or summary,
            line.party,
            line.project,
            line.debit_fen,
            line.credit_fen,
            line.quantity_milli,
            line.unit,
        )
