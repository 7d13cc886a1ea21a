"""What a county lays down for the statement of income over HTTP, on page and in files; verified from the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.source import HttpSource
from audit.verify import verify
from domain.roles import KeyGranted
from domain.subtotals import Place, SubtotalsSet, SubtotalsUsed
from tests.api.http.conftest import BOOK
from tests.api.http.test_income_statement import MARCH

if TYPE_CHECKING:
    from tests.api.http.conftest import Door

BELOW = SubtotalsUsed(
    basis="县农字〔2026〕5号", places=[Place(account="503", subtotal="total_surplus")], year="2026"
)


def lines_of(door: Door, **query: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = door.get("income-statement.json", **query).json()["lines"]
    return lines


@pytest.fixture(scope="module")
def entry(door: Door) -> int:
    """The entry by which the county lays down that subsidies count below the operating surplus."""
    county = door.keyring.grant("county", "县农业农村局", 1)
    answer = door.post(door.note(county, KeyGranted, "township", "supervisor"), wait=10)
    assert answer.status_code == 201, answer.text
    refused = door.post(door.note(BELOW, SubtotalsSet, "accountant", "head", "supervisor"))
    assert refused.json()["rule"] == "policy.roles_missing"
    answer = door.post(door.note(BELOW, SubtotalsSet, "county"), wait=10)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["index"])


def test_only_the_sub_total_changes(door: Door, entry: int) -> None:
    assert entry
    figures = {row["key"]: row["amount_fen"] for row in lines_of(door, period="2026-03") if row["amount_fen"]}
    assert figures == MARCH | {"operating_surplus": MARCH["operating_surplus"] - MARCH["subsidies"]}


def test_the_line_stands_below(door: Door, entry: int) -> None:
    assert entry
    names = [row["name"] for row in lines_of(door, period="2026-03")]
    assert names[names.index("二、经营收益") :][1:3] == ["加：补助收入", "其他收入"]


def test_the_next_year_goes_by_it_and_so_does_its_year_before(door: Door, entry: int) -> None:
    assert entry
    before = {row["key"]: row["before_fen"] for row in lines_of(door, period="2027-03")}
    assert before["operating_surplus"] == MARCH["operating_surplus"] - MARCH["subsidies"]


def test_the_page_and_the_files_say_by_what(door: Door, entry: int) -> None:
    shown = door.get("income-statement", period="2026-03").text
    assert f'href="entries/{entry}"' in shown
    assert "县农字〔2026〕5号" in shown
    assert "补助收入先计入收益总额" in shown


def test_its_entry_says_it_in_words(door: Door, entry: int) -> None:
    shown = door.client.get(f"/books/{BOOK}/entries/{entry}", headers={"Accept": "text/html"}).text
    assert "设定收益表口径" in shown
    assert "收益总额" in shown


def test_the_history_of_the_sub_total_counts_what_it_counts(door: Door, entry: int) -> None:
    assert entry
    told = door.get("history/operating_surplus.json", as_of="2026-03-31").json()
    assert -told["closing_fen"] == MARCH["operating_surplus"] - MARCH["subsidies"]
    earlier = door.get("history/total_surplus.json", as_of="2026-03-31").json()
    assert -earlier["closing_fen"] == MARCH["total_surplus"]


def test_who_reads_the_log_alone_gets_the_same(door: Door, entry: int) -> None:
    assert entry
    report = verify(HttpSource(f"{door.url}/books/{BOOK}"))
    assert report.ok, report.as_text()
