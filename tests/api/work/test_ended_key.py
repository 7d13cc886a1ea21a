"""A draft's page says for whom it waits, and which signature on it counts no more, and for which reason."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_ended_keys import rotate_head
from tests.api.http.test_refused_by_holders import revoke_supervisor

if TYPE_CHECKING:
    from tests.api.http.conftest import Door
    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e


def test_what_another_changed_says_for_whom_it_waits_as_the_desk_does(hall: Hall, door: Door) -> None:
    with ExitStack() as stack:
        office = Office(door, stack)
        draft = office["accountant"].make(msgspec.to_builtins(voucher(1_300)))
        changed = office["cashier"].change(draft, msgspec.to_builtins(voucher(1_301))).json()
        office["accountant"].sign(changed)
        office["head"].refuse(changed)
    told = "等制单的会计、改成现稿的出纳改动或撤回"
    page = hall["accountant"].open_draft(draft["id"])
    state = page.inner_text("#state")
    assert re.search(f"待改。已签：会计.*。{told}。", state), state
    assert "还缺" not in state
    page.goto(f"{door.url}/books/{BOOK}/work")
    assert told in page.inner_text("section[aria-labelledby=mend]")
    assert hall["accountant"].complaints == []


def test_a_draft_tells_which_signature_lapsed_and_asks_for_it_anew(hall: Hall, door: Door) -> None:
    with ExitStack() as stack:
        office = Office(door, stack)
        draft = office["accountant"].make(msgspec.to_builtins(voucher()))
        office["head"].sign(draft)
        rotate_head(door)
    page = hall["accountant"].open_draft(draft["id"])
    state = page.inner_text("#state")
    assert "负责人 郑理事长的签名已失效（密钥已更换或停用），不再算数，须用现在的密钥重签。" in state
    assert "已签：还没有人签。还缺：会计、负责人。" in state
    page.click("#sign")
    page.wait_for_selector("text=已签：会计。还缺：负责人。")
    assert hall["accountant"].complaints == []


def test_a_refusal_that_nobody_can_take_back_says_what_is_to_be_done(hall: Hall, door: Door) -> None:
    with ExitStack() as stack:
        office = Office(door, stack)
        draft = office["cashier"].make(msgspec.to_builtins(voucher(1_200)))
        office["supervisor"].refuse(draft, "请先公示")
        office["accountant"].refuse(draft, "金额不对")
        page = hall["cashier"].open_draft(draft["id"])
        assert "没有可用的密钥" not in page.inner_text("#state")
        revoke_supervisor(door)
    state = hall["cashier"].open_draft(draft["id"]).inner_text("#state")
    assert "监督委员会拒签：请先公示（拒签的人已没有可用的密钥，谁也不能替他收回）" in state
    assert "会计拒签：金额不对 refused by the accountant\n" in state, "who can still think better of it"
    assert "待改。已签：还没有人签。等制单的出纳改动或撤回。" in state
    assert "还缺" not in state
    assert hall["cashier"].complaints == []
