"""The ledger: receipts, once only, all or none, and one transaction for whatever waited together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import domain.ledger.writer
from domain.book import Book
from domain.entry import seal
from domain.kernel.errors import Kind, RuleViolation
from domain.ledger import Ledger, Receipt
from domain.periods import Closing, PeriodClosed
from domain.vouchers import VoucherPosted
from tests.domain.ledger.conftest import opened, until
from tests.domain.ledger.villages import sign, village_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from domain.entry import Entry
    from domain.ledger import BookRecorder
    from domain.roles import Key
    from tests.domain.conftest import Village
    from tests.domain.ledger.conftest import Store


def out_of_order(village: Village) -> bytes:
    """Return an entry that no book of these tests takes: it closes a month in the far future."""
    return sign(village, PeriodClosed, Closing(period="2099-12"), "accountant head")


def rule_of(future: Future[list[Receipt]]) -> str:
    """Return the code of the rule that refused a unit."""
    refusal = future.exception(timeout=30)
    assert isinstance(refusal, RuleViolation)
    return refusal.rule.code


def post_together(
    ledger: Ledger, store: Store, holding: Village, units: list[tuple[Village, list[bytes]]]
) -> list[Future[list[Receipt]]]:
    """Submit units while the writer waits for the head of `holding`, so that one transaction takes them all."""
    with store.held(holding.book.book):
        first = ledger.submit(holding.book.book, [holding.voucher().note])
        until(store.waiting)
        futures = [ledger.submit(village.book.book, notes) for village, notes in units]
    first.result(timeout=30)
    for future in futures:
        future.exception(timeout=30)
    return futures


def test_a_receipt_names_the_place(ledger: Ledger, store: Store, village: Village) -> None:
    book = village.book.book
    entries = [village.voucher(), village.voucher(), village.close()]
    assert ledger.post(book, [entries[0].note]) == [Receipt(book, 1, entries[0].leaf_hash, created=True)]
    assert ledger.post(book, [entry.note for entry in entries[1:]]) == [
        Receipt(book, 2, entries[1].leaf_hash, created=True),
        Receipt(book, 3, entries[2].leaf_hash, created=True),
    ]
    assert store.notes(book)[1:] == [entry.note for entry in entries]


def test_what_was_checked_against_fewer_entries_is_not_appended(
    ledger: Ledger, store: Store, village: Village
) -> None:
    book = village.book.book
    first, second = village.voucher(), village.voucher()
    size = village.book.size - 2
    assert ledger.submit(book, [first.note], size=size).result(timeout=30)[0].created
    late = ledger.submit(book, [second.note], size=size)
    assert rule_of(late) == "store.moved_on"
    assert store.notes(book)[1:] == [first.note]
    again = ledger.submit(book, [first.note], size=size).result(timeout=30)
    assert not again[0].created, "what is stored has its place"
    assert ledger.submit(book, [second.note], size=size + 1).result(timeout=30)[0].index == 2


def test_the_same_bytes_again_get_the_same_place(ledger: Ledger, store: Store, village: Village) -> None:
    book = village.book.book
    voucher, closing = village.voucher(), village.close()
    ledger.post(book, [voucher.note, closing.note])
    before = store.notes(book)
    assert ledger.post(book, [closing.note, voucher.note]) == [
        Receipt(book, 2, closing.leaf_hash, created=False),
        Receipt(book, 1, voucher.leaf_hash, created=False),
    ]
    assert store.notes(book) == before


def test_the_same_bytes_twice_in_one_unit_are_stored_once(
    ledger: Ledger, store: Store, village: Village
) -> None:
    voucher = village.voucher()
    receipts = ledger.post(village.book.book, [voucher.note, voucher.note])
    assert [(receipt.index, receipt.created) for receipt in receipts] == [(1, True), (1, False)]
    assert store.notes(village.book.book)[1:] == [voucher.note]


def test_the_same_bytes_in_two_units_of_one_commit_are_stored_once(
    ledger: Ledger, store: Store, village: Village
) -> None:
    other = opened(ledger, 2)
    voucher = other.voucher()
    futures = post_together(ledger, store, village, [(other, [voucher.note]), (other, [voucher.note])])
    receipts = [future.result()[0] for future in futures]
    assert [(receipt.index, receipt.created) for receipt in receipts] == [(1, True), (1, False)]
    assert store.notes(other.book.book)[1:] == [voucher.note]


def test_an_id_stands_for_one_body(ledger: Ledger, store: Store, village: Village) -> None:
    book = village.book.book
    used = village.voucher()
    ledger.post(book, [used.note])
    before = store.notes(book)
    same_id = village.statement(PeriodClosed, Closing(period="2026-01"), id=used.statement.id)
    signed_by_more = [village.key(role) for role in ("accountant", "head", "supervisor")]
    for other in (seal(same_id, signed_by_more), seal(used.statement, signed_by_more)):
        assert rule_of(ledger.submit(book, [other])) == "entry.id_used"
    assert store.notes(book) == before


def test_a_unit_that_fails_in_its_middle_leaves_nothing(
    ledger: Ledger, store: Store, village: Village
) -> None:
    book = village.book.book
    before = store.notes(book)
    voucher = village.voucher()
    bad = out_of_order(village)
    last = village.voucher()
    assert rule_of(ledger.submit(book, [voucher.note, bad, last.note])) == "period.out_of_order"
    assert store.notes(book) == before
    # The book has forgotten the first of them too: the same bytes are new, at the same place.
    assert ledger.post(book, [voucher.note]) == [Receipt(book, 1, voucher.leaf_hash, created=True)]
    assert ledger.post(book, [last.note]) == [Receipt(book, 2, last.leaf_hash, created=True)]


def test_a_first_unit_that_fails_opens_no_book(ledger: Ledger, store: Store) -> None:
    founder = village_number(1)
    book = founder.book.book
    opening = founder.open()
    assert rule_of(ledger.submit(book, [opening.note, out_of_order(founder)])) == "period.out_of_order"
    assert store.notes(book) == []
    assert ledger.post(book, [opening.note])[0].created


def test_a_book_does_not_take_anothers_entry(ledger: Ledger, store: Store, village: Village) -> None:
    other = opened(ledger, 2)
    assert rule_of(ledger.submit(other.book.book, [village.voucher().note])) == "key.not_granted"
    assert len(store.notes(other.book.book)) == 1


@pytest.mark.parametrize("note", [b"", b"{}", b"sunledger.entry/v1\n{}\n"], ids=["empty", "json", "unsigned"])
def test_what_is_malformed_is_refused_at_once(
    ledger: Ledger, store: Store, village: Village, note: bytes
) -> None:
    with pytest.raises(RuleViolation) as caught:
        ledger.submit(village.book.book, [village.voucher().note, note])
    assert caught.value.rule.kind is Kind.MALFORMED
    ledger.close()
    assert len(store.notes(village.book.book)) == 1


def test_what_waited_together_is_one_transaction(ledger: Ledger, store: Store, village: Village) -> None:
    second, third = opened(ledger, 2), opened(ledger, 3)
    units = [(second, [second.voucher().note]), (third, [third.voucher().note, third.close().note])]
    units.append((second, [second.voucher().note]))
    futures = post_together(ledger, store, village, units)
    assert [[receipt.index for receipt in future.result()] for future in futures] == [[1], [1, 2], [2]]
    transactions = store.transactions(second.book.book)[1:] + store.transactions(third.book.book)[1:]
    assert len(transactions) == 4
    assert len(set(transactions)) == 1


def test_a_refused_unit_spares_the_others_of_its_commit(
    ledger: Ledger, store: Store, village: Village
) -> None:
    other = opened(ledger, 2)
    before = other.voucher()
    good = sign(other, VoucherPosted, before.statement.data, "accountant head")
    refused = [good, out_of_order(other)]
    after = other.voucher()
    units = [(other, [before.note]), (other, refused), (other, [after.note])]
    futures = post_together(ledger, store, village, units)
    assert rule_of(futures[1]) == "period.out_of_order"
    assert [futures[place].result()[0].index for place in (0, 2)] == [1, 2]
    assert store.notes(other.book.book)[1:] == [before.note, after.note]
    assert len(set(store.transactions(other.book.book)[1:])) == 1


def test_a_fault_of_the_program_is_one_units_alone(
    ledger: Ledger, store: Store, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = opened(ledger, 2)
    bad, good = village.voucher(), other.voucher()
    apply = Book.apply

    def faulty(book: Book, entry: Entry, verified: Sequence[Key] = ()) -> None:
        apply(book, entry, verified)
        if entry.note == bad.note:
            raise ZeroDivisionError

    monkeypatch.setattr(Book, "apply", faulty)
    futures = post_together(ledger, store, opened(ledger, 3), [(village, [bad.note]), (other, [good.note])])
    assert isinstance(futures[0].exception(), ZeroDivisionError)
    assert futures[1].result()[0].index == 1
    monkeypatch.undo()
    assert ledger.post(village.book.book, [bad.note])[0].created


def test_a_fault_spares_the_same_books_other_units(
    ledger: Ledger, store: Store, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = opened(ledger, 2)
    first = other.voucher()
    bad = sign(other, VoucherPosted, first.statement.data, "accountant head")
    last = other.voucher()
    apply = Book.apply

    def faulty(book: Book, entry: Entry, verified: Sequence[Key] = ()) -> None:
        apply(book, entry, verified)
        if entry.note == bad:
            raise ZeroDivisionError

    monkeypatch.setattr(Book, "apply", faulty)
    units = [(other, [note]) for note in (first.note, bad, last.note)]
    futures = post_together(ledger, store, village, units)
    assert isinstance(futures[1].exception(), ZeroDivisionError)
    assert [futures[place].result()[0].index for place in (0, 2)] == [1, 2]
    assert store.notes(other.book.book)[1:] == [first.note, last.note]


def test_more_than_a_commit_holds_takes_several(
    ledger: Ledger, store: Store, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain.ledger.writer, "ENTRIES_PER_COMMIT", 2)
    other = opened(ledger, 2)
    units = [(other, [other.voucher().note]) for _ in range(5)]
    futures = post_together(ledger, store, village, units)
    assert [future.result()[0].index for future in futures] == [1, 2, 3, 4, 5]
    first, second, third, fourth, fifth = store.transactions(other.book.book)[1:]
    assert (first, third) == (second, fourth)
    assert len({first, third, fifth}) == 3


def test_books_are_taken_one_after_the_other_and_each_keeps_its_order(
    ledger: Ledger, store: Store, village: Village
) -> None:
    others = [opened(ledger, number) for number in (3, 2)]
    notes = {other.book.book: [other.voucher().note for _ in range(4)] for other in others}
    units = [(other, [notes[other.book.book][place]]) for place in range(4) for other in others]
    futures = post_together(ledger, store, village, units)
    assert [future.result()[0].index for future in futures] == [1, 1, 2, 2, 3, 3, 4, 4]
    for other in others:
        assert store.notes(other.book.book)[1:] == notes[other.book.book]


def test_a_unit_that_its_poster_took_back_is_not_stored(
    ledger: Ledger, store: Store, village: Village
) -> None:
    other = opened(ledger, 2)
    with store.held(village.book.book):
        first = ledger.submit(village.book.book, [village.voucher().note])
        until(store.waiting)
        second = ledger.submit(other.book.book, [other.voucher().note])
        assert second.cancel()
    assert first.result(timeout=30)[0].index == 1
    ledger.close()
    assert len(store.notes(other.book.book)) == 1


def test_closing_finishes_the_queue(ledger: Ledger, store: Store, village: Village) -> None:
    book = village.book.book
    notes = [village.voucher().note for _ in range(5)]
    with ThreadPoolExecutor(1) as pool:
        with store.held(book):
            futures = [ledger.submit(book, [notes[0]])]
            until(store.waiting)
            futures += [ledger.submit(book, [note]) for note in notes[1:]]
            closing = pool.submit(ledger.close)
            assert not closing.done()
        closing.result(timeout=30)
    assert [future.result(timeout=0)[0].index for future in futures] == [1, 2, 3, 4, 5]
    assert store.notes(book)[1:] == notes
    with pytest.raises(RuleViolation) as caught:
        ledger.post(book, [village.voucher().note])
    assert caught.value.rule.code == "store.unavailable"


def test_only_growth_is_announced(recorder: BookRecorder) -> None:
    heard: list[set[str]] = []
    ledger = Ledger(recorder, on_commit=heard.append)
    village = opened(ledger, 1)
    book = village.book.book
    voucher = village.voucher()
    ledger.post(book, [voucher.note])
    ledger.post(book, [voucher.note])
    ledger.submit(book, [out_of_order(village)]).exception()
    ledger.close()
    assert heard == [{book}, {book}]


def test_the_writer_outlives_a_listener_that_fails(
    recorder: BookRecorder, store: Store, founder: Village
) -> None:
    def fail(_: set[str]) -> None:
        raise ZeroDivisionError

    ledger = Ledger(recorder, on_commit=fail)
    book = founder.book.book
    notes = [founder.open().note, founder.voucher().note]
    for index, note in enumerate(notes):
        assert ledger.submit(book, [note]).result(timeout=10)[0].index == index
    ledger.close()
    assert store.notes(book) == notes


def test_two_ledgers_read_each_others_entries(recorder: BookRecorder, store: Store, founder: Village) -> None:
    ledgers = [Ledger(recorder), Ledger(recorder)]
    book = founder.book.book
    make: list[Callable[[], Entry]] = [founder.open, *[founder.voucher] * 5, founder.close]
    entries = [entry() for entry in make]
    for index, entry in enumerate(entries):
        assert ledgers[index % 2].post(book, [entry.note])[0].index == index
    for ledger in ledgers:
        assert not ledger.post(book, [entries[3].note])[0].created
        ledger.close()
    assert store.notes(book) == [entry.note for entry in entries]
