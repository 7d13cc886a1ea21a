"""Queries: lines by account, period, amount and text; vouchers one by one and the newest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from psycopg.rows import class_row

from domain.kernel.errors import Kind, rule
from domain.kernel.money import format_fen
from projections.balances import BACKWARDS

if TYPE_CHECKING:
    import datetime

    from psycopg import Connection

MAX_LINES = 100_000
"""The most lines one answer has."""

MAX_NAMED = 500
"""The most counterparties, or projects, that are offered where one is typed."""

NO_VOUCHER = rule(
    "voucher.unknown",
    Kind.UNKNOWN,
    "账套 {book} 的第 {entry} 号记录不是凭证",
    "entry {entry} of the book {book} is no voucher",
)
AMOUNTS_BACKWARDS = rule(
    "money.backwards",
    Kind.MALFORMED,
    "最小金额 {least} 大于最大金额 {most}",
    "the smallest amount {least} is larger than the largest {most}",
)

SELECT_JOURNAL = """
    SELECT journal.entry, line, journal.period, journal.number, journal.date, journal.account,
           coalesce(accounts.name, '') AS name, journal.summary, party, project, debit_fen, credit_fen,
           coalesce(vouchers.source, '') AS source, coalesce(vouchers.summary, '') AS voucher_summary,
           journal.quantity_milli, journal.unit, vouchers.attachments
    FROM journal LEFT JOIN accounts ON accounts.book = journal.book AND accounts.code = journal.account
         LEFT JOIN vouchers ON vouchers.book = journal.book AND vouchers.entry = journal.entry
    WHERE journal.book = %(book)s
      AND journal.period >= %(first)s AND journal.period <= %(last)s
      AND (%(account)s = '' OR journal.account LIKE %(account)s || '%%')
      AND (%(text)s = '' OR journal.summary ILIKE %(pattern)s OR party ILIKE %(pattern)s
           OR project ILIKE %(pattern)s OR accounts.name ILIKE %(pattern)s OR vouchers.source ILIKE %(pattern)s)
      AND greatest(abs(debit_fen), abs(credit_fen)) BETWEEN %(min_fen)s AND %(max_fen)s
    ORDER BY journal.period, journal.number, journal.entry, line
    LIMIT %(limit)s OFFSET %(offset)s
"""
SELECT_VOUCHER = """
    SELECT entry, id, type, period, number, date, summary, amount_fen, attachments, source, resolution,
           reverses_id, reversed_by, corrects_id, signers, at
    FROM vouchers WHERE book = %s AND entry = %s
"""
SELECT_NEWEST = """
    SELECT entry, id, type, period, number, date, summary, amount_fen, attachments, source, resolution,
           reverses_id, reversed_by, corrects_id, signers, at
    FROM vouchers WHERE book = %s ORDER BY entry DESC LIMIT %s OFFSET %s
"""
SELECT_OF_PERIOD = """
    SELECT entry, id, type, period, number, date, summary, amount_fen, attachments, source, resolution,
           reverses_id, reversed_by, corrects_id, signers, at
    FROM vouchers WHERE book = %s AND period = %s ORDER BY number LIMIT %s OFFSET %s
"""
SELECT_WITH_FILES = """
    SELECT entry, number, state FROM vouchers
    JOIN events ON originator_id = book AND originator_version = entry
    WHERE book = %s AND period = %s AND position(convert_to('"files":', 'UTF8') IN state) > 0
    ORDER BY number
"""
SELECT_NAMED = {
    "party": """
        SELECT party FROM journal WHERE book = %s AND party <> '' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT %s
    """,
    "project": """
        SELECT project FROM journal WHERE book = %s AND project <> '' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT %s
    """,
}
COUNT_VOUCHERS = "SELECT count(*) FROM vouchers WHERE book = %s"
SHOWN_PERIOD = """
    SELECT coalesce(max(period) FILTER (WHERE period <= %s), min(period)) FROM vouchers WHERE book = %s
