"""What several do to a draft at once, or again because an answer was lost: nothing is overwritten or posted twice."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from api.clock import new_id
from api.drafting import store
from domain.ledger import read_entries
from tests.api.http.at_work import Office, held_log, until_signed
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_drafts import data, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.http.conftest import Door


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def test_what_was_changed_meanwhile_is_not_signed_unseen(office: Office) -> None:
    draft = office["accountant"].make(data(1_000))
    changed = office["cashier"].change(draft, data(9_000)).json()
    late = office["head"].sign(draft)
    assert refused(late, 409, "draft.other_text")
    assert re.search(r"，它已由出纳于 \d{4}-\d\d-\d\d \d\d:\d\d 改动（第 2 稿）；", late.json()["detail_zh"])
    assert ", which the cashier changed at " in late.json()["detail"]
    assert office["head"].sign(changed).json()["missing"] == ["accountant"]


def test_what_nobody_changed_is_not_said_to_be(office: Office) -> None:
    draft, other = (office["accountant"].make(data(fen)) for fen in (1_000, 1_100))
    answer = office["head"].sign(draft | {"text": other["text"]})
    assert refused(answer, 409, "draft.other_text")
    assert "改动" not in answer.json()["detail_zh"]


def test_two_who_change_one_draft_do_not_overwrite_each_other(office: Office) -> None:
    draft = office["accountant"].make(data(1_000))
    office["cashier"].change(draft, data(2_000))
    second = office["accountant"].change(draft, data(3_000))
    assert refused(second, 409, "draft.changed")
    assert second.json()["detail_zh"].startswith("这张待签凭证已由出纳于 ")
    assert second.json()["detail"].startswith("the cashier changed this draft at ")
    assert BOOK not in second.json()["detail"]
    assert office["head"].get(f"/{draft['id']}").json()["revision"] == 2


def test_of_many_changes_at_once_one_comes_through(office: Office) -> None:
    draft = office["accountant"].make(data(1_000))
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda fen: office["accountant"].change(draft, data(fen)), range(1, 9)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


def test_a_change_that_waited_for_another_is_told(office: Office) -> None:
    draft = office["accountant"].make(data(1_000))
    pool = office.door.service.pool
    with ThreadPoolExecutor(1) as threads, pool.connection() as connection:
        with connection.transaction():
            was = store.draft_of(connection, BOOK, draft["id"], lock=True)
            store.change(connection, BOOK, was, was.draft.text, office["cashier"].key.name)
            second = threads.submit(office["accountant"].change, draft, data(2_000))
            with pytest.raises(TimeoutError):
                second.result(0.5)
        assert refused(second.result(), 409, "draft.changed")


def test_what_two_looks_find_posted_is_noted_once(office: Office) -> None:
    draft = office["accountant"].make(data())
    office["accountant"].sign(draft)
    done = office["head"].sign(draft).json()
    office.door.service.drafts._posted(BOOK, draft["id"], done["entry"])
    assert office["head"].get(f"/{draft['id']}").json()["steps"] == done["steps"]


def test_signatures_at_once_post_it_once(office: Office) -> None:
    draft = office["accountant"].make(data())
    signers = [office[role] for role in ("accountant", "head", "supervisor", "township")]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda person: person.sign(draft), signers))
    found = office["head"].get(f"/{draft['id']}").json()
    assert found["state"] == "posted"
    assert [one["step"] for one in found["steps"]].count("posted") == 1
    ids = [entry.statement.id for entry in read_entries(office.door.service.recorder, BOOK)]
    assert ids.count(draft["id"]) == 1


@pytest.mark.parametrize("act", ["change", "withdraw", "refuse", "sign"])
def test_what_comes_while_the_last_signature_posts_is_told_that_it_is_posted(
    office: Office, act: str
) -> None:
    """The draft stays as it stands in the log, and nothing that was answered well is lost."""
    draft = office["accountant"].make(data(1_000))
    office["head"].sign(draft)
    acts = {
        "change": lambda: office["cashier"].change(draft, data(900_000)),
        "withdraw": lambda: office["cashier"].withdraw(draft),
        "refuse": lambda: office["head"].refuse(draft),
        "sign": lambda: office["supervisor"].sign(draft),
    }
    with ThreadPoolExecutor(2) as threads:
        with held_log(office.door):
            last = threads.submit(office["accountant"].sign, draft)
            until_signed(office.door, draft, 2)
            second = threads.submit(acts[act])
            with pytest.raises(TimeoutError):
                second.result(0.5)
        assert last.result().json()["state"] == "posted"
        assert refused(second.result(), 409, "draft.posted")
    found = office["head"].get(f"/{draft['id']}").json()
    assert (found["state"], found["revision"], found["text"]) == ("posted", 1, draft["text"])
    assert [one["step"] for one in found["steps"]] == ["made", "signed", "signed", "posted"]
    entry = list(read_entries(office.door.service.recorder, BOOK))[found["entry"]]
    assert [one.name for one in entry.signatures] == sorted(found["signatures"])


def test_changes_against_last_signatures_lose_nothing(office: Office) -> None:
    """Whichever comes first, the log has the text of whoever was answered well."""
    for fen in range(1, 9):
        draft = office["accountant"].make(data(fen))
        office["head"].sign(draft)
        with ThreadPoolExecutor(2) as threads:
            signing = threads.submit(office["accountant"].sign, draft)
            changing = threads.submit(office["cashier"].change, draft, data(900_000 + fen))
        assert sorted((signing.result().status_code, changing.result().status_code)) == [200, 409]
        found = office["head"].get(f"/{draft['id']}").json()
        changed = changing.result().status_code == 200
        assert (found["state"], found["revision"]) == (("open", 2) if changed else ("posted", 1))
        if changed:
            assert found["signatures"] == []
            office["accountant"].withdraw(found)


def test_the_signature_that_posted_is_answered_well_again(office: Office) -> None:
    """Its answer was lost, and whoever gave it presses again."""
    draft = office["accountant"].make(data())
    office["head"].sign(draft)
    done = office["accountant"].sign(draft).json()
    assert office["accountant"].sign(draft).json() == done
    assert office["head"].sign(draft).json()["entry"] == done["entry"], "whoever had signed before, too"
    assert refused(office["supervisor"].sign(draft), 409, "draft.posted"), "another one comes too late"
    assert refused(office["head"].sign(draft, office["accountant"].key), 403, "draft.not_signer")


def test_a_draft_that_is_made_again_under_its_id_is_one(office: Office) -> None:
    id_ = new_id()
    wanted = {"type": "voucher.posted/1", "data": data(777), "id": id_}
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: office["accountant"].post("", wanted), range(4)))
    assert [one.status_code for one in made] == [201] * 4
    assert {one.json()["id"] for one in made} == {id_}
    assert [one["step"] for one in made[-1].json()["steps"]] == ["made"]
    other = office["accountant"].post("", {**wanted, "data": data(778)})
    assert refused(other, 409, "draft.made")
    assert other.json()["facts"]["see"] == f"/books/{BOOK}/work/drafts/{id_}"
    assert refused(office["cashier"].post("", wanted), 409, "draft.made"), "it is the accountant's"
    assert refused(office["accountant"].post("", {**wanted, "id": "no"}), 400, "draft.malformed")
    office["head"].sign(made[0].json())
    done = office["accountant"].sign(made[0].json()).json()
    assert office["accountant"].post("", wanted).json()["entry"] == done["entry"]


def test_no_draft_takes_the_id_of_an_entry(office: Office) -> None:
    office.door.post(office.door.note(voucher()))
    taken = list(office.door.book().vouchers.posted)[-1]
    wanted = {"type": "voucher.posted/1", "data": data(), "id": taken}
    assert refused(office["accountant"].post("", wanted), 409, "draft.made")
