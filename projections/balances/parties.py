"""Query: what stands with each counterparty (往来单位) that is named in public."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection

    from domain.statements import PartyBalances

SELECT_PARTIES = """
    SELECT account, party, sum(debit_fen - credit_fen)::bigint FROM journal
    WHERE book = %s AND period <= %s AND left(account, 3) = ANY(%s)
    GROUP BY account, party HAVING sum(debit_fen - credit_fen) <> 0 ORDER BY account, party
"""


def party_balances(
    connection: Connection[Any], book: str, period: str, accounts: Iterable[str]
) -> PartyBalances:
    """Return what stands at the end of a period on level-1 accounts and below, by account and counterparty."""
    rows = connection.execute(SELECT_PARTIES, (book, period, list(accounts))).fetchall()
    return {(account, party): fen for account, party, fen in rows}
