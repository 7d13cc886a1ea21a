"""A statement tells of no day that has not been, nor of fewer days than its lines."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from api.banking import SourceFile, StatementLine, read_statement
from api.clock import now
from api.importing import ImportRefused
from tests.api.banking.test_banking import BOOK, PLAIN, service, written
from tests.api.banking.test_decisions import refused

if TYPE_CHECKING:
    from pathlib import Path

    from api.composition import Service

__all__ = ["service"]


def days_ahead(days: int) -> str:
    return (date.fromisoformat(now()[:10]) + timedelta(days)).isoformat()


def test_a_line_of_a_day_that_has_not_been_is_named(tmp_path: Path) -> None:
    ahead = written(tmp_path, PLAIN.replace("2026-03-20", days_ahead(1)))
    with pytest.raises(ImportRefused) as caught:
        read_statement(ahead, {})
    [problem] = caught.value.problems
    assert (problem.rule, problem.column, problem.row) == ("bank.dated_ahead", "交易日期", 4)
    assert read_statement(written(tmp_path, PLAIN.replace("2026-03-20", days_ahead(0))), {}).lines


@pytest.mark.parametrize("through", [days_ahead(1), "2099-12-31", "2026-02-09"])
def test_a_statement_goes_up_to_today_and_to_its_last_line(service: Service, through: str) -> None:
    line, file = StatementLine("2026-02-10", 5, "利息"), SourceFile("a.csv")
    assert refused(service.banks.take_in, BOOK, "102", [line], file, through) == "bank.through"
    assert "102" not in service.banks.read_through(BOOK)
