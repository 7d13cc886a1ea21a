"""Invoices (发票) among a voucher's originals: each is booked once, by its number, on file or on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.kernel.errors import EntryId, Kind, rule
from domain.kernel.period import is_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.vouchers.events import Invoice
    from domain.vouchers.state import Vouchers

BOOKED = rule(
    "invoice.booked",
    Kind.CONFLICT,
    "发票 {number} 已由凭证 {by} 入账，同一张发票不能入账两次；那张凭证记错了，先冲销它",
    "the invoice {number} was booked by voucher {by}, and none is booked twice; if that one is wrong, reverse it first",
    "财会〔2020〕6号 art. 3",
)
TWICE = rule(
    "invoice.twice",
    Kind.REFUSED,
    "发票 {number} 在同一张凭证上写了两次",
    "the invoice {number} stands twice on one voucher",
    "财会〔2020〕6号 art. 3",
)
NO_DATE = rule(
    "invoice.date",
    Kind.REFUSED,
    "发票 {number} 的日期「{date}」不是 YYYY-MM-DD 的日期",
    "the date {date} of the invoice {number} is no date such as 2026-03-31",
    "财会〔2020〕6号 art. 3",
)

OLD_NUMBER = 8
"""The digits of an older invoice's number, which another seller's may have: it is told apart by its code (发票代码)."""

NUMBER_MAX = 20
"""The characters of the longest number: a fully digital one, or an older one with its code of 12."""


def check_invoices(invoices: Sequence[Invoice], vouchers: Vouchers) -> None:
    """Raise unless each invoice is dated, and neither on the voucher twice nor booked by another that still stands."""
    numbers = set()
    for invoice in invoices:
        number = invoice.number
        if not is_date(invoice.date):
            raise NO_DATE(number=number, date=invoice.date)
        if number in numbers:
            raise TWICE(number=number)
        numbers.add(number)
        by = vouchers.invoices.get(number)
        if by is not None and by not in vouchers.reversed_by:
            raise BOOKED(number=number, by=EntryId(by))


def lacks_code(number: str) -> bool:
    """Return whether a number is that of an older invoice without its code."""
    return len(number) == OLD_NUMBER and number.isdigit()


def booked_alike(number: str, vouchers: Vouchers) -> Iterator[tuple[str, str]]:
    """Yield numbers that are booked, with the vouchers that booked them and stand, of which one ends the other.

    It is most likely the same invoice, once with its code and once without. No rule of the log forbids it.
    """
    shorter = {number[at:] for at in range(1, len(number) - OLD_NUMBER + 1)}
    ending = [one for one in shorter if one in vouchers.invoices]
    longer = vouchers.invoices if len(number) < NUMBER_MAX else ()
    ending += [one for one in longer if len(one) > len(number) and one.endswith(number)]
    for one in sorted(ending):
        by = vouchers.invoices[one]
        if by not in vouchers.reversed_by:
            yield one, by
