"""The vouchers of a month as they are printed: what the law wants, off the signed bytes, three to a sheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from api.http import slips
from domain.entry import parse_entry
from domain.vouchers import Attachments, Reversal, VoucherPosted, VoucherReversed, mirrored
from tests.api.http.conftest import BOOK

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
    assert f"红字：注销编号 {original.id} 的凭证" in found
    assert "负伍仟元整" in found
    assert f"已由第 {posted.json()['index']} 号记录冲销" in text_of(door, "vouchers?period=2026-03")


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
