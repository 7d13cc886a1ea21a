"""What was outstanding at the opening waits for the other side, however long that takes."""

from __future__ import annotations

from domain.reconciliation import BankLine, BookLine, match, reconcile
from domain.reconciliation.lines import WINDOW_DAYS
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


def test_what_was_outstanding_on_both_sides_is_one_only_if_its_days_are_near() -> None:
    """One waits for what comes after the opening, not for what the other side had long before."""
    received = BankLine(-3, day(-20), -500_00, "手续费")
    assert match([received], [CHEQUE]) == []
    assert match([received._replace(date=day(-29))], [CHEQUE]) == [], "one day beyond the window"
    assert len(match([received._replace(date=day(-30))], [CHEQUE])) == 1


def test_parts_of_what_waited_lie_near_one_another() -> None:
    """Payments of other months that come to the same are none."""
    halves = [BankLine(number, day(at), -250_00, "支票") for number, at in ((1, 2), (2, 2 + WINDOW_DAYS))]
    [found] = match(halves, [CHEQUE])
    assert (found.bank, found.book) == (tuple(halves), (CHEQUE,))
    assert match([halves[0], halves[1]._replace(date=day(3 + WINDOW_DAYS))], [CHEQUE]) == []
    three = [*halves, BankLine(3, day(60), -250_00, "支票"), BankLine(4, day(65), -250_00, "支票")]
    assert match(three, [CHEQUE])[0].bank == tuple(halves)
    assert match([halves[0], *three[2:]], [CHEQUE])[0].bank == tuple(three[2:])
