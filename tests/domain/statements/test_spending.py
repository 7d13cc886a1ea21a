"""What was spent is counted once: what is built, made and stored is not counted again where it goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.statements import Carried, Store
from domain.vouchers import Line, mirrored

CHART = "rural-collective-2024"


def lines(*amounts: tuple[str, int]) -> list[Line]:
    """Return lines, debits positive."""
    return [Line(account=code, debit_fen=max(fen, 0), credit_fen=max(-fen, 0)) for code, fen in amounts]


def of(*vouchers: list[Line], date: str = "2026-04-10") -> Carried:
    """Return what vouchers of a day carried on."""
    carried = Carried()
    for voucher in vouchers:
        carried.fold(CHART, date, voucher)
    return carried


BUILT = lines(("153", 56), ("102", -56))
TAKEN_OVER = lines(("15102", 56), ("153", -56))
MADE = lines(("12102", 80), ("401", -80))
SOLD = lines(("511", 60), ("12102", -60))


def test_what_was_built_is_counted_where_it_was_built() -> None:
    assert of(BUILT, TAKEN_OVER).upto("2026-04") == {"15102": (56, 56)}
    assert of(BUILT, TAKEN_OVER).upto("2026-05") == {"15102": (0, 56)}
    assert of(BUILT, TAKEN_OVER).upto("2026-03") == {}
    assert of(BUILT, TAKEN_OVER).upto("2027-04") == {}


def test_what_is_added_meanwhile_is_counted() -> None:
    more = lines(("15102", 60), ("153", -56), ("102", -4))
    assert of(BUILT, more).upto("2026-04") == {"15102": (56, 56)}
    both = lines(("15102", 40), ("513", 20), ("153", -56), ("102", -4))
    assert of(both).upto("2026-04") == {"15102": (40, 40), "513": (16, 16)}


def test_services_that_were_made_are_counted_once() -> None:
    assert of(lines(("511", 30), ("401", -30))).upto("2026-04") == {"511": (30, 30)}


def test_goods_that_were_made_are_counted_once_through_the_store() -> None:
    assert of(MADE, SOLD).upto("2026-04") == {"511": (60, 60)}
    assert of(MADE, SOLD).stores == {"2026": {"12102": Store(20, 60)}}
    assert of(MADE, SOLD, SOLD).upto("2026-04") == {"511": (80, 80)}


def test_goods_that_were_bought_are_counted_when_they_are_used() -> None:
    assert of(lines(("12101", 90), ("102", -90)), lines(("401", 50), ("12101", -50))).upto("2026-04") == {}


def test_goods_that_move_between_stores_stay_counted() -> None:
    moved = lines(("12103", 80), ("12102", -80))
    sold = lines(("511", 80), ("12103", -80))
    assert of(MADE, moved, sold).upto("2026-04") == {"511": (80, 80)}


def test_a_year_begins_with_nothing_in_store() -> None:
    carried = of(MADE)
    carried.fold(CHART, "2027-01-05", SOLD)
    assert carried.upto("2027-01") == {}


def test_what_goes_elsewhere_is_carried_nowhere() -> None:
    given_away = lines(("154", 56), ("151", -56))
    assert of(BUILT, given_away, lines(("102", 30), ("111", -30))).upto("2026-04") == {}


def test_what_was_given_was_spent_by_nobody() -> None:
    donated = lines(("15102", 90), ("31105", -90))
    assert of(donated).upto("2026-04") == {"15102": (90, 90)}
    partly = lines(("15102", 90), ("301", -50), ("102", -40))
    assert of(partly).upto("2026-04") == {"15102": (50, 50)}
    paid_in = lines(("102", 90), ("301", -90))
    assert of(paid_in).upto("2026-04") == {}


def test_a_transfer_carries_nothing_on() -> None:
    assert of(lines(("511", 30), ("321", -10), ("401", -20))).upto("2026-04") == {}


def test_a_book_of_an_unknown_chart_carries_nothing_on() -> None:
    carried = Carried()
    carried.fold("", "2026-04-10", TAKEN_OVER)
    assert carried == Carried()


def test_a_reversal_takes_back_what_was_carried_on() -> None:
    for vouchers in ((TAKEN_OVER,), (MADE,), (MADE, SOLD)):
        *before, last = vouchers
        carried = of(*vouchers, mirrored(last))
        without = of(*before)
        assert {code: sums for code, sums in carried.upto("2026-04").items() if any(sums)} == without.upto(
            "2026-04"
        )
        held = {code: store.held_fen for code, store in without.stores.get("2026", {}).items()}
        assert {code: store.held_fen for code, store in carried.stores["2026"].items() if any(store)} == held


PAIRS = st.tuples(
    st.sampled_from(["102", "12101", "12102", "131", "151", "153", "154", "401", "511", "513"]),
    st.sampled_from(["102", "12101", "12102", "131", "151", "153", "154", "311", "401"]),
    st.integers(1, 100),
)


@given(st.lists(PAIRS, max_size=20))
def test_no_more_is_carried_on_than_was_debited_or_credited(
    pairs: list[tuple[str, str, int]],
) -> None:
    carried = of(*(lines((debit, fen), (credit, -fen)) for debit, credit, fen in pairs)).upto("2026-04")
    for account, (month, year) in carried.items():
        assert 0 < month == year <= sum(fen for debit, _, fen in pairs if debit == account)
    sources = sum(fen for _, credit, fen in pairs if credit not in {"102", "154"})
    assert sum(year for _, year in carried.values()) <= sources
