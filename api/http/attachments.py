"""Original documents over HTTP, for those who are at work in the book."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from api.attachments import media_of
from api.http.entries import read_body
from api.http.parts import Services, documented
from api.http.sessions import AtWork, FromHere

router = APIRouter(prefix="/books/{book}/attachments", tags=["attachments"])

_FILE = {"schema": {"type": "string", "format": "binary"}}


class FileBody(BaseModel):
    """A document as a voucher names it among its `attachments.files`."""

    media: str
    name: str
    sha256: str
    size: int


@router.post(
    "",
    status_code=201,
    dependencies=[FromHere],
    responses=documented(400, 403, 422, 503),
    openapi_extra={
        "requestBody": {
            "description": "the document: a photo (JPEG, PNG), PDF, OFD or XML, of 16 MiB at most",
            "required": True,
            "content": {"application/octet-stream": _FILE},
        }
    },
)
async def post_attachment(
    request: Request,
    session: AtWork,
    service: Services,
    name: Annotated[str, Query(max_length=255, description="the file's name, for people")] = "",
) -> FileBody:
    """Keep a document, and return how a voucher names it."""
    data = await read_body(request)
    file = await run_in_threadpool(service.attachments.keep, session.book, name, data)
    return FileBody(media=file.media, name=file.name, sha256=file.sha256, size=file.size)


@router.get(
    "/{digest}",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": _FILE}, "description": "the document"},
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
