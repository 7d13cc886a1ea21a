"""An invoice is booked once, by its number, until its voucher is reversed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.vouchers import Attachments, Invoice, Line, Voucher, VoucherPosted

if TYPE_CHECKING:
    from domain.entry import Entry
    from tests.domain.conftest import Village

NUMBER = "26332000000012345678"
PAPER = Invoice(date="2026-01-03", number=NUMBER, total_fen=5)


def post_with(village: Village, *invoices: Invoice) -> Entry:
    """Post a voucher with invoices."""
    attached = Attachments(count=1, invoices=list(invoices))
    lines = [Line(account="513", debit_fen=5), Line(account="101", credit_fen=5)]
    voucher = Voucher(attachments=attached, date="2026-01-05", lines=lines, summary="摘要")
    return village.append(village.statement(VoucherPosted, voucher), "accountant head")


def test_an_invoice_is_booked_once(village: Village) -> None:
    post_with(village, PAPER)
    with village.refuses("invoice.booked"):
        post_with(village, Invoice(date="2026-01-03", number="26332000000012345679", total_fen=5), PAPER)
    other = Invoice(
        date="2026-01-04", number=NUMBER, total_fen=7
    )  # whatever else is written beside its number
    with village.refuses("invoice.booked"):
        post_with(village, other)


def test_an_invoice_is_free_again_when_its_voucher_is_reversed(village: Village) -> None:
    first = post_with(village, PAPER)
    village.reversal(first)
    post_with(village, PAPER)
    with village.refuses("invoice.booked"):
        post_with(village, PAPER)


def test_an_invoice_stands_once_on_a_voucher_and_has_a_date(village: Village) -> None:
    with village.refuses("invoice.twice"):
        post_with(village, PAPER, PAPER)
    with village.refuses("invoice.date"):
        post_with(village, Invoice(date="2026-02-30", number=NUMBER, total_fen=5))
