"""What later vouchers need to know of earlier ones."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from domain.kernel.period import period_of
from domain.vouchers.lines import lines_digest

if TYPE_CHECKING:
    from domain.vouchers.events import Reversal, Voucher


class Posted(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A posted voucher: its lines' digest, its date, the roles that signed it, and whether it is itself a reversal."""

    digest: bytes
    date: str
    roles: frozenset[str]
    reversal: bool


@dataclass
class Vouchers:
    """The vouchers of a book by id, which of them were reversed, and how many each period has.

    `invoices` has the voucher that booked an invoice last, by the invoice's number.
    """

    posted: MutableMapping[str, Posted] = field(default_factory=dict)
    reversed_by: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    invoices: dict[str, str] = field(default_factory=dict)

    def post(self, id_: str, voucher: Voucher, roles: frozenset[str]) -> None:
        """Remember a voucher and its invoices."""
        self._count(id_, voucher, roles, reversal=False)
        for invoice in voucher.attachments.invoices:
            self.invoices[invoice.number] = id_

    def reverse(self, id_: str, reversal: Reversal, roles: frozenset[str]) -> None:
        """Remember a reversal and what it cancels; the invoices of that are free for the voucher that is right."""
        self._count(id_, reversal, roles, reversal=True)
        self.reversed_by[reversal.reverses] = id_

    def _count(self, id_: str, voucher: Voucher | Reversal, roles: frozenset[str], *, reversal: bool) -> None:
        self.posted[id_] = Posted(lines_digest(voucher.lines), voucher.date, roles, reversal)
        period = period_of(voucher.date)
        self.counts[period] = self.counts.get(period, 0) + 1


class VoucherNumbers:
    """Numbers vouchers in each period as they come in the log (编号), from 1 on."""

    def __init__(self) -> None:
        """Begin before the first voucher."""
        self._last: dict[str, int] = {}

    def next(self, period: str) -> int:
        """Return the number of the next voucher of a period."""
        self._last[period] = self._last.get(period, 0) + 1
        return self._last[period]


def voucher_number(period: str, count: int) -> str:
    """Return the derived number of the `count`-th voucher of a period in log order: 记-2026-03-0001."""
    return f"记-{period}-{count:04d}"
