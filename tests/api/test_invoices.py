"""What is read off electronic invoices, and off what only looks like one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.attachments import Attachments
from api.drafting.invoices import Invoices
from api.invoices import read_invoice
from domain.vouchers import Attachments as Attached
from domain.vouchers import Invoice
from tests.api import einvoices
from tests.api.einvoices import NUMBER

if TYPE_CHECKING:
    from pathlib import Path

PAPER = Invoice(date="2026-02-01", number=NUMBER, total_fen=1_500)


def test_a_fully_digital_invoice_is_read() -> None:
    read = read_invoice(einvoices.xml())
    assert read is not None
    assert read.invoice == PAPER
    assert (read.net_fen, read.tax_fen) == (1_485, 15)
    assert (read.seller, read.seller_id) == ("江山市文具店（虚构）", "91330881MA2DKYPW1X")
    assert (read.buyer, read.buyer_id) == ("小河村经济合作社（虚构）", "N2330881MF0000013Y")


@pytest.mark.parametrize("issued", ["2026-02-01", "20260201102030", "2026年02月01日", "2026/02/01 00:00:00"])
def test_the_day_of_issue_is_read_as_they_write_it(issued: str) -> None:
    read = read_invoice(einvoices.xml(issued=issued))
    assert read is not None
    assert read.invoice == PAPER


def test_an_older_invoice_is_known_by_its_code_and_number() -> None:
    read = read_invoice(einvoices.ofd(einvoices.OLD.encode()))
    assert read is not None
    assert read.invoice == Invoice(date="2026-02-01", number="03300190021112345678", total_fen=1_500)
    assert (read.net_fen, read.seller, read.buyer_id) == (None, "竹器厂", "")


def test_the_same_invoice_is_read_off_xml_ofd_and_pdf() -> None:
    properties = {
        "InvoiceNumber": NUMBER,
        "IssueTime": "2026-02-01",
        "TotalAmWithoutTax": "14.85",
        "TotalTaxAm": "0.15",
    }
    documents = [
        einvoices.xml(),
        einvoices.ofd(einvoices.xml(), "Doc_0/Attachs/a.xml"),
        einvoices.pdf(**properties),
    ]
    assert [read and read.invoice for read in map(read_invoice, documents)] == [PAPER] * 3


def test_a_red_invoice_is_less_than_nothing() -> None:
    read = read_invoice(einvoices.xml(net="-14.85", tax="-0.15", total="-15.00"))
    assert read is not None
    assert read.invoice.total_fen == -1_500


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff photo",
        b'<?xml version="1.0"?><Invoice/>',
        b'<?xml version="1.0"?><torn>',
        b'<?xml version="1.0" encoding="none"?><a/>',
        einvoices.xml(number="1"),
        einvoices.xml(number="发票发票发票发票"),
        einvoices.xml(issued="2026-02-30"),
        einvoices.xml(issued="soon"),
        einvoices.xml(total="15.001"),
        einvoices.xml(total="99999999999999.00"),
        einvoices.ofd(),
        einvoices.ofd(einvoices.xml(), "Doc_0/Pages/a.xml"),
        einvoices.ofd(b"<?xml"),
        einvoices.pdf(Title="a letter"),
        b"%PDF-1.7 torn",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>' + einvoices.xml()[38:],
    ],
)
def test_what_is_no_invoice_reads_as_none(data: bytes) -> None:
    assert read_invoice(data) is None


@given(
    st.sampled_from([b'<?xml version="1.0"?>', b"%PDF-1.7\n", b"PK\x03\x04", b""]), st.binary(max_size=300)
)
def test_no_document_makes_it_fail(magic: bytes, data: bytes) -> None:
    assert read_invoice(magic + data) is None


@given(st.data())
def test_no_torn_pdf_makes_it_fail(data: st.DataObject) -> None:
    whole = bytearray(einvoices.pdf(InvoiceNumber=NUMBER))
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=5)):
        whole[place] = data.draw(st.integers(0, 255))
    read_invoice(bytes(whole))


def test_a_vouchers_documents_tell_what_they_say_while_they_are_whole(tmp_path: Path) -> None:
    originals = Attachments(tmp_path)
    file = originals.keep("N1", "发票.xml", einvoices.xml())
    read = read_invoice(einvoices.xml())
    assert read is not None
    attached = Attached(files=[file], invoices=[read.invoice])
    assert Invoices(originals).of("N1", Attached(files=[file])) == [], "the voucher does not name it"
    path = tmp_path / "N1" / file.sha256[:2] / file.sha256
    data = path.read_bytes()
    path.write_bytes(data + b" ")
    invoices = Invoices(originals)
    assert invoices.of("N1", attached) == []
    path.write_bytes(data)
    assert invoices.of("N1", attached) == [read]
    path.unlink()
    assert invoices.of("N1", attached) == [read], "what its digest says stays true"
