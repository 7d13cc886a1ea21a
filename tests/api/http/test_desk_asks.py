"""Whose turn it is: the desk lists for each what waits for them, and the counts of other villages agree with it."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_desk import page_of, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.http.conftest import Door


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def listed(office: Office, role: str, section: str) -> list[str]:
    """Return the ids of the drafts in a section of a role's desk."""
    found = re.search(
        rf'<section aria-labelledby="{section}">.*?</section>', page_of(office[role]), re.DOTALL
    )
    return re.findall(rf'href="/books/{BOOK}/work/drafts/(\w+)"', found[0]) if found else []


def where(office: Office, role: str, draft: dict[str, Any]) -> str:
    """Return in which section of a role's desk a draft stands."""
    (section,) = [one for one in ("mine", "mend", "others") if draft["id"] in listed(office, role, one)]
    return section


def row_of(office: Office, role: str, draft: dict[str, Any]) -> str:
    """Return the words of a draft's row on a role's desk."""
    rows = re.findall(r"<tr>.*?</tr>", page_of(office[role]), re.DOTALL)
    return next(words(row) for row in rows if draft["id"] in row)


def cash(office: Office, by: str = "accountant", **fields: Any) -> dict[str, Any]:  # noqa: ANN401 -- of a voucher
    """Make the draft of a small voucher of cash, for which the cashier is no condition."""
    period = office.door.book().periods.next_to_close
    paid = voucher(15_00, date=f"{period}-06", debit="51302", credit="101", **fields)
    made = office[by].make(msgspec.to_builtins(paid))
    assert "cashier" not in made["missing"]
    return made


def test_cash_waits_for_the_cashier_until_the_cashier_has_signed(office: Office) -> None:
    draft = cash(office)
    before = office.door.service.drafts.waits(BOOK, "cashier").to_sign
    assert where(office, "cashier", draft) == "mine"
    assert "出纳" in row_of(office, "head", draft)
    assert "cashier" in draft["asks"]
    signed = office["cashier"].sign(draft).json()
    assert signed["asks"] == draft["missing"]
    assert where(office, "cashier", draft) == "others"
    assert office.door.service.drafts.waits(BOOK, "cashier").to_sign == before - 1


def test_what_moves_no_cash_asks_for_nobody_but_those_who_are_missing(office: Office) -> None:
    period = office.door.book().periods.next_to_close
    draft = office["accountant"].make(msgspec.to_builtins(voucher(15_00, date=f"{period}-06")))
    assert draft["asks"] == draft["missing"]
    assert where(office, "cashier", draft) == "others"


def test_cash_that_is_signed_by_those_who_must_is_posted_without_the_cashier(office: Office) -> None:
    draft = cash(office)
    for role in draft["missing"]:
        draft = office[role].sign(draft).json()
    assert (draft["state"], draft["asks"]) == ("posted", [])


def test_what_is_refused_waits_for_whoever_made_it(office: Office) -> None:
    draft = cash(office, by="cashier")
    waits = office.door.service.drafts.waits
    to_sign, to_mend = waits(BOOK, "head").to_sign, waits(BOOK, "cashier").to_mend
    assert where(office, "head", draft) == "mine"
    office["head"].refuse(draft, "没有收据")
    places = {role: where(office, role, draft) for role in ("cashier", "accountant", "head")}
    assert places == {"cashier": "mend", "accountant": "others", "head": "others"}
    assert "制单的出纳改动或撤回" in row_of(office, "head", draft)
    assert "没有收据" in row_of(office, "cashier", draft)
    assert (waits(BOOK, "head").to_sign, waits(BOOK, "cashier").to_mend) == (to_sign - 1, to_mend + 1)
    changed = office["accountant"].change(draft, draft["statement"]["data"] | {"summary": "付零星支出"})
    assert where(office, "head", draft) == "mine", "its text is another"
    office["head"].refuse(changed.json(), "还是没有")
    assert where(office, "accountant", draft) == "mend", "whose text it is"
    assert where(office, "cashier", draft) == "mend", "whose voucher it is"


def test_who_refused_and_signs_all_the_same_lets_it_go_on(office: Office) -> None:
    draft = cash(office)
    office["head"].refuse(draft)
    assert where(office, "accountant", draft) == "mend"
    office["head"].sign(draft)
    assert where(office, "accountant", draft) == "mine"


def test_what_cannot_be_posted_waits_for_whoever_made_it(office: Office) -> None:
    period = office.door.book().periods.next_to_close
    unbalanced = msgspec.to_builtins(voucher(15_00, date=f"{period}-06"))
    unbalanced["lines"][0]["debit_fen"] += 1
    draft = office["accountant"].make(unbalanced)
    assert (draft["problem"]["rule"], draft["asks"]) == ("voucher.unbalanced", [])
    places = {role: where(office, role, draft) for role in ("cashier", "accountant", "head")}
    assert places == {"cashier": "others", "accountant": "mend", "head": "others"}
    assert "制单的会计改动或撤回" in row_of(office, "head", draft)


def test_a_page_that_is_not_for_ones_role_says_so_in_its_heading(office: Office) -> None:
    answer = office["head"].client.get(f"/books/{BOOK}/work/new", headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert "<h1>没有权限" in answer.text
    assert "请求有误" not in answer.text


def test_who_had_refused_is_told_that_it_was_changed(office: Office) -> None:
    told = "您拒签以后改动了，请重看"
    draft = cash(office)
    office["head"].refuse(draft, "没有收据")
    assert told not in row_of(office, "head", draft)
    changed = office["accountant"].change(draft, draft["statement"]["data"] | {"summary": "补了收据"}).json()
    assert told in row_of(office, "head", draft)
    assert told not in row_of(office, "accountant", draft)
    again = office["accountant"].change(changed, draft["statement"]["data"] | {"summary": "补收据"}).json()
    assert told in row_of(office, "head", draft), "until they have looked at it"
    office["head"].refuse(again, "金额不对")
    assert told not in row_of(office, "head", draft)
    last = office["accountant"].change(again, draft["statement"]["data"] | {"summary": "零星支出"}).json()
    office["head"].sign(last)
    assert told not in row_of(office, "head", draft)


def test_a_draft_that_is_no_voucher_says_of_what_it_is(office: Office) -> None:
    found = office["accountant"].make({"code": "51309", "name": "租车费"}, "account.added/1")
    row = row_of(office, "head", found)
    assert "增设科目 51309 租车费" in row
    assert "account 51309 租车费 is added" in row
