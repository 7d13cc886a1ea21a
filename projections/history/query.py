"""Query: the entries that make a figure, with who signed each and when it was recorded; from the journal's rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from domain.chart import RESULT, UNDISTRIBUTED
from domain.entry import parse_entry
from domain.history import OPENING_SUMMARY, WHOLE, Figure, HistoryRow, Posting, Span, Sums, figure_of
from domain.statements import PARTED, Part
from projections import log, register, witnessing
from projections.subtotals import places_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime

    from psycopg import Connection

    from audit.tlog.policy import Policy
    from domain.statements import FlowYear, LineAmount, LineFlow, PartyBalances
    from projections.register import BookRow

MAX_ROWS = 1_000_000
"""A download holds the whole history; more rows than these no spreadsheet program takes."""

SEVERAL, ONE = "account = ANY(%(accounts)s)", "account = (%(accounts)s::text[])[1]"
"""How a statement picks its lines. One account's stand in the index in their order; those of several are sorted."""

SELECT_KNOWN = """
    SELECT size FROM checkpoints WHERE book = %s AND signed_at <= %s ORDER BY size DESC LIMIT 1
"""
SELECT_SUMS = """
    SELECT coalesce(sum(debit_fen), 0)::bigint, coalesce(sum(credit_fen), 0)::bigint, count(*)
    FROM (
        SELECT sum(debit_fen) AS debit_fen, sum(credit_fen) AS credit_fen FROM journal
        WHERE book = %(book)s AND account = ANY(%(accounts)s) AND entry < %(size)s
          AND period >= %(first)s AND (date <= %(until)s OR date IS NULL)
        GROUP BY period, date, entry
    ) AS postings
"""
SELECT_BEFORE_PERIOD = """
    SELECT coalesce(sum(debit_fen - credit_fen), 0)::bigint FROM journal
    WHERE book = %(book)s AND account = ANY(%(accounts)s) AND entry < %(size)s
      AND period < %(first)s AND (date <= %(until)s OR date IS NULL)
"""
SELECT_BEFORE_ROW = """
    SELECT coalesce(sum(debit_fen - credit_fen), 0)::bigint FROM journal
    WHERE book = %(book)s AND account = ANY(%(accounts)s) AND entry < %(size)s
      AND (period, date, entry) < (%(row_period)s, %(row_date)s, %(row_entry)s)
"""
SELECT_LEAVES = """
    SELECT account, CASE WHEN left(account, 3) = ANY(%(parted)s) THEN party ELSE '' END AS held_by,
           sum(debit_fen - credit_fen)::bigint FROM journal
    WHERE book = %(book)s AND account = ANY(%(accounts)s) AND entry < %(size)s
      AND (date <= %(until)s OR date IS NULL)
    GROUP BY account, held_by
"""
SELECT_POSTINGS = """
    SELECT postings.entry, postings.date, coalesce(voucher.number, 0), coalesce(voucher.summary, %(opening)s),
           postings.debit_fen, postings.credit_fen, coalesce(voucher.signers, ARRAY[]::text[]), original.entry,
           CASE WHEN voucher.reversed_by < %(size)s THEN voucher.reversed_by END, covering.signed_at
    FROM (
        SELECT period, date, entry, sum(debit_fen)::bigint AS debit_fen, sum(credit_fen)::bigint AS credit_fen
        FROM journal
        WHERE book = %(book)s AND account = ANY(%(accounts)s) AND entry < %(size)s
          AND period >= %(first)s AND (date <= %(until)s OR date IS NULL)
        GROUP BY period, date, entry
        ORDER BY period, date, entry LIMIT %(limit)s OFFSET %(offset)s
    ) AS postings
    LEFT JOIN vouchers AS voucher ON voucher.book = %(book)s AND voucher.entry = postings.entry
    LEFT JOIN vouchers AS original ON original.book = %(book)s AND original.id = voucher.reverses_id
    LEFT JOIN LATERAL (
        SELECT signed_at FROM checkpoints
        WHERE checkpoints.book = %(book)s AND checkpoints.size > postings.entry ORDER BY size LIMIT 1
    ) AS covering ON true
    ORDER BY postings.period, postings.date, postings.entry
"""

SELECT_NEWEST = "SELECT coalesce(max(period), '') FROM journal WHERE book = %s AND entry < %s"

