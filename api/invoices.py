"""Electronic invoices (电子发票) as their data have them: number, date, parties and amounts, read off XML, OFD and PDF.

What is read helps who fills in the voucher; whoever doubts it asks the tax bureau, with the number, date and total that
the voucher then names.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from xml.etree.ElementTree import ParseError

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from api.attachments import media_of
from domain.kernel.errors import RuleViolation
from domain.kernel.money import parse_fen
from domain.vouchers import Invoice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INSIDE_OFD = re.compile(r"Doc_\d+/Attachs/[^/]+\.xml", re.IGNORECASE)
INSIDE_MAX_BYTES = 1_048_576

_NUMBER = ("InvoiceNumber", "EIid", "InvoiceNo")
_CODE = ("InvoiceCode",)
_DATE = ("IssueTime", "IssueDate", "RequestTime")
_NET = ("TotalAmWithoutTax", "TaxExclusiveTotalAmount")
_TAX = ("TotalTaxAm", "TaxTotalAmount")
_TOTAL = ("TotalTax-includedAmount", "TaxInclusiveTotalAmount")
_SELLER = ("SellerName",)
_SELLER_ID = ("SellerIdNum", "SellerTaxID")
_BUYER = ("BuyerName",)
_BUYER_ID = ("BuyerIdNum", "BuyerTaxID")
"""The names of a field: in the tax bureau's XML and PDF since 2021 (数电票), and in the OFD of the years before."""

_SHORT_NUMBER = re.compile(r"[0-9]{8}")
"""Such a number is one of its code's (发票代码), and known by both together."""


class InvoiceRead(NamedTuple):
    """An invoice: what a voucher says of it, and what helps to fill in the voucher; amounts in fen, "" for unknown."""

    invoice: Invoice
    net_fen: int | None
    tax_fen: int | None
    seller: str
    seller_id: str
    buyer: str
    buyer_id: str


def read_invoice(data: bytes) -> InvoiceRead | None:
    """Return the invoice that a document is; None for anything that does not tell number, date and total."""
    for fields in _READERS.get(media_of(data), _nothing)(data):
        found = _invoice(fields)
        if found is not None:
            return found
    return None


def _nothing(_: bytes) -> Iterator[Mapping[str, str]]:
    yield from ()


def _from_xml(data: bytes) -> Iterator[Mapping[str, str]]:
    """Yield the texts of a document's elements by name; of several of one name, the first."""
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return
    fields: dict[str, str] = {}
    for element in root.iter():
        text = (element.text or "").strip()
        if text:
            fields.setdefault(str(element.tag).rpartition("}")[2], text)
    yield fields


def _from_ofd(data: bytes) -> Iterator[Mapping[str, str]]:
    """Yield the fields of the data that an OFD carries beside its pages (GB/T 33190)."""
    with zipfile.ZipFile(io.BytesIO(data)) as folder:
        for member in folder.infolist():
            if INSIDE_OFD.fullmatch(member.filename) and member.file_size <= INSIDE_MAX_BYTES:
                try:
                    inside = folder.read(member)
                except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
                    continue
                yield from _from_xml(inside)


def _from_pdf(data: bytes) -> Iterator[Mapping[str, str]]:
    """Yield the fields that stand in a PDF's properties."""
    try:
        found: Mapping[str, object] = PdfReader(io.BytesIO(data)).metadata or {}
        yield {str(name).lstrip("/"): str(text).strip() for name, text in found.items()}
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return


_READERS = {"application/xml": _from_xml, "application/ofd": _from_ofd, "application/pdf": _from_pdf}


def _invoice(fields: Mapping[str, str]) -> InvoiceRead | None:
    number = _first(fields, _NUMBER)
    if _SHORT_NUMBER.fullmatch(number):
        number = _first(fields, _CODE) + number
    day = _day(_first(fields, _DATE))
    net, tax, total = (_fen(_first(fields, names)) for names in (_NET, _TAX, _TOTAL))
    if not _first(fields, _TOTAL) and net is not None and tax is not None:
        total = net + tax
    try:
        invoice = msgspec.convert({"date": day, "number": number, "total_fen": total}, Invoice)
    except msgspec.ValidationError:
        return None
    parties = (_first(fields, names)[:200] for names in (_SELLER, _SELLER_ID, _BUYER, _BUYER_ID))
    return InvoiceRead(invoice, net, tax, *parties) if day else None


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")


def _day(text: str) -> str:
    """Return the date at the head of a text such as 2026-03-02, 20260302101500 or 2026年03月02日, "" for none."""
    digits = re.sub(r"[^0-9]", "", text)[:8]
    try:
        return date.fromisoformat(digits).isoformat() if len(digits) == 8 else ""
    except ValueError:
        return ""


def _fen(text: str) -> int | None:
    try:
        return parse_fen(text) if text else None
    except RuleViolation:
        return None
