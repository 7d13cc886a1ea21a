"""Ledgers over HTTP: of an account and of all, the same in JSON, CSV, XLSX and as the trial balance."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from domain.accounts import AccountAdded, NewAccount
from domain.chart import full_name
from domain.vouchers import Attachments, Line, Reversal, Voucher, VoucherPosted, VoucherReversed, mirrored
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_reports import number, table

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.api.http.conftest import Door


CASH = [
    (None, "上年结转", 0, 0, 120_000),
    ("2026-01-15", "购办公用品", 0, 23_650, 96_350),
    (None, "本月合计", 0, 23_650, 96_350),
    (None, "本年累计", 0, 23_650, 96_350),
    ("2026-02-10", "春节慰问困难户", 0, 80_000, 16_350),
    ("2026-02-11", "提取现金", 100_000, 0, 116_350),
    (None, "本月合计", 100_000, 80_000, 116_350),
    (None, "本年累计", 100_000, 103_650, 116_350),
]
"""The cash journal of January to March 2026: date, summary, debit, credit, balance in fen."""


def replace_line(data: Voucher, party: str) -> Voucher:
    """Return a voucher whose first line names a counterparty."""
    first, *others = data.lines
    return msgspec.structs.replace(data, lines=[msgspec.structs.replace(first, party=party), *others])


def rows_of(door: Door, account: str, **asked: str) -> list[tuple[object, ...]]:
    """Return what stands in an account's ledger."""
    kept = ("date", "summary", "debit_fen", "credit_fen", "balance_fen")
    found = door.get(f"ledger/{account}.json", **asked).json()["rows"]
    return [tuple(row[key] for key in kept) for row in found]


def test_the_cash_journal_worked_out_by_hand(door: Door) -> None:
    assert rows_of(door, "101", period="2026-03") == CASH


def test_a_months_ledger_begins_with_what_lies_before_it(door: Door) -> None:
    march = rows_of(door, "102", **{"from": "2026-03", "period": "2026-03"})
    whole = rows_of(door, "102", period="2026-03")
    assert march[0][1] == "期初余额"
    assert march[1:] == whole[-len(march) + 1 :]
    assert march[-1][1] == "本年累计"


@pytest.mark.parametrize("first", ["2025-06", "2025-01", "2026-01"])
def test_a_ledger_begins_no_earlier_than_its_book(door: Door, first: str) -> None:
    assert rows_of(door, "101", **{"from": first, "period": "2026-03"}) == CASH
    asked = door.get("ledger/101.json", **{"from": first, "period": "2026-03"}).json()
    assert (asked["from"], asked["period"]) == ("2026-01", "2026-03")


@pytest.mark.parametrize("period", ["2026-01", "2026-03", "2027-01"])
def test_every_ledger_ends_as_the_trial_balance(door: Door, period: str) -> None:
    trial = door.get("trial-balance.json", period=period).json()
    assert trial["rows"]
    for row in trial["rows"]:
        last = door.get(f"ledger/{row['account']}.json", period=period).json()["rows"][-1]
        assert last["balance_fen"] == row["closing_debit_fen"] - row["closing_credit_fen"]
    general = door.get("general-ledger.json", period=period).json()
    for account in general["accounts"]:
        below = [row for row in trial["rows"] if row["account"].startswith(account["account"])]
        closing = sum(row["closing_debit_fen"] - row["closing_credit_fen"] for row in below)
        assert account["rows"][-1]["balance_fen"] == closing
        years = [row for row in account["rows"] if row["kind"] == "year"]
        assert sum(row["debit_fen"] for row in years[-1:]) == sum(row["year_debit_fen"] for row in below)


def test_lines_name_the_voucher_and_the_other_side(door: Door) -> None:
    lines = [row for row in door.get("ledger/102.json", period="2026-03").json()["rows"] if row["entry"]]
    journal = {
        (line["entry"], line["account"]): line
        for line in door.get("journal.json").json()["lines"]
        if line["number"]
    }
    for row in lines:
        entry = row["entry"]
        assert journal[entry, row["account"]]["summary"] == row["summary"]
        column = "credit_fen" if row["debit_fen"] else "debit_fen"
        others = sorted(
            {account for (number, account), line in journal.items() if number == entry and line[column]}
        )
        assert row["contra"] == others
        assert row["voucher"] == f"记-{row['period']}-{journal[entry, row['account']]['number']:04d}"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_tables_have_the_same_figures(door: Door, suffix: str) -> None:
    header, *rows = table(door.get(f"ledger/101.{suffix}", period="2026-03"))
    assert header[:3] == ["日期", "凭证号", "摘要"]
    assert [(row[2], row[6], row[7], row[8], row[9]) for row in rows[1:]] == [
        (summary, debit, credit, "借", balance) for _, summary, debit, credit, balance in CASH[1:]
    ]
    assert rows[0][2:10] == ["上年结转", "", "", "", "", "", "借", 120_000]
    header, *rows = table(door.get(f"general-ledger.{suffix}", period="2026-03"))
    assert header[:4] == ["科目编码", "科目名称", "期间", "摘要"]
    assert rows


