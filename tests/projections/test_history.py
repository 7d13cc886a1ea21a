"""The history of a figure from the journal's rows: the same as the fold over exactly the entries that count."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.history import MONEY, Figure, FigureFold, HistoryRow, Span, figure_of
from domain.kernel.errors import RuleViolation
from domain.kernel.period import last_day
from projections.history import Wanted, history, query
from projections.statements import income_statement
from tests.domain.drawn import BOOKS, DATE, MONTHS
from tests.domain.drawn_income import ACCOUNTS as CHARTED
from tests.domain.drawn_income import CHART, ENDS, INCOME_BOOKS
from tests.projections.stored_books import START, sign_checkpoints, store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from api.composition import Service
    from domain.entry import Entry
    from domain.vouchers import Line
    from tests.domain.drawn import Drawn

XIAOHE = "N2330881MF0000021R"
NAMES = {
    "101": "库存现金",
    "102": "银行存款",
    "10201": "基本账户",
    "10202": "专户",
    "301": "资本",
    "513": "管理费用",
}
CODES = st.sampled_from(["101", "102", "10201", "301", "money", "current_assets", "10201+301"])

_numbers = count(100)


@pytest.fixture
def connection(service: Service) -> Iterator[psycopg.Connection]:
    """A connection with every right, reading as the running program does."""
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute("SET search_path TO read, public")
        yield connection


def folded(entries: Sequence[Entry], figure: Figure, span: Span) -> tuple[object, list[HistoryRow]]:
    fold = FigureFold(figure)
    for index, entry in enumerate(entries):
        fold.fold(index, entry.statement, tuple(line.name for line in entry.signatures))
    return fold.over(span)


# -------------------------------------------------------------------------------- against the fold


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    drawn=BOOKS,
    code=CODES,
    span=st.builds(Span, st.sampled_from(["", *MONTHS]), DATE),
    log=st.tuples(
        st.lists(st.tuples(st.integers(1, 16), st.integers(0, 9)), max_size=4),
        st.none() | st.integers(-1, 10),
    ),
    page=st.integers(1, 5),
)
def test_the_rows_are_those_of_the_fold_over_the_entries_that_were_known(
    connection: psycopg.Connection,
    drawn: tuple[list[Line] | None, list[Drawn]],
    code: str,
    span: Span,
    log: tuple[list[tuple[int, int]], int | None],
    page: int,
) -> None:
    book, entries = store(connection, next(_numbers), drawn)
    signed, asked_after = log
    # sizes and times grow together, as a log signs them
    sizes = sorted({min(size, len(entries)) for size, _ in signed})
    hours = sorted(hour for _, hour in signed)[: len(sizes)]
    checkpoints = [(size, START + timedelta(hours=hour)) for size, hour in zip(sizes, hours, strict=True)]
    sign_checkpoints(connection, book, checkpoints)
    known_on = None if asked_after is None else START + timedelta(hours=asked_after)
    known = [size for size, moment in checkpoints if known_on is not None and moment <= known_on]
    size = len(entries) if known_on is None else max(known, default=0)
    sums, rows = folded(
        entries[:size], figure_of(code, book, "rural-collective-2024", NAMES, MONTHS[0]), span
    )

    whole = history(connection, book, code, Wanted(span, known_on))
    assert (whole.size, whole.sums) == (size, sums)
    assert [(row.posting, row.balance_fen) for row in whole.rows] == [
        (row.posting, row.balance_fen) for row in rows
    ]
    for row in whole.rows:
        covering = [moment for size, moment in checkpoints if size > row.posting.entry]
        assert row.recorded_at == (covering[0] if covering else None)
        assert known_on is None or (row.recorded_at is not None and row.recorded_at <= known_on)

    paged: list[HistoryRow] = []
    balance = whole.sums.opening_fen
    for offset in range(0, len(rows) + page, page):
        part = history(connection, book, code, Wanted(span, known_on, page, offset))
        assert (part.sums, part.carried_fen) == (whole.sums, balance)
        balance = part.rows[-1].balance_fen if part.rows else balance
        paged += part.rows
    assert paged == whole.rows
    assert balance == whole.sums.closing_fen


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(INCOME_BOOKS, st.sampled_from(ENDS), st.integers(3, 16))
def test_each_line_of_the_statement_of_income_is_told_alike_by_the_statement_the_rows_and_the_fold(
    connection: psycopg.Connection, drawn: tuple[list[Line] | None, list[Drawn]], period: str, size: int
) -> None:
    book, entries = store(connection, next(_numbers), drawn)
    known_on = START + timedelta(hours=1)
    sign_checkpoints(connection, book, [(min(size, len(entries)), known_on)])
    span = Span(until=last_day(period))
    for row in income_statement(connection, book, period).rows:
        whole = history(connection, book, row.line.key, Wanted(span))
        assert whole.on_sheet is not None
        assert whole.on_sheet.amount_fen == row.amount_fen, row.line.key
        for asked in (Wanted(span), Wanted(Span(period, last_day(period))), Wanted(), Wanted(span, known_on)):
            shown = history(connection, book, row.line.key, asked)
            fold = FigureFold(figure_of(row.line.key, book, CHART, dict.fromkeys(CHARTED, ""), MONTHS[0]))
            for index, entry in enumerate(entries[: shown.size]):
                fold.fold(index, entry.statement, tuple(line.name for line in entry.signatures))
            sums, rows = fold.over(asked.span)
            assert (shown.sums, shown.on_sheet) == (sums, fold.on_sheet(asked.span))
            assert shown.wanted.span == fold.listed(asked.span)
            assert [(one.posting, one.balance_fen) for one in shown.rows] == [
                (one.posting, one.balance_fen) for one in rows
            ]


FILL_JOURNAL = """
    INSERT INTO journal
    SELECT 'X', n, 1, to_char(day, 'YYYY-MM'), 1, day, (100 + n % 40)::text, 's', '', '', n, 0
    FROM (SELECT n, date '2024-01-01' + n / 40 AS day FROM generate_series(1, 20000) AS n) AS days