JOURNAL = "FROM journal\n"
"""Where the statements above read. For a line of the statement of income they read from what of it counts instead."""

COUNTED = """FROM (
    SELECT book, entry, period, date, account, party,
           debit_debit * debit_fen + debit_credit * credit_fen AS debit_fen,
           credit_debit * debit_fen + credit_credit * credit_fen AS credit_fen
    FROM (
        SELECT *, CASE
            WHEN period = '' AND %(opens)s AND account ^@ %(result)s THEN 'earned'
            WHEN period < %(since)s THEN 'before'
            WHEN entry IN (
                SELECT entry FROM journal WHERE book = %(book)s AND account = ANY(%(pool)s) AND period >= %(since)s
            ) THEN 'distributed'
            ELSE 'earned' END AS part
        FROM journal WHERE book = %(book)s AND account = ANY(%(accounts)s)
    ) AS parted
    JOIN unnest(
        %(counted_accounts)s::text[], %(counted_parts)s::text[], %(debit_debit)s::int[], %(debit_credit)s::int[],
        %(credit_debit)s::int[], %(credit_credit)s::int[]
    ) AS counted (account, part, debit_debit, debit_credit, credit_debit, credit_credit) USING (account, part)
    WHERE debit_debit * debit_fen + debit_credit * credit_fen <> 0
       OR credit_debit * debit_fen + credit_credit * credit_fen <> 0
) AS lines
"""


@dataclass(frozen=True)
class Wanted:
    """Which part of a history: over a span, as known at a moment (None: now), and which of its rows."""

    span: Span = WHOLE
    known_on: datetime | None = None
    limit: int = MAX_ROWS
    offset: int = 0


WHOLE_HISTORY = Wanted()
"""All of it, as known now."""


@dataclass(frozen=True)
class History:
    """The history of a figure after a book's first `size` entries, whose base64 root is `root`.

    `sums` are those of the whole span; `rows` its rows from `offset` on, and `carried_fen` the figure before them.
    `on_sheet` is what its statement shows at the end of the span, None if the figure is a line of none.
    """

    book: str
    name: str
    figure: Figure
    wanted: Wanted
    size: int
    root: str
    sums: Sums
    carried_fen: int
    rows: list[HistoryRow]
    on_sheet: LineAmount | None


def history(
    connection: Connection[Any],
    book_id: str,
    code: str,
    wanted: Wanted = WHOLE_HISTORY,
    policy_for: Callable[[str], Policy | None] = lambda _: None,
) -> History:
    """Return the history of a figure, named by an account's code or its own name.

    Raises `book.unknown`, `history.unknown_account`. `connection` is in one snapshot. What was known at a moment are
    the entries below the largest checkpoint that was signed until then. `policy_for` gives the policy under
    which the entries of a book are witnessed.
    """
    book = register.book(connection, book_id)
    names = register.account_names(connection, book_id)
    size = known_size(connection, book, wanted.known_on)
    newest = _newest_period(connection, book_id, size) if code not in names else ""
    places = places_of(connection, book_id, wanted.span.last_period(newest), size)
    figure = figure_of(code, book_id, book.chart, names, book.first_period, places)
    accounts = list(filter(figure.holds, names))
    year = figure.year(wanted.span, newest)
    wanted = replace(wanted, span=figure.listed(wanted.span, newest))
    values = {
        "book": book_id,
        "accounts": accounts,
        "size": size,
        "first": wanted.span.first,
        "until": wanted.span.until,
    }
    if figure.flow and year:
        values |= _counting(figure.flow, year, names)
    ((opening,),) = _ask(connection, SELECT_BEFORE_PERIOD, values)
    ((debit, credit, count),) = _ask(connection, SELECT_SUMS, values)
    sums = Sums(opening, debit, credit, count)
    carried, rows = _rows(connection, wanted, values, sums)
    policy = policy_for(book_id)
    if policy:
        rows = _with_witnesses(connection, book_id, policy, rows, wanted.known_on)
    return History(
        book=book_id,
        name=book.name,
        figure=figure,
        wanted=wanted,
        size=size,
        root=log.root_at(connection, book_id, size),
        sums=sums,
        carried_fen=carried,
        rows=rows,
        on_sheet=_on_sheet(connection, figure, values) if figure.chart or figure.flow else None,
    )


