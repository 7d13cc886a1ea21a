"""A year's distribution at the command line where the households are counterparties of one account (往来单位)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from tests.api.cli.conftest import BOOK, Commands, served

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

LINES = [
    {"account": "113", "party": "张三", "debit_fen": 500},
    {"account": "113", "party": "李四", "debit_fen": 500},
    {"account": "101", "credit_fen": 1_000},
]
LENT = {"attachments": {"count": 1}, "date": "2026-02-10", "lines": LINES, "summary": "成员借支"}


@pytest.fixture(scope="module")
def url(commands: Commands, xiaohe_imported: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the small sample village, whose 113 has 张三 and 李四 as counterparties."""
    assert xiaohe_imported
    file = tmp_path_factory.mktemp("lent") / "lent.json"
    file.write_text(json.dumps(LENT), encoding="utf-8")
    keys = [commands.home / "keys" / BOOK / f"{role}-1.key" for role in ("accountant", "head", "cashier")]
    signed = [word for key in keys if key.exists() for word in ("--key", key)]
    with served(commands) as url:
        commands.good("post", file, "--book", BOOK, "--url", url, *signed)
        yield url


@pytest.fixture
def asked(url: str) -> tuple[str | Path, ...]:
    """The command, with the year, the server, and nothing for the reserve; the folder is behind."""
    where = ("--book", BOOK, "--url", url)
    return ("distribute", "2026-12", *where, "--reserve", "0")


def members(stdout: bytes) -> list[tuple[str, str, int]]:
    """Return account, counterparty and fen of what members get by the one voucher that was written."""
    [file] = stdout.decode().splitlines()
    lines: list[dict[str, Any]] = json.loads(Path(file).read_text(encoding="utf-8"))["lines"]
    return [(line["account"], line.get("party", ""), line["credit_fen"]) for line in lines[1:]]


def test_each_household_is_the_counterparty_of_its_line(
    commands: Commands, asked: tuple[str | Path, ...], tmp_path: Path
) -> None:
    """By amounts as Excel in China saves them, in equal parts, and from a workbook."""
    table = tmp_path / "shares.csv"
    table.write_bytes("科目,户名,金额\n113,张三,3.00\n113,李四,2.00\n合计,,5.00\n".encode("gb18030"))
    done = commands.run(*asked, tmp_path / "amounts", "--households", table)
    assert members(done.stdout) == [("113", "张三", 300), ("113", "李四", 200)]
    assert "distribution.new_party" not in done.stderr.decode()
    table.write_text("科目,户名\n113,张三\n113,李四户\n", encoding="utf-8")
    done = commands.run(*asked, tmp_path / "alike", "--households", table, "--members", "0.03")
    assert members(done.stdout) == [("113", "张三", 2), ("113", "李四户", 1)]
    told = done.stderr.decode()
    assert "! 113 内部往来上还没有往来单位「李四户」，账上有的是 " in told
    assert "每户 0.01 元，前 1 户各多 0.01 元，共 2 户" in told
    book = tmp_path / "shares.xlsx"
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate((["户主", "科目", "金额"], ["张三", 113, 3], ["李四", 113, 2])):
            sheet.write_row(number, 0, row)
    assert members(commands.run(*asked, tmp_path / "workbook", "--households", book).stdout) == [
        ("113", "张三", 300),
        ("113", "李四", 200),
    ]


def test_what_does_not_say_whose_it_is_is_refused_before_a_file_is_written(
    commands: Commands, asked: tuple[str | Path, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "plan"
    told = commands.refused(*asked, folder, "--members", "5", "--members-to", "113")
    assert "[distribution.no_household]" in told
    assert "113 内部往来按往来单位核算，向成员分配的 5.00 元没有写明是哪一户的" in told
    assert "--households" in told
    table = tmp_path / "shares.csv"
    table.write_text("113,5.00\n", encoding="utf-8")
    assert "[distribution.no_household]" in commands.refused(*asked, folder, "--households", table)
    assert not folder.exists()


def test_a_table_that_no_address_holds_is_refused_in_words(
    commands: Commands, asked: tuple[str | Path, ...], tmp_path: Path
) -> None:
    table = tmp_path / "shares.csv"
    rows = [f"113,{'溪' * 18}{at:03},0.01" for at in range(399)]
    table.write_text("\n".join(["科目,户名,金额", *rows]), encoding="utf-8")
    said = commands.refused(*asked, tmp_path / "long", "--households", table)
    assert "[distribution.shares_long]" in said
    assert "各户份额太长：一个汉字算九个字符" in said
    assert not (tmp_path / "long").exists()
