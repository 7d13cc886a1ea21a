"""The page as a server gives it: the live book is verified, from the same site and from elsewhere."""

from __future__ import annotations

import gzip
import threading
import zipfile
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest

from api.adapters.tlog_export import export_bundle, export_tlog
from api.serving import address, free_port, serving
from audit.browser import content_security_policy, verifier_page
from audit.files import MAX_FILE_BYTES
from audit.source import open_source
from audit.verify import verify as audit
from tests.audit.test_source import Quiet, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

    from api.composition import Service

pytestmark = pytest.mark.e2e

BOOK = "N2330881MF0000021R"
PUBLIC = (
    "checkpoint",
    "log.vkey",
    "disclosures",
    "tile/0/000.p/19",
    "tile/entries/000.p/19",
    "trial-balance.json?period=2026-03",
    "balance-sheet.json?period=2026-03",
    "income-statement.json?period=2026-03",
    "income-details.json?period=2026-03",
)


@pytest.fixture
def site(xiaohe: Service) -> Iterator[str]:
    """The address of a running server with the small village."""
    with serving(xiaohe, free_port("127.0.0.1", 18_000)) as url:
        yield url


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a browser that remembers nothing."""
    context = chromium.new_context(locale="zh-CN")
    yield context.new_page()
    context.close()


def outcome(page: Page) -> list[Any]:
    """Wait for the verdict; return the findings, and every check with its count."""
    page.wait_for_selector("#result:not([hidden])")
    page.wait_for_selector("#go:not([disabled])")
    findings = page.locator("#findings li").evaluate_all(
        "items => items.map(({ dataset: d }) => [d.rule, d.entry])"
    )
    checks = page.locator("#checks li").evaluate_all(
        "items => items.map(({ dataset: d }) => [d.check, +d.count])"
    )
    return [findings, sorted(checks)]


def expected(url: str) -> list[Any]:
    """Return what the audit in Python finds at the same address."""
    report = audit(open_source(url))
    findings = [[found.rule, "" if found.entry is None else str(found.entry)] for found in report.findings]
    return [findings, sorted([check.name, check.count] for check in report.checks)]


def test_a_village_links_to_its_own_verification(site: str, page: Page) -> None:
    page.goto(f"{site}/books/{BOOK}")
    page.get_by_role("link", name="就在这个浏览器里核对").click()
    assert page.input_value("#url") == f"{site}/books/{BOOK}"
    page.click("#go")
    assert outcome(page) == expected(f"{site}/books/{BOOK}")
    assert "核对无误" in page.inner_text("#verdict")


def test_large_text_stays_large_behind_the_link(site: str, page: Page) -> None:
    for to in (f"/books/{BOOK}", f"/books/{BOOK}/signers"):
        page.goto(f"{site}/elder?on=true&to={to}")
        page.locator("a[href^='/verify']").click()
        page.wait_for_url("**/verify?*")  # what is evaluated while the pages change is lost
        assert page.evaluate("getComputedStyle(document.body).fontSize") == "26px"
        assert page.input_value("#url") == f"{site}/books/{BOOK}"
        page.goto(f"{site}/elder?on=false&to={to}")
        page.evaluate("localStorage.clear()")
        page.locator("a[href^='/verify']").click()
        page.wait_for_url("**/verify?*")  # what is evaluated while the pages change is lost
        assert page.evaluate("getComputedStyle(document.body).fontSize") == "18px"


def test_the_page_from_a_disk_reads_a_live_book(site: str, page: Page, page_file: Path) -> None:
    page.goto(page_file.as_uri())
    page.fill("#url", f"{site}/books/{BOOK}")
    page.click("#go")
    assert outcome(page) == expected(f"{site}/books/{BOOK}")


def test_without_a_secure_origin_the_page_verifies_by_itself(site: str, page: Page) -> None:
    """A server in a village's own network has no certificate, so browsers give its pages no WebCrypto."""
    page.route("http://village.example/**", lambda route: forward(route, site))
    page.goto(f"http://village.example/verify?book={BOOK}")
    assert page.evaluate("window.isSecureContext") is False
    page.click("#go")
    assert outcome(page) == expected(f"{site}/books/{BOOK}")
    assert "由本页自己计算" in page.inner_text("#notes")


def forward(route: Route, site: str) -> None:
    """Answer with what the server gives at the same path."""
    answer = httpx.get(route.request.url.replace("http://village.example", site))
    headers = {
        name: answer.headers[name]
        for name in ("content-type", "content-security-policy")
        if name in answer.headers
    }
    route.fulfill(status=answer.status_code, headers=headers, body=answer.content)


def test_the_wrong_book_at_an_address_is_found(site: str, page: Page) -> None:
    """One village's log served at another's address."""
    other = "N2330881MF0000013Y"
    page.route(f"**/books/{other}/**", lambda route: forward_as(route, other))
    page.goto(f"{site}/verify?book={other}")
    page.click("#go")
    findings, _ = outcome(page)
    assert findings == [["audit.other_book", ""]]


