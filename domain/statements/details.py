"""Income and expense by detail account (收支明细表): what a month and its year so far earned and spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain.chart import RESULT
from domain.statements.income_lines import INCOME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.statements.income import Flow


class DetailRow(NamedTuple):
    """A detail account: its income or its expense of the month and of the year so far, in fen, positive."""

    account: str
    name: str
    is_income: bool
    month_fen: int
    year_fen: int


def detail_rows(month: Iterable[Flow], year: Iterable[Flow], names: Mapping[str, str]) -> list[DetailRow]:
    """Return the rows by code, of accounts that have a figure; transfers (结转) are left out."""
    of_month, of_year = _nets(month), _nets(year)
    return [
        DetailRow(
            account,
            names.get(account, ""),
            account.startswith(INCOME),
            _positive(account, of_month.get(account, 0)),
            _positive(account, of_year.get(account, 0)),
        )
        for account in sorted(of_month | of_year)
        if of_year.get(account) or of_month.get(account)
    ]


def _nets(flows: Iterable[Flow]) -> dict[str, int]:
    nets: dict[str, int] = {}
    for account, distributes, debit_fen, credit_fen in flows:
        if not distributes and account.startswith(RESULT):
            nets[account] = nets.get(account, 0) + credit_fen - debit_fen
    return nets


def _positive(account: str, fen: int) -> int:
    return fen if account.startswith(INCOME) else -fen


def difference_fen(rows: Iterable[DetailRow]) -> tuple[int, int]:
    """Return income less expense (收支差额) of the month and of the year, in fen."""
    month = year = 0
    for row in rows:
        sign = 1 if row.is_income else -1
        month, year = month + sign * row.month_fen, year + sign * row.year_fen
    return month, year
