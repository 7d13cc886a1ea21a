"""What reads puts together comes from one state of the books, though others post meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from api.database import snapshot
from tests.audit.conftest import EXAMPLE, export

if TYPE_CHECKING:
    from api.composition import Service

COUNT = "SELECT count(*) FROM journal"


def test_a_snapshot_stays_as_it_was(service: Service) -> None:
    with snapshot(service.pool) as connection:
        before = connection.execute(COUNT).fetchone()
        export(service, EXAMPLE)
        assert connection.execute(COUNT).fetchone() == before == (0,)
    with snapshot(service.pool) as connection:
        assert connection.execute(COUNT).fetchone() == (22,)


def test_a_snapshot_only_reads_and_leaves_the_connection_as_it_was(service: Service) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), snapshot(service.pool) as connection:
        connection.execute("DELETE FROM journal")
    with service.pool.connection() as connection:
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert connection.execute("SHOW transaction_read_only").fetchone() == ("off",)
