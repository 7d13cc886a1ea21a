"""A year's plan is adopted and looked at from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from domain.chart.conversion import OLD
from tests.api.cli.conftest import BOOK, Commands, served
from tests.api.cli.test_signing import Signer
from tests.api.importing.conftest import BOOK_TOML

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

DECIDED = (
    "--year",
    "2026",
    "--body",
    "delegates",
    "--date",
    "2026-01-20",
    "--entitled",
    "38",
    "--present",
    "34",
)
SPEAKERS = "accountant head supervisor"


@pytest.fixture(scope="module")
def signer(commands: Commands, xiaohe_imported: str) -> Iterator[Signer]:
    """Whoever signs, and a server with the small sample village."""
    assert xiaohe_imported
    with served(commands) as url:
        yield Signer(commands, url)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan as a table."""
    path = tmp_path / "plan.csv"
    path.write_text("科目编码,科目名称,计划金额\n514,公益支出,1000\n501,经营收入,10000\n", encoding="utf-8")
    return path


def test_what_is_wrong_is_told_and_nothing_posted(signer: Signer, plan: Path) -> None:
    before = signer.verify()
    said = signer.refused("budget", plan, *DECIDED, "--agreed", "20", by=SPEAKERS)
    assert "budget.not_carried" in said
    assert "26 人同意" in said
    plan.write_text("科目编码,计划金额\n501,一万\n", encoding="utf-8")
    assert "第 2 行" in signer.refused("budget", plan, *DECIDED, "--agreed", "30", by=SPEAKERS)
    said = signer.refused("budget", plan, *DECIDED, "--agreed", "many", by=SPEAKERS)
    assert "--agreed" in said
    assert signer.verify() == before


def test_a_plan_is_adopted_and_reported(commands: Commands, signer: Signer, plan: Path) -> None:
    index = signer.good("budget", plan, *DECIDED, "--agreed", "30", by=SPEAKERS)["index"]
    ask = ("report", "budget", "--book", BOOK, "--period", "2026-03")
    report = json.loads(commands.good(*ask, "--format", "json"))
    assert report["adopted"] == index
    assert {row["account"]: row["planned_fen"] for row in report["rows"] if row["planned_fen"]} == {
        "501": 1_000_000,
        "514": 100_000,
    }
    text = commands.good(*ask)
    assert "计划外" in text
    assert "122.1 %" in text
    assert signer.verify() == index + 1


def test_a_county_lays_down_sub_totals(commands: Commands, signer: Signer, tmp_path: Path) -> None:
    request, keys = tmp_path / "grant.json", signer.key("county").parent
    commands.good("keygen", f"{BOOK}/county/1", keys / "county-1.key", "--grant", request, "--person", "县局")
    signer.good("grant", request, by="township head")
    asked = ("--year", "2026", "--basis", "县农字〔2026〕5号")
    said = signer.refused("subtotals", "503=nowhere", *asked, by="county")
    assert "places" in said
    assert "subtotals.account" in signer.refused("subtotals", "501=total_surplus", *asked, by="county")
    index = signer.good("subtotals", "513=total_surplus", "503=total_surplus", *asked, by="county")["index"]
    report = commands.good("report", "income-statement", "--book", BOOK, "--period", "2026-03")
    assert "县农字〔2026〕5号" in report
    assert signer.verify() == index + 1


def test_old_balances_are_converted(commands: Commands, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "book.toml").write_text(BOOK_TOML.replace("rural-collective-2024", OLD), encoding="utf-8")
    opening = "科目编码,科目名称,借方余额,贷方余额\n153,固定资产清理,12.50,\n301,资本,,12.50\n"
    (old / "opening.csv").write_text(opening, encoding="utf-8")
    said = commands.good("convert", old, tmp_path / "new")
    assert "2 个科目，借方 12.50，贷方 12.50" in said
    assert "154,固定资产清理,12.50" in (tmp_path / "new" / "opening.csv").read_text(encoding="utf-8")
    assert "convert.not_empty" in commands.refused("convert", old, tmp_path / "new")
    (old / "opening.csv").write_text(opening.replace("153,固定资产清理", "131,牛"), encoding="utf-8")
    assert "convert.choose" in commands.refused("convert", old, tmp_path / "other")