def test_pages_show_them(door: Door) -> None:
    page = door.get("ledger/101", period="2026-03").text
    assert "库存现金日记账" in page
    assert "本年累计" in page
    assert ">过次页<" not in page
    assert 'href="ledger/101?period=2026-03"' in door.get("general-ledger", period="2026-03").text
    assert 'href="ledger/101?' in door.get("trial-balance", period="2026-03").text


def test_a_printed_ledger_carries_its_sums_and_fits_its_sheets(door: Door, chromium: Browser) -> None:
    text = door.get("ledger/10201", period="2026-03", printed="true").text
    assert "第 1 页，共 1 页" in text
    page = chromium.new_page()
    page.goto(f"{door.url}/books/{BOOK}/ledger/10201?period=2026-03&printed=true")
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type /Page\b", printed)) == 1
    assert b"/MediaBox [0 0 841" in printed  # A4, landscape


def test_what_a_book_has_not_is_not_found(door: Door) -> None:
    answer = door.client.get(f"/books/{BOOK}/ledger/199.json")
    assert (answer.status_code, answer.json()["rule"]) == (404, "ledger.unknown_account")
    answer = door.client.get(f"/books/{BOOK}/ledger/101.json?period=2025-12")
    assert (answer.status_code, answer.json()["rule"]) == (404, "period.before_the_book")
    answer = door.client.get(f"/books/{BOOK}/ledger/101.json?from=2026-03&period=2026-02")
    assert (answer.status_code, answer.json()["rule"]) == (400, "period.backwards")


def test_ages_are_those_of_what_is_owed(door: Door) -> None:
    data = replace_line(voucher(1_000, debit="112"), party="鱼塘承包户")
    assert door.post(door.note(data), wait=10).status_code == 201
    report = door.get("ageing.json", period="2026-04").json()
    assert (report["entries"], report["root"]) == (door.book().size, door.book().root())
    [row] = report["rows"]
    assert row == {
        "account": "112",
        "name": "应收款",
        "party": "鱼塘承包户",
        "balance_fen": 1_000,
        "by_age": [1_000, 0, 0, 0],
        "oldest": "2026-04-02",
    }
    [later] = door.get("ageing.json", period="2028-04").json()["rows"]
    assert later["by_age"] == [0, 0, 1_000, 0]
    assert door.get("ageing.json", period="2026-03").json()["rows"] == []
    for suffix in ("csv", "xlsx"):
        header, first, *sums = table(door.get(f"ageing.{suffix}", period="2026-04"))
        assert header[4:9] == ["余额", "1 年以内", "1 至 2 年", "2 至 3 年", "3 年以上"]
        assert first[1:6] == ["应收款", "鱼塘承包户", "借", 1_000, 1_000]
        assert [row[1] for row in sums] == ["应收合计", "应付合计"]
    page = door.get("ageing", period="2026-04").text
    assert "鱼塘承包户" in page
    assert "1 至 2 年" in page
    assert "都从它所更正的凭证算起" in page
    lines = rows_of(door, "112", period="2026-04", party="鱼塘承包户")
    assert [row[4] for row in lines] == [0, 1_000, 1_000, 1_000]
    assert door.get("ledger/112.json", period="2026-04", party="别人").status_code == 404


def test_a_ledger_of_several_accounts_says_of_which_each_line_is(door: Door) -> None:
    names = {one["code"]: one["name"] for one in door.get("accounts.json").json()["accounts"]}
    for suffix in ("csv", "xlsx"):
        header, *rows = table(door.get(f"ledger/102.{suffix}", period="2026-03"))
        assert header[3:5] == ["科目编码", "科目名称"]
        lines = [row for row in rows if row[1]]
        assert lines
        assert {row[3] for row in lines} == {number("10201")}
        assert {row[4] for row in lines} == {full_name("10201", names)}
        assert {row[3] or "" for row in rows if not row[1]} == {""}
        header, *_ = table(door.get(f"ledger/10201.{suffix}", period="2026-03"))
        assert "科目编码" not in header


