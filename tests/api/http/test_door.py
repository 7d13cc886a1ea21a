"""What the door itself decides: who may open a book here, and how HEAD is answered."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from api.clock import CHINA
from api.composition import service_on
from api.identity import Keyring
from api.serving import free_port, serving
from audit.tlog.tiles import encode_bundle
from domain.entry import seal
from domain.founding import BookOpened, Log
from domain.ledger import read_entries
from tests.api.http.conftest import Door
from tests.domain.ledger.villages import book_number, village_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.composition import Service

BOOK = "N2330881MF0000021R"


@pytest.fixture
def site(xiaohe: Service) -> Iterator[str]:
    """The address of a running server with the small village."""
    with serving(xiaohe, free_port("127.0.0.1", 18_100)) as url:
        yield url


def test_nobody_opens_a_book_on_a_server_that_does_not_know_its_log(site: str, xiaohe: Service) -> None:
    """Else anyone could take any village's place, with a township of their own making."""
    village = village_number(5)
    entry = village.open()
    assert isinstance(entry.statement, BookOpened)
    answer = httpx.post(f"{site}/books/{village.book.book}/entries", content=entry.note)
    assert (answer.status_code, answer.json()["rule"]) == (403, "book.not_admitted")
    assert httpx.get(f"{site}/books/{village.book.book}").status_code == 404
    with xiaohe.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM heads").fetchone() == (1,)


@pytest.mark.parametrize("prefix", ["https://x.cn", "x.cn/", "//..//x::"])
def test_nobody_opens_a_book_under_an_origin_that_is_no_address(
    site: str, xiaohe: Service, prefix: str
) -> None:
    """Not even who asked the server for a key of that name: an origin is fixed with the first entry."""
    village = village_number(5)
    key = xiaohe.log_keys.draft(f"{prefix}/{village.book.book}")
    xiaohe.log_keys.keep(key)
    entry = village.open(log=Log(origin=key.name, vkey=key.verifier.vkey))
    answer = httpx.post(f"{site}/books/{village.book.book}/entries", content=entry.note)
    assert (answer.status_code, answer.json()["rule"]) == (422, "book.origin_form")
    assert key.name in answer.json()["detail"]
    assert key.name in answer.json()["detail_zh"]


def test_a_founding_at_the_address_of_another_book_raises_no_alarm(site: str, xiaohe: Service) -> None:
    """That a log was signed and its book is not there is an alarm; that a note went to a wrong address is none."""
    other = book_number(5)
    founding = next(iter(read_entries(xiaohe.recorder, BOOK))).note
    answer = httpx.post(f"{site}/books/{other}/entries", content=founding)
    assert (answer.status_code, answer.json()["rule"]) == (422, "entry.wrong_book")
    assert httpx.post(f"{site}/books/{BOOK}/entries", content=founding).status_code == 200


def test_a_self_made_founding_on_the_log_of_another_book_raises_no_alarm(site: str, xiaohe: Service) -> None:
    village = village_number(5)
    origin = xiaohe.origin(BOOK)
    key = xiaohe.log_keys.key_of(origin)
    assert key
    statement = village.statement(BookOpened, village.opened(log=Log(origin=origin, vkey=key.verifier.vkey)))
    note = seal(statement, [village.key("township")])
    answer = httpx.post(f"{site}/books/{village.book.book}/entries", content=note)
    assert (answer.status_code, answer.json()["rule"]) == (422, "book.origin")
    forged = note[:-8] + b"AAAAAAA\n"
    assert httpx.post(f"{site}/books/{village.book.book}/entries", content=forged).status_code in {400, 403}


@pytest.mark.parametrize("path", ["", "/checkpoint", "/entries/0.note", "/journal.csv", "/entries/999"])
def test_head_is_get_without_the_body(site: str, path: str) -> None:
    address = f"{site}/books/{BOOK}{path}"
    head, get = httpx.head(address), httpx.get(address)
    assert head.status_code == get.status_code
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.headers["content-length"] == get.headers["content-length"]
    assert head.content == b""
    assert get.content


