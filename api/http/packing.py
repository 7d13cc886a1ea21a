"""Answers that travel packed (gzip): pages and reports, which shrink to a tenth, which counts on a slow line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.middleware.gzip import GZipMiddleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

MIN_BYTES = 1_000
"""What is smaller fits into one packet as it is."""

LEVEL = 6
"""Level 9 takes twice as long for a journal and saves two bytes in a hundred."""

_AS_IT_IS = re.compile(r".*/(?:checkpoint|log\.vkey|tile/.+|proof/.+|[^/]+\.(?:note|xlsx))")
"""A log's own files, which are cached, compared and asked for in parts byte by byte; and what is packed already."""


class Packed:
    """Packs what is large enough for whoever accepts it."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app
        self._packing = GZipMiddleware(app, minimum_size=MIN_BYTES, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, packed or as it is."""
        as_it_is = scope["type"] != "http" or _AS_IT_IS.fullmatch(scope["path"])
        await (self._app if as_it_is else self._packing)(scope, receive, send)
