"""The sample villages are what the script constructs, say that they are invented, and are believable books."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from api.importing import ImportFolder, read_folder

EXAMPLES = Path(__file__).parents[2] / "examples"
VILLAGES = ("shalong", "xiaohe")
FILES = ("book.toml", "opening.csv", "journal.csv")
MONEY = ("101", "102")


@pytest.fixture(scope="module")
def constructed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the script has written its villages."""
    folder = tmp_path_factory.mktemp("examples")
    command = [sys.executable, "-I", str(EXAMPLES / "construct"), str(folder)]
    subprocess.run(command, check=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def shalong() -> ImportFolder:
    """The large village, as it is committed."""
    return read_folder(EXAMPLES / "shalong")


def vouchers(folder: ImportFolder) -> dict[tuple[str, str], int]:
    """Return the vouchers by date and number, each with its debits less its credits."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for row in folder.journal:
        found[row.date, row.number] += row.debit_fen - row.credit_fen
    return found


@pytest.mark.parametrize("village", VILLAGES)
@pytest.mark.parametrize("file", FILES)
def test_script_constructs_the_committed_bytes(constructed: Path, village: str, file: str) -> None:
    assert (constructed / village / file).read_bytes() == (EXAMPLES / village / file).read_bytes()


def test_script_writes_nothing_else(constructed: Path) -> None:
    written = {path.relative_to(constructed).as_posix() for path in constructed.rglob("*") if path.is_file()}
    assert written == {f"{village}/{file}" for village in VILLAGES for file in FILES}


@pytest.mark.parametrize("village", VILLAGES)
def test_village_says_that_it_is_invented(village: str) -> None:
    text = (EXAMPLES / village / "book.toml").read_text(encoding="utf-8")
    book = tomllib.loads(text)
    first = text.splitlines()[0]
    assert first.startswith("#")
    assert "虚构" in first
    assert "invented" in text
    assert "虚构" in book["book"]["name"]
    assert all("虚构" in name for name in book.get("people", {}).values())


def test_villages_are_written_in_both_forms() -> None:
    assert (EXAMPLES / "shalong" / "journal.csv").read_bytes().startswith("\ufeff日期,凭证号,".encode())
    english = (EXAMPLES / "xiaohe" / "journal.csv").read_bytes()
    assert english.startswith(b"date,number,")
    assert "鱼塘承包款".encode("gb18030") in english


def test_large_village_has_about_1200_vouchers_over_three_years(shalong: ImportFolder) -> None:
    found = vouchers(shalong)
    assert 1_100 <= len(found) <= 1_300
    months = {date[:7] for date, _ in found}
    assert months == {f"{year}-{month:02d}" for year in (2024, 2025, 2026) for month in range(1, 13)}
    assert min(months) == shalong.book.opened


@pytest.mark.parametrize("village", VILLAGES)
def test_every_voucher_balances(village: str) -> None:
    folder = read_folder(EXAMPLES / village)
    assert set(vouchers(folder).values()) == {0}
    assert sum(row.debit_fen - row.credit_fen for row in folder.opening) == 0


@pytest.mark.parametrize("village", VILLAGES)
def test_money_is_never_below_zero_at_a_days_end(village: str) -> None:
    folder = read_folder(EXAMPLES / village)
    held: dict[str, int] = defaultdict(int)
    days: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in folder.opening:
        days[""].append((row.code, row.debit_fen - row.credit_fen))
    for row in folder.journal:
        days[row.date].append((row.code, row.debit_fen - row.credit_fen))
    looked_at = 0
    for date in sorted(days):
        for code, fen in days[date]:
            held[code] += fen
        for code in (code for code in held if code.startswith(MONEY)):
            looked_at += 1
            assert held[code] >= 0, (date, code, held[code])
    assert looked_at > len(days)


def test_large_village_has_detail_accounts_and_corrections(shalong: ImportFolder) -> None:
    codes = {row.code for row in shalong.journal}
    assert {len(code) for code in codes} >= {3, 5, 7}
    red = {(row.date, row.number) for row in shalong.journal if row.debit_fen < 0 or row.credit_fen < 0}
    assert len(red) == 4
    assert any(row.summary.startswith("订正") for row in shalong.journal)
