"""In the browser, a voucher goes from slip to signed entry; nobody signs what they have not seen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from playwright.sync_api import FilePayload

from api.attachments import MAX_BYTES
from api.identity.browserkey import for_browser
from domain.kernel.note import SigningKey
from domain.kernel.period import last_day
from domain.ledger import read_entries
from domain.vouchers import VoucherPosted
from tests.api import einvoices
from tests.api.http.conftest import BOOK, voucher
from tests.api.work.conftest import PASSPHRASE, PHONE, type_voucher

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page, Request, Route

    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e


def withdraw(page: Page) -> None:
    """Take the draft back that is open on a page."""
    page.once("dialog", lambda asked: asked.accept())
    page.click("#withdraw")
    page.wait_for_selector("text=已撤回")


def newest(person: Person, summary: str) -> str:
    """Return the id of the draft that a link with this text leads to."""
    href = person.page.get_by_role("link", name=summary).first.get_attribute("href") or ""
    return href.rsplit("/", 1)[1]


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


def test_typed_and_signed_at_once_by_keyboard(hall: Hall) -> None:
    accountant = hall["accountant"]
    type_voucher(accountant, "收水费", "88")
    accountant.page.keyboard.press("Control+Enter")
    accountant.page.wait_for_selector("#done li")
    assert "等别人签" in accountant.page.inner_text("#done")
    assert accountant.page.input_value("#summary") == ""
    id_ = newest(accountant, "收水费")
    assert "已签：会计" in accountant.open_draft(id_).inner_text("#state")


def test_accounts_are_found_by_the_initials_of_their_names(hall: Hall) -> None:
    page = hall["accountant"].goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    page.focus("#account-1")
    page.keyboard.type("kcxj")
    page.wait_for_selector("#account-1-found li")
    page.keyboard.press("Enter")
    assert page.input_value("#account-1") == "101 库存现金"


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("#debit-1", "1.234", "第 1 行借方"),
        ("#account-1", "999", "第 1 行"),
        ("#attachments", "x", "附件张数"),
    ],
)
def test_what_is_mistyped_is_said_with_its_line(hall: Hall, field: str, typed: str, told: str) -> None:
    accountant = hall["accountant"]
    type_voucher(accountant)
    accountant.page.fill(field, typed)
    accountant.page.click("#save")
    accountant.page.wait_for_selector("#told .alarm")
    assert told in accountant.page.inner_text("#told")
    assert typed in accountant.page.inner_text("#told")


def test_a_refusal_and_a_change_are_seen_by_all(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    type_voucher(cashier, "付办公费", "30")
    cashier.page.click("#save")
    cashier.page.wait_for_selector("#said h2")
    id_ = cashier.page.url.rsplit("/", 1)[1]
    page = head.open_draft(id_)
    page.fill("#reason", "没有发票")
    page.click("#refusal button")
    page.wait_for_selector("text=负责人拒签。没有发票")

    page = cashier.open_draft(id_)
    assert "没有发票" in page.inner_text("#state")
    page.click("text=改动")
    page.wait_for_selector("#lines tr")
    assert page.input_value("#summary") == "付办公费"
    page.fill("#summary", "付办公费（补发票）")
    page.click("#save")
    page.wait_for_selector("text=第 2 稿")
    assert "拒签。" not in page.inner_text("#state")


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
    assert "已被改动" in page.inner_text("#told")
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


def test_without_signing_in_the_way_leads_to_the_door(hall: Hall) -> None:
    stranger = hall.stranger("head")
    page = stranger.goto(f"/books/{BOOK}/work/new")
    assert page.url.endswith(f"/work?to=/books/{BOOK}/work/new")


def test_a_wrong_passphrase_is_told_and_a_key_can_be_forgotten(hall: Hall) -> None:
    head = hall.stranger("head", PHONE)
    page = head.goto("/work")
    head.read_key("falsch falsch")
    page.wait_for_selector("#told .alarm")
    assert "口令不对" in page.inner_text("#told")
    head.read_key(PASSPHRASE)
    page.wait_for_selector("#keys li")
    assert page.locator("#told .alarm").count() == 0
    assert "负责人 小河村经济合作社" in page.inner_text("#keys li")
    page.click("#keys button")
    page.wait_for_selector("#none:visible")
    page.reload()
    page.wait_for_selector("#none:visible")


def test_a_key_of_a_village_that_is_not_here_says_so(hall: Hall, tmp_path: Path) -> None:
    stranger = hall.stranger("head", PHONE)
    page = stranger.goto("/work")
    stranger.read_key()
    page.wait_for_selector("#keys li")
    file = tmp_path / "other.json"
    file.write_bytes(for_browser(SigningKey.generate("N2330881MF0000013Y/cashier/1"), PASSPHRASE))
    page.set_input_files("#file", file)
    page.fill("#passphrase", PASSPHRASE)
    page.click("#import button")
    page.wait_for_selector("#keys li >> nth=1")
    told = page.locator("#keys li").all_inner_texts()
    assert [one.split(" N2")[0] for one in told] == [
        "出纳 （这个村不在本网站） not a village of this site",
        "负责人 小河村经济合作社（虚构示例）",
    ]


def test_no_script_can_read_the_key_again(hall: Hall) -> None:
    page = hall["head"].goto("/work")
    read = page.evaluate(
        """async () => {
          const asked = indexedDB.open("sunledger.keys/v1", 1);
          const database = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
          const all = database.transaction("keys").objectStore("keys").getAll();
          const [held] = await new Promise((done) => { all.onsuccess = () => done(all.result); });
          const taken = (way) => crypto.subtle.exportKey(way, held.key).then(() => way, () => "");
          const ways = ["pkcs8", "jwk", "raw"].map(taken);
          return [held.key.extractable, ...(await Promise.all(ways))];
        }"""
    )
    assert read == [False, "", "", ""]


# --- a server that shows one thing and has another signed


def changing(old: str, new: str) -> Callable[[Route], None]:
    """Let the server's answer say something else."""

    def handle(route: Route) -> None:
        answer = route.fetch()
        assert old in answer.text()
        route.fulfill(response=answer, body=answer.text().replace(old, new))

    return handle


