"""Each book and statement as a workbook adds up by formulas, which come to the figures that are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.adapters.tables import to_xlsx
from api.ledgers import general_table, ledger_table
from domain.ledger_account import Before, LedgerLine, ledger_rows
from projections.ledgers import AccountLedger, GeneralLedger
from tests.api.adapters.formulas import Workbook

if TYPE_CHECKING:
    from tests.api.http.conftest import Door


def workbook(door: Door, path: str, period: str = "2026-03") -> Workbook:
    """Return a report, whose formulas come to what they were written with."""
    answer = door.get(f"{path}.xlsx", period=period)
    assert answer.status_code == 200, answer.text
    found = Workbook(answer.content)
    found.check()
    return found


REPORTS = (
    "trial-balance",
    "balance-sheet",
    "income-statement",
    "income-details",
    "notes",
    "general-ledger",
    "ledger/101",
    "ledger/501",
    "ageing",
    "projects",
)


@pytest.mark.parametrize("path", REPORTS)
@pytest.mark.parametrize("period", ["2026-01", "2026-03"])
def test_every_report_adds_up(door: Door, path: str, period: str) -> None:
    if path not in {"ageing", "projects"}:  # the village has no debts and no projects to be added up
        assert workbook(door, path, period).formulas()
    else:
        workbook(door, path, period)


@pytest.mark.parametrize("nth", [0, 1])
def test_what_an_asset_is_more_all_assets_are_more(door: Door, nth: int) -> None:
    found = workbook(door, "balance-sheet")
    header = ("期末余额", "年初余额")[nth]
    money = found.at(header, "资产", "货币资金")
    depreciation = found.at(header, "资产", "减：累计折旧")
    changed = {money: found.fen(money) + 7, depreciation: found.fen(depreciation) + 2}
    for words, more in (("流动资产合计", 7), ("固定资产净值", -2), ("非流动资产合计", -2), ("资产总计", 5)):
        place = found.at(header, "资产", words)
        assert found.fen(place, changed) - found.fen(place) == more
    right = [place for place in found.places(header, 1) if place not in found.places(header)]
    total, capital = right[-1], found.at(header, "负债和所有者权益", "资本", 1)
    assert found.fen(total, {capital: found.fen(capital) + 3}) - found.fen(total) == 3


@pytest.mark.parametrize("header", ["本年累计", "上年同期"])
def test_what_is_earned_is_left_at_the_end_of_the_year(door: Door, header: str) -> None:
    found = workbook(door, "income-statement", "2027-03")  # the year before is the book's first
    earned, spent = (found.at(header, "项目", words) for words in ("补助收入", "管理费用"))
    changed = {earned: found.fen(earned) + 7, spent: found.fen(spent) + 2}
    for words in ("二、经营收益", "三、收益总额", "四、净收益", "五、可分配收益", "六、年末未分配收益"):
        place = found.at(header, "项目", words)
        assert found.fen(place, changed) - found.fen(place) == 5


def test_the_difference_of_income_and_expense_is_one_of_their_sums(door: Door) -> None:
    found = workbook(door, "income-details")
    for header in ("本期金额", "本年累计"):
        place = found.at(header, "项目", "收支差额")
        assert place in found.formulas()
        cell = found.places(header)[0]
        assert found.fen(place, {cell: found.fen(cell) + 7}) - found.fen(place) == 7


def test_a_note_ends_on_what_it_began_with_and_what_moved(door: Door) -> None:
    found = workbook(door, "notes")
    filled = [place for place in found.places("期末余额") if found.cells[place] is not None]
    assert filled
    assert set(filled) == set(found.formulas())


def test_a_trial_balance_closes_on_the_side_where_the_balance_is(door: Door) -> None:
    found = workbook(door, "trial-balance")
    cash, bank = (found.at("期末借方余额", "科目编码", code) for code in ("101", "10201"))
    came = found.at("本期借方发生额", "科目编码", "101")
    total = found.places("期末借方余额")[-1]
    changed = {came: found.fen(came) + 7}
    assert found.fen(cash, changed) - found.fen(cash) == 7
    assert found.fen(bank, changed) == found.fen(bank)
    assert found.fen(total, changed) - found.fen(total) == 7


# --- ledgers over more than a year, with days, from the middle of a year

LINES = [
    ("2025-11", "2025-11-05", 500, 0),
    ("2025-11", "2025-11-05", 0, 900),  # below zero in between: the balance changes its side
    ("2025-11", "2025-11-06", 0, 30),
    ("2025-12", "2025-12-01", 430, 0),  # nothing left
    ("2025-12", "2025-12-09", 0, 5),
    ("2026-01", "2026-01-02", -20, 0),
    ("2026-01", "2026-01-02", 0, -50),
    ("2026-01", "2026-01-31", 0, 1),
    ("2026-02", "2026-02-01", 9, 0),
]


def line(number: int, period: str, date: str, debit: int, credit: int) -> LedgerLine:
    """Return a line of the account 101."""
    return LedgerLine(number, 0, period, date, number, "101", "摘要", "", "", debit, credit)


@pytest.mark.parametrize("daily", [False, True])
def test_a_ledger_runs_on_from_row_to_row(daily: bool) -> None:  # noqa: FBT001
    lines = [line(number, *values) for number, values in enumerate(LINES, start=1)]
    rows = ledger_rows(
        lines, Before(100, 70, 20), "2025-11", "2026-02", carried_through="2025-12", daily=daily
    )
    head: dict[str, Any] = {"book": "b", "name": "村", "period": "2026-02", "entries": 1, "root": ""}
    ledger = AccountLedger(
        account="101",
        account_name="库存现金",
        party="",
        project="",
        daily=daily,
        unit="",
        details={},
        first="2025-11",
        rows=rows,
        **head,
    )
    found = Workbook(to_xlsx(ledger_table(ledger)))
    found.check()
    balances = found.places("余额")
    assert [place for place in balances if place not in found.formulas()] == balances[:1]
    first = found.places("借方")[1]
    assert abs(found.fen(balances[-1], {first: 500 + 7}) - found.fen(balances[-1])) == 7
    for words in ("本月合计", "本年累计"):
        place = found.at("借方", "摘要", words)
        assert found.fen(place, {first: 500 + 7}) - found.fen(place) == 7
    assert found.fen(found.at("借方", "摘要", "本年累计")) == 70 + 500
    general = GeneralLedger(
        accounts=[("101", "库存现金", [row for row in rows if row.kind not in {"line", "day"}])], **head
    )
    sums = Workbook(to_xlsx(general_table(general)))
    sums.check()
    assert len(sums.formulas()) >= len([row for row in rows if row.kind in {"month", "year", "closing"}])
