"""Original documents over HTTP, for those who are at work in the book."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from api.attachments import MAX_BYTES, media_of, too_large
from api.http.entries import read_body
from api.http.parts import BYTES, Services, documented, takes_file
from api.http.sessions import AtWork, FromHere
from api.invoices import read_invoice

router = APIRouter(prefix="/books/{book}/attachments", tags=["attachments"])


class NamedInvoice(BaseModel):
    """An invoice as a voucher names it among its `attachments.invoices`."""

    date: str
    number: str
    total_fen: int


class InvoiceBody(BaseModel):
    """What an invoice says; amounts in fen, `null` or "" for what it does not tell."""

    invoice: NamedInvoice
    net_fen: int | None
    tax_fen: int | None
    seller: str
    seller_id: str
    buyer: str
    buyer_id: str


class FileBody(BaseModel):
    """A document as a voucher names it among its `attachments.files`, and what it says when it is an invoice."""

    media: str
    name: str
    sha256: str
    size: int
    read: InvoiceBody | None = None


@router.post(
    "",
    status_code=201,
    response_model_exclude_unset=True,
    dependencies=[FromHere],
    responses=documented(400, 403, 422, 503),
    openapi_extra=takes_file("the document: a photo (JPEG, PNG), PDF, OFD or XML, of 16 MiB at most"),
)
async def post_attachment(
    request: Request,
    session: AtWork,
    service: Services,
    name: Annotated[str, Query(max_length=255, description="the file's name, for people")] = "",
) -> FileBody:
    """Keep a document, and return how a voucher names it; an electronic invoice is read."""
    data = await read_body(request, MAX_BYTES, too_large(name))
    file = await run_in_threadpool(service.attachments.keep, session.book, name, data)
    read = await run_in_threadpool(read_invoice, data)
    said = {"read": msgspec.to_builtins(read._asdict())} if read else {}
    return FileBody(**msgspec.to_builtins(file), **said)


@router.get(
    "/{digest}",
    response_class=Response,
    responses={
        200: {"content": BYTES, "description": "the document"},
        **documented(400, 403, 404, 503),
    },
)
def get_attachment(
    digest: Annotated[str, Path(description="its SHA-256 in hex", pattern=r"^[0-9a-f]{64}$")],
    session: AtWork,
    service: Services,
    name: Annotated[str, Query(max_length=255, description="under which name it is saved")] = "",
) -> Response:
    """Return a document; what it is called stands in its voucher."""
    data = service.attachments.read(session.book, digest)
    headers = {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name or digest, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",  # a document runs nothing in our name
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=31536000, immutable",
    }
    return Response(data, media_type=media_of(data), headers=headers)
