"""A parameter that an address does not know is refused, so that nobody takes all for the part that was asked for."""

from __future__ import annotations

import re
from html import unescape
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from api.http.app import create_app
from api.http.parameters import PASSED_ON
from api.settings import Settings
from tests.api.http.conftest import BOOK, PROBLEM

if TYPE_CHECKING:
    from api.composition import Service
    from tests.api.http.conftest import Door


def content_of(operation: dict[str, Any]) -> dict[str, Any]:
    """Return what an operation answers, by media type."""
    content: dict[str, Any] = operation.get("responses", {}).get("200", {}).get("content", {})
    return content


PATHS = create_app(cast("Service", SimpleNamespace(settings=Settings()))).openapi()["paths"]
KNOWN = {
    path: sorted(one["name"] for one in methods["get"].get("parameters", []) if one["in"] == "query")
    for path, methods in PATHS.items()
    if "get" in methods
}
PAGES = [path for path, methods in PATHS.items() if "text/html" in content_of(methods.get("get", {}))]
ASKED = [path for path, names in KNOWN.items() if path not in PAGES and (names or path.endswith(".json"))]
FILLED = {
    "{book}": BOOK,
    "{account}": "101",
    "{index}": "0",
    "{period}": "2026-03",
    "{digest}": "0" * 64,
    "{draft}": "0" * 26,
}


def filled(path: str) -> str:
    """Return an address with values in it."""
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return path


@pytest.mark.parametrize("path", [path for path in ASKED if path != "/county/books.json"])
def test_a_parameter_that_is_not_known_is_refused_with_those_that_are(door: Door, path: str) -> None:
    answer = door.client.get(filled(path), params={"perlod": "2026-99"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM)
    problem = answer.json()
    assert problem["rule"] == "request.parameter"
    assert problem["facts"]["parameter"] == "perlod"
    for said in (problem["detail"], problem["detail_zh"]):
        assert "perlod" in said
        assert all(name in said for name in KNOWN[path])


def test_many_addresses_are_asked() -> None:
    assert {f"/books/{{book}}/{name}" for name in ("journal.json", "keys.json", "diff.csv")} < set(ASKED)
    assert len(ASKED) > 30


@pytest.mark.parametrize("path", [path for path in PAGES if "/work" not in path])
def test_a_page_does_not_mind_what_other_programs_append_to_its_link(door: Door, path: str) -> None:
    appended_to_it = {"from": "singlemessage", "isappinstalled": "0", "utm_source": "wechat"}
    plain, appended = (
        door.client.get(filled(path), params=params, headers={"Accept": "text/html"})
        for params in ({}, appended_to_it)
    )
    assert appended.status_code == plain.status_code


SPANS = [path for path in PAGES if "from" in KNOWN[path]]


def shown(door: Door, path: str, query: str) -> tuple[int, str]:
    """Return what a browser is answered, but for the link that shows the same page in large letters."""
    answer = door.client.get(f"{filled(path)}?{query}", headers={"Accept": "text/html"})
    return answer.status_code, re.sub(r'href="/elder[^"]*"', "", answer.text)


def test_many_pages_begin_somewhere() -> None:
    names = ("journal", "trial-balance", "income-statement", "projects", "ledger/{account}", "diff")
    assert {f"/books/{{book}}/{name}" for name in names} < set(SPANS)


@pytest.mark.parametrize("path", SPANS)
def test_a_page_passes_over_what_wechat_appends_as_its_beginning(door: Door, path: str) -> None:
    plain = shown(door, path, "")
    begins = "2" if path.endswith("diff") else "2026-02"
    own = shown(door, path, f"from={begins}")
    assert (plain[0], own[0]) == (200, 200)
    for value in PASSED_ON:
        assert shown(door, path, f"from={value}") == plain
        assert shown(door, path, f"from={value}&isappinstalled=0")[0] == 200
        assert shown(door, path, f"from={begins}&from={value}") == own
    for value in ("singlemessages", "Timeline", "2026-13", "timeline,2026-01"):
        assert shown(door, path, f"from={value}")[0] == 400, value


@pytest.mark.parametrize(
    "path", [path for path in KNOWN if "from" in KNOWN[path] and path not in SPANS], ids=filled
)
def test_data_passes_over_nothing(door: Door, path: str) -> None:
    """Who asks for a part of it gets that, or is told."""
    assert "." in path.rpartition("/")[2], "by this it is told from a page"
    for value in PASSED_ON:
        assert door.client.get(filled(path), params={"from": value}).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/?v=1",
        f"/work?to=/books/{BOOK}/work",
        f"/verify?book={BOOK}",
        "/static/1/sunledger.css?v=2",
        f"/books/{BOOK}/entries/0?share=1",
        f"/books/{BOOK}?from=singlemessage&isappinstalled=0",
        f"/books/{BOOK}/entries/0.note?v=1",
        f"/books/{BOOK}/checkpoint?t=1",
        f"/books/{BOOK}/log.vkey?t=1",
        f"/books/{BOOK}/journal?from=2026-01&to=&account=&text=&min=&max=",
        f"/books/{BOOK}/ledger/101?from=2026-01&period=2026-03&party=&project=&printed=true",
    ],
)
def test_what_takes_no_parameters_is_the_same_with_any(door: Door, address: str) -> None:
    assert door.client.get(address).status_code == 200


def test_the_links_of_a_printed_ledger_lead_to_files(door: Door) -> None:
    page = door.client.get(f"/books/{BOOK}/ledger/101?from=2026-01&period=2026-03&printed=true").text
    assert 'href="101.csv?from=2026-01&amp;period=2026-03"' in page


# --- the journal's periods


def test_journal_takes_a_period_as_other_reports_do(door: Door) -> None:
    march = door.get("journal.json", **{"from": "2026-03", "to": "2026-03"}).json()
    assert march["lines"]
    assert door.get("journal.json", period="2026-03").json() == march
    until = door.get("journal.json", **{"from": "2026-01", "to": "2026-03"}).json()
    assert door.get("journal.json", **{"from": "2026-01", "period": "2026-03"}).json() == until
    assert len(until["lines"]) > len(march["lines"])
    assert door.get("journal.json", period="2026-99").json()["rule"] == "period.malformed"


@pytest.mark.parametrize("name", ["journal.json", "journal.csv", "journal.xlsx", "journal"])
def test_journal_of_periods_backwards_is_refused(door: Door, name: str) -> None:
    answer = door.get(name, **{"from": "2026-02", "to": "2026-01"})
    assert (answer.status_code, answer.json()["rule"]) == (400, "period.backwards")


# --- what a page offers to be downloaded


@pytest.mark.parametrize("path", [path for path in PAGES if "/work" not in path])
def test_what_was_appended_is_in_no_link_to_data(door: Door, path: str) -> None:
    """Data would refuse it."""
    asked = f"{filled(path)}?from=timeline&isappinstalled=0&utm_source=wechat"
    page = door.client.get(asked, headers={"Accept": "text/html"})
    links = [unescape(link) for link in re.findall(r'href="([^"]+)"', page.text)]
    data = [link for link in links if re.search(r"\.(json|csv|xlsx)\b", link)]
    assert [link for link in data if "isappinstalled" in link] == []
