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
