"""A statement tells of no day that has not been, nor of fewer days than its lines."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from api.banking import SourceFile, StatementLine, read_statement
from api.clock import now
from api.importing import ImportRefused
from domain.kernel.money import MAX_FEN
from tests.api.banking.test_banking import BOOK, EMPTY, PLAIN, service, written
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
    assert refused(service.banks.take_in, BOOK, EMPTY, [line], file, through) == "bank.through"
    assert EMPTY not in service.banks.read_through(BOOK)


@pytest.mark.parametrize(
    ("day", "fen", "code"),
    [
        ("2026-03-31", -1, "bank.counted"),
        ("2026-03-31", MAX_FEN + 1, "bank.counted"),
        (days_ahead(1), 0, "bank.counted_ahead"),
        ("2030-01-01", 0, "bank.counted_ahead"),
        ("2026-03-32", 0, "date.malformed"),
    ],
)
def test_cash_is_counted_up_to_today_and_is_not_below_nil(
    service: Service, day: str, fen: int, code: str
) -> None:
    assert refused(service.banks.counted, BOOK, "101", day, fen) == code


def test_there_may_be_no_cash_today(service: Service) -> None:
    book_fen, over_fen = service.banks.counted(BOOK, "101", days_ahead(0), 0)
    assert over_fen == -book_fen
