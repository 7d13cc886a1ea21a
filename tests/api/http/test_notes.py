"""The notes' skeleton over HTTP: what the books know is filled in, and what people write is left to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.http.test_reports import table

if TYPE_CHECKING:
    from tests.api.http.conftest import Door


def test_money_moves_as_the_trial_balance_says(door: Door) -> None:
    report = door.get("notes.json", period="2026-03").json()
    assert (report["entries"], report["root"]) == (door.book().size, door.book().root())
    by_number = {note["number"]: note for note in report["notes"]}
    trial = {row["account"]: row for row in door.get("trial-balance.json", period="2026-03").json()["rows"]}
    money = {row["account"]: row for row in by_number["4.1"]["rows"]}
    assert set(money) == {"101", "10201"}
    for account, row in money.items():
        assert row["increase_fen"] == trial[account]["year_debit_fen"]
        assert row["decrease_fen"] == trial[account]["year_credit_fen"]
        assert row["closing_fen"] == trial[account]["closing_debit_fen"]
        assert row["opening_fen"] + row["increase_fen"] - row["decrease_fen"] == row["closing_fen"]
    assert [row["account"] for row in by_number["7.2"]["rows"]] == ["50301"]
    assert by_number["3"]["kind"] == "written"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_same_in_a_spreadsheet(door: Door, suffix: str) -> None:
    header, *rows = table(door.get(f"notes.{suffix}", period="2026-03"))
    assert header == ["序号", "项目", "年初余额", "本年增加", "本年减少", "期末余额", "说明"]
    told = {str(row[1])[:6]: row[6] for row in rows}
    assert "《农村集体经济组织会计制度》" in str(told["遵循《农村集"])
    assert told["成员权益结构"] == "（由编制人填写）"
    assert told["短期投资"] == "无"
    assert any(str(row[1]).startswith("10201 ") for row in rows)


def test_the_page_says_it_in_order(door: Door) -> None:
    shown = door.get("notes", period="2026-03").text
    places = [shown.index(f"<h2>{number} ") for number in ("1", "2", "3", "4.1", "4.20", "5.1", "6", "9")]
    assert places == sorted(places)
    assert "（由编制人填写）" in shown
    assert 'href="ledger/10201?period=2026-03"' in shown
    assert 'href="notes?period=2026-03"' in door.get("balance-sheet", period="2026-03").text
