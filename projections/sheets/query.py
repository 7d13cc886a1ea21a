"""Queries: the entry that published a period's sheet, and the proof of a figure on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.proving import figure_extra
from domain.kernel.errors import Kind, rule
from domain.kernel.period import parse_period
from projections import balances, log, witnessing

if TYPE_CHECKING:
    from psycopg import Connection

    from audit.tlog.policy import Policy

TRIAL_BALANCE = "trial_balance"

NOT_PUBLISHED = rule(
    "sheet.unknown",
    Kind.UNKNOWN,
    "账套 {book} 的 {period} 还没有签名公开；公开后才能证明其中的数字",
    "the sheet of {period} of {book} is not published; its figures can be proved once it is",
    "农经发〔2011〕13号",
)
NO_ROW = rule(
    "sheet.no_row",
    Kind.UNKNOWN,
    "{period} 的公开表上没有科目 {account}；表上列的是末级科目，如 {some}",
    "there is no account {account} on the sheet of {period}, which has accounts without detail such as {some}",
    "农经发〔2011〕13号",
)

SELECT_ENTRY = "SELECT entry FROM sheets WHERE book = %s AND sheet = %s AND period = %s"
SELECT_ENTRIES = "SELECT entry FROM sheets WHERE book = %s ORDER BY entry"


def published_at(connection: Connection[Any], book: str, period: str) -> int | None:
    """Return the entry that published the trial balance of a period, None when none did."""
    row = connection.execute(SELECT_ENTRY, (book, TRIAL_BALANCE, period)).fetchone()
    return int(row[0]) if row else None


def publishing_entries(connection: Connection[Any], book: str) -> list[int]:
    """Return the entries that published a sheet, in order."""
    return [int(entry) for (entry,) in connection.execute(SELECT_ENTRIES, (book,))]


def figure_proof(
    connection: Connection[Any], book: str, period: str, account: str, policy: Policy | None = None
) -> bytes:
    """Return the tlog-proof of an account's row on a published sheet; raises `sheet.unknown`, `sheet.no_row`.

    It stands under a checkpoint that is witnessed under `policy`, if one covers the sheet's entry. The rows of a closed
    month never change, so that they are still those that were signed.
    """
    entry = published_at(connection, book, parse_period(period))
    if entry is None:
        raise NOT_PUBLISHED(book=book, period=period)
    rows = [row._asdict() for row in balances.trial_balance(connection, book, period).rows]
    numbers = [number for number, row in enumerate(rows) if row["account"] == account]
    if not numbers:
        below = [row["account"] for row in rows if row["account"].startswith(account)] or [rows[0]["account"]]
        raise NO_ROW(account=account, period=period, some=below[0])
    note = log.entry_at(connection, book, entry)
    return witnessing.proof_at(connection, book, policy, entry, figure_extra(note, rows, numbers[0]))
