"""Four people at four browsers bring a month to its end: a voucher, its correction, the closing, the statement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher

if TYPE_CHECKING:
    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e


def drafted(person: Person) -> str:
    """Return the id of the draft whose page is open."""
    person.page.wait_for_selector("#said h2")
    return person.page.url.rsplit("/", 1)[1]


def sign(hall: Hall, id_: str, *roles: str) -> int:
    """Let these sign a draft one after another, the last of whom posts it; return the entry."""
    for role in roles:
        page = hall[role].open_draft(id_)
        page.click("#sign")
        page.wait_for_selector("#sign", state="hidden")
    link = hall[roles[-1]].page.locator("#state a").first.get_attribute("href") or ""
    return int(link.rsplit("/", 1)[1])


def shown(person: Person, entry: int) -> str:
    """Open an entry as soon as it is in the public log, and return the page's text."""
    person.door.service.runner.wait_for(BOOK, entry + 1, 10)
    return person.goto(f"/books/{BOOK}/entries/{entry}").inner_text("main")


def test_from_slip_to_closed_month(hall: Hall) -> None:
    cashier, accountant = hall["cashier"], hall["accountant"]
    type_voucher(cashier, "收鱼塘承包款", "2,000", "2026-01-28")
    cashier.page.click("#save")
    entry = sign(hall, drafted(cashier), "supervisor", "accountant", "head")
    text = shown(accountant, entry)
    assert "2,000.00" in text
    assert all(role in text for role in ("会计", "负责人", "监督委员会"))

    accountant.page.click("text=冲销")
    accountant.page.click("text=制成待签的冲销凭证")
    red = sign(hall, drafted(accountant), "accountant", "supervisor", "head")
    assert "冲销 记-2026-01-" in shown(accountant, red)
    assert "注销1月28日" in accountant.page.inner_text("main")
    assert "已冲销" in shown(accountant, entry)
    assert accountant.page.locator("main >> text=/^冲销$/").count() == 0

    desk = accountant.goto(f"/books/{BOOK}/work")
    assert "2026年1月" in desk.inner_text("#month")
    desk.click("text=制成待签的结账单")
    closing = drafted(accountant)
    assert "此后这个月不能再记账" in accountant.page.inner_text("#said")
    closed = sign(hall, closing, "accountant", "head")
    assert "结账" in shown(accountant, closed)
    assert "2026年2月" in accountant.goto(f"/books/{BOOK}/work").inner_text("#month")

    late = hall["cashier"]
    type_voucher(late, "补记", "10", "2026-01-31")
    late.page.click("#save")
    drafted(late)
    assert "已结账" in late.page.inner_text("#state")

    head = hall["head"]
    page = head.goto(f"/books/{BOOK}/balance-sheet?period=2026-01")
    assert "资产总计" in page.inner_text("main")
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    for person in (cashier, accountant, head, hall["supervisor"]):
        assert person.complaints == []


def test_an_error_is_set_right_as_the_law_has_it(hall: Hall) -> None:
    """A red voucher, a blue one that names the same, and one more for a difference."""
    accountant = hall["accountant"]
    page = accountant.page
    type_voucher(accountant, "收果园承包款", "2,000", "2026-02-25")
    page.click("#save")
    entry = sign(hall, drafted(accountant), "supervisor", "accountant", "head")
    shown(accountant, entry)
    page.click("text=冲销")
    page.fill("#date", "2026-02-25")
    page.click("text=制成待签的冲销凭证")
    red = sign(hall, drafted(accountant), "accountant", "supervisor", "head")
    shown(accountant, red)
    shown(accountant, entry)
    page.click("text=另制一张对的（订正）")
    page.wait_for_selector("#credit-2")
    assert page.input_value("#summary").startswith("订正2月25日记-2026-02-")
    page.fill("#date", "2026-02-25")
    page.fill("#debit-1", "1,900")
    page.fill("#credit-2", "1,900")
    page.click("#save")
    right = sign(hall, drafted(accountant), "accountant", "supervisor", "head")
    text = shown(accountant, right)
    assert "1,900.00" in text
    assert re.search(r"订正 记-2026-02-\d{4}", text)
    assert re.search(r"由 记-2026-02-\d{4} 订正", shown(accountant, entry))
    shown(accountant, right)
    page.click("text=只补差额（调整）")
    page.wait_for_selector("#credit-2")
    assert (page.input_value("#debit-1"), page.input_value("#account-1")[:5]) == ("", "10201")
    page.fill("#date", "2026-02-26")
    page.fill("#debit-1", "-100")
    page.fill("#credit-2", "-100")
    page.click("#save")
    adjusted = sign(hall, drafted(accountant), "accountant", "head")
    words = "调整2月25日记-2026-02-[0-9]+号凭证金额：订正2月25日"
    assert re.search(words, shown(accountant, adjusted))
    assert accountant.complaints == []


def test_a_posted_voucher_is_copied_into_a_new_one(hall: Hall) -> None:
    accountant = hall["accountant"]
    type_voucher(accountant, "收水费", "30", "2026-02-20")
    accountant.page.click("#save")
    entry = sign(hall, drafted(accountant), "accountant", "head")
    shown(accountant, entry)
    accountant.page.click("text=照此制单")
    accountant.page.wait_for_selector("#lines tr >> nth=1")
    assert accountant.page.input_value("#summary") == "收水费"
    assert accountant.page.input_value("#debit-1") == "30.00"
    assert accountant.page.input_value("#account-2").startswith("50103")


def test_who_is_not_at_work_sees_no_tools(hall: Hall) -> None:
    stranger = hall.stranger("head")
    text = stranger.goto(f"/books/{BOOK}/entries/10").inner_text("main")
    assert "照此制单" not in text
    assert stranger.goto(f"/books/{BOOK}/work/reverse/10").url.endswith(
        f"/work?to=/books/{BOOK}/work/reverse/10"
    )
