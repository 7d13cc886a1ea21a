"""What the program publishes of a period is what an auditor makes of the entries, in every form, in whatever book."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import reports
from api.identity import Keyring
from api.importing import read_folder, run_import
from api.statements import STATEMENTS
from audit.replay import Replay
from audit.statements import FORMS, Periods
from domain.book import Book
from domain.budget import Budget, PlanLine, Resolution
from domain.entry import parse_entry
from domain.ledger import read_entries
from projections import register
from projections.balances import trial_balance
from tests.audit.conftest import EXAMPLE
from tests.domain.drawn_income import ENDS, INCOME_BOOKS
from tests.projections.stored_books import store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from api.composition import Service
    from domain.entry import Entry
    from domain.vouchers import Line
    from tests.domain.drawn import Drawn

_numbers = count(700)


@pytest.fixture
def connection(service: Service) -> Iterator[psycopg.Connection]:
    """A connection with every right, reading as the running program does."""
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute("SET search_path TO read, public")
        yield connection


def replayed(book: str, entries: Sequence[Entry]) -> Replay:
    """Return what an audit has that has read these entries."""
    replay = Replay(Book(book))
    for index, entry in enumerate(entries):
        replay.book.evolve(entry)
        replay.figures.fold(index, entry.statement, replay.book.balances.chart)
    return replay


def served(connection: psycopg.Connection, book: str, period: str) -> dict[str, dict[str, Any]]:
    """Return what the program serves of a period, without the root, which the read side has of signed tiles alone."""
    found = {"trial-balance": reports.trial_object(trial_balance(connection, book, period))}
    return found | {
        each.name: each.as_object(each.ask(connection, book, period))
        for each in STATEMENTS
        if each.is_of(connection, book, period)
    }


def wanted(computed: Periods, book: Book, period: str) -> dict[str, dict[str, Any]]:
    """Return what an audit makes of a period, in every form in which it is published."""
    return {form.name: form.stands(computed.period(period)) for form in FORMS if form.is_of(book, period)}


RESOLUTION = Resolution(agreed=30, body="delegates", date="2026-01-20", entitled=38, present=34)
PLANS = st.lists(
    st.builds(
        lambda year, lines: Budget(
            lines=[PlanLine(account=account, planned_fen=fen) for account, fen in sorted(lines.items())],
            resolution=RESOLUTION,
            year=year,
        ),
        st.sampled_from(["2025", "2026"]),
        st.dictionaries(
            st.sampled_from(["151", "501", "502", "511", "513", "521"]), st.integers(1, 10**9), min_size=1
        ),
    ),
    max_size=3,
)
"""Plans of a year of the drawn books or of both, perhaps revised."""


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(INCOME_BOOKS, PLANS, st.lists(st.sampled_from(ENDS), min_size=1, max_size=3))
def test_server_and_auditor_make_the_same_of_drawn_books(
    connection: psycopg.Connection,
    drawn: tuple[list[Line] | None, list[Drawn]],
    plans: list[Budget],
    asked: list[str],
) -> None:
    """They earn, spend, transfer, distribute and take back, over a year's end; the periods are asked in any order."""
    book, entries = store(connection, next(_numbers), drawn, plans)
    replay = replayed(book, entries)
    computed = Periods(replay.book, replay.figures)
    for period in asked:
        assert served(connection, book, period) == wanted(computed, replay.book, period)


@pytest.mark.slow
@pytest.mark.parametrize("village", ["xiaohe", "shalong"])
def test_server_and_auditor_make_the_same_of_the_examples(service: Service, village: str) -> None:
    read = read_folder(EXAMPLE.with_name(village))
    book = read.book.id
    run_import(service, read, Keyring(service.settings.home / "keys" / book, book))
    replay = replayed(book, [parse_entry(entry.note) for entry in read_entries(service.recorder, book)])
    computed = Periods(replay.book, replay.figures)
    with service.pool.connection() as connection:
        first = register.book(connection, book).first_period
        for period in (first, f"{first[:4]}-12", f"{int(first[:4]) + 1}-01", f"{int(first[:4]) + 1}-12"):
            assert served(connection, book, period) == wanted(computed, replay.book, period)
