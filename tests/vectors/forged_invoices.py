"""Invoices (发票) that are booked twice, at the end of the honest log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from domain.vouchers import Attachments, Invoice, VoucherPosted, VoucherReversed
from tests.vectors.honest import CLERKS, NEXT, PLAIN, reversal, voucher

if TYPE_CHECKING:
    from domain.vouchers import Voucher
    from tests.vectors.village import Forgery

NUMBER = "26332000000012345678"


def slip(*invoices: Invoice) -> Voucher:
    """Return a voucher with these invoices."""
    plain = voucher("2026-02-03", 500, debit="51301", credit="101")
    return msgspec.structs.replace(plain, attachments=Attachments(count=1, invoices=list(invoices)))


def invoice(number: str = NUMBER, date: str = "2026-02-01") -> Invoice:
    """Return an invoice over 5 yuan."""
    return Invoice(date=date, number=number, total_fen=500)


def invoice_cases() -> list[Forgery]:
    """Return the honest log with invoices that no book takes, and with some that it does."""
    booked = PLAIN.then(VoucherPosted, slip(invoice()), *CLERKS)
    freed = booked.then(VoucherReversed, reversal(booked, NEXT, "2026-02-04"), *CLERKS)
    named = msgspec.structs.replace(
        reversal(booked, NEXT, "2026-02-04"), attachments=Attachments(count=1, invoices=[invoice()])
    )
    again = booked.then(VoucherReversed, named, *CLERKS).then(VoucherPosted, slip(invoice()), *CLERKS)
    return [
        ("an invoice", booked.publish()),
        (
            "an invoice whose voucher was reversed",
            freed.then(VoucherPosted, slip(invoice()), *CLERKS).publish(),
        ),
        ("an invoice that its voucher's reversal names too", again.publish()),
        (
            "an invoice booked by two vouchers",
            booked.then(VoucherPosted, slip(invoice("26332000000012345679"), invoice()), *CLERKS),
            ("invoice.booked", NEXT + 1),
        ),
        (
            "an invoice booked for the third time",
            again.then(VoucherPosted, slip(invoice()), *CLERKS),
            ("invoice.booked", NEXT + 3),
        ),
        (
            "an invoice twice on a voucher",
            PLAIN.then(VoucherPosted, slip(invoice(), invoice()), *CLERKS),
            ("invoice.twice", NEXT),
        ),
        (
            "an invoice of no day",
            PLAIN.then(VoucherPosted, slip(invoice(date="2026-02-30")), *CLERKS),
            ("invoice.date", NEXT),
        ),
        (
            "an invoice without a number",
            PLAIN.then(VoucherPosted, slip(invoice("发票")), *CLERKS),
            ("entry.malformed", NEXT),
        ),
    ]
