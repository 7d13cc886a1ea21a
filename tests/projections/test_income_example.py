"""Three years of the large example: each line of the statement of income is the end of its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.identity import Keyring
from api.importing import read_folder, run_import
from domain.history import FigureFold, Span, figure_of
from domain.kernel.period import last_day
from domain.ledger import read_entries
from projections import register
from projections.history import Wanted, history
from projections.statements import income_statement
from tests.audit.conftest import EXAMPLE

if TYPE_CHECKING:
    from api.composition import Service

PERIODS = ("2024-06", "2024-12", "2025-01", "2025-07", "2025-12", "2026-01", "2026-12", "2027-01")


@pytest.mark.slow
def test_every_line_in_every_period_is_the_end_of_its_history(service: Service) -> None:
    village = read_folder(EXAMPLE.with_name("shalong"))
    book = village.book.id
    run_import(service, village, Keyring(service.settings.home / "keys" / book, book))
    entries = list(read_entries(service.recorder, book))
    told = 0
    with service.pool.connection() as connection:
        row, names = register.book(connection, book), register.account_names(connection, book)
        folds = {
            line.line.key: FigureFold(figure_of(line.line.key, book, row.chart, names, row.first_period))
            for line in income_statement(connection, book, PERIODS[0]).rows
        }
        for fold in folds.values():
            for index, entry in enumerate(entries):
                fold.fold(index, entry.statement, ())
        for period in PERIODS:
            span = Span(until=last_day(period))
            for line in income_statement(connection, book, period).rows:
                shown = history(connection, book, line.line.key, Wanted(span, limit=1))
                assert shown.on_sheet is not None
                assert shown.on_sheet.amount_fen == line.amount_fen, (period, line.line.key)
                fold = folds[line.line.key]
                assert (shown.sums, shown.on_sheet) == (fold.over(span)[0], fold.on_sheet(span))
                told += bool(line.amount_fen)
    assert told > 60