def _on_sheet(connection: Connection[Any], figure: Figure, values: dict[str, Any]) -> LineAmount | None:
    """Return what the figure's statement shows at the end of the span."""
    balances: dict[str, int] = {}
    parties: PartyBalances = {}
    for account, party, fen in _ask(connection, SELECT_LEAVES, {**values, "parted": list(PARTED)}):
        balances[account] = balances.get(account, 0) + fen
        if account.startswith(PARTED):
            parties[account, party] = fen
    return figure.on_sheet(balances, parties)


def _newest_period(connection: Connection[Any], book: str, size: int) -> str:
    """Return the newest period with a voucher among the first `size` entries, "" without one."""
    ((newest,),) = connection.execute(SELECT_NEWEST, (book, size)).fetchall()
    return str(newest)


def known_size(connection: Connection[Any], book: BookRow, moment: datetime | None) -> int:
    """Return how many entries of a book were covered by a checkpoint at a moment; all of them when it is None."""
    if moment is None:
        return book.entries
    row = connection.execute(SELECT_KNOWN, (book.book, moment)).fetchone()
    return min(int(row[0]), book.entries) if row else 0


def _counting(flow: LineFlow, year: FlowYear, names: Iterable[str]) -> dict[str, Any]:
    """Return what `COUNTED` asks for: how each account counts in each part of the statement."""
    found = [
        (account, part, *counted.debit, *counted.credit)
        for account in names
        for part in Part
        if (counted := flow.counted(account, part))
    ]
    columns = (
        "counted_accounts",
        "counted_parts",
        "debit_debit",
        "debit_credit",
        "credit_debit",
        "credit_credit",
    )
    return {
        **{column: [row[at] for row in found] for at, column in enumerate(columns)},
        "since": year.since,
        "opens": year.opens,
        "result": RESULT,
        "pool": [account for account in names if account.startswith(UNDISTRIBUTED)],
    }


def _ask(connection: Connection[Any], statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    if len(values["accounts"]) == 1:
        statement = statement.replace(SEVERAL, ONE)
    if "since" in values:
        statement = statement.replace(JOURNAL, COUNTED)
    return connection.execute(statement, values).fetchall()


def _rows(
    connection: Connection[Any], wanted: Wanted, values: dict[str, Any], sums: Sums
) -> tuple[int, list[HistoryRow]]:
    """Return the figure before the rows from `offset` on (承前), and those rows."""
    paged = {**values, "limit": wanted.limit, "offset": wanted.offset, "opening": OPENING_SUMMARY}
    found = _ask(connection, SELECT_POSTINGS, paged)
    carried = sums.opening_fen if found else sums.closing_fen
    if wanted.offset and found:
        entry, day = found[0][:2]
        place = {"row_period": f"{day:%Y-%m}", "row_date": day, "row_entry": entry}
        ((carried,),) = _ask(connection, SELECT_BEFORE_ROW, {**values, **place})
    rows, balance = [], carried
    for record in found:
        posting, recorded_at = _posting(connection, values["book"], record)
        balance += posting.debit_fen - posting.credit_fen
        rows.append(HistoryRow(posting, balance, recorded_at))
    return carried, rows


def _with_witnesses(
    connection: Connection[Any],
    book: str,
    policy: Policy,
    rows: list[HistoryRow],
    known_on: datetime | None,
) -> list[HistoryRow]:
    """Return the rows with the times when they were witnessed, as far as that was so at the moment `known_on`."""
    times = witnessing.first_over_each(connection, book, policy, [row.posting.entry for row in rows])
    known = {entry: at for entry, at in times.items() if known_on is None or at <= known_on}
    return [row._replace(witnessed_at=known.get(row.posting.entry)) for row in rows]


def _posting(
    connection: Connection[Any], book: str, record: tuple[Any, ...]
) -> tuple[Posting, datetime | None]:
    entry: int
    day: date | None
    entry, day, number, summary, debit, credit, signers, reverses, reversed_by, recorded_at = record
    if not number:  # the opening balances are no voucher: who signed them stands in the entry
        signers = [line.name for line in parse_entry(log.entry_at(connection, book, entry)).signatures]
    date_text = day.isoformat() if day else ""
    posting = Posting(entry, date_text, number, summary, debit, credit, tuple(signers), reverses, reversed_by)
    return posting, recorded_at
