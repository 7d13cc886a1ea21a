"""The county's log beside the books: its files as a static server would give them, read again over HTTP."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from api.serving import free_port, serving
from audit.anchor import anchor_of, check_extends, parse_anchor
from audit.county import known_books, prove_book, verify_county
from audit.source import HttpSource
from tests.api.http.conftest import BOOK, PROBLEM
from tests.audit.conftest import read_files
from tests.audit.county.conftest import COUNTY, County, book

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.api.http.conftest import Door

ORIGIN = f"sunledger.localhost/books/{BOOK}"


@contextmanager
def serving_county(door: Door, folder: Path | None) -> Iterator[httpx.Client]:
    """Serve the same program with another setting."""
    settings = door.service.settings.model_copy(update={"county": folder})
    with (
        serving(replace(door.service, settings=settings), free_port("127.0.0.1", 0)) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def county(door: Door, tmp_path_factory: pytest.TempPathFactory) -> County:
    """A county's log with the served village, collected over HTTP, and 260 more."""
    county = County(tmp_path_factory.mktemp("county")).create()
    village = HttpSource(f"{door.url}/books/{BOOK}")
    assert [one.appended for one in county.collect(village)] == [True]
    county.collect(*(book(number, 2) for number in range(1, 261)))
    return county


def test_every_file_is_served_with_the_caching_of_its_kind(door: Door, county: County) -> None:
    with serving_county(door, county.folder) as client:
        for path, data in read_files(county.folder).items():
            answer = client.get(f"/county/{path}")
            if path == "lock":
                assert answer.status_code == 404
                continue
            assert (answer.status_code, answer.content) == (200, data), path
            caching = answer.headers["cache-control"]
            assert ("immutable" in caching) == path.startswith("tile/")
            assert answer.headers["content-type"].startswith(
                {"t": "application/octet-stream", "b": "application/json"}.get(path[0], "text/plain")
            )
        assert client.head("/county/checkpoint").status_code == 200


def test_it_is_verified_proved_and_anchored_by_its_url(door: Door, county: County) -> None:
    with serving_county(door, county.folder) as client:
        source = HttpSource(f"{client.base_url}/county")
        report = verify_county(source, COUNTY.verifier.vkey)
        assert (report.ok, report.entries, report.books) == (True, 261, 261)
        proof = prove_book(source, ORIGIN)
        assert proof.extra == door.get("checkpoint").content
        assert list(known_books(source)) == sorted(
            [ORIGIN, *(f"books.example.cn/{i}" for i in range(1, 261))]
        )
        line = parse_anchor(anchor_of(source, "2026-11-25").text)
        assert check_extends(line, source).size == 261
        of_the_book = anchor_of(HttpSource(f"{door.url}/books/{BOOK}"), "2026-11-25")
        assert of_the_book.head.origin == ORIGIN


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("tile/0/999", "county.not_here"),
        ("tile/entries/000.p/7", "county.not_here"),
        ("tile/0/0", "tlog.bad_path"),
        ("tile/0/..%2F..%2Fcheckpoint", "tlog.bad_path"),
        ("tile/..%2Flog.vkey", "tlog.bad_path"),
    ],
)
def test_what_is_not_there_and_what_is_no_tile(door: Door, county: County, path: str, rule: str) -> None:
    with serving_county(door, county.folder) as client:
        answer = client.get(f"/county/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
        assert answer.json()["rule"] == rule


def test_without_a_setting_there_is_none(door: Door, tmp_path: Path) -> None:
    for folder in (None, tmp_path / "missing", tmp_path):
        with serving_county(door, folder) as client:
            for path in ("checkpoint", "log.vkey", "books.json", "tile/0/000"):
                answer = client.get(f"/county/{path}")
                assert (answer.status_code, answer.json()["rule"]) == (404, "county.not_here")
