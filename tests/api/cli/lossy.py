"""A way to a server on which replies are lost."""

from __future__ import annotations

import http.client
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.audit.test_source import running

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def losing_replies(url: str, count: int) -> Iterator[str]:
    """Forward to a server and lose its first `count` replies to who posts entries."""
    left = [count]

    class Handler(BaseHTTPRequestHandler):
        def forward(self) -> None:
            """Pass the request on; answer, or hang up."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            behind = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
            behind.request(self.command, self.path, body)
            answer = behind.getresponse()
            data = answer.read()
            behind.close()
            if self.command == "POST" and "/entries" in self.path and left[0] > 0:
                left[0] -= 1
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = forward  # noqa: N815 -- http.server's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's name
            """Say nothing."""

    with running(Handler) as through:
        yield through
