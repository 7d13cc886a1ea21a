"""The age of receivables and payables: the oldest is settled first, and every fen has an age."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ageing import AgedRow, Move, aged_rows

DAY = "2026-12-31"


def of(*moves: tuple[str, int], day: str = DAY) -> list[AgedRow]:
    """Return the rows of one account without counterparties."""
    return aged_rows([Move("112", "", date, fen) for date, fen in moves], day)


@pytest.mark.parametrize(
    ("date", "by_age"),
    [
        ("2026-12-31", (5, 0, 0, 0)),
        ("2026-01-01", (5, 0, 0, 0)),
        ("2025-12-31", (0, 5, 0, 0)),
        ("2025-01-01", (0, 5, 0, 0)),
        ("2024-12-31", (0, 0, 5, 0)),
        ("2023-12-31", (0, 0, 0, 5)),
        ("2001-05-05", (0, 0, 0, 5)),
    ],
)
def test_an_amount_is_as_old_as_its_date(date: str, by_age: tuple[int, ...]) -> None:
    assert of((date, 5)) == [AgedRow("112", "", 5, by_age, date)]


def test_a_payment_settles_the_oldest_first() -> None:
    [row] = of(("2023-01-05", 100), ("2025-06-01", 50), ("2026-02-01", -120))
    assert row == AgedRow("112", "", 30, (0, 30, 0, 0), "2025-06-01")


def test_what_is_settled_in_part_is_settled_on_before_what_came_later() -> None:
    [row] = of(("2023-01-05", 100), ("2025-06-01", 100), ("2026-02-01", -30), ("2026-03-01", -60))
    assert row == AgedRow("112", "", 110, (0, 100, 0, 10), "2023-01-05")


def test_what_is_paid_too_much_is_owed_from_that_day_on() -> None:
    [row] = of(("2023-01-05", 100), ("2026-02-01", -120))
    assert row == AgedRow("112", "", -20, (-20, 0, 0, 0), "2026-02-01")


def test_what_is_settled_has_no_row() -> None:
    assert of(("2023-01-05", 100), ("2026-02-01", -60), ("2026-02-02", -40)) == []


def test_a_red_amount_takes_back() -> None:
    [row] = of(("2026-01-05", 100), ("2026-01-06", 30), ("2026-01-07", -100))
    assert row.balance_fen == 30


def red(date: str, fen: int) -> Move:
    """Return a red line."""
    return Move("112", "", date, fen, is_red=True)


def plain(date: str, fen: int) -> Move:
    """Return a line of the usual kind."""
    return Move("112", "", date, fen)


def test_a_red_line_is_no_payment_of_the_oldest() -> None:
    """What was booked wrongly and taken back leaves what is owed as old as it was."""
    moves = [plain("2023-01-05", 100), plain("2026-03-01", 90), red("2026-04-01", -90)]
    assert aged_rows(moves, DAY) == [AgedRow("112", "", 100, (0, 0, 0, 100), "2023-01-05")]
    assert aged_rows([*moves[:2], plain("2026-04-01", -90)], DAY)[0].oldest == "2023-01-05"


def test_a_red_payment_leaves_open_what_it_had_settled() -> None:
    moves = [plain("2023-01-05", 100), plain("2026-03-01", -100), red("2026-04-01", 100)]
    assert aged_rows(moves, DAY) == [AgedRow("112", "", 100, (0, 0, 0, 100), "2023-01-05")]


def test_a_red_line_of_a_part_takes_back_the_newest() -> None:
    moves = [plain("2023-01-05", 100), plain("2026-03-01", 90), red("2026-04-01", -20)]
    assert aged_rows(moves, DAY) == [AgedRow("112", "", 170, (70, 0, 0, 100), "2023-01-05")]


@pytest.mark.parametrize(
    ("moves", "by_age"),
    [
        ([plain("2023-01-31", 1000), plain("2026-01-31", -1000), red("2026-02-03", 400)], (0, 0, 0, 400)),
        ([plain("2023-01-31", 1000), plain("2024-01-31", -500), red("2026-02-03", 200)], (0, 0, 0, 700)),
        (
            [
                *(plain("2023-01-31", 1000), plain("2025-06-30", 600)),
                *(plain("2026-01-31", -1200), red("2026-02-03", 300)),
            ],
            (0, 600, 0, 100),
        ),
        (  # the newest is less than what is taken back, one before it is not
            [
                plain("2023-01-31", 1000),
                plain("2026-01-31", -90),
                plain("2026-02-01", -20),
                red("2026-02-03", 50),
            ],
            (0, 0, 0, 940),
        ),
        (  # none is as much: the newest ones together
            [
                plain("2023-01-31", 1000),
                plain("2026-01-31", -90),
                plain("2026-02-01", -20),
                red("2026-02-03", 100),
            ],
            (0, 0, 0, 990),
        ),
        ([plain("2023-01-31", 90), red("2026-02-03", 10)], (10, 0, 0, 90)),  # there is none
    ],
)
def test_a_red_payment_makes_the_payment_less_and_nothing_younger(
    moves: list[Move], by_age: tuple[int, ...]
) -> None:
    [row] = aged_rows(moves, DAY)
    assert row.by_age == by_age


def test_two_red_lines_take_back_two_lines() -> None:
    moves = [
        plain("2023-01-05", 100),
        plain("2026-03-01", 100),
        red("2026-04-01", -100),
        red("2026-04-02", -100),
    ]
    assert aged_rows(moves, DAY) == []


def named(date: str, fen: int, entry: int = 1, *, is_red: bool = False) -> Move:
    """Return a line that sets right the voucher of an entry, of whose date it is."""
    return Move("112", "", date, fen, is_red=is_red, entry=entry, corrects=True)


def booked(date: str, fen: int, entry: int = 1, *, is_red: bool = False) -> Move:
    """Return a line of the voucher of an entry."""
    return Move("112", "", date, fen, is_red=is_red, entry=entry)


@pytest.mark.parametrize(
    ("moves", "by_age"),
    [
        ([named("2023-01-31", 950)], (0, 0, 0, 950)),  # the red voucher took the original away
        ([booked("2023-01-31", 1000), named("2023-01-31", 200)], (0, 0, 0, 1200)),
        (  # makes less what it names, not the one of its amount
            [booked("2023-01-31", 400), booked("2025-06-30", 1000, 2), named("2025-06-30", -400, 2)],
            (0, 600, 0, 400),
        ),
        (  # likewise in red
            [
                *(booked("2023-01-31", 400), booked("2025-06-30", 1000, 2)),
                named("2025-06-30", -400, 2, is_red=True),
            ],
            (0, 600, 0, 400),
        ),
        (  # a payment was less than booked: no new debt, black or red
            [booked("2023-01-31", 1000), booked("2024-01-10", -500, 2), named("2024-01-10", 200, 2)],
            (0, 0, 0, 700),
        ),
        (  # a payment was more
            [
                *(booked("2023-01-31", 1000), booked("2024-06-30", 600, 2)),
                *(booked("2026-01-10", -500, 3), named("2026-01-10", -700, 3)),
            ],
            (0, 0, 400, 0),
        ),
        (  # what a red line took back is less
            [
                *(booked("2023-01-31", 1000), booked("2026-01-10", -100, 2, is_red=True)),
                named("2026-01-10", 40, 2),
            ],
            (0, 0, 0, 940),
        ),
    ],
)
def test_what_sets_a_voucher_right_is_one_with_it(moves: list[Move], by_age: tuple[int, ...]) -> None:
    [row] = aged_rows(moves, DAY)
    assert row.by_age == by_age


def test_what_is_set_right_to_nothing_is_none() -> None:
    assert aged_rows([booked("2023-01-31", 400), named("2023-01-31", -400)], DAY) == []


def test_accounts_and_counterparties_are_apart() -> None:
    moves = [
        Move("211", "乙", "2026-01-01", -7),
        Move("112", "甲", "2026-01-01", 5),
        Move("112", "乙", "2026-01-02", 6),
        Move("112", "甲", "2026-01-03", -2),
    ]
    assert [(row.account, row.party, row.balance_fen) for row in aged_rows(moves, DAY)] == [
        ("112", "乙", 6),
        ("112", "甲", 3),
        ("211", "乙", -7),
    ]


DATES = st.tuples(st.integers(2020, 2026), st.integers(1, 12), st.integers(1, 28)).map(
    lambda parts: "{:04d}-{:02d}-{:02d}".format(*parts)
)
MOVES = st.tuples(
    st.sampled_from(["112", "211"]),
    st.sampled_from(["", "甲"]),
    DATES,
    st.integers(-9, 9),
    st.booleans(),
    st.integers(1, 3),
    st.booleans(),
)


@given(st.lists(MOVES, max_size=30))
def test_every_fen_has_an_age_and_no_part_is_older_than_what_opened_it(
    drawn: list[tuple[str, str, str, int, bool, int, bool]],
) -> None:
    moves = [Move(*move) for move in sorted(drawn, key=lambda move: move[2])]
    balances: dict[tuple[str, str], int] = defaultdict(int)
    for move in moves:
        balances[move.account, move.party] += move.fen
    rows = aged_rows(moves, DAY)
    assert {(row.account, row.party): row.balance_fen for row in rows} == {
        key: fen for key, fen in balances.items() if fen
    }
    for row in rows:
        assert sum(row.by_age) == row.balance_fen
        assert all((part > 0) == (row.balance_fen > 0) for part in row.by_age if part)
        dates = {move.date for move in moves if (move.account, move.party) == (row.account, row.party)}
        assert row.oldest in dates
