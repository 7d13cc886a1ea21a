"""The page of a draft leads each on to what waits for them: the cashier to what moves cash, as the desk has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.api.http.conftest import BOOK, voucher

if TYPE_CHECKING:
    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e


def made(person: Person, summary: str) -> str:
    """Make the draft of a voucher of cash through the browser's session; return its id."""
    period = person.door.book().periods.next_to_close
    paid: dict[str, Any] = msgspec.to_builtins(
        voucher(15_00, date=f"{period}-06", debit="51302", credit="101")
    )
    content = {"type": "voucher.posted/1", "data": paid | {"summary": summary}}
    answer = person.page.request.post(
        f"{person.door.url}/books/{BOOK}/drafts", data=content, headers={"origin": person.door.url}
    )
    assert answer.status == 201, answer.text()
    id_: str = answer.json()["id"]
    return id_


def test_the_cashier_is_led_from_one_voucher_of_cash_to_the_next(hall: Hall) -> None:
    accountant, cashier = hall["accountant"], hall["cashier"]
    first, second = made(accountant, "付邮费"), made(accountant, "付车费")
    page = cashier.open_draft(first)
    assert "收付现金，也请出纳签" in page.inner_text("#state")
    page.click("#sign")
    page.wait_for_selector("#next a")
    assert "下一张等我签的（还有 1 张）" in page.inner_text("#next")
    page.click("#next a")
    page.wait_for_url(f"**/work/drafts/{second}")
    page.wait_for_selector("#said h2")
    page.click("#sign")
    page.wait_for_selector("#next a")
    assert "没有别的等我签了" in page.inner_text("#next")
    assert "收付现金" not in page.inner_text("#state")
