"""The commands for bank and cash, on the small sample village."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.api.cli.conftest import BOOK, Commands

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

OF_BANK = ("--book", BOOK, "--account", "10201")
STATEMENT = "记账时刻,用途,进账,出账\n2026-03-03,补助,5000.00,\n2026-03-30,账户管理费,,15.00\n"
HEADERS = "date=记账时刻,received=进账,paid=出账"


@pytest.fixture
def village(commands: Commands, xiaohe_imported: str) -> Commands:
    assert xiaohe_imported
    return commands


def test_a_statement_is_read_remembered_and_reconciled(village: Commands, tmp_path: Path) -> None:
    file = tmp_path / "march.csv"
    file.write_text(STATEMENT, encoding="utf-8")
    assert "import.column" in village.refused("bank", "import", file, *OF_BANK)
    assert "新 2 行" in village.good("bank", "import", file, *OF_BANK, "--columns", HEADERS)
    assert "新 0 行，以前读过 2 行" in village.good("bank", "import", file, *OF_BANK)

    asked = ("bank", "reconcile", *OF_BANK, "--date", "2026-03-31")
    shown = village.good(*asked, "--balance", "1,000.00")
    assert "减：银行已付、企业未付" in shown
    assert "账户管理费" in shown
    assert "不符，请查找" in shown
    found = json.loads(village.good(*asked, "--balance", "1,000.00", "--format", "json"))
    assert found["bank_paid_fen"] == 1_500
    assert [one["days"] for one in found["matches"]] == [0]
    right = found["bank_fen"] + found["difference_fen"]
    again = village.good(*asked, "--balance", f"{right / 100:.2f}")
    assert "相符" in again


def test_a_statement_of_cash_is_refused(village: Commands, tmp_path: Path) -> None:
    file = tmp_path / "march.csv"
    file.write_text(STATEMENT, encoding="utf-8")
    told = village.refused("bank", "import", file, *OF_BANK[:-1], "101", "--columns", HEADERS)
    assert "bank.statement_of_cash" in told
    assert "10201 基本账户" in told


@pytest.mark.parametrize("columns", ["date", "day=日期", "date=", "date=a,date=b"])
def test_headers_that_are_not_understood_are_refused(village: Commands, tmp_path: Path, columns: str) -> None:
    file = tmp_path / "march.csv"
    file.write_text(STATEMENT, encoding="utf-8")
    assert "bank.columns" in village.refused("bank", "import", file, *OF_BANK, "--columns", columns)


def test_cash_is_counted(village: Commands) -> None:
    asked = ("bank", "count", "--book", BOOK, "--account", "101", "--date", "2026-03-31")
    found = json.loads(village.good(*asked, "--counted", "0", "--format", "json"))
    assert found["difference_fen"] == -found["book_fen"]
    short = village.good(*asked, "--counted", "0")
    assert "短款" in short
    assert "181 待处理财产损溢" in short
    exact = village.good(*asked, "--counted", f"{found['book_fen'] / 100:.2f}")
    assert "相符" in exact
    assert "bank.cash" in village.refused(
        "bank", "count", "--book", BOOK, "--account", "501", "--date", "2026-03-31", "--counted", "0"
    )


def test_lines_are_matched_refused_and_taken_back(village: Commands, tmp_path: Path) -> None:
    of_account = ("--book", BOOK, "--account", "10201")
    key = ("--key", village.home / "keys" / BOOK / "accountant-1.key")
    file = tmp_path / "more.csv"
    file.write_text(
        "日期,摘要,金额,借贷标志\n2026-03-28,来款,7.00,贷\n2026-03-29,退回,7.00,借\n", encoding="utf-8"
    )
    plain = "date=日期,text=摘要,amount=金额,direction=借贷标志"
    assert "新 2 行" in village.good("bank", "import", file, *of_account, "--columns", plain)
    listed = village.good("bank", "lines", *of_account, "--date", "2026-03-31")
    chosen = [
        word for line in listed.splitlines() if "来款" in line or "退回" in line for word in numbered(line)
    ]
    assert len(chosen) == 2, listed
    asked = (*of_account, *key, "--bank", ",".join(chosen))
    assert "bank.too_few" in village.refused("bank", "refuse", *asked)
    assert "是同一笔" in village.good("bank", "match", *asked)
    assert "第 1 号决定" in village.good("bank", "lines", *of_account, "--date", "2026-03-31")
    assert "bank.decided" in village.refused("bank", "match", *asked)
    assert "已撤回" in village.good("bank", "undo", "1", *of_account, *key)
    assert "accountant" in village.good("bank", "decisions", *of_account)
    assert "bank.choice" in village.refused("bank", "match", *of_account, *key, "--entries", "12")
    head = ("--key", village.home / "keys" / BOOK / "head-1.key")
    assert "draft.not_maker" in village.refused("bank", "match", *of_account, *head, "--bank", "1,2")


def test_items_outstanding_at_the_opening_are_entered(village: Commands) -> None:
    of_account = ("--book", BOOK, "--account", "10201")
    key = ("--key", village.home / "keys" / BOOK / "cashier-1.key")
    said = ("--date", "2025-12-20", "--amount=-500", "--text", "十二月的支票")
    assert "bank.side" in village.refused("bank", "opening", *of_account, *key, "--side", "ours", *said)
    assert "第 -1 号" in village.good("bank", "opening", *of_account, *key, "--side", "book", *said)
    assert "十二月的支票" in village.good("bank", "openings", *of_account)
    assert "已撤回" in village.good("bank", "undo-opening", "1", *of_account, *key)
    assert village.good("bank", "openings", *of_account) == ""


def test_what_the_book_had_when_the_statements_began_is_named_by_its_ledger(village: Commands) -> None:
    key = ("--key", village.home / "keys" / BOOK / "cashier-1.key")
    said = ("--side", "book", "--date", "2026-02-11", "--text", "提现")
    opening = ("bank", "opening", *OF_BANK, *key, *said)
    told = village.refused(*opening, "--amount=-500")
    assert "bank.opening_not_in_ledger" in told
    assert "提取现金 -1,000.00" in " ".join(told.split())
    assert "期初未达账项" in village.good(*opening, "--amount=-1000")
    shown = village.good("bank", "reconcile", *OF_BANK, "--date", "2026-03-31", "--balance", "1")
    assert "2026-02-11" in shown
    assert "其中：开始对账以前" in shown
    number = village.good("bank", "openings", *OF_BANK).split()[0].lstrip("-")
    assert "已撤回" in village.good("bank", "undo-opening", number, *OF_BANK, *key)


def test_an_import_is_undone_by_its_number(village: Commands, tmp_path: Path) -> None:
    key = ("--key", village.home / "keys" / BOOK / "cashier-1.key")
    file = tmp_path / "别村.csv"
    file.write_text(
        "日期,摘要,收入,支出\n2026-03-08,别村的款,66.00,\n2026-03-08,冲别村的款,,66.00\n", encoding="utf-8"
    )
    plain = ("--columns", "date=日期,text=摘要,received=收入,paid=支出")
    head = ("--key", village.home / "keys" / BOOK / "head-1.key")
    assert "draft.not_maker" in village.refused("bank", "import", file, *OF_BANK, *plain, *head)
    read = village.good("bank", "import", file, *OF_BANK, *plain, *key)
    number = read.split()[1]
    lines = village.good("bank", "lines", *OF_BANK, "--date", "2026-03-31").splitlines()
    numbers = ",".join(word for line in lines if "别村的款" in line for word in numbered(line))
    village.good("bank", "match", "--bank", numbers, *OF_BANK, *key)
    assert "/cashier/1" in next(
        line for line in village.good("bank", "imports", *OF_BANK).splitlines() if "别村.csv" in line
    )
    undone = village.good("bank", "undo-import", number, *OF_BANK, *key)
    assert "去掉 2 行，1 个核对决定（有人认可或否定过的）随之撤回" in undone
    assert "lines gone: 2; decisions by people that lapsed with them: 1" in undone
    assert "已撤回" in village.good("bank", "imports", *OF_BANK)
    assert "bank.no_import" in village.refused("bank", "undo-import", number, *OF_BANK, *key)


def test_what_is_to_be_said_of_a_statement_is_said_in_both_languages(
    village: Commands, tmp_path: Path
) -> None:
    file = tmp_path / "gap.csv"
    file.write_text(
        "日期,摘要,收入,支出,余额\n2026-03-21,利息,1.00,,101.00\n2026-03-22,利息,1.00,,103.00\n",
        encoding="utf-8",
    )
    plain = ("--columns", "date=日期,text=摘要,received=收入,paid=支出,balance=余额")
    read = village.run("bank", "import", file, *OF_BANK, *plain)
    assert read.returncode == 0
    said = read.stderr.decode()
    assert "注意：" in said
    assert "余额接不上前一笔" in said
    assert "does not follow from the line before" in said


def numbered(line: str) -> list[str]:
    """Return the number of a line of the bank, behind the word for the bank."""
    words = line.split()
    return [words[words.index("银行") + 1]] if "银行" in words else []
