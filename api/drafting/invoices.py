"""What the documents of a voucher say where they are electronic invoices: whom they name, and how much."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from api.invoices import InvoiceRead, read_invoice
from domain.drafts import Parties
from domain.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from api.attachments import Attachments
    from domain.vouchers import Attachments as Attached

READ_MAX = 10_000
"""Documents of which is remembered what they say; a document is its digest's for ever, so none is read twice."""


class Invoices:
    """The invoices among the documents of all books."""

    def __init__(self, originals: Attachments) -> None:
        """Read them off `originals`."""
        self._originals = originals
        self._read = lru_cache(READ_MAX)(self._read_anew)

    def of(self, book: str, attached: Attached) -> list[InvoiceRead]:
        """Return what the attached files say that are invoices which the voucher names, each once.

        One that is missing or damaged says nothing: the checklist has it, and whoever opens it is told.
        """
        found: dict[str, InvoiceRead] = {}
        for file in attached.files:
            try:
                read = self._read(book, file.sha256)
            except RuleViolation:
                continue
            if read is not None and read.invoice in attached.invoices:
                found.setdefault(read.invoice.number, read)
        return list(found.values())

    def _read_anew(self, book: str, digest: str) -> InvoiceRead | None:
        return read_invoice(self._originals.read(book, digest))


def parties_of(read: InvoiceRead) -> Parties:
    """Return whom an invoice names."""
    return Parties(read.invoice.number, read.seller, read.seller_id, read.buyer, read.buyer_id)
