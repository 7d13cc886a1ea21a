"""A hostile server: it answers with whatever bytes it likes, over real HTTP."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.domain.conftest import BOOK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.attack.history import Files


class HostileServer(ThreadingHTTPServer):
    """Serves `files` below the address of the book; they can be exchanged at any time."""

    daemon_threads = True

    def __init__(self, book: str = BOOK) -> None:
        """Listen on a free port of this machine."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.book = book
        self.files: Files = {}

    @property
    def address(self) -> str:
        """The book's address, which every reader knows."""
        return f"http://127.0.0.1:{self.server_port}/books/{self.book}"


class _Handler(BaseHTTPRequestHandler):
    server: HostileServer

    def do_GET(self) -> None:
        """Answer with a file, or 404."""
        url = urlsplit(self.path)
        path = url.path.removeprefix(f"/books/{self.server.book}/")
        for period in parse_qs(url.query).get("period", []):
            path = f"{path.removesuffix('.json')}/{period}.json"
        data = self.server.files.get(path)
        self.send_response(404 if data is None else 200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        try:
            self.wfile.write(data or b"")
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # a reader that has enough hangs up

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 -- the parameter of the base class
        """Say nothing."""


@contextmanager
def hostile_server(book: str = BOOK) -> Iterator[HostileServer]:
    """Run a hostile server."""
    with HostileServer(book) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