"""


@dataclass(frozen=True)
class JournalFilter:
    """Which lines: periods, an account with all below it, amounts in fen (either side, red ones too), text."""

    first: str = ""
    last: str = "9999-99"
    account: str = ""
    text: str = ""
    min_fen: int = 0
    max_fen: int = 2**62
    limit: int = MAX_LINES
    offset: int = 0

    def __post_init__(self) -> None:
        """Raise `period.backwards` or `money.backwards` for what no line can fit."""
        if self.first > self.last:
            raise BACKWARDS(first=self.first, last=self.last)
        if self.min_fen > self.max_fen:
            raise AMOUNTS_BACKWARDS(least=format_fen(self.min_fen), most=format_fen(self.max_fen))


class JournalLine(NamedTuple):
    """One line of the journal; `number` is the voucher's in its period, 0 and no date for opening balances.

    `summary` is the line's own or else the voucher's. `source` is the voucher's number in the system it came from.
    A quantity is in thousandths of its unit. `attachments` are the voucher's originals (附件数), None of an opening.
    """

    entry: int
    line: int
    period: str
    number: int
    date: datetime.date | None
    account: str
    name: str
    summary: str
    party: str
    project: str
    debit_fen: int
    credit_fen: int
    source: str
    voucher_summary: str
    quantity_milli: int
    unit: str
    attachments: int | None


class VoucherRow(NamedTuple):
    """A voucher; `type` is voucher or reversal, `signers` the names of the keys that signed it."""

    entry: int
    id: str
    type: str
    period: str
    number: int
    date: datetime.date
    summary: str
    amount_fen: int
    attachments: int
    source: str
    resolution: str
    reverses_id: str | None
    reversed_by: int | None
    corrects_id: str | None
    signers: list[str]
    at: str


def journal(connection: Connection[Any], book: str, wanted: JournalFilter) -> list[JournalLine]:
    """Return the lines that fit, in the order of periods and numbers."""
    escaped = wanted.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values = {**vars(wanted), "book": book, "pattern": f"%{escaped}%"}
    with connection.cursor(row_factory=class_row(JournalLine)) as cursor:
        return cursor.execute(SELECT_JOURNAL, values).fetchall()


def voucher_at(connection: Connection[Any], book: str, entry: int) -> VoucherRow:
    """Return the voucher of an entry; raises `voucher.unknown`."""
    with connection.cursor(row_factory=class_row(VoucherRow)) as cursor:
        row = cursor.execute(SELECT_VOUCHER, (book, entry)).fetchone()
    if row is None:
        raise NO_VOUCHER(book=book, entry=entry)
    return row


def named(connection: Connection[Any], book: str, column: Literal["party", "project"]) -> list[str]:
    """Return the counterparties or the projects that lines name in clear, the most frequent first."""
    rows = connection.execute(SELECT_NAMED[column], (book, MAX_NAMED)).fetchall()
    return [name for (name,) in rows]


def newest_vouchers(
    connection: Connection[Any], book: str, limit: int = 20, offset: int = 0
) -> list[VoucherRow]:
    """Return the newest vouchers of a book, newest first."""
    with connection.cursor(row_factory=class_row(VoucherRow)) as cursor:
        return cursor.execute(SELECT_NEWEST, (book, limit, offset)).fetchall()


def vouchers_of(
    connection: Connection[Any], book: str, period: str, limit: int, offset: int = 0
) -> list[VoucherRow]:
    """Return the vouchers of a period by their numbers."""
    with connection.cursor(row_factory=class_row(VoucherRow)) as cursor:
        return cursor.execute(SELECT_OF_PERIOD, (book, period, limit, offset)).fetchall()


def with_files(connection: Connection[Any], book: str, period: str) -> list[tuple[int, int, bytes]]:
    """Return entry, number and note of the vouchers of a period that name originals which are kept electronically."""
    rows = connection.execute(SELECT_WITH_FILES, (book, period)).fetchall()
    return [(entry, number, bytes(note)) for entry, number, note in rows]


def count_vouchers(connection: Connection[Any], book: str) -> int:
    """Return how many vouchers a book has."""
    row = connection.execute(COUNT_VOUCHERS, (book,)).fetchone()
    return int(row[0]) if row else 0


def shown_period(connection: Connection[Any], book: str, this_month: str) -> str:
    """Return the newest period up to this month that has a voucher, else the oldest one dated ahead, "" if none has."""
    row = connection.execute(SHOWN_PERIOD, (this_month, book)).fetchone()
    return str(row[0]) if row and row[0] else ""


def last_period(connection: Connection[Any], book: str) -> str:
    """Return the newest period that has a voucher, or "" when there is none."""
    row = connection.execute("SELECT max(period) FROM vouchers WHERE book = %s", (book,)).fetchone()
    return str(row[0]) if row and row[0] else ""
