"""A statement is missing between two that were read in: the earlier one stands, and the gap is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.banking import SourceFile, StatementLine, reconciliation_object, reconciliation_table
from domain.kernel.errors import RuleViolation
from tests.api.banking.test_banking import BOOK, EMPTY, service
from tests.api.banking.test_decisions import at_work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.composition import Service

__all__ = ["service"]

ACCOUNT = EMPTY
JANUARY = [
    StatementLine("2026-01-06", 12_000, "竹子款", 112_000),
    StatementLine("2026-01-28", -2_000, "电费", 110_000),
]
FEBRUARY = [StatementLine("2026-02-10", -30_000, "材料", 80_000)]
MARCH = [StatementLine("2026-03-03", -5_000, "购猪", 75_000)]


@pytest.fixture
def banks(service: Service) -> Iterator[Service]:
    """The service, whose statements are undone behind the test."""
    yield service
    for one in service.bank_imports.all(BOOK, ACCOUNT):
        if one.stands:
            service.bank_imports.undo(at_work(), ACCOUNT, one.number)


def read(service: Service, name: str, lines: list[StatementLine], through: str = "") -> None:
    service.banks.take_in(BOOK, ACCOUNT, lines, SourceFile(name), through)


def test_what_a_statement_says_of_its_end_stands_though_a_later_one_does_not_follow(banks: Service) -> None:
    read(banks, "1月.csv", JANUARY, "2026-01-31")
    before = banks.banks.reconcile(BOOK, ACCOUNT, "2026-01-31")
    read(banks, "3月.csv", MARCH, "2026-03-31")
    assert banks.banks.reconcile(BOOK, ACCOUNT, "2026-01-31") == before
    assert (before.bank_fen, before.gaps) == (110_000, [])
    assert banks.banks.balance(BOOK, ACCOUNT, "2026-01-29") == 110_000


def test_a_day_of_which_the_statement_is_missing_is_told_with_the_gap(banks: Service) -> None:
    read(banks, "1月.csv", JANUARY, "2026-01-31")
    read(banks, "3月.csv", MARCH, "2026-03-31")
    for day in ("2026-02-01", "2026-02-28", "2026-03-02"):
        with pytest.raises(RuleViolation) as refused:
            banks.banks.reconcile(BOOK, ACCOUNT, day)
        assert refused.value.rule.code == "bank.gap"
        for said in ("2026-01-31", "2026-03-03", "1月.csv", "3月.csv", "-300.00"):
            assert said in refused.value.zh
            assert said in refused.value.en


def test_a_reconciliation_behind_a_gap_tells_it(banks: Service) -> None:
    read(banks, "1月.csv", JANUARY, "2026-01-31")
    read(banks, "3月.csv", MARCH, "2026-03-31")
    found = banks.banks.reconcile(BOOK, ACCOUNT, "2026-03-31")
    gap = {"after": "2026-01-31", "before": "2026-03-03", "file_before": "1月.csv", "file_after": "3月.csv"}
    assert reconciliation_object(ACCOUNT, "2026-03-31", found)["gaps"] == [gap | {"moved_fen": -30_000}]
    [row] = [row for row in reconciliation_table(ACCOUNT, "2026-03-31", found).rows if "缺" in str(row[0])]
    assert row[3] == 30_000, "what of the difference is of it"
    assert "缺 2026-01-31 之后、2026-03-03 之前的对账单" in str(row[2])
    assert found.difference_fen - 30_000 == found.before_fen
    read(banks, "2月.csv", FEBRUARY)
    whole = banks.banks.reconcile(BOOK, ACCOUNT, "2026-03-31")
    assert (whole.gaps, whole.difference_fen) == ([], whole.before_fen)
    assert banks.banks.balance(BOOK, ACCOUNT, "2026-02-28") == 80_000


def test_lines_that_one_statement_lacks_are_told_within_it(banks: Service) -> None:
    read(banks, "全年.csv", [*JANUARY, *MARCH])
    with pytest.raises(RuleViolation) as refused:
        banks.banks.reconcile(BOOK, ACCOUNT, "2026-01-31")
    assert refused.value.rule.code == "bank.gap"
    found = banks.banks.reconcile(BOOK, ACCOUNT, "2026-03-03")
    assert "「全年.csv」在 2026-01-28 和 2026-03-03 两天的行之间接不上" in str(
        reconciliation_table(ACCOUNT, "2026-03-03", found).rows
    )