def forward_as(route: Route, other: str) -> None:
    """Answer a request for the other village with this village's files."""
    url = route.request.url.replace(other, BOOK)
    answer = httpx.get(url)
    route.fulfill(status=answer.status_code, body=answer.content)


def test_a_changed_balance_of_a_live_book_is_found(site: str, page: Page, xiaohe: Service) -> None:
    with psycopg.connect(xiaohe.settings.database_url) as connection:
        connection.execute("UPDATE read.balances SET debit_fen = debit_fen + 1 WHERE account = '51401'")
    page.goto(f"{site}/verify?book={BOOK}")
    page.click("#go")
    found = outcome(page)
    assert found == expected(f"{site}/books/{BOOK}")
    assert {rule for rule, _ in found[0]} == {"audit.published"}
    told = [finding.message for finding in audit(open_source(f"{site}/books/{BOOK}")).findings]
    shown = " ".join(page.inner_text("#findings").split())
    for words in told:
        for part in words.split(" / "):
            assert part in shown


def test_a_server_that_is_away_gets_no_verdict(site: str, page: Page, page_file: Path) -> None:
    with free_port("127.0.0.1", 19_000) as bound:
        away = address(bound)
    page.goto(page_file.as_uri())
    page.fill("#url", f"{away}/books/{BOOK}")
    page.click("#go")
    assert outcome(page)[0] == []
    assert "audit.unreadable" in page.inner_text("#summary")
    page.fill("#url", f"{site}/books/N2330881MF0000013Y")
    page.click("#go")
    page.wait_for_selector("#summary:has-text('audit.no_checkpoint')")


class Endless(BaseHTTPRequestHandler):
    """Answers with zeros until the reader hangs up."""

    written = 0

    def do_GET(self) -> None:
        """Never end."""
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        while Endless.written < 100 * MAX_FILE_BYTES:
            try:
                self.wfile.write(bytes(1_000_000))
            except (BrokenPipeError, ConnectionResetError):
                break
            Endless.written += 1_000_000

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 -- the parameter of the base class
        """Say nothing."""


def test_an_answer_without_end_is_left_off(page: Page, page_file: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Endless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.goto(page_file.as_uri())
        page.fill("#url", f"http://127.0.0.1:{server.server_port}/books/{BOOK}")
        page.click("#go")
        page.wait_for_selector("#summary:has-text('audit.unreadable')")
        server.shutdown()
    assert "more than" in page.inner_text("#summary")
    assert Endless.written < 3 * MAX_FILE_BYTES


def test_public_files_may_be_read_from_anywhere_and_nothing_else(site: str) -> None:
    for path in PUBLIC:
        answer = httpx.get(f"{site}/books/{BOOK}/{path}")
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*"), path
    missing = httpx.get(f"{site}/books/{BOOK}/tile/0/001")
    assert (missing.status_code, missing.headers["access-control-allow-origin"]) == (404, "*")
    for path in (
        "/",
        f"/books/{BOOK}",
        f"/books/{BOOK}/journal.json",
        f"/books/{BOOK}/entries/1.note",
        "/verify",
    ):
        assert "access-control-allow-origin" not in httpx.get(f"{site}{path}").headers, path


def test_the_page_is_served_whole_and_may_load_nothing(site: str) -> None:
    plain = httpx.get(f"{site}/verify", headers={"Accept-Encoding": "identity"})
    assert plain.content == verifier_page()
    assert plain.headers["content-security-policy"].startswith(content_security_policy())
    with httpx.stream("GET", f"{site}/verify", headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert gzip.decompress(raw) == verifier_page()
    assert len(raw) < 75_000  # two seconds and a half of a slow phone line of 30 KB/s


def test_a_bundle_brings_the_page(xiaohe: Service, tmp_path: Path) -> None:
    path = tmp_path / "xiaohe.zip"
    with xiaohe.pool.connection() as connection:
        export_bundle(connection, BOOK, path)
    assert zipfile.ZipFile(path).read("verify.html") == verifier_page()
    assert audit(open_source(str(path))).ok


def test_an_exported_folder_that_is_served_as_it_is_verifies(
    xiaohe: Service, page: Page, page_file: Path, tmp_path: Path
) -> None:
    with xiaohe.pool.connection() as connection:
        export_tlog(connection, BOOK, tmp_path / "log")
    (tmp_path / "log" / "page.html").write_bytes(page_file.read_bytes())
    with running(partial(Quiet, directory=tmp_path / "log")) as url:
        page.goto(f"{url}/page.html")
        page.fill("#url", url)
        page.click("#go")
        found = outcome(page)
        assert found == expected(url)
    assert found[0] == []
