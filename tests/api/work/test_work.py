"""In the browser, a voucher goes from slip to signed entry, and all who work on it are told what others did."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from domain.kernel.period import last_day
from domain.ledger import read_entries
from domain.vouchers import VoucherPosted
from tests.api.http.conftest import BOOK, voucher
from tests.api.work.conftest import type_voucher, withdraw

if TYPE_CHECKING:
    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e


def test_a_voucher_from_slip_to_signed_entry(hall: Hall) -> None:
    cashier, head, accountant = hall["cashier"], hall["head"], hall["accountant"]
    type_voucher(cashier)
    assert cashier.page.inner_text("#difference") == "借贷平衡"
    assert cashier.page.input_value("#credit-2") == "125.50"
    cashier.page.click("#save")
    cashier.page.wait_for_selector("#said h2")
    id_ = cashier.page.url.rsplit("/", 1)[1]

    page = head.open_draft(id_)
    assert "125.50" in page.inner_text("#said")
    assert "10201" in page.inner_text("#said")
    page.click("#sign")
    page.wait_for_selector("text=已签：负责人")

    page = accountant.open_draft(id_)
    page.click("#sign")
    page.wait_for_selector("text=已入账")
    posted = [
        entry for entry in read_entries(hall["head"].door.service.recorder, BOOK) if entry.statement.id == id_
    ]
    assert len(posted) == 1
    assert isinstance(posted[0].statement, VoucherPosted)
    assert posted[0].statement.data.lines[0].debit_fen == 12_550
    for person in (cashier, head, accountant):
        assert person.complaints == []


def test_what_cannot_be_posted_is_not_offered_to_be_signed(hall: Hall) -> None:
    """It is said why, and what to do; it can still be refused."""
    accountant = hall["accountant"]
    wanted = {"type": "voucher.posted/1", "data": msgspec.to_builtins(voucher(debit="999"))}
    made = accountant.page.request.post(f"{accountant.door.url}/books/{BOOK}/drafts", data=wanted)
    page = hall["head"].goto(f"/books/{BOOK}/work/drafts/{made.json()['id']}")
    page.wait_for_selector("text=所以不能签")
    assert "999" in page.inner_text("#state")
    assert page.is_hidden("#sign")
    assert page.is_visible("#refusal")


def test_a_refusal_and_a_change_are_seen_by_all(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    type_voucher(cashier, "付办公费", "30")
    cashier.page.click("#save")
    cashier.page.wait_for_selector("#said h2")
    id_ = cashier.page.url.rsplit("/", 1)[1]
    page = head.open_draft(id_)
    page.fill("#reason", "没有发票")
    page.click("#refusal button")
    page.wait_for_selector("text=负责人拒签：没有发票")

    page = cashier.open_draft(id_)
    assert "没有发票" in page.inner_text("#state")
    assert "待改。已签：还没有人签。等制单的出纳改动或撤回。" in page.inner_text("#state")
    page.click("#change")
    page.wait_for_selector("#lines tr")
    assert page.input_value("#summary") == "付办公费"
    page.fill("#summary", "付办公费（补发票）")
    page.click("#save")
    page.wait_for_selector("text=第 2 稿")
    assert "拒签：" not in page.inner_text("#state")


def test_what_changed_meanwhile_is_not_signed(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    type_voucher(cashier, "付电费", "40")
    cashier.page.click("#save")
    cashier.page.wait_for_selector("#said h2")
    id_ = cashier.page.url.rsplit("/", 1)[1]
    page = head.open_draft(id_)
    changing = cashier.goto(f"/books/{BOOK}/work/drafts/{id_}/change")
    changing.wait_for_selector("#lines tr")
    changing.fill("#debit-1", "4,000")
    changing.fill("#credit-2", "4,000")
    changing.click("#save")
    changing.wait_for_selector("text=第 2 稿")
    page.click("#sign")
    page.wait_for_selector("#told .alarm")
    assert "它已由出纳于 " in page.inner_text("#told")
    assert "4,000.00" in page.inner_text("#said")
    assert "还没有人签" in page.inner_text("#state")


def test_two_who_change_one_draft_are_told(hall: Hall) -> None:
    cashier, accountant = hall["cashier"], hall["accountant"]
    type_voucher(cashier, "付茶水费", "50")
    cashier.page.click("#save")
    cashier.page.wait_for_selector("#said h2")
    id_ = cashier.page.url.rsplit("/", 1)[1]
    for person in (cashier, accountant):
        person.goto(f"/books/{BOOK}/work/drafts/{id_}/change")
        person.page.wait_for_selector("#lines tr")
    accountant.page.fill("#summary", "付茶水费（三月）")
    accountant.page.click("#save")
    accountant.page.wait_for_selector("text=第 2 稿")
    cashier.page.fill("#summary", "付茶叶费")
    cashier.page.click("#save")
    cashier.page.wait_for_selector("#told .alarm")
    assert "已由" in cashier.page.inner_text("#told")


def test_the_desk_says_what_waits_for_me(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    type_voucher(cashier, "付邮费", "12")
    cashier.page.click("#save")
    cashier.page.wait_for_selector("#said h2")
    desk = head.goto(f"/books/{BOOK}/work")
    assert "付邮费" in desk.inner_text("section[aria-labelledby=mine]")
    assert "付邮费" in cashier.goto(f"/books/{BOOK}/work").inner_text("section[aria-labelledby=others]")
    assert desk.locator("text=制一张凭证").count() == 0


ULID = re.compile("[0-9A-HJKMNP-TV-Z]{26}")


def test_nobody_has_to_read_an_id(hall: Hall) -> None:
    """A draft, and what it cancels, are told by date, summary and amount, with a link."""
    accountant, cashier = hall["accountant"], hall["cashier"]
    late = cashier.goto(f"/books/{BOOK}/work/reverse/18")
    page = accountant.goto(f"/books/{BOOK}/work/reverse/18")
    page.click("form.make button")
    page.wait_for_url("**/work/drafts/*")
    page.wait_for_selector("#said h2")
    draft = page.url.removeprefix(accountant.door.url)
    original = page.locator("#said .facts a")
    assert original.inner_text() == "记-2026-03-0004（2026-03-21「订正 3 月 20 日路灯电费凭证」421.80 元）"
    assert original.get_attribute("href") == f"/books/{BOOK}/entries/18"
    assert not ULID.search(page.inner_text("main"))
    assert not ULID.search(accountant.goto(f"/books/{BOOK}/work").inner_text("main"))
    late.click("form.make button")
    late.wait_for_selector("#told .alarm a")
    told = late.inner_text("#told .alarm")
    page = accountant.goto(f"/books/{BOOK}/work/reverse/18")
    for words in (told, page.inner_text("main .alarm")):
        assert "-421.80 元，由会计于 " in words
        assert not ULID.search(words)
    assert page.locator("form.make").count() == 0
    for shown, link in ((late, "#told .alarm a"), (page, "main .alarm a")):
        shown.click(link)
        shown.wait_for_selector("#said h2")
        assert shown.url.endswith(draft)
    withdraw(page)


def test_who_closes_past_the_checklist_says_why_to_all_who_sign(hall: Hall) -> None:
    accountant, head = hall["accountant"], hall["head"]
    page = accountant.page
    type_voucher(accountant, "收地租", "20", date="2026-01-20")
    page.click("#save")
    page.wait_for_selector("#said h2")
    waiting = page.url.rsplit("/", 1)[1]
    accountant.goto(f"/books/{BOOK}/work")
    page.get_by_role("button", name="制成待签的结账单").click()
    page.wait_for_selector("#told .alarm")
    assert "请写明理由" in page.inner_text("#told")
    page.fill("#despite", "地租下月补记")
    page.get_by_role("button", name="制成待签的结账单").click()
    page.wait_for_selector("#said h2")
    seen = head.open_draft(page.url.rsplit("/", 1)[1])
    told = seen.inner_text("#state")
    assert "制单时写明：结账检查有 1 项必须处理，照样结账 / despite 1 to be set right: 地租下月补记" in told
    assert "said by the accountant" in told
    head.page.fill("#reason", "等地租入账")
    head.page.click("#refusal button")
    head.page.wait_for_selector("#state >> text=拒签")
    assert "负责人拒签：等地租入账" in accountant.goto(f"/books/{BOOK}/work").inner_text("main")
    for id_ in (seen.url.rsplit("/", 1)[1], waiting):
        withdraw(accountant.open_draft(id_))


def test_a_recurring_voucher_is_kept_reminded_of_and_made(hall: Hall) -> None:
    cashier = hall["cashier"]
    page = cashier.page
    type_voucher(cashier, "收鱼塘租金", "200", date="2026-01-31")
    page.click("#keeping summary")
    page.fill("#template-name", "鱼塘租金")
    page.select_option("#template-every", "month")
    page.click("#keeptemplate")
    page.wait_for_selector("text=已存为常用凭证：鱼塘租金")
    period = cashier.door.service.drafts.next_to_close(BOOK)
    desk = cashier.goto(f"/books/{BOOK}/work")
    assert "还有 1 张定期凭证没有做" in desk.inner_text("section[aria-labelledby=templates]")
    desk.get_by_role("link", name="鱼塘租金").click()
    page.wait_for_selector("#lines tr")
    assert page.input_value("#summary") == "收鱼塘租金"
    assert page.input_value("#date") == min(f"{period}-31", last_day(period))
    assert page.input_value("#account-2").startswith("50103")
    assert page.input_value("#credit-2") == "200.00"
    page.click("#save")
    page.wait_for_selector("#said h2")
    desk = cashier.goto(f"/books/{BOOK}/work")
    assert "定期凭证没有做" not in desk.inner_text("section[aria-labelledby=templates]")

    cashier.goto(f"/books/{BOOK}/work/new")  # and chosen in the form, for another day
    page.wait_for_selector("#choosing:not([hidden])")
    date = page.input_value("#date")
    page.select_option("#template", label="鱼塘租金")
    assert (page.input_value("#summary"), page.input_value("#date")) == ("收鱼塘租金", date)
    cashier.goto(f"/books/{BOOK}/work")
    page.get_by_role("button", name="删去常用凭证 鱼塘租金").click()
    page.wait_for_selector("section[aria-labelledby=templates]", state="detached")
