"""A connection that breaks around COMMIT: whatever the database did, an entry is stored once and acknowledged once."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from domain.ledger import Ledger, Receipt, open_recorder
from domain.vouchers import VoucherPosted
from migrations import WEB_ROLE
from tests.domain.ledger.conftest import opened, until
from tests.domain.ledger.proxy import SOCKET_NAME, Loss, Proxy
from tests.domain.ledger.villages import sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.domain.conftest import Village
    from tests.domain.ledger.conftest import Store

TERMINATE = "SELECT pg_terminate_backend(%s, 10000)"


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    """A proxy before the test's database."""
    server = Path(str(conninfo_to_dict(database_url)["host"])) / SOCKET_NAME
    with tempfile.TemporaryDirectory() as folder, Proxy(Path(folder), server) as proxy:
        yield proxy


@pytest.fixture
def ledger(database_url: str, proxy: Proxy) -> Iterator[Ledger]:
    """A ledger that reaches its database through the proxy."""
    url = make_conninfo(database_url, host=str(proxy.folder))
    recorder = open_recorder(url, role=WEB_ROLE, pool_size=1)
    ledger = Ledger(recorder)
    yield ledger
    ledger.close()
    recorder.datastore.close()


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[Ledger]:
    """The ledger of another process, which reaches the database directly."""
    recorder = open_recorder(database_url, role=WEB_ROLE)
    ledger = Ledger(recorder)
    yield ledger
    ledger.close()
    recorder.datastore.close()


@pytest.mark.parametrize("loss", ["request", "reply"])
def test_a_commit_is_lost(ledger: Ledger, proxy: Proxy, store: Store, village: Village, loss: Loss) -> None:
    book = village.book.book
    entries = [village.voucher(), village.voucher()]
    proxy.lose(loss)
    receipts = ledger.post(book, [entry.note for entry in entries])
    assert proxy.lost == 1
    assert [(receipt.index, receipt.leaf_hash) for receipt in receipts] == [
        (index, entry.leaf_hash) for index, entry in enumerate(entries, start=1)
    ]
    assert store.notes(book)[1:] == [entry.note for entry in entries]
    # The book is what it should be: it takes the next entry, and finds the lost ones under their ids.
    assert ledger.post(book, [village.close().note])[0].index == 3
    assert [receipt.created for receipt in ledger.post(book, [entry.note for entry in entries])] == [
        False
    ] * 2
    assert len(store.notes(book)) == 4


@pytest.mark.parametrize("loss", ["request", "reply"])
def test_the_commit_of_a_books_first_entry_is_lost(
    ledger: Ledger, proxy: Proxy, store: Store, founder: Village, loss: Loss
) -> None:
    book = founder.book.book
    opened(ledger, 2)  # so that the connection is there
    opening, voucher = founder.open(), founder.voucher()
    proxy.lose(loss)
    assert [receipt.index for receipt in ledger.post(book, [opening.note, voucher.note])] == [0, 1]
    assert proxy.lost == 1
    assert store.notes(book) == [opening.note, voucher.note]


@pytest.mark.parametrize("loss", ["request", "reply"])
def test_the_commit_of_many_posters_is_lost(
    ledger: Ledger, proxy: Proxy, store: Store, village: Village, loss: Loss
) -> None:
    others = [opened(ledger, number) for number in range(2, 6)]
    notes = {other.book.book: [other.voucher().note, other.voucher().note] for other in others}
    with store.held(village.book.book):
        ledger.submit(village.book.book, [village.voucher().note])
        until(store.waiting)
        futures = {
            (book, index): ledger.submit(book, [note])
            for book, two in notes.items()
            for index, note in enumerate(two, start=1)
        }
        proxy.lose(loss, spare=1)  # the first is that of the entry that waits
    for (book, index), future in futures.items():
        receipt = future.result(timeout=60)[0]
        assert (receipt.book, receipt.index) == (book, index)
    assert proxy.lost == 1
    for book, two in notes.items():
        assert store.notes(book)[1:] == two
    transactions = [store.transactions(book)[1:] for book in notes]
    assert len({transaction for two in transactions for transaction in two}) == 1


@pytest.mark.parametrize("loss", ["request", "reply"])
def test_another_process_posts_before_the_loss_is_noticed(
    proxy: Proxy, ledger: Ledger, elsewhere: Ledger, store: Store, village: Village, loss: Loss
) -> None:
    """What was not stored has lost its place and is decided again on top of the other's entry."""
    book = village.book.book
    places = [1, 2] if loss == "reply" else [2, 1]
    mine = village.voucher()
    other = sign(village, VoucherPosted, mine.statement.data, "accountant head", seen=mine.statement.seen)
    found: list[Receipt] = []
    proxy.lose(loss, meanwhile=lambda: found.extend(elsewhere.post(book, [other])))
    found += ledger.post(book, [mine.note])
    assert [receipt.index for receipt in reversed(found)] == places
    notes = store.notes(book)
    assert [notes[place] for place in places] == [mine.note, other]
    assert len(notes) == 3
    # Both know the whole book now.
    assert not any(one.post(book, [note])[0].created for one in (ledger, elsewhere) for note in notes)


def test_the_connection_is_ended_in_the_middle_of_a_transaction(
    ledger: Ledger, store: Store, village: Village
) -> None:
    book = village.book.book
    entry = village.voucher()
    with store.held(book):
        future = ledger.submit(book, [entry.note])
        until(store.waiting)
        (waiting,) = store.waiting()
        with psycopg.connect(store.url, autocommit=True) as connection:
            assert connection.execute(TERMINATE, (waiting,)).fetchone() == (True,)
    assert future.result(timeout=60)[0].index == 1
    assert store.notes(book)[1:] == [entry.note]
