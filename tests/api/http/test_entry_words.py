"""The page of an entry says in a villager's words what was signed, with names and yuan, for every type."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, get_args

import pytest

from api.entry_background import Background, read_background
from api.entry_views import VIEWS
from api.entry_words import line_of, words_of
from domain.entry import AnyStatement
from domain.kernel.errors import Phrase
from domain.kernel.statement import Seen
from domain.ledger import read_entries
from domain.opening import Balances, OpeningPosted
from domain.periods import Closing, PeriodClosed
from domain.policy import PolicySet, PolicyTiers, Tier
from domain.roles import KeyGranted, KeyRevoked, KeyRotated
from domain.roles.events import Revocation, Rotation
from domain.vouchers import Line, SaltedVoucherPosted, SaltedVoucherReversed, VoucherPosted, VoucherReversed
from projections import register
from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.kernel.statement import Statement
    from tests.api.http.conftest import Door

NOTHING = Seen(n=0, r="")
BACKGROUND = Background(
    "2026-01",
    {"102": "银行存款", "10201": "基本户", "301": "资本"},
    {f"{BOOK}/head/1": "王五", f"{BOOK}/cashier/1": ""},
)


def read(door: Door, index: int) -> str:
    """Return the Chinese of an entry's page as a person reads it, without tags, in one line."""
    answer = door.client.get(f"/books/{BOOK}/entries/{index}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    main = re.sub(r'<span class="note" lang="en">[^<]*</span>', "", main)  # as test_english.py has it
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def index_of(door: Door, kind: str) -> int:
    """Return the first entry of a type."""
    for index in range(20):
        if door.get(f"entries/{index}.json").json()["statement"]["type"] == kind:
            return index
    raise AssertionError(kind)


def statement(kind: Callable[..., Statement], data: object) -> Statement:
    """Return a statement that nobody signed."""
    return kind(at="2026-01-01T00:00:00+08:00", book=BOOK, data=data, id="0" * 26, seen=NOTHING)


def test_every_type_but_vouchers_has_words() -> None:
    vouchers = {VoucherPosted, VoucherReversed, SaltedVoucherPosted, SaltedVoucherReversed}
    assert set(VIEWS) | vouchers == set(get_args(AnyStatement))


def test_opened_book_names_village_chart_month_and_keys(door: Door) -> None:
    text = read(door, 0)
    for words in ("小河村", "2026年1月", "农村集体经济组织会计制度", "行政区划代码", BOOK, "岗位 谁 公钥"):
        assert words in text
    for role in ("乡镇", "会计", "出纳", "负责人", "监督委员会"):
        assert role in text
    assert f"{BOOK}/township/1+" in text
    assert "first_period" not in text
    assert "keys[" not in text


def test_opening_balances_are_a_table_in_yuan_with_names_and_totals(door: Door) -> None:
    text = read(door, index_of(door, "opening.posted/1"))
    assert "期初余额（元） 科目 借方 贷方 101 库存现金" in text
    assert re.search(r"合计 ([\d,]+\.\d\d) \1 ", text)
    assert re.search(r"102\d\d 银行存款/\S+ [\d,]+\.\d\d", text)
    assert "_fen" not in text


def test_policy_says_from_where_to_where_and_who(door: Door) -> None:
    text = read(door, index_of(door, "policy.set/1"))
    assert "0.00 元起 不到 1,000.00 元 会计、负责人 " in text
    assert "10,000.00 元起 不限 会计、负责人、监督委员会、乡镇 " in text
    assert "决议" not in text.partition("谁签了名")[0]


def test_added_account_names_what_it_stands_under(door: Door) -> None:
    text = read(door, index_of(door, "account.added/1"))
    assert re.search(r"科目编码 \d{5} 科目名称 \S+ 上级科目 \d{3} \S+ ", text)


def test_time_of_signing_is_in_words(door: Door) -> None:
    assert re.search(r"签名人写下的时间 \d{4}-\d\d-\d\d \d\d:\d\d ", read(door, 0))


def test_policy_with_resolution_says_so() -> None:
    tiers = [
        Tier(from_fen=0, roles=["head"], to_fen=100),
        Tier(from_fen=100, roles=["head"], resolution=True),
    ]
    table = words_of(statement(PolicySet, PolicyTiers(tiers=tiers)), BACKGROUND).table
    assert table is not None
    assert [row[-1] for row in table.rows] == [
        Phrase("不要求", "none"),
        Phrase("必须写明", "has to be named"),
    ]


def test_opening_line_with_party_and_project_shows_them() -> None:
    lines = [
        Line(account="10201", debit_fen=5, party="供销社", project="修路"),
        Line(account="301", credit_fen=5),
    ]
    table = words_of(statement(OpeningPosted, Balances(lines=lines)), BACKGROUND).table
    assert table is not None
    assert [heading.zh for heading in table.headings] == ["科目", "说明", "借方", "贷方"]
    assert table.rows[0] == ("10201 银行存款/基本户", "往来：供销社；项目：修路", 5, 0)
    assert table.totals == (Phrase("合计", "total"), "", 5, 5)


@pytest.mark.parametrize(("role", "who"), [("head", "负责人 王五"), ("cashier", "出纳")])
def test_ended_key_is_told_with_its_holder_and_the_reason(role: str, who: str) -> None:
    revoked = statement(KeyRevoked, Revocation(key=f"{BOOK}/{role}/1", reason="离任"))
    facts = {name.zh: text for name, text in words_of(revoked, BACKGROUND).facts}
    assert facts == {"吊销的密钥": f"{who}，{BOOK}/{role}/1", "原因": "离任"}


def test_rotated_key_tells_old_and_new(door: Door) -> None:
    new = door.keyring.grant("head", "王五", 2)
    words = words_of(statement(KeyRotated, Rotation(new=new, old=f"{BOOK}/head/1")), BACKGROUND)
    assert words.facts == [(Phrase("停用的密钥", "the old key"), f"负责人 王五，{BOOK}/head/1")]
    assert words.table is not None
    assert words.table.rows == [(Phrase("负责人", "head"), "王五", new.vkey)]


# ------------------------------------------------------------------------------- an entry in one line


def test_one_line_tells_whose_key_it_is(door: Door) -> None:
    new = door.keyring.grant("head", "王五", 2)
    granted = statement(KeyGranted, new)
    rotated = statement(KeyRotated, Rotation(new=new, old=f"{BOOK}/head/1"))
    revoked = statement(KeyRevoked, Revocation(key=f"{BOOK}/head/1", reason="离任"))
    assert line_of(granted, 0, BACKGROUND) == "授予签名密钥：负责人 王五"
    assert line_of(rotated, 0, BACKGROUND) == (f"更换签名密钥：负责人 王五，{BOOK}/head/1 → {BOOK}/head/2")
    assert line_of(revoked, 0, BACKGROUND) == f"吊销签名密钥：负责人 王五，{BOOK}/head/1"


def test_one_line_tells_which_month_was_closed() -> None:
    closed = statement(PeriodClosed, Closing(period="2026-03"))
    assert line_of(closed, 0, BACKGROUND) == "结账：2026年3月已经结账，此后不能再往这个月记账。"


def test_every_type_has_a_line_of_its_own(door: Door) -> None:
    with door.service.pool.connection() as connection:
        background = read_background(connection, register.book(connection, BOOK))
    entries = read_entries(door.service.recorder, BOOK)
    lines = [line_of(entry.statement, 1, background) for entry in entries]
    assert len(set(lines)) == len(lines) == 19
    assert all("\n" not in line and len(line) < 120 for line in lines)
