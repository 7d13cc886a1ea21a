"""Where a log is read from: bounded, in time and in bytes, and from nowhere else than was asked for."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from audit import files, source
from audit.source import FolderSource, HttpSource, open_source, read_policy
from audit.statements import FORMS
from audit.tlog.policy import parse_policy
from audit.verify import verify
from domain.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.audit.conftest import Export


class Strange(BaseHTTPRequestHandler):
    """A server that redirects, drips and floods."""

    def do_GET(self) -> None:
        """Answer by the path."""
        if self.path.endswith("/moved"):
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname" if "file" in self.path else "/books/B/here")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        if self.path.endswith("/drip"):
            for _ in range(100):
                try:
                    self.wfile.write(b".")
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.05)
        else:
            self.wfile.write(b"x" * 2_000)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's name
        """Say nothing."""


class Quiet(SimpleHTTPRequestHandler):
    """A server of the files in a folder, and of nothing else."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's name
        """Say nothing."""


@contextmanager
def running(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """Run a server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def strange() -> Iterator[str]:
    """The address of such a server."""
    with running(Strange) as url:
        yield url


def refusal(place: source.Source, path: str) -> str:
    """Return in English why a file cannot be read."""
    with pytest.raises(RuleViolation) as caught:
        place.fetch(path)
    assert caught.value.rule.code == "audit.unreadable"
    return caught.value.en


@pytest.mark.parametrize("path", ["moved", "file/moved"])
def test_a_redirection_is_not_followed(strange: str, path: str) -> None:
    assert "HTTP 302" in refusal(HttpSource(f"{strange}/books/B"), path)


def test_an_answer_that_only_drips_ends(strange: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "WHOLE_SECONDS", 0.3)
    begun = time.monotonic()
    assert "no answer in time" in refusal(HttpSource(strange), "drip")
    assert time.monotonic() - begun < 4


def test_what_is_too_large_is_not_read(strange: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flood").write_bytes(b"x" * 2_000)
    for place in (HttpSource(strange), FolderSource(tmp_path)):
        monkeypatch.setattr(files, "MAX_FILE_BYTES", 2_000)
        assert place.fetch("flood") == b"x" * 2_000
        monkeypatch.setattr(files, "MAX_FILE_BYTES", 1_999)
        assert "more than 1999 bytes" in refusal(place, "flood")


def test_an_address_names_the_book_and_a_folder_does_not(strange: str, tmp_path: Path) -> None:
    assert HttpSource(f"{strange}/books/N2330881MF0000013Y/").name == "N2330881MF0000013Y"
    assert FolderSource(tmp_path).name == ""


def test_an_exported_folder_that_is_served_as_it_is_verifies(hamlet: Export) -> None:
    with running(partial(Quiet, directory=hamlet.folder)) as url:
        report = verify(open_source(url))
    assert report.findings == []
    (balances,) = (check for check in report.checks if check.name == "balances")
    assert balances.count == 2 * len([form for form in FORMS if form.name != "budget"])


POLICY = b"witness town witness.example.cn/town+3b04e2e7+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU\nquorum town\n"


@pytest.mark.parametrize(
    "written",
    [
        POLICY,
        POLICY[:-1],
        POLICY.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + POLICY.replace(b"\n", b"\r\n")[:-2],
    ],
)
def test_a_policy_is_read_as_editors_save_it(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "policy"
    path.write_bytes(written)
    assert read_policy(path).text == POLICY


def test_a_policy_from_a_log_is_read_strictly() -> None:
    for written in (POLICY[:-1], POLICY.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + POLICY):
        with pytest.raises(RuleViolation) as caught:
            parse_policy(written)
        assert caught.value.rule.code == "tlog.policy"
