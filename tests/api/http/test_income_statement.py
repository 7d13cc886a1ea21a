"""Income and its distribution over HTTP: figures worked out by hand, the same in JSON, CSV, XLSX and on the page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from domain.accounts import AccountAdded, NewAccount
from domain.vouchers import VoucherPosted
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_reports import table

if TYPE_CHECKING:
    from tests.api.http.conftest import Door

MARCH = {
    "operating_income": 600_000,
    "subsidies": 500_000,
    "administration": 23_650,
    "operating_surplus": 1_076_350,
    "welfare_expenses": 122_180,
    "total_surplus": 954_170,
    "net_surplus": 954_170,
    "brought_forward": 1_480_000,
    "distributable": 2_434_170,
    "undistributed": 2_434_170,
}
"""January to March 2026 in fen: the red voucher of March takes back what it reverses."""

DETAILS = [
    ["50103", "发包收入", 0, 600_000],
    ["50301", "村级组织运转经费补助", 500_000, 500_000],
    ["", "收入合计", 500_000, 1_100_000],
    ["51302", "办公费", 0, 23_650],
    ["51401", "环境整治及长效管护", 42_180, 42_180],
    ["51407", "福利支出", 0, 80_000],
    ["", "支出合计", 42_180, 145_830],
    ["", "收支差额", 457_820, 954_170],
]


def test_the_figures_worked_out_by_hand(door: Door) -> None:
    report = door.get("income-statement.json", period="2026-03").json()
    assert (report["book"], report["period"], report["off_by_fen"]) == (BOOK, "2026-03", 0)
    assert (report["entries"], report["root"]) == (door.book().size, door.book().root())
    assert {row["key"]: row["amount_fen"] for row in report["lines"] if row["amount_fen"]} == MARCH
    assert {row["before_fen"] for row in report["lines"]} == {0}, "the book begins with this year"


def test_a_year_later_they_stand_beside_it(door: Door) -> None:
    report = door.get("income-statement.json", period="2027-03").json()
    assert {row["key"]: row["before_fen"] for row in report["lines"] if row["before_fen"]} == MARCH
    amounts = {row["key"]: row["amount_fen"] for row in report["lines"] if row["amount_fen"]}
    assert amounts == dict.fromkeys(("brought_forward", "distributable", "undistributed"), 2_434_170)
    assert report["off_by_fen"] == 0


def test_details_worked_out_by_hand(door: Door) -> None:
    report = door.get("income-details.json", period="2026-03").json()
    assert (report["difference_month_fen"], report["difference_year_fen"]) == (457_820, 954_170)
    rows = [[row["account"], row["name"], row["month_fen"], row["year_fen"]] for row in report["rows"]]
    assert rows == [row for row in DETAILS if row[0]]
    assert [row["is_income"] for row in report["rows"]] == [True, True, False, False, False]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_tables_have_the_same_figures(door: Door, suffix: str) -> None:
    header, *rows = table(door.get(f"income-statement.{suffix}", period="2026-03"))
    assert header == ["项目", "本年累计", "上年同期"]
    assert rows[0] == ["一、经营收入", 600_000, ""]
    assert rows[-1] == ["六、年末未分配收益", 2_434_170, ""]
    header, *rows = table(door.get(f"income-details.{suffix}", period="2026-03"))
    assert header == ["科目编码", "项目", "本期金额", "本年累计"]
    assert [row[1:] for row in rows] == [row[1:] for row in DETAILS]


def test_pages_show_them_and_lead_to_the_vouchers(door: Door) -> None:
    page = door.get("income-statement", period="2026-03").text
    assert "六、年末未分配收益" in page
    assert "24,341.70" in page
    assert "不相等" not in page
    report = door.get("income-statement.json", period="2026-03").json()
    for row in report["lines"]:
        link = f"history/{row['key']}"
        assert f'href="{link}?as_of=2026-03-31"' in page
        found = door.get(f"{link}.json", as_of="2026-03-31").json()
        assert found["on_sheet"]["amount_fen"] == row["amount_fen"], row["key"]
        assert door.get(link, as_of="2026-03-31").status_code == 200
    assert door.get("history/no_such_line.json").json()["rule"] == "history.unknown_account"
    later = door.get("income-statement", period="2027-03").text
    assert 'href="history/operating_income?as_of=2026-03-31"' in later
    shown = door.get("history/administration", as_of="2026-03-31").text
    assert "收益及收益分配表上的「管理费用」是 <strong>236.50</strong> 元" in shown
    details = door.get("income-details", period="2026-03").text
    assert "4,578.20" in details
    assert 'href="journal?from=2026-01&amp;to=2026-03&amp;account=50103"' in details
    for path in ("trial-balance", "balance-sheet", "income-statement", "income-details"):
        others = door.get(path, period="2026-03").text
        for other in {"trial-balance", "balance-sheet", "income-statement", "income-details"} - {path}:
            assert f'href="{other}?period=2026-03"' in others


def test_what_is_no_period_or_no_book_is_refused(door: Door) -> None:
    for path in ("income-statement.json", "income-details.json"):
        assert door.get(path, period="2026-13").json()["rule"] == "period.malformed"
        assert door.get(path, period="2025-12").json()["rule"] == "period.before_the_book"
        answer = door.client.get(f"/books/N2330881MF0000099X/{path}", params={"period": "2026-03"})
        assert (answer.status_code, answer.json()["rule"]) == (404, "book.unknown")


def costs(door: Door, period: str) -> dict[str, Any]:
    """Return the line 其中：运转支出 of a statement."""
    lines = door.get("income-statement.json", period=period).json()["lines"]
    return next(line for line in lines if line["key"] == "organisation_costs")


def test_what_running_the_organisation_costs_stands_below_administration_once_it_is_kept(door: Door) -> None:
    note = "本账套没有，这一行不填"
    assert note in door.get("income-statement", period="2026-04").text
    for suffix in ("csv", "xlsx"):
        assert ["其中：运转支出", "", ""] in table(door.get(f"income-statement.{suffix}", period="2026-04"))
    assert costs(door, "2026-04")["amount_fen"] == 0

    added = door.post(door.note(NewAccount(code="51377", name="运转支出"), AccountAdded, "accountant"))
    assert added.status_code == 201
    paid = door.post(
        door.note(
            voucher(123_456, debit="51377", credit="10201"),
            VoucherPosted,
            *("accountant", "head", "supervisor"),
        ),
        wait=20,
    )
    assert paid.status_code == 201, paid.text

    assert costs(door, "2026-04")["amount_fen"] == 123_456
    page = door.get("income-statement", period="2026-04").text
    assert note not in page
    assert "1,234.56" in page
    shown = door.get("history/organisation_costs", as_of="2026-04-30").text
    assert "收益及收益分配表上的「运转支出」是 <strong>1,234.56</strong> 元" in shown
    for suffix in ("csv", "xlsx"):
        rows = table(door.get(f"income-statement.{suffix}", period="2026-04"))
        assert ["其中：运转支出", 123_456, ""] in rows


def test_the_statement_of_any_periods_is_what_the_year_so_far_grew_by(door: Door) -> None:
    """February and March are the first three months less January, line by line, and from what stood before them."""

    def lines(**asked: str) -> dict[str, int]:
        found = door.get("income-statement.json", **asked).json()
        return {row["key"]: row["amount_fen"] for row in found["lines"]}

    january, march = lines(period="2026-01"), lines(period="2026-03")
    spring = lines(period="2026-03", **{"from": "2026-02"})
    stand = {"brought_forward", "distributable", "undistributed"}
    moved = {key: march[key] - fen for key, fen in january.items() if key not in stand}
    assert {key: fen for key, fen in spring.items() if key not in stand} == moved
    assert moved["subsidies"] == 500_000
    assert moved["operating_income"] == 0 < january["operating_income"]
    assert spring["brought_forward"] == january["undistributed"]
    assert spring["distributable"] == spring["undistributed"] == march["undistributed"]
    assert lines(period="2026-03", **{"from": "2026-01"}) == march
    longer = lines(period="2027-03", **{"from": "2026-01"})
    assert longer["net_surplus"] == lines(period="2026-12")["net_surplus"]


def test_from_each_figure_of_any_periods_a_way_leads_down(door: Door) -> None:
    asked = {"period": "2026-03", "from": "2026-02"}
    report = door.get("income-statement.json", **asked).json()
    assert report["from"] == "2026-02"
    page = door.get("income-statement", **asked).text
    assert "2026年2月至2026年3月" in page
    assert "本期金额" in page
    assert 'href="income-statement.csv?period=2026-03&amp;from=2026-02"' in page
    span = {"as_of": "2026-03-31", "from": "2026-02"}
    for row in report["lines"]:
        assert f'href="history/{row["key"]}?as_of=2026-03-31&amp;from=2026-02"' in page
        found = door.get(f"history/{row['key']}.json", **span).json()
        assert found["on_sheet"]["amount_fen"] == row["amount_fen"], row["key"]
        assert (
            all((one["date"] or "") >= "2026-02" for one in found["rows"]) or row["key"] == "brought_forward"
        )
    assert "从2026年2月起" in door.get("history/subsidies", **span).text
    later = door.get("income-statement", period="2027-03", **{"from": "2027-02"}).text
    assert 'href="history/subsidies?as_of=2026-03-31&amp;from=2026-02"' in later
    header, *rows = table(door.get("income-statement.csv", **asked))
    assert header == ["项目", "本期金额", "上年同期"]
    assert rows[2] == ["补助收入", 500_000, ""]


def test_details_of_any_periods(door: Door) -> None:
    asked = {"period": "2026-03", "from": "2026-02"}
    months = Counter[str]()
    for period in ("2026-02", "2026-03"):
        for row in door.get("income-details.json", period=period).json()["rows"]:
            months[row["account"]] += row["month_fen"]
    found = door.get("income-details.json", **asked).json()
    assert {row["account"]: row["month_fen"] for row in found["rows"]} == months
    assert found["from"] == "2026-02"
    beyond = door.get("income-details.json", period="2027-03", **{"from": "2026-03"}).json()["rows"]
    march = next(row for row in beyond if row["account"] == "50301")
    assert (march["month_fen"], march["year_fen"]) == (500_000, 0), "of another year than the last period's"
    page = door.get("income-details", **asked).text
    assert 'href="journal?from=2026-02&amp;to=2026-03&amp;account=50301"' in page
    assert 'href="journal?from=2026-01&amp;to=2026-03&amp;account=50301"' in page


def test_periods_the_wrong_way_round_are_refused_and_a_page_overlooks_what_others_append(door: Door) -> None:
    for name in ("income-statement", "income-details"):
        backwards = door.get(f"{name}.json", period="2026-02", **{"from": "2026-03"})
        assert (backwards.status_code, backwards.json()["rule"]) == (400, "period.backwards")
        assert door.get(f"{name}.json", **{"from": "singlemessage"}).json()["rule"] == "period.malformed"
    assert door.get("history/subsidies.json", **{"from": "2026-13"}).json()["rule"] == "period.malformed"
    backwards = door.get("history/subsidies.json", as_of="2026-03-31", **{"from": "2026-04"})
    assert backwards.json()["rule"] == "history.backwards"
    for path in (
        "income-statement",
        "income-details",
        "trial-balance",
        "journal",
        "history/subsidies",
        "ledger/101",
    ):
        assert door.get(path, **{"from": "singlemessage"}).status_code == 200, path
    assert door.get("trial-balance.json", **{"from": "singlemessage"}).status_code == 400
