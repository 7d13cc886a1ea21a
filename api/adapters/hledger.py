"""Export of a book as an hledger journal: accounts by code, so that balances can be compared account by account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chart import codes_down_to
from domain.kernel.money import plain_fen
from domain.vouchers import quantity_text, voucher_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from projections.journal import JournalLine
    from projections.register import AccountRow, BookRow

TYPES = {"asset": "A", "cost": "A", "liability": "L", "equity": "E", "income": "R", "expense": "X"}
"""hledger's account types by the kinds of our chart; costs in progress (生产成本) are assets."""


def to_hledger(book: BookRow, accounts: Iterable[AccountRow], lines: Iterable[JournalLine]) -> Iterator[str]:
    """Yield the journal's text, piece by piece; amounts in CNY, opening balances on the first period's first day."""
    yield f"; {book.name} {book.book}\ncommodity CNY 1000.00\ndecimal-mark .\n\n"
    for account in accounts:
        yield f"account {account_name(account.code)}  ; {_comment(account.name)}, type: {TYPES[account.kind]}\n"
    current: tuple[str, int] | None = None
    for line in lines:
        place = (line.period, line.entry)
        if place != current:
            current = place
            yield "\n" + _header(book, line)
        yield f"    {account_name(line.account)}  CNY {_amount(line)}{_note(line)}\n"


_INERT = str.maketrans({"\n": " ", ";": "\uff1b", "|": "\u00a6", ",": "\uff0c", ":": "\uff1a"})
"""What would end a description or start a comment, tag or payee, and the full-width form it gets."""

_NO_DATE = str.maketrans({"[": "\uff3b", "]": "\uff3d"})
"""A date in brackets in the comment of a posting would be the posting's date."""


def account_name(code: str) -> str:
    """Return hledger's account name: the levels' codes, so that 1020101 stands under 102 and 10201."""
    return ":".join(codes_down_to(code))


def _header(book: BookRow, line: JournalLine) -> str:
    if line.date is None:
        return f"{book.first_period}-01 (期初) 期初余额\n"
    number = voucher_number(line.period, line.number)
    source = f"  ; source: {_comment(line.source)}" if line.source else ""
    return f"{line.date} ({number}) {_comment(line.voucher_summary)}{source}\n"


def _note(line: JournalLine) -> str:
    """Return what a line says beyond its voucher as the comment of its posting; party, project, quantity as tags."""
    own = line.summary if line.date and line.summary != line.voucher_summary else ""
    tags = [f"{name}: {text}" for name in ("party", "project") if (text := _comment(getattr(line, name)))]
    if line.unit:
        tags.append(f"quantity: {quantity_text(line.quantity_milli)} {_comment(line.unit)}")
    said = ", ".join([*filter(None, [_comment(own)]), *tags])
    return f"  ; {said.translate(_NO_DATE)}" if said else ""


def _comment(text: str) -> str:
    """Return text without what would end a description or start a comment, tag or payee."""
    return text.translate(_INERT)


def _amount(line: JournalLine) -> str:
    return plain_fen(line.debit_fen - line.credit_fen)