"""


@pytest.mark.parametrize(
    "statement", ["SELECT_POSTINGS", "SELECT_SUMS", "SELECT_BEFORE_PERIOD", "SELECT_BEFORE_ROW"]
)
def test_one_account_among_many_is_read_from_the_index_alone_in_its_order(
    connection: psycopg.Connection, statement: str
) -> None:
    connection.execute(FILL_JOURNAL)
    connection.execute("VACUUM ANALYZE journal")
    values = {
        "book": "X",
        "accounts": ["107"],
        "size": 19_000,
        "first": "2024-06",
        "until": "2025-03-01",
        "limit": 50,
        "offset": 50,
        "opening": "",
        "row_period": "2025-01",
        "row_date": "2025-01-04",
        "row_entry": 9_000,
    }
    asked = getattr(query, statement).replace(query.SEVERAL, query.ONE)
    plan = "\n".join(line for (line,) in connection.execute(f"EXPLAIN {asked}", values).fetchall())
    assert "Index Only Scan using journal_history on journal" in plan
    assert "Seq Scan on journal" not in plan
    assert "Sort Key: journal" not in plan


# ------------------------------------------------------------------------------------- worked out by hand


def test_the_small_village(xiaohe: Service) -> None:
    with xiaohe.pool.connection() as connection:
        found = history(connection, XIAOHE, "10201", Wanted(Span("2026-03", "2026-03-31")))
    assert found.figure == Figure("10201", "银行存款/基本账户", ("10201",))
    assert (found.size, found.sums.count, found.sums.opening_fen) == (19, 4, 4_060_000)
    assert found.carried_fen == 4_060_000
    assert [
        (
            row.posting.entry,
            row.posting.voucher,
            row.posting.debit_fen,
            row.posting.credit_fen,
            row.balance_fen,
        )
        for row in found.rows
    ] == [
        (15, "记-2026-03-0001", 500_000, 0, 4_560_000),
        (16, "记-2026-03-0002", 0, 41_280, 4_518_720),
        (17, "记-2026-03-0003", 0, -41_280, 4_560_000),
        (18, "记-2026-03-0004", 0, 42_180, 4_517_820),
    ]
    assert all(row.recorded_at and row.witnessed_at is None for row in found.rows)
    assert [name.split("/")[1] for name in found.rows[0].posting.signers] == [
        "accountant",
        "head",
        "supervisor",
    ]


def test_who_signed_the_opening_balances_is_said_too(xiaohe: Service) -> None:
    with xiaohe.pool.connection() as connection:
        first = history(connection, XIAOHE, "101").rows[0].posting
    assert (first.entry, first.date, first.voucher, first.summary) == (10, "", "", "期初余额")
    assert [name.split("/")[1] for name in first.signers] == ["accountant", "head"]


def test_before_the_first_checkpoint_nothing_was_known(xiaohe: Service) -> None:
    with xiaohe.pool.connection() as connection:
        found = history(connection, XIAOHE, "101", Wanted(known_on=START - timedelta(days=9_999)))
    assert (found.size, found.sums.count, found.rows, found.sums.closing_fen) == (0, 0, [], 0)
    assert found.root == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="  # SHA-256 of nothing (RFC 6962)


def test_money_is_cash_and_banks_together(xiaohe: Service) -> None:
    with xiaohe.pool.connection() as connection:
        found = history(connection, XIAOHE, "money", Wanted(Span("2026-03", "2026-03-31")))
    assert found.figure is MONEY
    assert (found.sums.opening_fen, found.sums.closing_fen) == (4_176_350, 4_634_170)


@pytest.mark.parametrize("code", ["999", "10299", "", "现金", "10"])
def test_an_account_that_is_not_there_is_said_to_be_unknown(xiaohe: Service, code: str) -> None:
    with xiaohe.pool.connection() as connection, pytest.raises(RuleViolation) as caught:
        history(connection, XIAOHE, code)
    assert caught.value.rule.code == "history.unknown_account"