def test_the_description_names_the_answers_that_are_given(site: str) -> None:
    paths = httpx.get(f"{site}/openapi.json").json()["paths"]
    given = {
        status: answer["content"]
        for operations in paths.values()
        for operation in operations.values()
        for status, answer in operation["responses"].items()
        if status.startswith(("4", "5"))
    }
    assert set(given) == {"400", "403", "404", "409", "422", "429", "503"}
    assert all(set(content) == {"application/problem+json"} for content in given.values())
    assert "422" not in paths["/books/{book}/checkpoint"]["get"]["responses"]


def test_an_entry_of_a_clock_that_is_fast_is_not_taken(door: Door) -> None:
    """An hour is let pass; what was signed long ago, without a line, is taken at any time."""
    now = datetime.now(CHINA)
    size = door.book().size
    early = (now + timedelta(hours=2)).isoformat(timespec="seconds")
    answer = door.post(door.note(at=early))
    assert (answer.status_code, answer.json()["rule"]) == (422, "entry.from_the_future")
    assert early in answer.json()["detail"]
    bundle = encode_bundle([door.note(), door.note(at="2999-01-01T00:00:00+08:00")])
    assert door.post(bundle).json()["rule"] == "entry.from_the_future"
    assert door.book().size == size
    utc = (now.astimezone(UTC) + timedelta(minutes=50)).isoformat(timespec="seconds")
    for at in (utc, "2026-03-05T10:12:33+08:00"):
        assert door.post(door.note(at=at)).status_code == 201
    assert door.post(door.note(at="2999")).json()["rule"] == "entry.at"


@pytest.mark.parametrize("zone", ["Z", "+00:00", "-00:00", "+08:00", "-11:30", "+23:59", "-23:59"])
def test_a_time_is_compared_as_the_moment_it_is_however_it_is_written(door: Door, zone: str) -> None:
    """Hours and minutes of an offset, and `Z`, are all that an entry's time may end in."""
    size, now = door.book().size, datetime.now(CHINA)
    offset = datetime.fromisoformat(f"2026-01-01T00:00:00{zone}").tzinfo

    def written(minutes: int) -> str:
        return f"{(now + timedelta(minutes=minutes)).astimezone(offset):%Y-%m-%dT%H:%M:%S}{zone}"

    for at in (f"2030-01-01T00:00:00{zone}", written(70)):
        answer = door.post(door.note(at=at))
        assert (answer.status_code, answer.json()["rule"]) == (422, "entry.from_the_future")
        assert at in answer.json()["detail"]
    assert door.book().size == size
    assert door.post(door.note(at=written(50))).status_code == 201


def test_what_is_booked_while_the_log_key_is_away_gets_a_receipt(xiaohe: Service) -> None:
    """Without a proof: the checkpoint over it is signed when the key is back. Sent again, it is booked once."""
    settings = xiaohe.settings
    keyring = Keyring(settings.home / "keys" / BOOK, BOOK)
    (key,) = (settings.home / "logkeys").glob("*.key")
    away = key.rename(key.with_suffix(".away"))
    with service_on(settings, xiaohe.database_url) as keyless, door_of(keyless, keyring) as door:
        note = door.note()
        answer = door.post(note, wait=5)
        assert (answer.status_code, answer.json()["proof"]) == (201, None)
        again = door.post(note, wait=5)
        assert (again.status_code, again.json()["index"]) == (200, answer.json()["index"])
    away.rename(key)
    with service_on(settings, xiaohe.database_url) as restarted, door_of(restarted, keyring) as door:
        restarted.runner.sign_waiting()
        assert door.post(note, wait=5).json()["proof"]


@contextmanager
def door_of(service: Service, keyring: Keyring) -> Iterator[Door]:
    """Serve the village as it is."""
    with (
        serving(service, free_port("127.0.0.1", 0)) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        yield Door(url, client, service, keyring)
