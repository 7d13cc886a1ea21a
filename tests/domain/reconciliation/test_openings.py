"""What was outstanding at the opening waits for the other side, however long that takes."""

from __future__ import annotations

from domain.reconciliation import BankLine, BookLine, match, reconcile
from tests.domain.reconciliation.test_reconciliation import bank_lines, book_lines, day

CHEQUE = BookLine(-1, 1, day(-40), -500_00, "六月开出的支票")
INTEREST = BankLine(-2, day(-20), 12_00, "二季度利息")


def test_a_cheque_of_before_the_opening_is_under_way_until_the_bank_pays_it() -> None:
    found = reconcile(63_500_00, 64_000_00, [], [CHEQUE], [])
    assert (found.book_paid_fen, found.difference_fen) == (500_00, 0)
    bank = bank_lines([(2, -500_00, "支票")])
    matches = match(bank, [CHEQUE])
    assert [(one.book, one.days, one.certain) for one in matches] == [((CHEQUE,), 42, True)]
    assert reconcile(63_500_00, 63_500_00, bank, [CHEQUE], matches).difference_fen == 0


def test_what_the_bank_had_before_the_opening_is_booked_later() -> None:
    book = book_lines([(5, 12_00, "补记利息")])
    [found] = match([INTEREST], book)
    assert found.bank == (INTEREST,)


def test_what_the_books_own_lines_are_nearer_to_is_theirs() -> None:
    bank = bank_lines([(2, -500_00, "支票")])
    own = book_lines([(1, -500_00, "支票")])
    [found] = match(bank, [CHEQUE, *own])
    assert (found.book, found.certain) == ((own[0],), False)


def test_nothing_that_came_before_it_is_what_it_waits_for() -> None:
    assert match(bank_lines([(-60, -500_00, "支票")]), [CHEQUE]) == []


def test_it_may_be_a_part_of_a_sum() -> None:
    bank = bank_lines([(2, -800_00, "支票")])
    [found] = match(bank, [CHEQUE, *book_lines([(1, -300_00, "支票")])])
    assert len(found.book) == 2
