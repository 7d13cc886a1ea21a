"""What one did to a draft is told under one's name, whatever key one did it by, and whatever key one has now."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import msgspec
import pytest

from domain.entry import seal
from domain.roles import KeyRotated
from domain.roles.events import Rotation
from tests.api.http.at_work import Office, Person
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_desk_asks import row_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.http.conftest import Door

NAMES = {"accountant": "周会计", "head": "郑理事长"}


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def followed(office: Office, role: str, number: int) -> Person:
    """Return who holds a role, signed in by a key that follows the one before it; both bear the public name."""
    door, old = office.door, office.door.keyring.key(role, number - 1)
    first = f"{BOOK}/{role}/1"
    new = msgspec.structs.replace(door.keyring.grant(role, person=first, number=number), name=NAMES[role])
    posted = door.post(seal(door.statement(Rotation(new=new, old=old.name), KeyRotated), [old]))
    assert posted.is_success, posted.text
    person = Person(office.stranger(role).client, door.keyring.key(role, number))
    assert person.sign_in().status_code == 201
    return person


def test_who_refused_keeps_their_name_when_their_key_is_rotated(office: Office) -> None:
    refused = office["accountant"].make(msgspec.to_builtins(voucher(3_100)))
    waits = office["accountant"].make(msgspec.to_builtins(voucher(3_101)))
    followed(office, "head", 2).refuse(refused, "不对")
    assert "负责人 郑理事长拒签：不对" in row_of(office, "cashier", refused)
    followed(office, "head", 3)
    assert "负责人 郑理事长拒签：不对" in row_of(office, "cashier", refused)
    assert "refused by the head 郑理事长" in row_of(office, "cashier", refused)
    found = office["cashier"].get(f"/{refused['id']}").json()
    assert found["refused"] == [f"{BOOK}/head/2"]
    assert found["people"][f"{BOOK}/head/2"] == "郑理事长"
    assert found["signers"] == [], "nobody is asked"
    asked = office["cashier"].get(f"/{waits['id']}").json()["signers"]
    assert asked == [f"{BOOK}/accountant/1", f"{BOOK}/head/3"], "by the keys of now"


def test_who_made_and_who_changed_keep_their_names_when_their_keys_are_rotated(office: Office) -> None:
    third = office["cashier"].make(msgspec.to_builtins(voucher(3_210)))
    assert office["accountant"].change(third, msgspec.to_builtins(voucher(3_211))).status_code == 200
    maker = followed(office, "accountant", 2)
    first = maker.make(msgspec.to_builtins(voucher(3_200)))
    second = office["cashier"].make(msgspec.to_builtins(voucher(3_200)))
    later = followed(office, "accountant", 3)
    found = office["cashier"].get(f"/{second['id']}").json()
    assert "（待签，会计 周会计制单）" in found["remarks"][0]["zh"]
    assert later.change(second, msgspec.to_builtins(voucher(3_201))).status_code == 200
    followed(office, "accountant", 4)
    for draft in (second, third):
        late = office["cashier"].change(draft, msgspec.to_builtins(voucher(3_220))).json()
        assert late["rule"] == "draft.changed"
        assert "会计 周会计" in late["detail_zh"]
    assert office["cashier"].get(f"/{first['id']}").json()["people"][first["made_by"]] == "周会计"