def test_a_reversed_voucher_leaves_the_ages_as_they_were(door: Door) -> None:
    """The red lines take back the very item that was wrong, never an older one; until then the item is open."""
    for date, fen in (("2026-05-05", 1_000), ("2026-06-05", 600)):
        owed = replace_line(voucher(fen, debit="112", date=date), party="甲公司")
        assert door.post(door.note(owed), wait=10).status_code == 201
    before = of_party(door, "2027-06", "甲公司")
    wrong = replace_line(voucher(600, debit="112", date="2026-07-01"), party="甲公司")
    statement = door.statement(wrong)
    assert door.post(door.note(wrong, id=statement.id, at=statement.at), wait=10).status_code == 201
    red = Reversal(
        attachments=Attachments(),
        date="2026-08-20",
        lines=mirrored(wrong.lines),
        reverses=statement.id,
        summary="冲销",
    )
    assert door.post(door.note(red, VoucherReversed), wait=10).status_code == 201
    assert of_party(door, "2027-06", "甲公司") == before
    assert before["by_age"] == [0, 1_600, 0, 0]
    assert of_party(door, "2026-07", "甲公司")["balance_fen"] == 2_200


def moved(fen: int, party: str) -> list[Line]:
    """Return the lines of what a counterparty comes to owe, below zero what it pays."""
    return [on("112", fen, party), on("10201", -fen)]


def on(account: str, fen: int, party: str = "") -> Line:
    """Return a line of an account, in fen: debits positive."""
    return Line(account=account, party=party, debit_fen=max(fen, 0), credit_fen=max(-fen, 0))


def post_moved(door: Door, fen: int, date: str, party: str, corrects: str = "") -> str:
    """Post it as a voucher, which may set another right; return its id."""
    return post_lines(door, moved(fen, party), date, corrects)


def post_lines(door: Door, lines: list[Line], date: str, corrects: str = "") -> str:
    """Post a voucher of these lines, which may set another right; return its id."""
    data = msgspec.structs.replace(voucher(date=date), lines=lines, corrects=corrects)
    statement = door.statement(data)
    answer = door.post(door.note(data, id=statement.id, at=statement.at), wait=10)
    assert answer.status_code == 201, answer.text
    return statement.id


def cancel(door: Door, lines: list[Line], reverses: str, date: str) -> None:
    """Reverse a voucher of these lines."""
    red = Reversal(
        attachments=Attachments(), date=date, lines=mirrored(lines), reverses=reverses, summary="冲销"
    )
    assert door.post(door.note(red, VoucherReversed), wait=10).status_code == 201


def test_what_sets_a_voucher_right_is_as_old_as_it(door: Door) -> None:
    """Whether the original was cancelled or is added to, and through what set it right before (订正、调整)."""
    debt = post_moved(door, 1_000, "2026-05-05", "丙公司")
    cancel(door, moved(1_000, "丙公司"), debt, "2026-08-20")
    right = post_moved(door, 950, "2026-08-21", "丙公司", corrects=debt)
    post_moved(door, 70, "2026-09-21", "丙公司", corrects=right)
    asked = {"2026-07": 1_000, "2026-08": 950, "2026-09": 1_020}
    rows = {period: of_party(door, period, "丙公司") for period in asked}
    assert {period: (row["balance_fen"], row["oldest"]) for period, row in rows.items()} == {
        period: (fen, "2026-05-05") for period, fen in asked.items()
    }


WRONG = [on("51302", 700), on("211", -700, "己甲")]