def sent(person: Person) -> list[str]:
    """Return what will have been sent to be taken as a signature."""
    found: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith(("/signatures", "/sessions")):
            found.append(request.post_data or "")

    person.page.on("request", note)
    return found


def test_what_was_kept_otherwise_than_typed_is_not_signed(hall: Hall) -> None:
    accountant = hall["accountant"]
    signed = sent(accountant)
    type_voucher(accountant, "付货款", "77.00")
    drafts = re.compile(r"/drafts$")
    accountant.page.route(drafts, changing("7700", "7701"))
    accountant.page.keyboard.press("Control+Enter")
    accountant.page.wait_for_selector("#told .alarm")
    accountant.page.unroute(drafts)
    assert "与您填的不同" in accountant.page.inner_text("#told")
    assert signed == []


def test_another_draft_in_its_place_is_not_offered_to_be_signed(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    type_voucher(cashier, "付运费", "60")
    cashier.page.click("#save")
    cashier.page.wait_for_selector("#said h2")
    id_ = cashier.page.url.rsplit("/", 1)[1]
    other = re.compile(rf"/drafts/{id_}$")
    head.page.route(other, lambda route: _other_draft(route, id_))
    page = head.goto(f"/books/{BOOK}/work/drafts/{id_}")
    page.wait_for_selector("#told .alarm")
    page.unroute(other)
    assert page.is_hidden("#sign")


def _other_draft(route: Route, id_: str) -> None:
    if "/work/" in route.request.url:
        route.continue_()
        return
    answer = route.fetch()
    text = answer.text().replace(f'\\"id\\":\\"{id_}\\"', '\\"id\\":\\"01JNK000000000000000000000\\"')
    route.fulfill(response=answer, body=text)


def test_the_page_signs_the_bytes_that_it_shows(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    type_voucher(cashier, "付维修费", "66")
    cashier.page.click("#save")
    cashier.page.wait_for_selector("#said h2")
    page = head.open_draft(cashier.page.url.rsplit("/", 1)[1])
    signed = sent(head)
    page.click("#sign")
    page.wait_for_selector("text=已签：负责人")
    assert len(signed) == 1
    assert '"debit_fen":6600' in signed[0]
    assert "付维修费" in signed[0]


def test_what_is_no_challenge_is_not_signed(hall: Hall) -> None:
    head = hall.stranger("head")
    signed = sent(head)
    page = head.goto("/work")
    head.read_key()
    page.wait_for_selector("#keys li")
    page.route(re.compile("/challenge$"), changing("sunledger.session/v1", "sunledger.entry/v1"))
    page.click("#enter")
    page.wait_for_selector("#told .alarm")
    assert "没有签名" in page.inner_text("#told")
    assert signed == []


def test_originals_are_uploaded_named_and_shown(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    type_voucher(cashier, "付打印费", "15")
    xml = b'<?xml version="1.0"?><Invoice n="7"/>'
    invoice = FilePayload(name="发票 7.xml", mimeType="text/xml", buffer=xml)
    page = cashier.page
    page.fill("#attachments", "")
    page.set_input_files("#files", [invoice])
    page.wait_for_selector("#attached li")
    assert page.input_value("#attachments") == "1"
    page.click("#save")
    page.wait_for_selector("#said h2")
    seen = head.open_draft(page.url.rsplit("/", 1)[1])
    link = seen.get_by_role("link", name="发票 7.xml")
    assert link.count() == 1
    got = head.page.request.get(f"{head.door.url}{link.get_attribute('href')}")
    assert got.body() == xml

    type_voucher(cashier, "又付打印费", "15")
    page.set_input_files("#files", [invoice])
    page.wait_for_selector("#attached li")
    page.click("#save")
    page.wait_for_selector("#told .alarm")
    assert "不能入账两次" in page.inner_text("#told")
    page.set_input_files("#files", [FilePayload(name="x.html", mimeType="text/html", buffer=b"<html>")])
    page.wait_for_selector("text=不收")
    assert "x.html" in page.inner_text("#told")


def test_a_file_that_is_too_large_is_named_before_it_is_sent(hall: Hall, tmp_path: Path) -> None:
    page = hall["cashier"].page
    hall["cashier"].goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    large = tmp_path / "全村合影.jpg"
    large.write_bytes(b"\0" * (MAX_BYTES + 1))
    page.set_input_files("#files", large)
    page.wait_for_selector("#told .alarm")
    assert "附件 全村合影.jpg 超过 16 MiB" in page.inner_text("#told")


def test_an_invoice_is_read_checked_and_booked(hall: Hall) -> None:
    accountant, head = hall["accountant"], hall["head"]
    page = accountant.page
    accountant.goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    page.fill("#summary", "买打印纸")
    theirs = einvoices.xml(buyer="N2330881MF0000013Y")
    page.set_input_files("#files", [FilePayload(name="发票.xml", mimeType="text/xml", buffer=theirs)])
    page.wait_for_selector("#invoices li")
    listed = page.inner_text("#invoices")
    assert "26332000000012345678，2026-02-01，价税合计 15.00 元" in listed
    assert "江山市文具店" in listed
    assert "不是本组织" in listed  # it is another village's
    assert page.input_value("#debit-1") == "15.00"
    page.get_by_role("button", name="去掉").first.click()  # the file, and with it what was read off it
    page.wait_for_selector("#invoices li", state="detached")
    page.click("summary")
    page.fill("#invoice-number", "0330019")
    page.click("#addinvoice")
    page.wait_for_selector("#told .alarm")
    assert "发票号码" in page.inner_text("#told")
    page.fill("#invoice-number", "03300 1900211 1234 5678")
    page.fill("#invoice-date", "2026-01-19")
    page.fill("#invoice-total", "15")
    page.click("#addinvoice")
    page.wait_for_selector("#invoices li")
    for cell, typed in (("#account-1", "10201"), ("#account-2", "50103")):
        page.fill(cell, typed)
        page.keyboard.press("Tab")
    page.click("#saveandsign")
    page.wait_for_selector("#done li")
    assert page.locator("#invoices li").count() == 0
    href = page.locator("#done a").first.get_attribute("href")
    assert href is not None
    seen = head.open_draft(href.rsplit("/", 1)[1])
    assert "发票 03300190021112345678，2026-01-19，价税合计 15.00 元" in seen.inner_text("#said")
    seen.click("#sign")
    link = seen.wait_for_selector("#state a[href*='/entries/']")
    entry = link.get_attribute("href") if link else None
    assert entry is not None
    shown = head.goto(entry).inner_text(".facts")
    assert "03300190021112345678，2026-01-19 开具，价税合计 15.00 元" in shown
    assert "查验平台" in shown


def test_whom_an_invoice_names_is_seen_before_it_is_signed(hall: Hall) -> None:
    accountant, head = hall["accountant"], hall["head"]
    page = accountant.page
    accountant.goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    page.fill("#summary", "买打印纸")
    ours = einvoices.xml("26332000000000000077", buyer=BOOK)
    page.set_input_files("#files", [FilePayload(name="发票.xml", mimeType="text/xml", buffer=ours)])
    page.wait_for_selector("#invoices li")
    for cell, typed in (("#account-1", "51302"), ("#debit-1", "51"), ("#account-2", "10201")):
        page.fill(cell, typed)
        page.keyboard.press("Tab")
    page.click("#save")
    page.wait_for_selector("#said h2")
    seen = head.open_draft(page.url.rsplit("/", 1)[1])
    told = seen.inner_text("#parties tbody").split("\t")
    assert [text.strip() for text in told] == [
        "26332000000000000077",
        "15.00",
        "江山市文具店（虚构）（91330881MA2DKYPW1X）",
        f"小河村经济合作社（虚构）（{BOOK}）",
    ]
    remarks = seen.inner_text("#state")
    assert "1 张发票价税合计 15.00 元，凭证合计 51.00 元，发票少 36.00 元" in remarks
    assert "the invoices (1) come to 15.00 yuan" in remarks
    assert seen.is_visible("#sign"), "it is a remark and no refusal"
    withdraw(page)


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


def test_goods_are_booked_with_their_quantity(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    page = cashier.page
    cashier.goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    assert page.is_hidden("#quantity-1")
    page.fill("#summary", "买化肥")
    page.focus("#account-1")
    keyboard = page.keyboard
    keyboard.type("121")
    for word in ("Tab", "Tab"):
        keyboard.press(word)
    keyboard.type("四十公斤")
    keyboard.press("Tab")
    keyboard.type("1000")
    page.focus("#account-2")
    keyboard.type("10201")
    keyboard.press("Tab")
    page.click("#save")
    page.wait_for_selector("#told .alarm")
    assert "不是数量" in page.inner_text("#told")
    page.fill("#quantity-1", "40.5 公斤")
    page.click("#save")
    page.wait_for_selector("#said h2")
    id_ = page.url.rsplit("/", 1)[1]
    assert "数量：40.5 公斤" in head.open_draft(id_).inner_text("#said")
    cashier.goto(f"/books/{BOOK}/work/drafts/{id_}/change")
    page.wait_for_selector("#lines tr")
    assert page.input_value("#quantity-1") == "40.5 公斤"


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


MAKE = """async ([path, draft]) => {
  const answer = await fetch(path, { method: "POST", body: JSON.stringify(draft) });
  return { status: answer.status, body: await answer.json() };
}"""


SIGNED = {"accountant": "会计", "head": "负责人"}


def test_a_years_plan_is_read_and_signed_by_three(hall: Hall) -> None:
    plan = {
        "lines": [{"account": "501", "planned_fen": 1_234_500}, {"account": "51302", "planned_fen": 67_890}],
        "resolution": {
            "agreed": 30,
            "body": "delegates",
            "date": "2026-01-20",
            "entitled": 38,
            "present": 34,
        },
        "year": "2026",
    }
    accountant = hall["accountant"]
    accountant.goto(f"/books/{BOOK}/work")
    made = accountant.page.evaluate(
        MAKE, [f"/books/{BOOK}/drafts", {"type": "budget.adopted/1", "data": plan}]
    )
    assert made["status"] == 201, made
    id_ = made["body"]["id"]
    for role in ("accountant", "head", "supervisor"):
        hall[role].complaints.clear()
        page = hall[role].open_draft(id_)
        said = page.inner_text("#said")
        for words in (
            "收支计划",
            "成员代表大会",
            "应到 38",
            "同意 30",
            "12,345.00",
            "678.90",
            "51302 办公费",
        ):
            assert words in said
        assert "贷方" not in said
        page.click("#sign")
        page.wait_for_selector("text=已入账" if role == "supervisor" else f"text=/已签：.*{SIGNED[role]}/")
        assert hall[role].complaints == []
    report = accountant.door.get("budget.json", period="2026-03").json()
    assert {row["account"]: row["planned_fen"] for row in report["rows"] if row["planned_fen"]} == {
        "501": 1_234_500,
        "51302": 67_890,
    }
