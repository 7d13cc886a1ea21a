"""A bank's statement and the book's account: what is one transaction is found, and the rest explains the balances."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reconciliation import BankLine, BookLine, match, reconcile
from domain.reconciliation.lines import WINDOW_DAYS
from domain.reconciliation.sums import PARTS_MAX

START = date(2026, 3, 1)
TEXTS = st.sampled_from(["收承包款", "付电费", "王建国 工资", "手续费", ""])
AMOUNTS = st.integers(-5, 5).filter(bool).map(lambda yuan: yuan * 100)
DAYS = st.integers(0, 40)


def day(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


def bank_lines(drawn: list[tuple[int, int, str]]) -> list[BankLine]:
    return [BankLine(number, day(at), fen, text) for number, (at, fen, text) in enumerate(drawn)]


def book_lines(drawn: list[tuple[int, int, str]]) -> list[BookLine]:
    return [BookLine(10 + number, 1, day(at), fen, text) for number, (at, fen, text) in enumerate(drawn)]


LINES = st.lists(st.tuples(DAYS, AMOUNTS, TEXTS), max_size=25)


@given(LINES, LINES, st.randoms())
def test_each_line_is_in_one_match_at_most_and_the_order_does_not_matter(
    drawn: list[tuple[int, int, str]], others: list[tuple[int, int, str]], random: object
) -> None:
    bank, book = bank_lines(drawn), book_lines(others)
    found = match(bank, book)
    for lines in ([line for one in found for line in one.bank], [line for one in found for line in one.book]):
        assert len(set(lines)) == len(lines)
    for one in found:
        assert sum(line.amount_fen for line in one.bank) == sum(line.amount_fen for line in one.book)
        assert min(len(one.bank), len(one.book)) == 1
        assert max(len(one.bank), len(one.book)) <= PARTS_MAX
        assert one.days <= WINDOW_DAYS
    random.shuffle(bank)  # type: ignore[attr-defined]
    random.shuffle(book)  # type: ignore[attr-defined]
    assert match(bank, book) == found


@given(LINES, LINES)
def test_no_two_lines_are_left_that_could_be_one(
    drawn: list[tuple[int, int, str]], others: list[tuple[int, int, str]]
) -> None:
    bank, book = bank_lines(drawn), book_lines(others)
    left = reconcile(0, 0, bank, book, match(bank, book))
    for mine in left.only_bank:
        for theirs in left.only_book:
            days = abs((date.fromisoformat(mine.date) - date.fromisoformat(theirs.date)).days)
            assert mine.amount_fen != theirs.amount_fen or days > WINDOW_DAYS


@given(LINES, LINES, st.integers(-10_000, 10_000), st.integers(-3, 3))
def test_the_difference_is_that_of_the_beginning(
    drawn: list[tuple[int, int, str]], others: list[tuple[int, int, str]], opening: int, off: int
) -> None:
    bank, book = bank_lines(drawn), book_lines(others)
    book_fen = opening + sum(line.amount_fen for line in book)
    bank_fen = opening + off + sum(line.amount_fen for line in bank)
    assert reconcile(book_fen, bank_fen, bank, book, match(bank, book)).difference_fen == -off


@given(LINES, st.data())
def test_what_is_under_way_stands_on_its_line(drawn: list[tuple[int, int, str]], data: st.DataObject) -> None:
    whole_bank, whole_book = bank_lines(drawn), book_lines(drawn)
    missing = data.draw(st.sets(st.integers(0, max(len(drawn) - 1, 0)), max_size=3)) if drawn else set()
    bank = [line for at, line in enumerate(whole_bank) if at not in missing]
    book_fen = sum(line.amount_fen for line in whole_book)
    bank_fen = sum(line.amount_fen for line in bank)
    found = reconcile(book_fen, bank_fen, bank, whole_book, match(bank, whole_book))
    assert found.difference_fen == 0
    assert (
        found.book_received_fen - found.book_paid_fen - found.bank_received_fen + found.bank_paid_fen
        == sum(whole_book[at].amount_fen for at in missing)
    )


def test_of_equal_amounts_the_nearest_days_are_one() -> None:
    bank = bank_lines([(3, 100, ""), (9, 100, "")])
    book = book_lines([(10, 100, ""), (2, 100, "")])
    pairs = [(one.bank[0].date, one.book[0].date) for one in match(bank, book)]
    assert pairs == [(day(3), day(2)), (day(9), day(10))]


def test_of_equal_days_the_words_decide() -> None:
    bank = bank_lines([(3, -100, "代发工资 王建国"), (3, -100, "电费")])
    book = book_lines([(3, -100, "付电费"), (3, -100, "王建国工资")])
    found = match(bank, book)
    assert [one.book[0].text for one in found] == ["王建国工资", "付电费"]
    assert not any(one.certain for one in found)


@pytest.mark.parametrize(("days", "matches"), [(0, 1), (WINDOW_DAYS, 1), (WINDOW_DAYS + 1, 0)])
def test_days_too_far_apart_are_not_one(days: int, matches: int) -> None:
    assert len(match(bank_lines([(0, 100, "")]), book_lines([(days, 100, "")]))) == matches


def test_what_could_be_nothing_else_is_certain() -> None:
    bank = bank_lines([(0, 100, ""), (0, 200, ""), (5, 200, "")])
    book = book_lines([(1, 100, ""), (1, 200, "")])
    assert [(one.bank[0].amount_fen, one.certain) for one in match(bank, book)] == [(100, True), (200, False)]


def test_the_textbook_statement() -> None:
    """Book 56,000 and bank 60,500: two received and two paid that the other has not, both come to 59,500."""
    bank = [BankLine(1, day(28), 5_000_00, "托收货款"), BankLine(2, day(29), -1_500_00, "水电费")]
    book = [BookLine(7, 1, day(29), 3_000_00, "收支票"), BookLine(8, 1, day(30), -4_000_00, "开出支票")]
    found = reconcile(56_000_00, 60_500_00, bank, book, match(bank, book))
    assert (found.bank_received_fen, found.bank_paid_fen) == (5_000_00, 1_500_00)
    assert (found.book_received_fen, found.book_paid_fen) == (3_000_00, 4_000_00)
    assert found.book_adjusted_fen == found.bank_adjusted_fen == 59_500_00
    assert found.difference_fen == 0
