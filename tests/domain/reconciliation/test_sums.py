"""One line that is several of the other side together: found within bounds, and never taken for certain."""

from __future__ import annotations

from time import perf_counter

import pytest

from domain.reconciliation import match
from domain.reconciliation.lines import WINDOW_DAYS
from domain.reconciliation.sums import PARTS_MAX
from tests.domain.reconciliation.test_reconciliation import bank_lines, book_lines

LONG_SECONDS = 5.0
"""What no reconciliation may take, with room for a machine that does other things too."""


def grouped(
    bank: list[tuple[int, int, str]], book: list[tuple[int, int, str]]
) -> list[tuple[int, int, bool]]:
    """Return how many lines of bank and book each match has, and whether it is certain."""
    found = match(bank_lines(bank), book_lines(book))
    return [(len(one.bank), len(one.book), one.certain) for one in found]


def test_two_transfers_of_the_bank_are_one_line_of_the_book() -> None:
    assert grouped([(3, 30_000, "甲公司"), (4, 40_000, "甲公司")], [(3, 70_000, "收甲公司")]) == [
        (2, 1, False)
    ]


def test_wages_that_the_bank_paid_in_halves() -> None:
    assert grouped([(9, -5_850, "代发"), (9, -5_850, "代发")], [(9, -11_700, "发工资")]) == [(2, 1, False)]


def test_one_line_of_the_bank_is_several_of_the_book() -> None:
    receipts = [(day, 100 + day, "收款") for day in range(PARTS_MAX)]
    assert grouped([(6, sum(fen for _, fen, _ in receipts), "缴存")], receipts) == [(1, PARTS_MAX, False)]
    more = [*receipts, (6, 7, "收款")]
    assert grouped([(6, sum(fen for _, fen, _ in more), "缴存")], more) == []


def test_what_is_one_to_one_is_no_sum() -> None:
    bank = [(3, 30, ""), (3, 40, ""), (3, 70, "")]
    assert grouped(bank, [(3, 70, "")]) == [(1, 1, True)]


def test_fewer_parts_come_first_and_no_line_is_in_two_sums() -> None:
    bank = [(3, 10, ""), (3, 20, ""), (3, 30, ""), (3, 60, "")]
    assert grouped(bank, [(3, 90, ""), (3, 31, "")]) == [(2, 1, False)]
    assert grouped(bank, [(3, 90, ""), (4, 30, "")]) == [(3, 1, False), (1, 1, True)]


@pytest.mark.parametrize(("days", "groups"), [(WINDOW_DAYS, 1), (WINDOW_DAYS + 1, 0)])
def test_parts_lie_in_the_window_of_days(days: int, groups: int) -> None:
    assert len(grouped([(0, 30, ""), (days, 40, "")], [(0, 70, "")])) == groups


def test_what_goes_the_other_way_is_no_part() -> None:
    assert grouped([(3, 100, ""), (3, -30, "")], [(3, 70, "")]) == []


def test_of_many_lines_the_search_is_bounded() -> None:
    many = [(at % 12, 1_000_001 + 7 * at * at, "") for at in range(400)]
    odd = [(at % 12, 3_000_000 + 13 * at, "") for at in range(400)]
    began = perf_counter()
    match(bank_lines(many), book_lines(odd))
    assert perf_counter() - began < LONG_SECONDS


def test_of_many_equal_lines_all_are_matched_in_time() -> None:
    paid = [(0, -20_000, f"分红 {at}") for at in range(1_500)]
    began = perf_counter()
    found = match(bank_lines(paid), book_lines(paid))
    assert perf_counter() - began < LONG_SECONDS
    assert len(found) == len(paid)
