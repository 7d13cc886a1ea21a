"""The verification page at /verify, and leave for such a page from anywhere else to read the public logs."""

from __future__ import annotations

import gzip
import re
from functools import cache
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from starlette.datastructures import MutableHeaders

from audit.browser import content_security_policy, verifier_page
from audit.statements import FORMS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

router = APIRouter(tags=["pages"], default_response_class=Response)

_PUBLISHED = "|".join(re.escape(f"{form.name}.json") for form in FORMS)
_PUBLIC = re.compile(rf"/books/[^/]+/(?:checkpoint|log\.vkey|disclosures|tile/.+|{_PUBLISHED})")


@router.get(
    "/verify",
    responses={200: {"description": "the page", "content": {"text/html": {"schema": {"type": "string"}}}}},
)
def get_verifier(request: Request) -> Response:
    """Return the page that verifies a book in the reader's browser; `book` in its address names one of this server."""
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": f"{content_security_policy()}; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(_packed(), media_type="text/html", headers=headers | {"Content-Encoding": "gzip"})
    return Response(verifier_page(), media_type="text/html", headers=headers)


@cache
def _packed() -> bytes:
    """Return the page as it travels: a third of its size, which counts on a slow line."""
    return gzip.compress(verifier_page(), mtime=0)


class OpenToReaders:
    """Lets pages of any origin read a log's public files (Fetch standard, CORS): no cookie goes with such a request."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say so in the answer, also in one that says that there is no such file."""
        reading = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        if not reading or not _PUBLIC.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def send_open(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Access-Control-Allow-Origin"] = "*"
            await send(message)

        await self._app(scope, receive, send_open)
