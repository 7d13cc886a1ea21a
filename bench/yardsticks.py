"""The yardsticks: libsodium alone, and stock eventsourcing (the application recorder, and the projection runner)."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from nacl.bindings import crypto_sign_open
from psycopg.conninfo import conninfo_to_dict

from bench.rows import timed
from bench.world import topic_of
from domain.balances import Balances
from domain.entry import parse_entry
from domain.ledger.mapper import EntryMapper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eventsourcing.persistence import Mapper, Tracking

    from domain.ledger.mapper import Recorded

STOCK_TIMEOUT_SECONDS = 60.0
COPY_STOCK = "COPY stored_events (originator_id, originator_version, topic, state) FROM STDIN"
ADD_BALANCE = """
    INSERT INTO stock_balances VALUES (%s, %s, %s, %s)
    ON CONFLICT (account, period) DO UPDATE
    SET debit_fen = stock_balances.debit_fen + excluded.debit_fen,
        credit_fen = stock_balances.credit_fen + excluded.credit_fen
"""
CREATE_BALANCES = """
    CREATE TABLE IF NOT EXISTS stock_balances (
        account text, period text, debit_fen bigint, credit_fen bigint, PRIMARY KEY (account, period)
    )
"""


def libsodium(notes: Sequence[bytes], public_key: Callable[[str], bytes]) -> Callable[[], float]:
    """Return what runs libsodium over the first signature of each note and returns verifications a second."""
    jobs = []
    for entry in map(parse_entry, notes):
        signature = entry.signatures[0]
        jobs.append((signature.signature + entry.text, public_key(signature.name)))

    return lambda: len(jobs) / _verify_in_turn(jobs)


def libsodium_twice(notes: Sequence[bytes], public_key: bytes) -> float:
    """Return how many times as fast two processes are at bare verifying as one: what this machine has to give."""
    jobs = [(entry.signatures[0].signature + entry.text, public_key) for entry in map(parse_entry, notes)]
    alone = _verify_in_turn(jobs)
    with ProcessPoolExecutor(2) as executor:
        seconds = list(executor.map(_verify_in_turn, [jobs, jobs]))
    return 2 * alone / max(seconds)


def _verify_in_turn(jobs: Sequence[tuple[bytes, bytes]]) -> float:
    with timed() as clock:
        for signed, key in jobs:
            crypto_sign_open(signed, key)
    return clock.seconds


def _parts(url: str) -> dict[str, str]:
    parts = conninfo_to_dict(url)
    return {name: str(parts.get(name) or "") for name in ("dbname", "host", "port", "user", "password")}


@contextmanager
def stock_recorder(url: str) -> Iterator[PostgresApplicationRecorder]:
    """Yield eventsourcing's own recorder with its own table, as its documentation sets it up."""
    parts = _parts(url)
    datastore = PostgresDatastore(
        parts["dbname"],
        parts["host"],
        parts["port"] or "5432",
        parts["user"],
        parts["password"],
        originator_id_type="text",
    )
    try:
        recorder = PostgresApplicationRecorder(datastore)
        recorder.create_table()
        yield recorder
    finally:
        datastore.close()


def stored(book: str, notes: Sequence[bytes], start: int = 0) -> list[StoredEvent]:
    """Return notes as events of eventsourcing."""
    return [StoredEvent(book, index, topic_of(note), note) for index, note in enumerate(notes, start)]


def stock_saves(recorder: PostgresApplicationRecorder, events: Sequence[StoredEvent]) -> float:
    """Save events one at a time and return saves a second."""
    with timed() as clock:
        for event in events:
            recorder.insert_events([event])
    return len(events) / clock.seconds


class StockApplication(Application[str]):
    """An application that reads our entries with our mapper, and is stock in all else."""

    name = "stored"  # which makes its table `stored_events`, the recorder's own default

    def construct_mapper(self) -> Mapper[str]:
        """Read entries strictly."""
        return EntryMapper()


class StockView(PostgresTrackingRecorder):
    """A view that adds up balances and nothing else: less than a fifth of what our read side keeps."""

    def __init__(self, datastore: PostgresDatastore, **names: Any) -> None:  # noqa: ANN401 -- the base's own
        """Add the table."""
        super().__init__(datastore, **names)
        self.times: list[float] = []
        with datastore.transaction(commit=True) as cursor:
            cursor.execute(CREATE_BALANCES)

    def add(self, recorded: Recorded, tracking: Tracking) -> None:
        """Write one entry's balances and its tracking record in one transaction."""
        balances = Balances()
        balances.fold(recorded.entry.statement)
        with self.datastore.transaction(commit=True) as cursor:
            for key, turnover in balances.turnover.items():
                cursor.execute(ADD_BALANCE, (key.account, key.period, *turnover), prepare=True)
            self._insert_tracking(cursor, tracking)
        self.times.append(time.perf_counter())


class StockProjection(Projection[StockView]):
    """Hands each entry to the view."""

    name = "stock"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:  # noqa: ANN401 -- as in the base
        """Take one entry in."""
        self.view.add(domain_event, tracking)


def stock_projection(url: str, events: Sequence[StoredEvent]) -> float:
    """Run the stock projection runner over these events and return entries a second, its start not counted."""
    with (
        stock_recorder(url),
        psycopg.connect(url) as connection,
        connection.cursor() as cursor,
        # not by the recorder: many large events in one pipelined `insert_events` can wait for ever
        cursor.copy(COPY_STOCK) as copy,
    ):
        for event in events:
            copy.write_row((event.originator_id, event.originator_version, event.topic, event.state))
    parts, last = _parts(url), len(events)
    env = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_ORIGINATOR_ID_TYPE": "text",
        "POSTGRES_DBNAME": parts["dbname"],
        "POSTGRES_HOST": parts["host"],
        "POSTGRES_PORT": parts["port"] or "5432",
        "POSTGRES_USER": parts["user"],
        "POSTGRES_PASSWORD": parts["password"] or "-",
    }
    with ProjectionRunner(
        application_class=StockApplication, projection_class=StockProjection, view_class=StockView, env=env
    ) as runner:
        runner.wait(last, timeout=STOCK_TIMEOUT_SECONDS)
        times = runner.view.times
    assert len(times) == last
    return (last - 1) / (times[-1] - times[0])
