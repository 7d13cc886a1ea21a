"""The database: the server that is set, or the embedded one; made, migrated, and connected to."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from api.embedded import embedded_server
from domain.kernel.errors import Kind, rule
from domain.ledger import PROBE_SECONDS, RECONNECT_SECONDS, BoundedConnection
from migrations import Changed, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.settings import Settings

DATABASE = "sunledger"
POOL_SIZE = 8
LEND_SECONDS = 3.0

MADE_MEANWHILE = (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation)
"""What PostgreSQL answers, depending on the moment, when another command has just made the database."""

CANNOT_REACH = rule(
    "database.cannot_reach",
    Kind.UNAVAILABLE,
    "无法连接数据库（{where}）：{problem}",
    "the database ({where}) cannot be reached: {problem}",
)

MIGRATION_CHANGED = rule(
    "database.migration_changed",
    Kind.CONFLICT,
    "数据库结构与本程序不一致：{problem}",
    "the database was made by another version of the program: {problem}",
)


@contextmanager
def open_database(settings: Settings) -> Iterator[str]:
    """Yield the URL of a migrated database; raises `database.cannot_start` or `database.cannot_reach`."""
    if settings.database_url:
        with _reaching("SUNLEDGER_DATABASE_URL"):
            _migrate(settings.database_url)
        yield settings.database_url
        return
    with embedded_server(settings.home) as server:
        url = server.get_uri(database=DATABASE)
        with _reaching(settings.home / "postgres"):
            _create_database(server.get_uri())
            _migrate(url)
        yield url


def connect(url: str) -> BoundedConnection[Any]:
    """Return an autocommit connection of one's own, which a database that hangs does not hold for ever."""
    return BoundedConnection.connect(url, autocommit=True, connect_timeout=PROBE_SECONDS)


@contextmanager
def _reaching(where: object) -> Iterator[None]:
    """Raise `database.cannot_reach` for what the database, or the way to it, answers."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise CANNOT_REACH(where=where, problem=str(error).strip()) from None
    except Changed as error:
        raise MIGRATION_CHANGED(problem=error) from None


def _migrate(url: str) -> None:
    with connect(url) as connection:
        migrate(connection)


def _create_database(url: str) -> None:
    with connect(url) as connection, suppress(*MADE_MEANWHILE):
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
        if not there:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


@contextmanager
def connect_pool(url: str, role: str | None) -> Iterator[ConnectionPool[Any]]:
    """Open a pool of autocommit connections that read the schema `read` first and act as `role`, if any."""

    def configure(connection: psycopg.Connection[Any]) -> None:
        connection.execute("SET search_path TO read, public")
        if role:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))

    pool: ConnectionPool[Any] = ConnectionPool(
        url,
        min_size=1,
        max_size=POOL_SIZE,
        timeout=LEND_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
        connection_class=BoundedConnection[Any],
        kwargs={"autocommit": True, "connect_timeout": PROBE_SECONDS},
        configure=configure,
        check=ConnectionPool.check_connection,
        open=False,
    )
    with pool:
        yield pool


@contextmanager
def snapshot(pool: ConnectionPool[Any]) -> Iterator[psycopg.Connection[Any]]:
    """Lend a connection that only reads, and sees one state of the books however many queries are asked of it."""
    with pool.connection() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield connection
