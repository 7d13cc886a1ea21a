"""A full disk makes the ledger read-only until there is room; a database that is away is waited for."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import domain.ledger.writer
from domain.kernel.errors import RuleViolation
from domain.ledger import Ledger, open_recorder, read_entries
from migrations import WEB_ROLE
from projections import journal, register
from projections.balances import trial_balance
from tests.domain.ledger.conftest import opened, until
from tests.domain.ledger.proxy import SOCKET_NAME, Proxy

if TYPE_CHECKING:
    from concurrent.futures import Future

    from api.composition import Service
    from domain.ledger import Receipt
    from tests.domain.conftest import Village
    from tests.domain.ledger.conftest import Store

FULL_DISK = """
    CREATE TABLE disk (full_from bigint NOT NULL);
    CREATE FUNCTION write_to_disk() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM disk WHERE NEW.originator_version >= full_from) THEN
            RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
        END IF;
        RETURN NEW;
    END
    $$;
    CREATE TRIGGER write_to_disk BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION write_to_disk();
"""


@pytest.fixture
def ledger(service: Service) -> Ledger:
    """The ledger of the running program."""
    return service.ledger


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A ledger that, once the disk was full, does not try again before it is told to."""
    monkeypatch.setattr(domain.ledger.writer, "FULL_PROBE_SECONDS", 3_600.0)
    return monkeypatch


def fill(store: Store, full_from: int) -> None:
    """Let the disk be full for every entry from that index on."""
    with store.connect() as connection:
        connection.execute(FULL_DISK)
        connection.execute("INSERT INTO disk VALUES (%s)", (full_from,))


def make_room(store: Store) -> None:
    """Let the disk take everything again."""
    with store.connect() as connection:
        connection.execute("DELETE FROM disk")


def rule_of(future: Future[list[Receipt]]) -> str:
    """Return the code of the rule that refused a unit."""
    refusal = future.exception(timeout=60)
    assert isinstance(refusal, RuleViolation), refusal
    return refusal.rule.code


def read_only(ledger: Ledger) -> bool:
    """Ask the ledger; a function, since a type checker believes that what a property said stays so."""
    return ledger.read_only


def test_a_full_disk_refuses_and_leaves_nothing_half(
    service: Service, store: Store, village: Village, patient: pytest.MonkeyPatch
) -> None:
    ledger, book = service.ledger, village.book.book
    entries = [village.voucher(), village.voucher(), village.close()]
    before = store.notes(book)
    fill(store, full_from=2)  # there is room for the first of the three
    assert not read_only(ledger)
    assert rule_of(ledger.submit(book, [entry.note for entry in entries])) == "store.full"
    assert read_only(ledger)
    assert store.notes(book) == before
    make_room(store)
    patient.setattr(domain.ledger.writer, "FULL_PROBE_SECONDS", 0.0)
    receipts = ledger.post(book, [entry.note for entry in entries])
    assert [(receipt.index, receipt.created) for receipt in receipts] == [(1, True), (2, True), (3, True)]
    assert not read_only(ledger)
    assert store.notes(book)[1:] == [entry.note for entry in entries]


@pytest.mark.usefixtures("patient")
def test_reading_goes_on(service: Service, store: Store, village: Village) -> None:
    book = village.book.book
    posted = village.voucher()
    service.ledger.post(book, [posted.note])
    fill(store, full_from=0)
    assert rule_of(service.ledger.submit(book, [village.voucher().note])) == "store.full"
    service.runner.catch_up()
    assert [entry.note for entry in read_entries(service.recorder, book)][1:] == [posted.note]
    with service.pool.connection() as connection:
        assert register.book(connection, book).entries == 2
        assert journal.count_vouchers(connection, book) == 1
        totals = trial_balance(connection, book, "2026-01").totals
    assert totals["debit_fen"] == totals["credit_fen"] == 10_000


def test_a_full_disk_is_not_tried_at_every_post(
    service: Service, store: Store, village: Village, patient: pytest.MonkeyPatch
) -> None:
    ledger, book = service.ledger, village.book.book
    other = opened(ledger, 2)
    voucher = village.voucher()
    fill(store, full_from=0)
    assert rule_of(ledger.submit(book, [voucher.note])) == "store.full"
    make_room(store)
    assert rule_of(ledger.submit(book, [voucher.note])) == "store.full"
    assert rule_of(ledger.submit(other.book.book, [other.voucher().note])) == "store.full"
    assert read_only(ledger)
    patient.setattr(domain.ledger.writer, "FULL_PROBE_SECONDS", 0.05)
    until(lambda: not ledger.submit(book, [voucher.note]).exception(timeout=60))
    assert not read_only(ledger)
    assert store.notes(book)[1:] == [voucher.note]


def test_it_stays_read_only_as_long_as_the_disk_is_full(
    service: Service, store: Store, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain.ledger.writer, "FULL_PROBE_SECONDS", 0.0)
    ledger, book = service.ledger, village.book.book
    voucher = village.voucher()
    fill(store, full_from=0)
    for _ in range(3):
        assert rule_of(ledger.submit(book, [voucher.note])) == "store.full"
        assert read_only(ledger)
    make_room(store)
    assert ledger.post(book, [voucher.note])[0].created


def test_a_database_that_is_away_and_returns(
    store: Store, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain.ledger.writer, "RETRY_SECONDS", 0.01)
    book = village.book.book
    server = Path(str(conninfo_to_dict(store.url)["host"])) / SOCKET_NAME
    first, second = village.voucher(), village.voucher()
    with tempfile.TemporaryDirectory() as folder:
        with Proxy(Path(folder), server):
            recorder = open_recorder(make_conninfo(store.url, host=folder), role=WEB_ROLE, pool_size=1)
            recorder.datastore.pool.timeout = 0.2
            ledger = Ledger(recorder)
            assert ledger.post(book, [first.note])[0].created
        assert rule_of(ledger.submit(book, [second.note])) == "store.unavailable"
        assert not read_only(ledger)
        assert store.notes(book)[1:] == [first.note]
        with Proxy(Path(folder), server):
            until(lambda: not ledger.submit(book, [second.note]).exception(timeout=60))
            assert store.notes(book)[1:] == [first.note, second.note]
        ledger.close()
        recorder.datastore.close()
