"""Whoever signs a draft on their own machine does not take the server's word for what it is."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import httpx
import msgspec
import pytest

from api.drafting.client import Clerk
from api.posting import Poster
from api.sessions import Challenge, require_here
from domain.drafts import Draft as Waiting
from domain.entry import unsigned_text
from domain.kernel.errors import RuleViolation
from tests.api.http.conftest import BOOK, voucher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.kernel.statement import Seen
    from tests.api.http.conftest import Door


@pytest.fixture
def clerk(door: Door) -> Iterator[Clerk]:
    with httpx.Client(base_url=door.url, timeout=60) as client:
        clerk = Clerk(Poster(client, BOOK, 0), door.keyring.key("accountant"))
        clerk.sign_in()
        yield clerk


@contextmanager
def refuses(code: str) -> Iterator[None]:
    with pytest.raises(RuleViolation) as refused:
        yield
    assert refused.value.rule.code == code


def test_a_draft_of_this_log_is_signed(clerk: Clerk) -> None:
    draft = clerk.make("voucher.posted/1", msgspec.json.encode(voucher()))
    assert clerk.sign(draft).missing == ["head"]


@pytest.mark.parametrize("change", ["root", "later", "nothing"])
def test_a_draft_over_another_history_is_not_signed(clerk: Clerk, door: Door, change: str) -> None:
    draft = clerk.make("voucher.posted/1", msgspec.json.encode(voucher()))
    statement = Waiting(draft.text.encode()).statement
    seen: Seen = statement.seen
    other = {
        "root": msgspec.structs.replace(seen, n=seen.n - 1),
        "later": msgspec.structs.replace(seen, n=10_000),
        "nothing": msgspec.structs.replace(seen, n=0, r=""),
    }[change]
    forged = unsigned_text(msgspec.structs.replace(statement, seen=other))
    with refuses("draft.history"):
        clerk.sign(msgspec.structs.replace(draft, text=forged.decode()))
    assert door.get("checkpoint").status_code == 200


def test_a_draft_of_another_book_is_not_signed(clerk: Clerk) -> None:
    draft = clerk.make("voucher.posted/1", msgspec.json.encode(voucher()))
    statement = Waiting(draft.text.encode()).statement
    forged = unsigned_text(msgspec.structs.replace(statement, book="N2330881MF0000013Y"))
    with refuses("draft.history"):
        clerk.sign(msgspec.structs.replace(draft, text=forged.decode()))


@contextmanager
def answering(text: str) -> Iterator[str]:
    """Run a server that gives this text to be signed, and yield its URL; it takes no answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path.endswith("/challenge"), "an answer was sent"
            body = json.dumps({"text": text}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("kind", ["session.elsewhere", "session.challenge"])
def test_what_is_no_challenge_of_the_book_is_not_signed(door: Door, kind: str) -> None:
    texts = {
        "session.elsewhere": Challenge("N2330881MF0000013Y", "A" * 32, "books.example.cn").text.decode(),
        "session.challenge": unsigned_text(door.statement(voucher())).decode(),
    }
    with answering(texts[kind]) as url, httpx.Client(base_url=url) as client:
        clerk = Clerk(Poster(client, BOOK, 0), door.keyring.key("head"))
        with refuses(kind):
            clerk.sign_in()


@pytest.mark.parametrize(
    ("host", "good"),
    [
        ("books.example.cn", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("evil.example", False),
        ("books.example.cn.evil.example", False),
        ("192.0.2.7", False),
    ],
)
def test_a_challenge_that_is_handed_on_is_not_answered(host: str, good: bool) -> None:  # noqa: FBT001
    challenge = Challenge(BOOK, "A" * 32, "books.example.cn:8443/ledgers")
    if good:
        require_here(challenge, BOOK, host)
        return
    with refuses("session.elsewhere"):
        require_here(challenge, BOOK, host)
