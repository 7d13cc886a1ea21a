"""What a person decided of matches is obeyed: accepted sets are one, refused ones are not suggested again."""

from __future__ import annotations

from domain.reconciliation import Decision, match, reconcile
from tests.domain.reconciliation.test_reconciliation import bank_lines, book_lines


def accepted(bank: set[int], *entries: int) -> Decision:
    return Decision(5, accepted=True, bank=frozenset(bank), book=frozenset((entry, 1) for entry in entries))


def refused(bank: set[int], *entries: int) -> Decision:
    return accepted(bank, *entries)._replace(accepted=False)


def test_an_accepted_match_goes_before_what_is_nearer() -> None:
    bank = bank_lines([(3, 100, ""), (20, 100, "")])
    book = book_lines([(20, 100, "")])
    [found] = match(bank, book, [accepted({0}, 10)])
    assert (found.bank, found.book, found.days) == ((bank[0],), (book[0],), 17)
    assert (found.certain, found.decision) == (True, 5)


def test_any_set_may_be_accepted_for_any_set() -> None:
    bank = bank_lines([(3, 100, ""), (4, -30, ""), (5, 30, "")])
    book = book_lines([(0, 40, ""), (30, 30, "")])
    [found] = match(bank, book, [accepted({0, 1}, 10, 11)])
    assert (found.bank, found.book) == (tuple(bank[:2]), tuple(book))


def test_lines_of_one_side_may_cancel_one_another() -> None:
    book = book_lines([(3, 70, "收款"), (9, -70, "冲销"), (9, 70, "重记")])
    bank = bank_lines([(3, 70, "收款")])
    found = match(bank, book, [accepted(set(), 10, 11)])
    assert [(len(one.bank), len(one.book)) for one in found] == [(0, 2), (1, 1)]
    assert found[1].book == (book[2],)


def test_a_refused_match_is_not_suggested_again() -> None:
    bank, book = bank_lines([(3, 100, "")]), book_lines([(3, 100, ""), (5, 100, "")])
    [nearest] = match(bank, book)
    assert (nearest.book, nearest.certain) == ((book[0],), False)
    [other] = match(bank, book, [refused({0}, 10)])
    assert (other.book, other.certain) == ((book[1],), True)
    assert match(bank, book, [refused({0}, 10), refused({0}, 11)]) == []


def test_a_refused_sum_is_not_suggested_again() -> None:
    bank = bank_lines([(3, 30, ""), (4, 40, ""), (5, 40, "")])
    book = book_lines([(3, 70, "")])
    [found] = match(bank, book)
    assert found.bank == tuple(bank[:2])
    [other] = match(bank, book, [refused({0, 1}, 10)])
    assert other.bank == (bank[0], bank[2])


def test_what_was_accepted_and_is_not_whole_yet_is_under_way_and_nothing_else() -> None:
    """At the end of January the bank had one half alone; its other lines are not taken for it."""
    bank = bank_lines([(3, 30, "")])
    book = book_lines([(3, 70, ""), (4, 30, "")])
    decisions = [accepted({0, 1}, 10)]
    assert match(bank, book, decisions) == []
    left = reconcile(100, 30, bank, book, [])
    assert left.difference_fen == 0
