"""Queries: which vouchers lack what belongs on an account, those of a period and those that are drafted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from domain.closing import OUTSIDE, Lacking
from domain.statements import PARTED
from domain.vouchers import SaltedVoucher

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from psycopg import Connection

    from domain.vouchers import Voucher

POSTED = """
    SELECT journal.entry, vouchers.number, account, party, project, unit, signers, topic = 'voucher.posted/1' AS clear
    FROM journal JOIN vouchers USING (book, entry)
         JOIN events ON originator_id = book AND originator_version = entry
    WHERE vouchers.book = %(book)s AND vouchers.period = %(period)s
      AND vouchers.type = 'voucher' AND reversed_by IS NULL
"""
KEPT_BY_PARTY = """
    FROM journal WHERE book = %(book)s AND party <> '' AND left(account, 3) = ANY(%(kept)s)
      AND NOT EXISTS (SELECT FROM vouchers WHERE vouchers.book = journal.book AND vouchers.entry = journal.entry
                        AND (type = 'reversal' OR reversed_by IS NOT NULL))
"""
"""Which accounts are kept by counterparty (按往来单位核算): those on which one is named by what stands.

What was named by mistake and reversed (红字冲销) makes no account one of these.
"""

SELECT_PARTIES = f"SELECT account, array_agg(DISTINCT party) {KEPT_BY_PARTY} GROUP BY account"
DRAFTED = """
    SELECT * FROM jsonb_to_recordset(%(lines)s::jsonb) AS line
        (entry int, number int, account text, party text, project text, unit text, signers text[], clear boolean)
"""


def _lacking_in(lines: str) -> str:
    """Return the statement of what these lines lack; what stands outside the log (not `clear`) is not missed."""
    return f"""
    WITH lines AS ({lines})
    SELECT 'cashier', account, number, entry FROM lines
    WHERE account ^@ '101' AND NOT EXISTS (SELECT FROM unnest(signers) AS key WHERE key LIKE '%%/cashier/%%')
    UNION
    SELECT 'party', account, number, entry FROM lines
    WHERE clear AND party = '' AND account IN (SELECT account {KEPT_BY_PARTY})
    UNION
    SELECT 'project', account, number, entry FROM lines
    WHERE clear AND project = '' AND (account IN ('231', '241') OR left(account, 3) IN ('231', '241')
      AND account IN (SELECT account FROM journal WHERE book = %(book)s AND project <> ''))
    UNION
    SELECT 'quantity', account, number, entry FROM lines
    WHERE unit = '' AND account IN (SELECT account FROM journal WHERE book = %(book)s AND unit <> '')
"""  # noqa: S608 -- of the texts of this module


SELECT_LACKING = _lacking_in(POSTED)
SELECT_DRAFTS_LACKING = f"{_lacking_in(DRAFTED)} ORDER BY 1, 2"
KEPT = [*PARTED, *OUTSIDE]


def kept_by_party(connection: Connection[Any], book: str) -> dict[str, list[str]]:
    """Return the counterparties of each account of receivables and payables that is kept by these."""
    return dict(connection.execute(SELECT_PARTIES, {"book": book, "kept": KEPT}).fetchall())


def lacking(connection: Connection[Any], book: str, period: str) -> list[Lacking]:
    """Return what vouchers of a period lack that stand."""
    values = {"book": book, "period": period, "kept": KEPT}
    return [Lacking(*row) for row in connection.execute(SELECT_LACKING, values)]


def drafts_lacking(
    connection: Connection[Any],
    book: str,
    vouchers: Sequence[Voucher],
    signing: Sequence[Collection[str]],
) -> list[list[Lacking]]:
    """Return what each of some drafts lacks; `signing` are, of each, the roles that have signed or must."""
    lines = [
        {
            "entry": at,
            "number": at,
            "account": line.account,
            "party": line.party,
            "project": line.project,
            "unit": line.unit,
            "signers": [f"{book}/{role}/1" for role in roles],
            "clear": not isinstance(voucher, SaltedVoucher),
        }
        for at, (voucher, roles) in enumerate(zip(vouchers, signing, strict=True))
        for line in voucher.lines
    ]
    values = {"book": book, "lines": json.dumps(lines), "kept": KEPT}
    found: list[list[Lacking]] = [[] for _ in vouchers]
    for row in connection.execute(SELECT_DRAFTS_LACKING, values):
        one = Lacking(*row)
        found[one.entry].append(one)
    return found
