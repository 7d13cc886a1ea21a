"""The vouchers of a month as they are printed: what the law wants, off the signed bytes, three to a sheet."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import msgspec
import pytest

from api.http import slips
from domain.entry import parse_entry
from domain.vouchers import Attachments, Reversal, VoucherPosted, VoucherReversed, mirrored
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, voucher

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.api.http.conftest import Door


def text_of(door: Door, path: str) -> str:
    answer = door.client.get(f"/books/{BOOK}/{path}", headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def slips_of(door: Door, path: str) -> list[str]:
    answer = door.client.get(f"/books/{BOOK}/{path}", headers={"accept": "text/html"})
    return re.findall(r"<article.*?</article>", answer.text, re.DOTALL)


def test_each_has_what_the_law_wants(door: Door) -> None:
    found = text_of(door, "vouchers?period=2026-03")
    for words in (
        "2026-03-20",
        "记-2026-03-0002",
        "路灯电费",
        "51401 公益支出/环境整治及长效管护",
        "10201 银行存款/基本账户",
        "412.80",
        "肆佰壹拾贰元捌角整",
        "附原始凭证 1 张",
        "记账：1 号密钥",
        "审批：1 号密钥",
    ):
        assert words in found


def places_of(slip: str) -> dict[str, str]:
    """Return who signed in which place of a printed voucher."""
    foot = re.search(r'<p class="slip-foot">.*?</p>', slip, re.DOTALL)
    assert foot is not None
    chinese = re.sub(r'<span class="note" lang="en">[^<]*</span>', "", foot[0])
    found = re.findall(r"<span[^>]*>([^<：]+)：([^<]*)</span>", chinese)
    return {label: who.strip() for label, who in found}


def test_there_is_a_place_for_each_whom_the_law_wants_to_sign(door: Door) -> None:
    """会计基础工作规范 art. 51: 制单, 稽核, 记账, 会计主管, and 出纳 where money comes or goes."""
    for slip in slips_of(door, "vouchers?period=2026-03"):
        places = places_of(slip)
        assert [*places][:4] == ["制单", "审核", "记账", "会计主管"]
        assert "出纳" in places
        assert places["记账"] == "1 号密钥"
        assert (
            places["制单"] == places["审核"] == places["会计主管"] == ""
        )  # by hand: the log does not say it
    moves_no_money = voucher(date="2026-10-02", debit="51302")
    assert door.post(door.note(moves_no_money), wait=10).status_code == 201
    (slip,) = slips_of(door, "vouchers?period=2026-10")
    assert "出纳" not in places_of(slip)


def test_whoever_made_the_draft_stands_as_its_maker_if_they_signed(door: Door) -> None:
    def posted(maker: str, date: str) -> str:
        draft = office[maker].make(msgspec.to_builtins(voucher(date=date)))
        office["accountant"].sign(draft)
        entry = office["head"].sign(draft).json()["entry"]
        door.service.runner.wait_for(BOOK, entry + 1, 10)
        (slip,) = slips_of(door, f"vouchers?period={date[:7]}")
        return places_of(slip)["制单"]

    with ExitStack() as stack:
        office = Office(door, stack)
        assert posted("accountant", "2026-08-02") == "1 号密钥"
        assert posted("cashier", "2026-09-02") == ""  # a cashier who did not sign is not in the log


def test_a_reversal_names_what_it_cancels_and_that_names_the_reversal(door: Door) -> None:
    original = parse_entry(door.get("entries/15.note").content).statement
    assert isinstance(original, VoucherPosted)
    red = Reversal(
        attachments=Attachments(),
        date="2026-05-06",
        lines=mirrored(original.data.lines),
        reverses=original.id,
        summary="冲销",
    )
    posted = door.post(door.note(red, VoucherReversed, "accountant", "head", "supervisor"), wait=10)
    assert posted.status_code == 201, posted.text
    found = text_of(door, "vouchers?period=2026-05")
    assert "冲销 记-2026-03-" in found
    assert original.id not in found
    assert "负伍仟元整" in found
    number = door.get(f"entries/{posted.json()['index']}").text.partition("记-2026-05-")[2][:4]
    assert f"由 记-2026-05-{number} 冲销" in text_of(door, "vouchers?period=2026-03")


def test_they_stand_in_the_order_of_their_numbers(door: Door) -> None:
    numbers = re.findall(r"记-2026-03-(\d{4})", text_of(door, "vouchers?period=2026-03"))
    assert numbers == sorted(numbers) == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


def test_what_is_printed_is_what_was_signed(door: Door) -> None:
    before = slips_of(door, "vouchers?period=2026-03")[1]
    with door.service.pool.connection() as connection:
        tables = ("journal", "debit_fen = debit_fen * 2"), ("vouchers", "summary = '改过', amount_fen = 1")
        with connection.transaction(force_rollback=False):
            connection.execute("RESET ROLE")
            for table, change in tables:
                connection.execute(f"UPDATE read.{table} SET {change} WHERE entry = 16")  # noqa: S608
            connection.execute("SET ROLE sunledger_web")
    assert slips_of(door, "vouchers?period=2026-03")[1] == before


def test_a_long_month_is_turned_page_by_page(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slips, "SLIPS_PER_PAGE", 3)
    first = slips_of(door, "vouchers?period=2026-03")
    rest = slips_of(door, "vouchers?period=2026-03&offset=3")
    assert len(first) == 3
    assert first[-1] not in rest
    assert "下一页" in text_of(door, "vouchers?period=2026-03")
    assert "上一页" in text_of(door, "vouchers?period=2026-03&offset=3")


def test_a_month_without_vouchers_says_so(door: Door) -> None:
    assert "这个月没有凭证" in text_of(door, "vouchers?period=2025-01")


@pytest.mark.e2e
def test_three_stand_on_a_sheet_of_a4(door: Door, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"{door.url}/books/{BOOK}/vouchers?period=2026-03")
    count = page.locator(".slip").count()
    pdf = page.pdf(format="A4")
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == -(-count // 3)


def test_each_is_printed_with_the_address_that_the_page_promises(door: Door, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"{door.url}/books/{BOOK}/vouchers?period=2026-03")
    assert "永久地址" in page.inner_text("main")
    slip = page.locator(".slip").first
    href = slip.locator(".slip-head a").get_attribute("href")
    address = f"{door.url}{href}"
    assert address not in slip.inner_text(), "on the screen it is a link"
    page.emulate_media(media="print")
    assert address in slip.inner_text()
    page.set_viewport_size({"width": 680, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.close()
