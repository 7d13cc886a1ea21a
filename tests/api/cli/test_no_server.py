"""What answers at --url and is no server of these books: a captive portal, a proxy's page, another program."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import msgspec
import pytest

from api.clock import new_id, now
from api.identity import load_key
from api.sessions import Challenge
from domain.entry import parse_entry, seal
from domain.kernel.statement import Seen
from domain.vouchers import Voucher, VoucherPosted
from tests.api.cli.conftest import BOOK, VOUCHER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.api.cli.conftest import Commands

pytestmark = pytest.mark.e2e

PORTAL = b"<html><title>Sign in to the network</title></html>"
CHALLENGE = json.dumps({"text": Challenge(BOOK, "A" * 32, "127.0.0.1").text.decode()}).encode()


@contextmanager
def answering(said: Mapping[str, bytes], otherwise: bytes) -> Iterator[str]:
    """Run a program that answers 200 to everything, by how the path ends, and yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = next((text for end, text in said.items() if self.path.endswith(end)), otherwise)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def slip(commands: Commands, xiaohe_imported: str, tmp_path: Path) -> Path:
    """A voucher that the accountant has signed."""
    del xiaohe_imported
    data = msgspec.convert(VOUCHER, Voucher)
    statement = VoucherPosted(at=now(), book=BOOK, data=data, id=new_id(), seen=Seen(n=1, r="A" * 43 + "="))
    note = tmp_path / "slip.note"
    note.write_bytes(seal(statement, [load_key(commands.home / "keys" / BOOK / "accountant-1.key")]))
    return note


@pytest.mark.parametrize(
    ("said", "otherwise"),
    [
        ({}, PORTAL),
        ({}, b"{}"),
        ({}, b"[]"),
        ({}, b"\xff"),
        ({"sessions/challenge": CHALLENGE}, PORTAL),
    ],
)
def test_who_cosigns_is_told_and_signs(
    commands: Commands, slip: Path, said: Mapping[str, bytes], otherwise: bytes
) -> None:
    key = commands.home / "keys" / BOOK / "supervisor-1.key"
    with answering(said, otherwise) as url:
        done = commands.run("cosign", slip, "--key", key, "--yes", "--url", url)
    told = done.stderr.decode()
    assert done.returncode == 0, told
    assert f"! 没有取到要留意的：{url}" in "".join(told.split("\n"))
    assert "不是阳光账本的" in told
    names = {line.name for line in parse_entry(slip.read_bytes()).signatures}
    assert names == {f"{BOOK}/accountant/1", f"{BOOK}/supervisor/1"}


def test_what_is_asked_of_it_is_refused_in_words(commands: Commands, slip: Path) -> None:
    key = commands.home / "keys" / BOOK / "supervisor-1.key"
    with answering({"sessions/challenge": CHALLENGE}, PORTAL) as url:
        drafts = ("draft", "list", "--book", BOOK, "--key", key, "--url", url)
        draft = ("draft", "show", "01HZZZZZZZZZZZZZZZZZZZZZZZ", "--book", BOOK, "--key", key, "--url", url)
        for asked in (("send", slip, "--url", url), drafts, draft):
            assert "[post.no_server]" in commands.refused(*asked)
    assert slip.exists()
