"""Who changes or withdraws a draft that cannot go on: whoever made it, and else all that may, and each view says so."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from domain.entry import seal
from domain.roles import KeyRevoked
from domain.roles.events import Revocation
from tests.api.http.at_work import Office, Person
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_desk_asks import row_of, where
from tests.api.http.test_ended_keys import rotate_head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.http.conftest import Door


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def revoke(door: Door, role: str, number: int = 1, by: str = "head") -> None:
    """Let a key end, and no other follow."""
    data = Revocation(key=f"{BOOK}/{role}/{number}", reason="离任")
    signers = [door.keyring.key("township"), door.keyring.key(by, 2 if by == "head" else 1)]
    posted = door.post(seal(door.statement(data, KeyRevoked), signers))
    assert posted.is_success, posted.text


def refused(office: Office, by: str, fen: int) -> dict[str, Any]:
    """Return a draft that the head refuses."""
    draft = office[by].make(msgspec.to_builtins(voucher(fen)))
    found: dict[str, Any] = office["head"].refuse(draft, "没有发票").json()
    return found


def stuck(office: Office, by: str) -> dict[str, Any]:
    """Return a draft that cannot be posted."""
    data = msgspec.to_builtins(voucher(3_300))
    data["lines"][0]["debit_fen"] += 1
    return office[by].make(data)


def changed_by(office: Office, by: str, draft: dict[str, Any]) -> dict[str, Any]:
    """Return a draft that another changed, and that the head refuses again."""
    data = draft["statement"]["data"] | {"summary": "补了发票"}
    found: dict[str, Any] = office["head"].refuse(office[by].change(draft, data).json()).json()
    return found


@pytest.fixture(scope="module")
def drafts(office: Office) -> dict[str, dict[str, Any]]:
    """Drafts that cannot go on as they are, by what is the matter."""
    return {
        "refused": refused(office, "cashier", 3_100),
        "stuck": stuck(office, "cashier"),
        "rotated": refused(office, "accountant", 3_200),
        "changed": changed_by(office, "cashier", refused(office, "accountant", 3_700)),
    }


WHAT = ("refused", "stuck")
"""Of `drafts`, those that the cashier made."""


@pytest.mark.parametrize("what", WHAT)
def test_it_waits_for_whoever_made_it(office: Office, drafts: dict[str, dict[str, Any]], what: str) -> None:
    found = office["head"].get(f"/{drafts[what]['id']}").json()
    assert found["mend"]["roles"] == ["cashier"]
    assert found["mend"]["zh"] == "等制单的出纳改动或撤回"
    assert (where(office, "cashier", found), where(office, "accountant", found)) == ("mend", "others")


def test_what_waits_for_signatures_waits_for_nobody_to_change_it(office: Office) -> None:
    draft = office["cashier"].make(msgspec.to_builtins(voucher(3_400)))
    assert draft["mend"] is None
    done = office["cashier"].withdraw(office["head"].refuse(draft).json()).json()
    assert (done["state"], done["mend"]) == ("withdrawn", None)


def test_what_another_changed_waits_for_both(office: Office) -> None:
    """Whoever changed it last stands as its maker on the printed voucher; whoever made it brought it."""
    draft = office["accountant"].make(msgspec.to_builtins(voucher(3_600)))
    changed = office["cashier"].change(draft, msgspec.to_builtins(voucher(3_601))).json()
    found = office["head"].refuse(changed).json()
    told = "等制单的会计、改成现稿的出纳改动或撤回"
    assert (found["mend"]["roles"], found["mend"]["zh"]) == (["accountant", "cashier"], told)
    for role in ("accountant", "cashier"):
        assert where(office, role, found) == "mend"
        assert told in row_of(office, role, found)
    again = office["accountant"].change(found, msgspec.to_builtins(voucher(3_602))).json()
    found = office["head"].refuse(again).json()
    assert (found["mend"]["roles"], found["mend"]["zh"]) == (["accountant"], "等制单的会计改动或撤回")
    office["accountant"].withdraw(found)


@pytest.fixture(scope="module")
def ended(office: Office, drafts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The same drafts when the cashier has no key any more; the head has another one than before."""
    before = office.door.service.drafts.waits(BOOK, "accountant").to_mend
    rotate_head(office.door)
    revoke(office.door, "cashier")
    after = office.door.service.drafts.waits(BOOK, "accountant").to_mend
    assert after == before + len(WHAT)
    return drafts


@pytest.mark.parametrize("what", WHAT)
def test_where_the_maker_has_no_key_it_waits_for_whoever_may(
    office: Office, ended: dict[str, dict[str, Any]], what: str
) -> None:
    told = "制单的人已没有可用的密钥，等会计改动或撤回"
    found = office["accountant"].get(f"/{ended[what]['id']}").json()
    assert (found["mend"]["roles"], found["mend"]["zh"]) == (["accountant"], told)
    assert found["asks"] == []
    assert where(office, "accountant", found) == "mend"
    assert told in row_of(office, "accountant", found)


def test_where_who_changed_it_has_no_key_it_waits_for_whoever_made_it(
    office: Office, ended: dict[str, dict[str, Any]]
) -> None:
    found = office["accountant"].get(f"/{ended['changed']['id']}").json()
    assert (found["mend"]["roles"], found["mend"]["zh"]) == (["accountant"], "等制单的会计改动或撤回")


def test_it_is_changed_by_whoever_it_waits_for(office: Office, ended: dict[str, dict[str, Any]]) -> None:
    changed = office["accountant"].change(ended["refused"], msgspec.to_builtins(voucher(3_500)))
    assert (changed.json()["mend"], changed.json()["asks"]) == (None, ["accountant", "head"])


def test_where_nobody_may_it_is_said_that_a_key_must_be_granted(
    office: Office, ended: dict[str, dict[str, Any]]
) -> None:
    head = Person(office.stranger("head").client, office.door.keyring.key("head", 2))
    assert head.sign_in().status_code == 201
    revoke(office.door, "accountant")
    found = head.get(f"/{ended['stuck']['id']}").json()
    assert found["mend"]["roles"] == []
    assert found["mend"]["zh"] == "会计、出纳都没有可用的密钥，没有人能改动或撤回；请先授予密钥"
    assert found["mend"]["en"]
    assert found["asks"] == []