@pytest.mark.parametrize(
    ("wrong", "way", "right"),
    [
        (WRONG, "调整", [on("211", 700, "己甲"), on("211", -700, "己")]),  # of another counterparty
        (WRONG, "订正", [on("51302", 700), on("211", -700, "己")]),
        (WRONG, "调整", [on("211", 700, "己甲"), on("221", -700, "己")]),  # on another account
        ([on("51302", 700), on("101", -700)], "调整", [on("101", 700), on("211", -700, "己")]),  # not a debt
        ([on("51302", 700), on("101", -700)], "订正", [on("51302", 700), on("211", -700, "己")]),
    ],
)
def test_a_debt_booked_on_what_was_wrong_is_as_old_as_it_once_set_right(
    door: Door, wrong: list[Line], way: str, right: list[Line], request: pytest.FixtureRequest
) -> None:
    name = f"己{request.node.callspec.indices['wrong']}"
    wrong, right = [
        [msgspec.structs.replace(one, party=one.party.replace("己", name)) for one in lines]
        for lines in (wrong, right)
    ]
    first = post_lines(door, wrong, "2026-05-07")
    if way == "订正":
        cancel(door, wrong, first, "2026-08-07")
    second = post_lines(door, right, "2026-08-08", first)
    assert of_party(door, "2027-06", name)["by_age"] == [0, -700, 0, 0]
    post_lines(door, [on("51302", 50), on(right[-1].account, -50, name)], "2026-09-08", second)
    row = of_party(door, "2027-06", name)
    assert (row["balance_fen"], row["oldest"]) == (-750, "2026-05-07")
    rows = door.get("ageing.json", period="2027-06").json()["rows"]
    assert f"{name}甲" not in {row["party"] for row in rows}


def test_a_payment_booked_as_something_else_settles_what_was_the_oldest(door: Door) -> None:
    """It was received when it was booked wrongly; the debts that it leaves open are no younger for that."""
    post_moved(door, 300, "2026-04-09", "庚公司")
    wrong = post_lines(door, [on("10201", 900), on("50103", -900)], "2026-06-09")
    post_moved(door, 500, "2026-07-09", "庚公司")
    post_lines(door, [on("50103", 400), on("112", -400, "庚公司")], "2026-09-09", wrong)
    row = of_party(door, "2027-06", "庚公司")
    assert (row["balance_fen"], row["oldest"]) == (400, "2026-07-09")
    post_lines(door, [on("50103", 500), on("112", -500, "庚公司")], "2026-09-10", wrong)
    row = of_party(door, "2027-06", "庚公司")
    assert (row["balance_fen"], row["oldest"]) == (-100, "2026-06-09")


def test_a_payment_that_is_set_right_makes_no_debt_younger(door: Door) -> None:
    post_moved(door, 1_000, "2026-05-06", "戊公司")
    paid = post_moved(door, -500, "2026-06-06", "戊公司")
    post_moved(door, 200, "2026-09-23", "戊公司", corrects=paid)
    row = of_party(door, "2027-05", "戊公司")
    assert (row["by_age"], row["oldest"]) == ([0, 700, 0, 0], "2026-05-06")


def of_party(door: Door, period: str, party: str) -> dict[str, object]:
    """Return the one row of a counterparty."""
    [row] = [row for row in door.get("ageing.json", period=period).json()["rows"] if row["party"] == party]
    return dict(row)


@pytest.fixture(scope="module")
def stocked(door: Door) -> list[dict[str, object]]:
    """The ledger of 40 kg of fertiliser bought, of which 10 were used, over the year's end, after all other tests."""
    for date, line in (
        ("2026-12-20", Line(account="121", unit="公斤", debit_fen=100_000, quantity_milli=40_000)),
        ("2027-01-05", Line(account="121", unit="公斤", credit_fen=25_000, quantity_milli=10_000)),
    ):
        money = Line(account="101", debit_fen=line.credit_fen, credit_fen=line.debit_fen)
        slip = Voucher(attachments=Attachments(), date=date, lines=[line, money], summary="化肥")
        answer = door.post(door.note(slip, VoucherPosted, "accountant", "head", "supervisor"), wait=10)
        assert answer.status_code == 201, answer.text
    found: list[dict[str, object]] = door.get("ledger/121.json", period="2027-01").json()["rows"]
    return found


