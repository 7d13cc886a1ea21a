"""What was under way when the statements began is found by what book and bank differed by."""

from __future__ import annotations

import pytest

from domain.reconciliation import BookLine, find_outstanding, match, stood_before
from domain.reconciliation.outstanding import NEWEST
from tests.domain.reconciliation.test_reconciliation import bank_lines, book_lines, day


def amounts(differ_fen: int, *lines: int) -> list[int]:
    book = book_lines([(at, fen, "") for at, fen in enumerate(lines)])
    return [line.amount_fen for line in find_outstanding(book, differ_fen)]


def test_one_line_or_a_few_that_come_to_it() -> None:
    assert amounts(0, -500, 500) == []
    assert amounts(-500, 900, -500, -400) == [-500]
    assert sorted(amounts(-900, 1_000, -500, -400)) == [-500, -400]
    assert sorted(amounts(600, 1_000, -400, -300)) == [-400, 1_000], "a deposit and a cheque"
    assert amounts(-1, 1_000, -400) == []


def test_what_could_be_others_just_as_well_is_left_to_a_person() -> None:
    assert amounts(-900, -500, -400, -600, -300) == []


def test_of_equal_amounts_the_newest_is_taken() -> None:
    lines = book_lines([(1, -500, "一月的"), (28, -500, "二月的")])
    assert [line.text for line in find_outstanding(lines, -500)] == ["二月的"]


def test_several_are_looked_for_among_the_newest_only() -> None:
    others = [10_000 + 7**n for n in range(2, 2 + NEWEST)]
    assert amounts(-900, -500, -400, *others) == []
    assert amounts(-500, -500, -400, *others) == [-500]


def test_a_line_of_the_ledger_that_waits_is_matched_however_late() -> None:
    cheque = BookLine(7, 2, day(-3), -500_00, "支票")
    bank = bank_lines([(40, -500_00, "支票")])
    assert match(bank, [cheque]) == []
    assert len(match(bank, [cheque._replace(waiting=True)])) == 1


@pytest.mark.parametrize(
    ("lines", "before"),
    [
        ([], None),
        ([("2026-03-01", 5, None)], None),
        ([("2026-03-01", 5, 105)], 100),
        ([("2026-03-01", 5, 105), ("2026-03-01", 7, 112)], 100),
        ([("2026-03-01", 7, 112), ("2026-03-01", 5, 105)], 100),
        ([("2026-03-01", 5, None), ("2026-03-02", -7, 98)], 100),
    ],
)
def test_what_stood_before_the_first_line(
    lines: list[tuple[str, int, int | None]], before: int | None
) -> None:
    assert stood_before(lines) == before
