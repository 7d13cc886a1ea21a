"""What came in between two sizes, over HTTP: in words, account by account, in each format."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tests.api.http.conftest import BOOK, PROBLEM
from tests.api.http.test_history import read

if TYPE_CHECKING:
    from tests.api.http.conftest import Door


def test_march_of_the_village(door: Door) -> None:
    body = door.get("diff.json", **{"from": "15", "to": "19"}).json()
    assert (body["from"]["size"], body["to"]["size"], body["count"]) == (15, 19, 4)
    assert body["to"]["root"] == door.book().root(19)
    assert body["from"]["root"] == door.book().root(15)
    assert [entry["words"] for entry in body["entries"]] == [
        "记账凭证 记-2026-03-0001，2026-03-03，村级组织运转经费补助，5,000.00 元",
        "记账凭证 记-2026-03-0002，2026-03-20，路灯电费，412.80 元",
        "记账凭证 记-2026-03-0003，2026-03-21，注销 3 月 20 日路灯电费凭证，-412.80 元",
        "记账凭证 记-2026-03-0004，2026-03-21，订正 3 月 20 日路灯电费凭证，421.80 元",
    ]
    assert [
        (row["account"], row["before_fen"], row["debit_fen"], row["credit_fen"], row["after_fen"])
        for row in body["accounts"]
    ] == [
        ("10201", 4_060_000, 500_000, 42_180, 4_517_820),
        ("50301", 0, 0, 500_000, -500_000),
        ("51401", 0, 42_180, 0, 42_180),
    ]
    assert body["debit_fen"] == body["credit_fen"] == 542_180
    assert all(entry["recorded_at"] for entry in body["entries"])


def test_the_founding_in_one_line_each(door: Door) -> None:
    body = door.get("diff.json", to="11").json()
    words = [entry["words"] for entry in body["entries"]]
    assert words[0] == "建账：小河村经济合作社（虚构示例）的账从2026年1月开始记，由乡镇签名建立。"
    assert words[1].startswith("设定审批档次：")
    assert "增设科目：10201 银行存款/基本账户" in words
    assert words[10] == "登记期初余额：2026年1月开始记账时，各科目原有的余额。"
    assert sum(row["after_fen"] for row in body["accounts"]) == 0


def test_nothing_lies_between_a_size_and_itself(door: Door) -> None:
    body = door.get("diff.json", **{"from": "7", "to": "7"}).json()
    assert (body["count"], body["entries"], body["accounts"]) == (0, [], [])
    assert "没有科目变动" in read(door, "diff?from=7&to=7")


def test_files_hold_the_two_tables(door: Door) -> None:
    query = {"from": "15", "to": "19"}
    book = load_workbook(io.BytesIO(door.get("diff.xlsx", **query).content))
    accounts, entries = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    assert [row[0] for row in accounts] == ["科目编码", "10201", "50301", "51401", "合计"]
    assert accounts[1][2:] == ("借", 40_600, 5_000, 421.8, "借", 45_178.2)
    assert accounts[2][6:] == ("贷", 5_000)
    assert [row[0] for row in entries] == ["记录序号", 15, 16, 17, 18]
    for part, first in (("accounts", "科目编码"), ("entries", "记录序号")):
        answer = door.get("diff.csv", part=part, **query)
        assert f'filename="diff-{part}-{BOOK}-15-19.csv"' in answer.headers["content-disposition"]
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert (rows[0][0], len(rows)) == (first, 5)


def test_the_page_has_both_and_links_each_entry(door: Door) -> None:
    text = read(door, "diff?from=15&to=19")
    assert "新增 4 条" in text
    assert "10201 基本账户 借 40,600.00 5,000.00 421.80 借 45,178.20" in text
    assert "记账凭证 记-2026-03-0002" in text
    html = door.client.get(f"/books/{BOOK}/diff", headers={"Accept": "text/html"}).text
    assert 'href="entries/18"' in html
    assert 'href="history/10201"' in html


def test_the_month_page_leads_to_it(door: Door) -> None:
    page = door.client.get(f"/books/{BOOK}", headers={"Accept": "text/html"}).text
    assert f'href="/books/{BOOK}/diff"' in page


def test_pages_go_on_where_the_last_ended(door: Door) -> None:
    whole = [entry["entry"] for entry in door.get("diff.json").json()["entries"]]
    parts = [
        entry["entry"]
        for offset in range(0, len(whole), 7)
        for entry in door.get("diff.json", limit="7", offset=str(offset)).json()["entries"]
    ]
    assert parts == whole == list(range(19))


def test_the_accounts_alone_ask_no_witness(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(door.service.witnesses, "policy_for", asked.append)
    door.get("diff.csv", part="accounts")
    assert asked == []
    door.get("diff.csv", part="entries")
    assert asked == [BOOK]


@pytest.mark.parametrize(
    ("query", "status", "rule"),
    [
        ({"from": "15", "to": "999"}, 404, "diff.beyond"),
        ({"from": "999"}, 404, "diff.beyond"),
        ({"from": "9", "to": "8"}, 400, "diff.backwards"),
        ({"from": "-1"}, 400, "request.malformed"),
        ({"to": "abc"}, 400, "request.malformed"),
    ],
)
def test_sizes_that_cannot_be_compared_say_what_to_do(
    door: Door, query: dict[str, str], status: int, rule: str
) -> None:
    for suffix in (".json", ".csv", ".xlsx", ""):
        answer = door.get(f"diff{suffix}", **query)
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
        assert answer.json()["rule"] == rule
