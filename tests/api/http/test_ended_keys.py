"""A key that ends takes its signatures on drafts with it: whoever looks is told, and no view counts them."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from domain.ledger import read_entries
from domain.roles import KeyRotated
from domain.roles.events import Rotation
from tests.api.http.at_work import Office, Person
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_desk_asks import row_of

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@pytest.fixture(scope="module")
def signed(office: Office) -> dict[str, Any]:
    """A draft that the head had signed by the key that was rotated then."""
    draft = office["accountant"].make(msgspec.to_builtins(voucher(1_100)))
    office["head"].sign(draft)
    rotate_head(office.door)
    return draft


def test_a_signature_whose_key_ended_is_counted_nowhere(office: Office, signed: dict[str, Any]) -> None:
    found = office["accountant"].get(f"/{signed['id']}").json()
    assert found["signatures"] == []
    assert [one["key"] for one in found["lapsed"]] == [f"{BOOK}/head/1"]
    assert found["missing"] == ["accountant", "head"]
    row = row_of(office, "accountant", signed)
    said = "负责人 郑理事长的签名已失效（密钥已更换或停用），不再算数，须用现在的密钥重签"
    assert said in row
    assert re.search(r"11\.00 ?无 ?会计、负责人", row), row


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