def test_a_ledger_of_goods_tells_quantities_and_prices(door: Door, stocked: list[dict[str, object]]) -> None:
    assert [(row["summary"], row["came_milli"], row["went_milli"], row["left_milli"]) for row in stocked] == [
        ("年初余额（上年未结账）", 0, 0, 40_000),
        ("化肥", 0, 10_000, 30_000),
        ("本月合计", 0, 10_000, 30_000),
        ("本年累计", 0, 10_000, 30_000),
    ]
    assert door.get("ledger/121.json", period="2027-01").json()["unit"] == "公斤"
    header, *rows = table(door.get("ledger/121.csv", period="2027-01"))
    assert header[-7:] == ["收入数量", "收入单价", "发出数量", "发出单价", "结存数量", "结存单价", "计量单位"]
    assert [row[-7:] for row in rows[-4:]] == [
        ["", "", "", "", 4_000, 2_500, "公斤"],
        *[["", "", 1_000, 2_500, 3_000, 2_500, "公斤"]] * 3,
    ]
    assert table(door.get("ledger/121.xlsx", period="2027-01")) == [header, *rows]
    shown = door.get("ledger/121", period="2027-01").text
    assert "数量单位：公斤" in shown
    assert 'data-label="结存数量">30</td>' in shown
    assert "数量单位" not in door.get("ledger/101", period="2027-01").text
    assert door.get("ledger/101.json", period="2027-01").json()["unit"] == ""


def test_quantities_of_several_goods_are_not_added_up(door: Door, stocked: list[dict[str, object]]) -> None:
    assert stocked
    for code, name in (("13101", "生猪"), ("13102", "能繁母猪")):
        added = door.note(NewAccount(code=code, name=name), AccountAdded, "accountant")
        assert door.post(added, wait=10).status_code == 201
        line = Line(account=code, unit="头", debit_fen=100_000, quantity_milli=10_000)
        slip = Voucher(
            attachments=Attachments(),
            date="2027-01-06",
            lines=[line, Line(account="101", credit_fen=100_000)],
            summary=name,
        )
        answer = door.post(door.note(slip, VoucherPosted, "accountant", "head", "supervisor"), wait=10)
        assert answer.status_code == 201, answer.text
    units = {
        code: door.get(f"ledger/{code}.json", period="2027-01").json()["unit"] for code in ("13101", "131")
    }
    assert units == {"13101": "头", "131": ""}
    assert "数量单位" not in door.get("ledger/131", period="2027-01").text


def test_a_voucher_says_how_much_it_was(door: Door, stocked: list[dict[str, object]]) -> None:
    shown = door.client.get(
        f"/books/{BOOK}/entries/{stocked[1]['entry']}", headers={"Accept": "text/html"}
    ).text
    assert "数量：10 公斤，单价 25.00 元" in shown
    accounts = {one["code"]: one for one in door.get("accounts.json").json()["accounts"]}
    assert (accounts["121"]["measured"], accounts["121"]["unit"]) == (True, "公斤")
    assert (accounts["101"]["measured"], accounts["101"]["unit"]) == (False, "")


def test_accounts_say_what_stands_on_them_after_all_that_was_posted(door: Door) -> None:
    rows = door.get("trial-balance.json", period="2027-12").json()["rows"]
    closing = {row["account"]: row["closing_debit_fen"] - row["closing_credit_fen"] for row in rows}
    found = door.get("accounts.json").json()["accounts"]
    leaves = {one["code"]: one["balance_fen"] for one in found if one["leaf"]}
    assert any(leaves.values())
    assert any(fen < 0 for fen in leaves.values()), "what stands on the credit side is below zero"
    assert {code: fen for code, fen in leaves.items() if fen} == {
        code: fen for code, fen in closing.items() if fen and code in leaves
    }


@pytest.mark.parametrize(
    ("path", "asked", "code", "told"),
    [
        ("ledger/101", {"period": "2030-01"}, "ledger.after_the_book", "2030-01 还没有账"),
        ("general-ledger", {"period": "2030-01"}, "ledger.after_the_book", "还没有账"),
        (
            "ledger/101",
            {"period": "2026-03", "party": "没有的人"},
            "ledger.unknown_party",
            "往来单位「没有的人」",
        ),
        (
            "ledger/101",
            {"period": "2026-03", "project": "没有的桥"},
            "ledger.unknown_project",
            "项目「没有的桥」",
        ),
    ],
)
def test_what_the_book_has_nothing_of_is_not_found(
    door: Door, path: str, asked: dict[str, str], code: str, told: str
) -> None:
    for suffix in (".json", ".csv", ".xlsx"):
        answer = door.get(f"{path}{suffix}", **asked)
        assert (answer.status_code, answer.json()["rule"]) == (404, code)
    page = door.client.get(f"/books/{BOOK}/{path}", params=asked, headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert told in page.text


def test_the_year_behind_the_newest_line_has_a_ledger(door: Door) -> None:
    assert door.get("ledger/101.json", period="2027-12").status_code == 200
    assert door.get("general-ledger.json", period="2027-12").status_code == 200
