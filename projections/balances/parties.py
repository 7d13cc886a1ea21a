"""Queries: what stands with each counterparty (往来单位) and project that is named in public."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from domain.kernel.period import year_start

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection

    from domain.statements import PartyBalances

SELECT_PARTIES = """
    SELECT account, party, sum(debit_fen - credit_fen)::bigint FROM journal
    WHERE book = %s AND period <= %s AND left(account, 3) = ANY(%s)
    GROUP BY account, party HAVING sum(debit_fen - credit_fen) <> 0 ORDER BY account, party
"""

SELECT_AUXILIARY = """
    SELECT account, party, project,
        coalesce(sum(debit_fen - credit_fen) FILTER (WHERE period < %(period)s), 0)::bigint,
        coalesce(sum(debit_fen) FILTER (WHERE period = %(period)s), 0)::bigint,
        coalesce(sum(credit_fen) FILTER (WHERE period = %(period)s), 0)::bigint
    FROM journal WHERE book = %(book)s AND period <= %(period)s
    GROUP BY account, party, project
    HAVING bool_or(period >= %(january)s) OR sum(debit_fen - credit_fen) <> 0
    ORDER BY account, party, project
"""


class AuxiliaryBalance(NamedTuple):
    """What stood before a period, was moved in it, in fen, of an account with a counterparty and project ("": none)."""

    account: str
    party: str
    project: str
    opening_fen: int
    debit_fen: int
    credit_fen: int

    @property
    def closing_fen(self) -> int:
        """What stands at the end, debits less credits."""
        return self.opening_fen + self.debit_fen - self.credit_fen


def auxiliary_balances(connection: Connection[Any], book: str, period: str) -> list[AuxiliaryBalance]:
    """Return an account's rows of the trial balance of a period, parted by what its lines name beside it.

    Those with lines in the year, or with a balance.
    """
    asked = {"book": book, "period": period, "january": year_start(period)}
    return [AuxiliaryBalance._make(row) for row in connection.execute(SELECT_AUXILIARY, asked)]


def party_balances(
    connection: Connection[Any], book: str, period: str, accounts: Iterable[str]
) -> PartyBalances:
    """Return what stands at the end of a period on level-1 accounts and below, by account and counterparty."""
    rows = connection.execute(SELECT_PARTIES, (book, period, list(accounts))).fetchall()
    return {(account, party): fen for account, party, fen in rows}
