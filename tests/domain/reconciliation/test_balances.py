"""What stood at the end of a day: told by the balances behind its lines, in whatever order these were kept."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.reconciliation import stood_at_end

FEN = st.integers(-3, 3).filter(bool)


def ran(begin_fen: int, amounts: list[int]) -> list[tuple[int, int | None]]:
    """Return the lines of a day as the bank has them, each with the balance behind it."""
    return list(zip(amounts, list(accumulate(amounts, initial=begin_fen))[1:], strict=True))


def test_a_balance_that_is_reached_twice_is_the_end_where_it_was_left_once() -> None:
    came = ran(1_000, [-100, 100, -100])
    for day in ([came[0], came[2], came[1]], came, came[::-1]):
        assert stood_at_end(day) == 900


@given(st.integers(-9, 9), st.lists(FEN, min_size=1, max_size=12), st.randoms())
def test_the_end_of_a_day_that_did_not_come_back_is_known_in_any_order(
    begin_fen: int, amounts: list[int], random: object
) -> None:
    assume(sum(amounts))
    day = ran(begin_fen, amounts)
    random.shuffle(day)  # type: ignore[attr-defined]
    assert stood_at_end(day) == begin_fen + sum(amounts)


def unsaid(line: tuple[int, int | None]) -> tuple[int, int | None]:
    """Return a line without its balance."""
    return line[0], None


def test_of_a_day_whose_last_line_says_none_no_balance_is_told() -> None:
    """Nor where that line was read before the others, as the balances tell, or those of the day before."""
    first, second, third = ran(1_000, [100, -50, 10])
    before = ran(700, [300])
    for earlier in ((), before, [unsaid(line) for line in before]):
        assert stood_at_end([first, second, unsaid(third)], earlier) is None
        assert stood_at_end([first, unsaid(second), third], earlier) == 1_060
        assert stood_at_end([unsaid(first), unsaid(second), third], earlier) == 1_060
        assert stood_at_end([first, unsaid(third), second], earlier) is None
    assert stood_at_end([unsaid(third), first, second], before) is None
    assert stood_at_end([unsaid(first), second], before) == 1_050


@given(st.integers(-9, 9), st.lists(st.tuples(FEN, st.booleans()), min_size=1, max_size=12), st.data())
def test_what_is_told_of_a_day_with_lines_that_say_none_is_its_end(
    begin_fen: int, lines: list[tuple[int, bool]], data: st.DataObject
) -> None:
    """Whichever lines do not say theirs, in the order in which they came or in another."""
    whole = ran(begin_fen, [fen for fen, _ in lines])
    day = [line if says else unsaid(line) for line, (_, says) in zip(whole, lines, strict=True)]
    assert stood_at_end(day, ran(begin_fen - 5, [5])) == day[-1][1]
    told = stood_at_end(data.draw(st.permutations(day)), ran(begin_fen - 5, [5]))
    if None in {balance for _, balance in day}:
        assert told in {None, begin_fen + sum(fen for fen, _ in lines)}
