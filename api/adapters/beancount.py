"""Export of a book as a beancount ledger: accounts by code below the five roots that beancount knows."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from domain.chart import codes_down_to
from domain.kernel.money import plain_fen
from domain.vouchers import quantity_text, voucher_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from projections.journal import JournalLine
    from projections.register import AccountRow, BookRow

ROOTS = {
    "asset": "Assets",
    "cost": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}
"""beancount's roots by the kinds of our chart; costs in progress (生产成本) are assets."""


def to_beancount(
    book: BookRow, accounts: Iterable[AccountRow], lines: Iterable[JournalLine]
) -> Iterator[str]:
    """Yield the ledger's text, piece by piece; amounts in CNY, opening balances on the first period's first day.

    `lines` come voucher by voucher.
    """
    first_day = f"{book.first_period}-01"
    names: dict[str, str] = {}
    yield f'option "title" {_text(f"{book.name} {book.book}")}\noption "operating_currency" "CNY"\n\n'
    for account in accounts:
        names[account.code] = _account(account)
        yield f"{first_day} open {names[account.code]} CNY\n  name: {_text(account.name)}\n"
    for _, voucher in groupby(lines, key=lambda line: (line.period, line.entry)):
        yield "\n" + _transaction(first_day, list(voucher), names)


def _account(account: AccountRow) -> str:
    """Return beancount's name of an account: its root and the codes of its levels, Assets:102:10201."""
    return ":".join((ROOTS[account.kind], *codes_down_to(account.code)))


def _transaction(first_day: str, lines: list[JournalLine], names: Mapping[str, str]) -> str:
    head = lines[0]
    if head.date is None:
        text = f'{first_day} * "期初余额"\n'
    else:
        text = f"{head.date} * {_text(head.voucher_summary)}\n"
        text += _tag(2, "voucher", voucher_number(head.period, head.number)) + _tag(2, "source", head.source)
    for line in lines:
        text += f"  {names[line.account]}  {plain_fen(line.debit_fen - line.credit_fen)} CNY\n"
        own = line.summary if line.date and line.summary != line.voucher_summary else ""
        text += _tag(4, "summary", own) + _tag(4, "party", line.party) + _tag(4, "project", line.project)
        text += _tag(4, "quantity", quantity_text(line.quantity_milli)) + _tag(4, "unit", line.unit)
    return text


def _tag(indent: int, name: str, text: str) -> str:
    """Return a line of metadata, "" for an empty text."""
    return f"{' ' * indent}{name}: {_text(text)}\n" if text else ""


def _text(text: str) -> str:
    """Return a string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
