"""A village without a cashier: cash is booked all the same, and what is said to be done can be done."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from domain.roles import KeyGranted
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_desk_asks import cash, row_of, where
from tests.api.http.test_menders import revoke

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.http.conftest import Door

HELD_BY_NOBODY = "没有人持有出纳的密钥"


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


@pytest.fixture(scope="module")
def signed(office: Office) -> list[dict[str, Any]]:
    """Drafts that the cashier had signed, who has no key any more: one of cash, and one of none."""
    drafts = [cash(office), office["accountant"].make(msgspec.to_builtins(voucher(4_100)))]
    for draft in drafts:
        office["cashier"].sign(draft)
    revoke(office.door, "cashier", by="supervisor")
    return drafts


def no_cashier(remarks: list[dict[str, Any]]) -> str:
    """Return what is remarked on cash that no cashier signs for."""
    (said,) = [one["zh"] for one in remarks if one["rule"] == "closing.no_cashier"]
    return str(said)


def lapsed(office: Office, draft: dict[str, Any]) -> str:
    """Return what is said of the signature on a draft that counts no more; the desk says it too."""
    (said,) = office["head"].get(f"/{draft['id']}").json()["lapsed"]
    assert said["key"] == f"{BOOK}/cashier/1"
    assert said["en"]
    assert said["zh"] in row_of(office, "head", draft)
    return str(said["zh"])


def test_it_is_told_to_grant_a_key_before_a_signature_is_given_anew(
    office: Office, signed: list[dict[str, Any]]
) -> None:
    for draft in signed:
        said = lapsed(office, draft)
        assert "的签名已失效（密钥已更换或停用），不再算数" in said
        assert said.endswith("没有人持有出纳的密钥，要出纳再签，须先授予密钥")


@pytest.mark.usefixtures("signed")
def test_cash_that_nobody_can_sign_for_as_cashier_says_so_and_is_posted(office: Office) -> None:
    draft = cash(office)
    said = no_cashier(draft["remarks"])
    assert HELD_BY_NOBODY in said
    assert "请先授予，再请出纳在别人签齐以前一并签名" in said
    assert draft["asks"] == draft["missing"] == ["accountant", "head"]
    for role in draft["missing"]:
        draft = office[role].sign(draft).json()
    assert draft["state"] == "posted"


def test_the_checklist_says_so_too(office: Office, signed: list[dict[str, Any]]) -> None:
    period = signed[0]["statement"]["data"]["date"][:7]
    found = office.door.get("closing.json", period=period).json()["remarks"]
    assert not any(one["stops"] for one in found if one["rule"] == "closing.no_cashier")
    said = no_cashier(found)
    assert HELD_BY_NOBODY in said
    assert "请先授予，再请出纳在打印的凭证上补签" in said


@pytest.fixture(scope="module")
def second(office: Office, signed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same drafts when another person is cashier."""
    grant = office.door.keyring.grant("cashier", person="新出纳", number=2)
    posted = office.door.post(office.door.note(grant, KeyGranted, "supervisor", "township"), wait=10)
    assert posted.is_success, posted.text
    return signed


def test_who_is_cashier_since_is_asked_where_cash_moves(office: Office, second: list[dict[str, Any]]) -> None:
    of_cash, of_none = second
    assert lapsed(office, of_cash).endswith("不再算数，须由现在的出纳签")
    assert "cashier" in office["head"].get(f"/{of_cash['id']}").json()["asks"]
    assert lapsed(office, of_none).endswith("不再算数")
    draft = cash(office)
    assert no_cashier(draft["remarks"]).endswith("没有出纳签名；请出纳在别人签齐以前一并签名")
    assert where(office, "head", draft) == "mine"
