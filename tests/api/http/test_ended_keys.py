"""A key that ends takes its signatures on drafts with it: whoever looks is told, and no view counts them."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytest

from domain.ledger import read_entries
from domain.roles import KeyRotated
from domain.roles.events import Rotation
from tests.api.http.at_work import Office, Person
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_desk_asks import row_of
from tests.api.http.test_refusals_named import invoiced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.vouchers import Voucher
    from tests.api.http.conftest import Door


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def rotate_head(door: Door) -> None:
    """Let the head's first key be followed by a second one."""
    old = f"{BOOK}/head/1"
    new = msgspec.structs.replace(door.keyring.grant("head", person=old, number=2), name="郑理事长")
    rotation = Rotation(new=new, old=old)
    posted = door.post(door.note(rotation, KeyRotated, "head"))
    assert posted.is_success, posted.text


def signed_by_head(office: Office, data: Voucher) -> dict[str, Any]:
    draft = office["accountant"].make(msgspec.to_builtins(data))
    assert office["head"].sign(draft).status_code == 200
    return draft


class Signed(NamedTuple):
    """Drafts that the head had signed by the key that was rotated then.

    One waits for signatures, one is refused by another, one could not be posted: its invoice was booked meanwhile.
    """

    waits: dict[str, Any]
    refused: dict[str, Any]
    stuck: dict[str, Any]


@pytest.fixture(scope="module")
def drafts(office: Office) -> Signed:
    paid = invoiced("26332000000000077002")
    found = Signed(*(signed_by_head(office, data) for data in (voucher(1_100), voucher(1_200), paid)))
    assert office["cashier"].refuse(found.refused, "不对").status_code == 200
    posted = office.door.post(office.door.note(paid))
    assert posted.is_success, posted.text
    rotate_head(office.door)
    return found


@pytest.fixture(scope="module")
def signed(drafts: Signed) -> dict[str, Any]:
    """The one that waits for signatures."""
    return drafts.waits


def test_a_signature_whose_key_ended_is_counted_nowhere(office: Office, signed: dict[str, Any]) -> None:
    found = office["accountant"].get(f"/{signed['id']}").json()
    assert found["signatures"] == []
    assert [one["key"] for one in found["lapsed"]] == [f"{BOOK}/head/1"]
    assert found["missing"] == ["accountant", "head"]
    row = row_of(office, "accountant", signed)
    said = "负责人 郑理事长的签名已失效（密钥已更换或停用），不再算数，须用现在的密钥重签"
    assert said in row
    assert re.search(r"11\.00 ?无 ?会计、负责人", row), row


def test_nobody_is_told_to_sign_anew_while_it_waits_to_be_changed(office: Office, drafts: Signed) -> None:
    for draft in (drafts.refused, drafts.stuck):
        found = office["accountant"].get(f"/{draft['id']}").json()
        [lapsed] = found["lapsed"]
        assert lapsed["zh"] == "负责人 郑理事长的签名已失效（密钥已更换或停用），不再算数"
        assert "anew" not in lapsed["en"]
        assert found["asks"] == []
        assert "等制单的会计改动或撤回" in found["mend"]["zh"]
        assert "重签" not in row_of(office, "accountant", draft)


def test_it_is_posted_by_whoever_signed_last_with_what_stands(office: Office, signed: dict[str, Any]) -> None:
    again = Person(office.stranger("head").client, office.door.keyring.key("head", 2))
    assert again.sign_in().status_code == 201
    office["accountant"].sign(signed)
    done = again.sign(signed).json()
    assert done["state"] == "posted"
    entry = list(read_entries(office.door.service.recorder, BOOK))[done["entry"]]
    assert done["signatures"] == [one.name for one in entry.signatures]
    assert done["lapsed"] == []
    steps = [(one["step"], one["key"].partition("/")[2]) for one in done["steps"]]
    assert steps == [
        ("made", "accountant/1"),
        ("signed", "head/1"),
        ("signed", "accountant/1"),
        ("signed", "head/2"),
        ("dropped", "head/1"),
        ("posted", "head/2"),
    ]
    assert "不在入账的签名之中" in done["steps"][-2]["words"]
