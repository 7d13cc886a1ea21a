"""The page of a voucher says what was signed, whatever stands in the tables that were made of the entries."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import psycopg
import pytest

from domain.vouchers import Attachments, Line, Reversal, Voucher, VoucherReversed, mirrored
from tests.api.http.conftest import BOOK, voucher

if TYPE_CHECKING:
    from tests.api.http.conftest import Door

FORGE_VOUCHER = """
    UPDATE read.vouchers SET summary = 'forged', amount_fen = 7, date = '2001-01-01', attachments = 77,
                             source = 'forged', resolution = 'forged'
    WHERE entry = %s
"""
FORGE_LINES = """
    UPDATE read.journal SET summary = 'forged', account = '101', party = 'forged', debit_fen = debit_fen * 7,
                            credit_fen = credit_fen * 7
    WHERE entry = %s
"""
LINES = [
    Line(account="51302", debit_fen=12_345, summary="买纸", party="镇文具店", project="村务"),
    Line(account="101", credit_fen=12_345),
]
FULL = Voucher(
    attachments=Attachments(count=2),
    date="2026-04-05",
    lines=LINES,
    summary="付办公费",
    resolution="2026年第3号",
    source="记-17",
)


def post(door: Door, body: bytes) -> int:
    """Post an entry, wait until it is folded, and return its index."""
    answer = door.post(body, wait=30)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["index"])


def shown(door: Door, entry: int) -> str:
    """Return the main text of an entry's page, in one line."""
    answer = door.client.get(f"/books/{BOOK}/entries/{entry}", headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def forge(door: Door, entry: int) -> None:
    """Change the tables as somebody does who has the database."""
    with psycopg.connect(door.service.database_url, autocommit=True) as connection:
        for statement in (FORGE_VOUCHER, FORGE_LINES):
            assert connection.execute(statement, (entry,)).rowcount > 0


@pytest.mark.parametrize("kind", ["voucher", "reversal"])
def test_a_voucher_that_was_changed_in_the_tables_is_shown_as_it_was_signed(door: Door, kind: str) -> None:
    entry = post(door, door.note(FULL))
    if kind == "reversal":
        red = Reversal(
            attachments=Attachments(count=1),
            date="2026-04-06",
            lines=mirrored(FULL.lines),
            reverses=list(door.book().vouchers.posted)[-1],
            summary="冲销付办公费",
        )
        entry = post(door, door.note(red, VoucherReversed))
    before = shown(door, entry)
    forge(door, entry)
    assert shown(door, entry) == before
    assert "forged" not in before
    wanted = ["51302", "买纸", "往来：镇文具店", "项目：村务", "123.45", "壹佰贰拾叁元肆角伍分", "付办公费"]
    wanted += ["2 张", "记-17", "2026年第3号"] if kind == "voucher" else ["1 张", "-123.45", "冲销凭证"]
    assert [words for words in wanted if words not in before] == []


def test_red_and_blue_amounts_of_one_voucher_are_shown_by_their_total(door: Door) -> None:
    lines = [
        Line(account="51302", debit_fen=10_000),
        Line(account="51302", debit_fen=-2_000),
        Line(account="101", credit_fen=8_000),
    ]
    mixed = Voucher(attachments=Attachments(count=1), date="2026-04-07", lines=lines, summary="退货后付款")
    main = shown(door, post(door, door.note(mixed)))
    assert "金额 amount 80.00 元 捌拾元整" in main
    assert "合计 total 80.00 80.00" in main
    home = door.client.get(f"/books/{BOOK}", headers={"Accept": "text/html"}).text
    row = " ".join(re.sub(r"<[^>]*>", " ", home.partition("退货后付款")[2].partition("</tr>")[0]).split())
    assert "80.00" in row
    assert "120.00" not in row


def test_the_tables_are_what_lists_are_made_of(door: Door) -> None:
    """The guard above would pass on any page that reads other tables: these are the ones that pages read."""
    entry = post(door, door.note(voucher()))
    forge(door, entry)
    assert "forged" in door.client.get(f"/books/{BOOK}/journal", headers={"Accept": "text/html"}).text
