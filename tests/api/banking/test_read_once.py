"""The lines that stand are put together from all files of an account: they are asked for once, however much is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from psycopg import Cursor
from psycopg_pool import ConnectionPool

from api.banking import BankStatements, SourceFile, StatementLine
from api.database import snapshot
from projections.bank import bank_balance_fen
from projections.closing import checklist
from tests.api.banking.test_banking import BANK, BOOK, LAST, service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection

    from api.composition import Service

__all__ = ["service"]


class Counting(Cursor[Any]):
    """A cursor that counts how often the lines that stand are asked for."""

    asked = 0

    def execute(self, query: Any, *given: Any, **options: Any) -> Any:  # noqa: ANN401 -- as psycopg has them
        """Count, and ask."""
        Counting.asked += str(query).count("bank_standing")
        return super().execute(query, *given, **options)


@pytest.fixture
def counted(service: Service) -> Iterator[ConnectionPool[Any]]:
    """Connections by which it is counted, with a statement that goes to the month's end."""
    line = StatementLine("2026-03-20", 5, "利息", 1_105)
    service.banks.take_in(BOOK, BANK, [line], SourceFile("a.csv"), LAST)
    given = {"cursor_factory": Counting, "options": "-c search_path=read,public"}
    with ConnectionPool(service.database_url, min_size=1, kwargs=given) as pool:
        Counting.asked = 0
        yield pool


@pytest.mark.parametrize(
    "tell",
    [
        lambda connection: checklist(connection, BOOK, LAST[:7]),
        lambda connection: bank_balance_fen(connection, BOOK, BANK, LAST),
    ],
    ids=["checklist", "balance"],
)
def test_what_stands_is_read_once(
    counted: ConnectionPool[Any], tell: Callable[[Connection[Any]], object]
) -> None:
    with snapshot(counted) as connection:
        assert tell(connection) is not None
    assert Counting.asked == 1


@pytest.mark.parametrize("said_fen", [None, 1])
def test_a_reconciliation_reads_them_once(counted: ConnectionPool[Any], said_fen: int | None) -> None:
    found = BankStatements(counted).reconcile(BOOK, BANK, LAST, said_fen)
    assert found.bank_fen == (said_fen or 1_105)
    assert Counting.asked == 1
