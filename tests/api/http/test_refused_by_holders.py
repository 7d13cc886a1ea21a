"""A refusal is a person's, whatever key they refused by: it is theirs to take back, and nobody else's."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from domain.entry import seal
from domain.roles import KeyGranted, KeyRevoked
from domain.roles.events import Revocation
from tests.api.http.at_work import Office, Person
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_desk import page_of, words
from tests.api.http.test_desk_asks import row_of, where
from tests.api.http.test_ended_keys import rotate_head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.http.conftest import Door


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


@pytest.fixture(scope="module")
def head(office: Office) -> Person:
    """The head with the key that followed the first one, by which two drafts were refused and one was signed."""
    return Person(office.stranger("head").client, office.door.keyring.key("head", 2))


def made(office: Office, fen: int) -> dict[str, Any]:
    return office["accountant"].make(msgspec.to_builtins(voucher(fen)))


@pytest.fixture(scope="module")
def refused(office: Office, head: Person) -> list[dict[str, Any]]:
    """Drafts that the head refused (the last one: signed) by a key that was rotated then."""
    drafts = [made(office, fen) for fen in (2_100, 2_200, 2_300, 2_400)]
    for draft in drafts[:-1]:
        office["head"].refuse(draft, "没有发票")
    office["head"].sign(drafts[-1])
    rotate_head(office.door)
    assert head.sign_in().status_code == 201
    return drafts


def test_who_refused_by_an_earlier_key_signs_all_the_same(
    office: Office, head: Person, refused: list[dict[str, Any]]
) -> None:
    draft = refused[0]
    found = head.get(f"/{draft['id']}").json()
    assert (found["refused"], found["gone"]) == ([f"{BOOK}/head/1"], [])
    signed = head.sign(draft).json()
    assert (signed["refused"], signed["missing"], signed["asks"]) == ([], ["accountant"], ["accountant"])
    assert where(office, "accountant", draft) == "mine"
    posted = office["accountant"].sign(draft).json()
    assert (posted["state"], posted["refused"]) == ("posted", [])


def test_who_refuses_again_by_a_later_key_refuses_once(
    office: Office, head: Person, refused: list[dict[str, Any]]
) -> None:
    found = head.refuse(refused[1], "发票是别人的").json()
    assert found["refused"] == [f"{BOOK}/head/2"]
    row = row_of(office, "accountant", refused[1])
    assert "发票是别人的" in row
    assert "没有发票" not in row


def test_who_refused_by_an_earlier_key_is_told_of_the_change(
    office: Office, head: Person, refused: list[dict[str, Any]]
) -> None:
    data = msgspec.to_builtins(voucher(2_301))
    assert office["accountant"].change(refused[2], data).status_code == 200
    assert "您拒签以后改动了，请重看" in words(row_on(head, refused[2]))


def test_who_signed_by_an_earlier_key_and_refuses_has_not_signed(
    head: Person, refused: list[dict[str, Any]]
) -> None:
    found = head.refuse(refused[3]).json()
    assert (found["signatures"], found["lapsed"]) == ([], [])
    assert found["refused"] == [f"{BOOK}/head/2"]


def test_who_signed_anew_is_not_asked_to(office: Office, head: Person, refused: list[dict[str, Any]]) -> None:
    signed = head.sign(refused[3]).json()
    assert (signed["lapsed"], signed["missing"]) == ([], ["accountant"])
    assert "须重签" not in row_of(office, "accountant", refused[3])


def row_on(person: Person, draft: dict[str, Any]) -> str:
    """Return the row of a draft on a person's desk."""
    rows: list[str] = re.findall(r"<tr>.*?</tr>", page_of(person), re.DOTALL)
    return next(row for row in rows if draft["id"] in row)


@pytest.fixture(scope="module")
def second(office: Office) -> Person:
    """A second accountant, who is another person."""
    grant = office.door.keyring.grant("accountant", person="李会计", number=2)
    posted = office.door.post(office.door.note(grant, KeyGranted, "accountant", "township"))
    assert posted.is_success, posted.text
    person = Person(office.stranger("accountant").client, office.door.keyring.key("accountant", 2))
    assert person.sign_in().status_code == 201
    return person


def test_nobody_else_takes_a_refusal_back(office: Office, second: Person) -> None:
    """Not even whoever holds the same office."""
    draft = office["cashier"].make(msgspec.to_builtins(voucher(2_500)))
    office["accountant"].refuse(draft)
    found = second.sign(draft).json()
    assert found["signatures"] == [f"{BOOK}/accountant/2"]
    assert found["refused"] == [f"{BOOK}/accountant/1"]
    assert where(office, "cashier", draft) == "mend"


def revoke_supervisor(door: Door) -> None:
    """Let the supervisor's key end, and no other follow."""
    data = Revocation(key=f"{BOOK}/supervisor/1", reason="离任")
    posted = door.post(seal(door.statement(data, KeyRevoked), door.keys("accountant", "township")))
    assert posted.is_success, posted.text


def test_a_refusal_that_nobody_can_take_back_says_what_its_maker_does(office: Office, head: Person) -> None:
    """One of those who refused has no key any more."""
    draft = office["cashier"].make(msgspec.to_builtins(voucher(2_600)))
    office["supervisor"].refuse(draft, "请先公示")
    head.refuse(draft, "金额不对")
    assert "没有可用的密钥" not in row_of(office, "cashier", draft)
    revoke_supervisor(office.door)
    found = office["cashier"].get(f"/{draft['id']}").json()
    assert found["refused"] == [f"{BOOK}/supervisor/1", f"{BOOK}/head/2"]
    assert found["gone"] == [f"{BOOK}/supervisor/1"]
    first, second = found["refusals"]
    for_good = "拒签的人已没有可用的密钥，谁也不能替他收回"
    assert (first["key"], first["zh"]) == (found["gone"][0], f"监督委员会拒签：请先公示（{for_good}）")
    assert (second["key"], second["zh"]) == (f"{BOOK}/head/2", "负责人 郑理事长拒签：金额不对")
    assert second["en"] == "refused by the head 郑理事长", "who can still think better of it"
    row = row_of(office, "cashier", draft)
    assert f"{first['zh']}；{second['zh']} {first['en']}; {second['en']}" in row
    assert "等制单的出纳改动或撤回" in row
    changed = office["cashier"].change(draft, msgspec.to_builtins(voucher(2_601))).json()
    assert (changed["refused"], changed["gone"]) == ([], [])
    assert changed["asks"] == ["accountant", "head"]
