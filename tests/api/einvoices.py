"""Electronic invoices as they are issued: the tax bureau's XML, the same in an OFD, and a PDF with its properties."""

from __future__ import annotations

import io
import zipfile

from pypdf import PdfWriter

NUMBER = "26332000000012345678"

XML = """<?xml version="1.0" encoding="utf-8"?>
<EInvoice><Header><EIid>{number}</EIid></Header><EInvoiceData>
<SellerInformation><SellerIdNum>91330881MA2DKYPW1X</SellerIdNum><SellerName>江山市文具店（虚构）</SellerName>
</SellerInformation><BuyerInformation><BuyerIdNum>{buyer}</BuyerIdNum><BuyerName>小河村经济合作社（虚构）</BuyerName>
</BuyerInformation><BasicInformation><TotalAmWithoutTax>{net}</TotalAmWithoutTax><TotalTaxAm>{tax}</TotalTaxAm>
<TotalTax-includedAmount>{total}</TotalTax-includedAmount></BasicInformation>
<IssuItemInformation><ItemName>*纸制品*打印纸</ItemName></IssuItemInformation></EInvoiceData>
<TaxSupervisionInfo><InvoiceNumber>{number}</InvoiceNumber><IssueTime>{issued}</IssueTime></TaxSupervisionInfo>
</EInvoice>"""

OLD = """<?xml version="1.0" encoding="utf-8"?>
<fp:eInvoice xmlns:fp="urn:fp"><fp:InvoiceCode>033001900211</fp:InvoiceCode><fp:InvoiceNo>12345678</fp:InvoiceNo>
<fp:IssueDate>2026年02月01日</fp:IssueDate><fp:Buyer><fp:BuyerName>小河村</fp:BuyerName></fp:Buyer>
<fp:Seller><fp:SellerName>竹器厂</fp:SellerName></fp:Seller>
<fp:TaxInclusiveTotalAmount>15.00</fp:TaxInclusiveTotalAmount></fp:eInvoice>"""


def xml(number: str = NUMBER, buyer: str = "N2330881MF0000013Y", **said: str) -> bytes:
    """Return a fully digital invoice (数电票) over 15 yuan."""
    facts = {"net": "14.85", "tax": "0.15", "total": "15.00", "issued": "2026-02-01 10:20:30"} | said
    return XML.format(number=number, buyer=buyer, **facts).encode()


def ofd(inside: bytes = b"", name: str = "Doc_0/Attachs/original_invoice.xml") -> bytes:
    """Return an OFD that carries an invoice's data beside its pages."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("OFD.xml", "<OFD/>")
        if inside:
            archive.writestr(name, inside)
    return packed.getvalue()


def pdf(**properties: str) -> bytes:
    """Return a PDF of one empty page with these properties."""
    written = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({f"/{name}": text for name, text in properties.items()})
    writer.write(written)
    return written.getvalue()
