"""A figure traced in a log that was verified: what the server says of it, and nothing that was not verified."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit.history import trace
from audit.replay import Replay
from audit.verify import verify
from domain.history import Span
from domain.kernel.errors import RuleViolation
from projections.history import Wanted, history
from tests.audit.conftest import BUNDLE, MemorySource

if TYPE_CHECKING:
    from api.composition import Service
    from domain.book import Book
    from tests.audit.conftest import Export, Log

CODES = ("101", "102", "10201", "301", "51401", "money")


@pytest.fixture
def source(log: Log) -> MemorySource:
    """The small sample village's log."""
    return MemorySource(log.files())


@pytest.fixture
def book(source: MemorySource) -> Book:
    """The book that an audit without findings replayed."""
    replay = Replay()
    assert verify(source, replay=replay).ok
    return replay.book


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("span", [Span(), Span("2026-03", "2026-03-31"), Span("", "2026-02-10")])
def test_it_is_what_the_server_shows(
    source: MemorySource, book: Book, village_service: Service, code: str, span: Span
) -> None:
    sums, rows = trace(source, book, code).over(span)
    with village_service.pool.connection() as connection:
        shown = history(connection, book.book, code, Wanted(span))
    assert (shown.sums, shown.root, shown.size) == (sums, book.root(), book.size)
    assert [(row.posting, row.balance_fen) for row in shown.rows] == [
        (row.posting, row.balance_fen) for row in rows
    ]


def test_an_unknown_account_is_refused(source: MemorySource, book: Book) -> None:
    with pytest.raises(RuleViolation) as caught:
        trace(source, book, "999")
    assert caught.value.rule.code == "history.unknown_account"


def test_other_entries_the_second_time_are_not_taken(
    source: MemorySource, book: Book, log: Log, exported: Export
) -> None:
    assert exported.log.entries == log.entries
    swapped = (*log.entries[:-2], log.entries[-1], log.entries[-2])
    for files in (
        log.with_entries(swapped).files(),
        {path: data for path, data in source.files.items() if path != BUNDLE},
    ):
        with pytest.raises(RuleViolation) as caught:
            trace(replace(source, files=files), book, "101")
        assert caught.value.rule.code == "audit.changed_meanwhile"
