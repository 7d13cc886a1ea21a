"""Transfers (结转) in an imported journal: one that was made twice is booked as it was, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.imported import WARNINGS_SHOWN, tell_import

if TYPE_CHECKING:
    import pytest

    from tests.api.importing.conftest import Village


def transfer(number: int) -> tuple[str, str]:
    """Return the two lines of a voucher that transfers January's interest."""
    voucher = f"2026-01-31,记-{number},结转收入"
    return f"{voucher},50401,利息收入,5.00,,0", f"{voucher},321,本年收益,,5.00,0"


def test_a_transfer_that_was_made_once_is_no_matter(village: Village) -> None:
    village.add("journal.csv", *transfer(2))
    assert village.run().warnings == ()


def test_transfers_that_were_made_twice_are_told(
    village: Village, capsys: pytest.CaptureFixture[str]
) -> None:
    village.add("journal.csv", *transfer(2), *transfer(3))
    result = village.run()
    assert [one.rule.code for one in result.warnings] == ["closing.took_too_much"] * 2
    tell_import("三户村", result)
    said = capsys.readouterr().err
    assert said.count("! [closing.took_too_much] 2026-01-31 的「结转收入」已入账") == 2
    assert village.run().warnings == (), "told once"
    assert result.posted > 2


def test_of_many_some_are_named_and_all_counted(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(2, WARNINGS_SHOWN + 4):
        village.add("journal.csv", *transfer(number))
    tell_import("三户村", village.run())
    said = capsys.readouterr().err
    assert said.count("[closing.took_too_much]") == WARNINGS_SHOWN
    assert "还有 2 张这样的凭证 / 2 more such vouchers" in said
