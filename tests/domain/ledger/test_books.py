"""Reading the store back: a chunk at a time, a bounded number of books, and nothing that was tampered with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import domain.ledger.books
from domain.kernel.errors import RuleViolation
from domain.ledger import Books, EntryMapper, Ledger, Recorded, read_entries
from tests.domain.ledger.conftest import opened, until
from tests.domain.ledger.villages import village_number

if TYPE_CHECKING:
    from domain.ledger import BookRecorder
    from tests.domain.conftest import Village
    from tests.domain.ledger.conftest import Store

INSERT = "INSERT INTO events (originator_id, originator_version, topic, state) VALUES (%s, %s, %s, %s)"
MOVE = "UPDATE heads SET size = size + 1 WHERE book = %s"


def insert_raw(store: Store, village: Village, topic: str, note: bytes) -> None:
    """Add a row behind the ledger's back, as whoever holds the database can."""
    book = village.book.book
    size = len(store.notes(book))
    with store.connect() as connection, connection.transaction():
        connection.execute(INSERT, (book, size, topic, note))
        connection.execute(MOVE, (book,))


def test_an_entry_is_stored_verbatim_under_its_type(village: Village) -> None:
    entry = village.close()
    recorded = Recorded(village.book.book, 7, entry)
    row = EntryMapper().to_stored_event(recorded)
    assert (row.originator_id, row.originator_version) == (village.book.book, 7)
    assert (row.topic, row.state) == ("period.closed/1", entry.note)
    assert EntryMapper().to_domain_event(row) == recorded


@pytest.mark.parametrize("chunk", [1, 2, 3, 4, 5, 100])
def test_entries_are_read_a_chunk_at_a_time(
    ledger: Ledger, recorder: BookRecorder, village: Village, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [village.voucher() for _ in range(3)]
    ledger.post(village.book.book, [entry.note for entry in entries])
    monkeypatch.setattr(domain.ledger.books, "CHUNK_ENTRIES", chunk)
    read = list(read_entries(recorder, village.book.book))
    assert len(read) == 4
    assert read[1:] == entries
    assert list(read_entries(recorder, village.book.book, 2)) == entries[1:]
    assert list(read_entries(recorder, village.book.book, 4)) == []


def test_only_so_many_books_are_kept(ledger: Ledger, recorder: BookRecorder) -> None:
    books = Books(recorder, limit=2)
    villages = [opened(ledger, number) for number in (1, 2, 3)]
    first, second, third = (village.book.book for village in villages)
    kept = {book: books.at(book) for book in (first, second)}
    assert books.at(first) is kept[first]
    assert books.at(third).book == third  # now the second was used longest ago
    assert books.at(first) is kept[first]
    assert books.at(second) is not kept[second]
    assert books.at(second).root() == villages[1].book.root()


def test_a_book_is_read_forward_only_when_it_has_to_be(
    ledger: Ledger, recorder: BookRecorder, village: Village
) -> None:
    books = Books(recorder)
    book = village.book.book
    ledger.post(book, [village.voucher().note])
    kept = books.at(book)
    ledger.post(book, [village.close().note])
    assert books.at(book, 2) is kept
    assert kept.size == 2
    assert books.at(book, 3) is kept
    assert kept.root() == village.book.root()
    assert books.at("N2330881MF0000999X", 0).size == 0


@pytest.mark.parametrize("topic", ["voucher.posted/1", "domain.book:Book", "os:system", ""])
def test_a_row_under_a_foreign_topic_is_refused(
    ledger: Ledger, recorder: BookRecorder, store: Store, village: Village, topic: str
) -> None:
    insert_raw(store, village, topic, village.close().note)
    with pytest.raises(RuleViolation) as caught:
        list(read_entries(recorder, village.book.book))
    assert caught.value.rule.code == "store.topic"
    assert caught.value.facts == {"book": village.book.book, "index": 1, "topic": topic}
    refusal = ledger.submit(village.book.book, [village.voucher(date="2026-02-01").note]).exception(
        timeout=30
    )
    assert isinstance(refusal, RuleViolation)
    assert refusal.rule.code == "store.topic"


def test_a_row_that_is_not_canonical_is_refused(
    recorder: BookRecorder, store: Store, village: Village
) -> None:
    note = village.close().note.replace(b'{"at":', b'{ "at":')
    insert_raw(store, village, "period.closed/1", note)
    with pytest.raises(RuleViolation) as caught:
        list(read_entries(recorder, village.book.book))
    assert caught.value.rule.code == "entry.not_canonical"


def test_a_book_that_was_tampered_with_spares_the_others_of_its_commit(
    ledger: Ledger, store: Store, village: Village
) -> None:
    bad, good = opened(ledger, 2), opened(ledger, 3)
    insert_raw(store, bad, "voucher.posted/1", bad.close().note)
    with store.held(village.book.book):
        ledger.submit(village.book.book, [village.voucher().note])
        until(store.waiting)
        refused = ledger.submit(bad.book.book, [bad.voucher(date="2026-02-01").note])
        stored = ledger.submit(good.book.book, [good.voucher().note])
    assert isinstance(refused.exception(timeout=30), RuleViolation)
    assert stored.result(timeout=30)[0].index == 1


def test_a_book_nobody_opened_has_no_entries(recorder: BookRecorder) -> None:
    assert list(read_entries(recorder, village_number(9).book.book)) == []


@pytest.mark.parametrize("beyond", [0, 3])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_row_beyond_the_head_is_said_to_be_one(
    ledger: Ledger, recorder: BookRecorder, store: Store, village: Village, beyond: int, *, restarted: bool
) -> None:
    """Nothing is missing then."""
    book, posted = village.book.book, village.voucher().note
    ledger.post(book, [posted])
    with store.connect() as connection:
        connection.execute(INSERT, (book, 2 + beyond, "voucher.posted/1", posted))
    writer = Ledger(recorder) if restarted or beyond else ledger
    try:
        with pytest.raises(RuleViolation) as caught:
            writer.post(book, [village.voucher().note])
    finally:
        writer.close()
    assert caught.value.rule.code == "store.surplus"
    assert caught.value.facts == {"book": book, "index": 2 + beyond, "size": 2}


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_store_that_lost_an_entry_takes_no_more(
    ledger: Ledger, recorder: BookRecorder, store: Store, village: Village, lost: int
) -> None:
    """A backup that was put back, or a hand in the database: the place of a lost entry is not given away again."""
    book = village.book.book
    ledger.post(book, [village.voucher().note for _ in range(3)])
    with store.connect() as connection, connection.transaction():
        connection.execute("ALTER TABLE events DISABLE TRIGGER ALL")
        connection.execute(
            "DELETE FROM events WHERE originator_id = %s AND originator_version = %s", (book, lost)
        )
        connection.execute("ALTER TABLE events ENABLE TRIGGER ALL")
    restarted = Ledger(recorder)
    try:
        with pytest.raises(RuleViolation) as caught:
            restarted.post(book, [village.voucher().note])
    finally:
        restarted.close()
    assert caught.value.rule.code == "store.damaged"
    with store.connect() as connection:
        count = connection.execute("SELECT count(*) FROM events WHERE originator_id = %s", (book,)).fetchone()
    assert count == (3,)
