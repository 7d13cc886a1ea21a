"""Funds by project (项目余额表): what stood with each, came in, went out and is left, in every form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_reports import table

if TYPE_CHECKING:
    from tests.api.http.conftest import Door

MOVES = (
    ("2026-01-20", "10201", "241", "村口桥", 50_000),
    ("2026-02-20", "10201", "241", "村口桥", 30_000),
    ("2026-03-05", "241", "10201", "村口桥", 12_345),
    ("2026-03-06", "10201", "241", "幸福路", 20_000),
    ("2026-03-07", "241", "10201", "幸福路", 20_000),
    ("2026-03-08", "10201", "231", "", 700),
    ("2026-04-01", "10201", "231", "水渠", 9_900),
)


@pytest.fixture(scope="module")
def booked(door: Door) -> int:
    """Funds of several projects are received and spent."""
    for date, debit, credit, project, fen in MOVES:
        data = voucher(fen, debit=debit, credit=credit, date=date)
        lines = [msgspec.structs.replace(line, project=project) for line in data.lines]
        answer = door.post(door.note(msgspec.structs.replace(data, lines=lines)), wait=10)
        assert answer.status_code == 201, answer.text
    return len(MOVES)


def rows(door: Door, **asked: str) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    found = door.get("projects.json", **asked).json()["rows"]
    sums = ("opening_fen", "in_fen", "out_fen", "closing_fen")
    return {(row["account"], row["project"]): tuple(row[name] for name in sums) for row in found}


def test_each_project_has_what_came_in_went_out_and_is_left(door: Door, booked: int) -> None:
    assert booked
    assert rows(door, period="2026-03") == {
        ("231", ""): (0, 700, 0, 700),
        ("241", "幸福路"): (0, 20_000, 20_000, 0),
        ("241", "村口桥"): (0, 80_000, 12_345, 67_655),
    }
    assert rows(door, period="2026-03", **{"from": "2026-03"})["241", "村口桥"] == (80_000, 0, 12_345, 67_655)
    assert rows(door, period="2027-01") == {
        ("231", ""): (700, 0, 0, 700),
        ("231", "水渠"): (9_900, 0, 0, 9_900),
        ("241", "村口桥"): (67_655, 0, 0, 67_655),
    }


def test_the_rows_of_an_account_are_its_balance(door: Door, booked: int) -> None:
    assert booked
    trial = door.get("trial-balance.json", period="2026-04").json()["rows"]
    closing = {row["account"]: row["closing_credit_fen"] - row["closing_debit_fen"] for row in trial}
    for account in ("231", "241"):
        left = sum(sums[-1] for place, sums in rows(door, period="2026-04").items() if place[0] == account)
        assert left == closing[account]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_same_as_a_table(door: Door, booked: int, suffix: str) -> None:
    assert booked
    header, *lines = table(door.get(f"projects.{suffix}", period="2026-03"))
    assert header == ["科目编码", "科目名称", "项目", "期初余额", "本期收入", "本期支出", "期末余额"]
    assert lines[2][2:] == ["村口桥", 0, 80_000, 12_345, 67_655]
    assert lines[-1][1:] == ["合计", "", 0, 100_700, 32_345, 68_355]


def test_the_page_leads_to_the_ledger_of_each(door: Door, booked: int) -> None:
    assert booked
    shown = door.get("projects", period="2026-03").text
    assert "项目余额表" in shown
    assert "没有写明项目" in shown
    assert "project=%E6%9D%91%E5%8F%A3%E6%A1%A5" in shown
    found = door.get("ledger/241.json", period="2026-03", project="村口桥").json()["rows"][-1]
    assert found["balance_fen"] == -67_655
    assert 'href="projects?period=2026-03"' in door.get("trial-balance", period="2026-03").text


def test_a_book_without_projects_says_so(door: Door) -> None:
    answer = door.get("projects", period="2025-12")
    assert (answer.status_code, answer.json()["rule"]) == (404, "period.before_the_book")
    assert BOOK in door.get("projects.json", period="2026-01").text
