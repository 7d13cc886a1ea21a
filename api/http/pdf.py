"""Reports as PDF: the very page, as a browser prints it; of a ledger its form for paper."""

from __future__ import annotations

from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.http.parts import BookId, documented
from api.http.views import ICON, STYLE
from api.printing import NOT_HERE, makes_pdf, to_pdf

PAGES = (
    "trial-balance",
    "balance-sheet",
    "income-statement",
    "income-details",
    "notes",
    "cross-checks",
    "budget",
    "general-ledger",
    "ageing",
    "projects",
    "vouchers",
    "closing",
)
FILES = {"sunledger.css": (STYLE, "text/css"), "icon.svg": (ICON, "image/svg+xml")}
"""What a page loads, by the last part of its address."""

router = APIRouter(prefix="/books/{book}", tags=["reports"])

_PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}},
    **documented(400, 404, 503),
}
Page = Annotated[str, Path(description="a report's page", pattern=f"^({'|'.join(PAGES)})$")]
Account = Annotated[str, Path(description="an account, with all below it", pattern=r"^[0-9]{3,9}$")]


@router.get("/{page}.pdf", responses=_PDF, response_class=Response)
async def get_page_pdf(request: Request, book: BookId, page: Page) -> Response:
    """Return a report as PDF; it takes what its page takes."""
    return await _printed(request, f"/books/{book}/{page}", page)


@router.get("/ledger/{account}.pdf", responses=_PDF, response_class=Response)
async def get_ledger_pdf(request: Request, book: BookId, account: Account) -> Response:
    """Return an account's ledger (明细账, 日记账) as PDF; it takes what its page takes."""
    return await _printed(request, f"/books/{book}/ledger/{account}", f"ledger-{account}")


async def _printed(request: Request, path: str, name: str) -> Response:
    """Return a page of this server as PDF; what that refuses is passed on."""
    if not await run_in_threadpool(makes_pdf):
        raise NOT_HERE()
    async with request.app.state.printing:  # to lay out a page takes a second of a processor
        accept = request.headers.get("accept", "*/*")
        answer = await pdf_of(request.app, path, request.url.query, accept)
    if answer.status_code == httpx.codes.OK:
        answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


async def pdf_of(app: Any, path: str, query: str, accept: str = "*/*") -> Response:  # noqa: ANN401 -- an ASGI application
    """Return a page of an application as PDF, as a reader without cookies sees it; else what it answers instead.

    A page that has a form for paper (承前页, 过次页) is asked for that.
    """
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        shown = await client.get(f"{path}?{query}&printed=true", headers={"Accept": accept})
    if shown.status_code != httpx.codes.OK:
        return Response(shown.content, shown.status_code, media_type=shown.headers["content-type"])
    data = await run_in_threadpool(to_pdf, shown.text, FILES)
    return Response(data, headers={"X-Content-Type-Options": "nosniff"}, media_type="application/pdf")
