"""A county lays down which sub-total first counts an account; what is earned and what it comes to stays the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.periods import Closing, PeriodClosed
from domain.statements import Flow, Role, Year, income_layout, income_statement
from domain.subtotals import (
    NO_PLACES,
    SUBTOTALS,
    Subtotals,
    official_places,
)
from tests.vectors.forged_subtotals import subtotals as laid_down

if TYPE_CHECKING:
    from tests.domain.conftest import Village

CHART = "rural-collective-2024"
BELOW = (("503", "total_surplus"),)
"""Subsidies below the operating surplus, as the chart of 2004 had them."""


def earned(account: str, fen: int) -> Flow:
    """Return what was earned, or spent if below zero."""
    return Flow(account, distributes=False, debit_fen=0, credit_fen=fen)


def figures(places: tuple[tuple[str, str], ...], flows: list[Flow]) -> dict[str, int]:
    """Return a statement's figures by the lines' keys."""
    rows = income_statement(income_layout(CHART, {}, places), Year(flows, 0), Year([], 0))
    return {row.line.key: row.amount_fen for row in rows}


@pytest.fixture
def county(village: Village) -> Village:
    """Return the village with a key of the county."""
    village.grant("county")
    return village


def test_it_is_in_force_from_its_year_on(county: Village) -> None:
    county.subtotals(*BELOW, year="2027")
    subtotals = county.book.subtotals
    assert [subtotals.places(period) for period in ("2026-12", "2027-01", "2031-05")] == [
        NO_PLACES,
        BELOW,
        BELOW,
    ]


def test_what_is_laid_down_later_takes_its_place(county: Village) -> None:
    county.subtotals(*BELOW)
    county.subtotals(("504", "operating_surplus"))
    assert county.book.subtotals.places("2026-03") == (("504", "operating_surplus"),)


def test_a_later_year_goes_before_an_earlier_one_that_was_laid_down_after_it() -> None:
    subtotals = Subtotals()
    subtotals.set(laid_down(*BELOW, year="2027"), 3)
    subtotals.set(laid_down(("504", "operating_surplus"), year="2026"), 4)
    assert subtotals.places("2026-12") == (("504", "operating_surplus"),)
    assert subtotals.places("2028-01") == BELOW


@pytest.mark.parametrize("role", ["accountant head supervisor", "township"])
def test_the_county_alone_lays_it_down(county: Village, role: str) -> None:
    with county.refuses("policy.roles_missing"):
        county.subtotals(*BELOW, by=role)


@pytest.mark.parametrize(
    ("places", "year", "code"),
    [
        (BELOW, "2025", "subtotals.year"),
        (BELOW, "2028", "period.too_far_ahead"),
        ((*BELOW, *BELOW), "2026", "subtotals.order"),
        ((("513", "total_surplus"), *BELOW), "2026", "subtotals.order"),
        ((("501", "total_surplus"),), "2026", "subtotals.account"),
        ((("50301", "total_surplus"),), "2026", "subtotals.account"),
        ((("311", "total_surplus"),), "2026", "subtotals.account"),
    ],
)
def test_what_cannot_be_laid_down(
    county: Village, places: tuple[tuple[str, str], ...], year: str, code: str
) -> None:
    with county.refuses(code):
        county.subtotals(*places, year=year)


def test_a_year_that_is_closed_stays_as_it_is(county: Village) -> None:
    for month in range(1, 13):
        closing = county.statement(
            PeriodClosed, Closing(period=f"2026-{month:02d}"), at=f"2026-{month:02d}-28T09:00:00+08:00"
        )
        county.append(closing, "accountant head")
    with county.refuses("subtotals.year"):
        county.subtotals(*BELOW)


def test_subsidies_below_the_operating_surplus() -> None:
    flows = [earned("501", 100), earned("503", 30), earned("513", -20)]
    above, below = figures((), flows), figures(BELOW, flows)
    assert (above["operating_surplus"], above["total_surplus"]) == (110, 110)
    assert (below["operating_surplus"], below["total_surplus"]) == (80, 110)


def test_the_lines_move_with_their_accounts_and_say_what_is_done_with_them() -> None:
    lines = income_layout(CHART, {"51301": "运转支出"}, (*BELOW, ("513", "total_surplus"))).lines
    assert [line.name for line in lines[:12]] == [
        "一、经营收入",
        "加：投资收益",
        "减：经营支出",
        "税金及附加",
        "二、经营收益",
        "加：补助收入",
        "其他收入",
        "减：管理费用",
        "其中：运转支出",
        "公益支出",
        "其他支出",
        "三、收益总额",
    ]
    assert lines[5].name_en == "Add: subsidies"
    assert lines[7].name_en == "Less: administrative expenses"


@st.composite
def drawn_places(draw: st.DrawFn) -> tuple[tuple[str, str], ...]:
    """Draw what a county may lay down."""
    accounts = draw(st.lists(st.sampled_from(sorted(official_places(CHART))), unique=True).map(sorted))
    return tuple((account, draw(st.sampled_from(sorted(SUBTOTALS)))) for account in accounts)


@given(
    drawn_places(),
    st.dictionaries(st.sampled_from(["501", *official_places(CHART)]), st.integers(-500, 500), max_size=10),
)
def test_no_choice_of_places_changes_a_line_or_the_net_surplus(
    places: tuple[tuple[str, str], ...], moved: dict[str, int]
) -> None:
    flows = [earned(account, fen) for account, fen in moved.items()]
    official, chosen = figures((), flows), figures(places, flows)
    sums = {"operating_surplus", "total_surplus"}
    assert {key: fen for key, fen in official.items() if key not in sums} == {
        key: fen for key, fen in chosen.items() if key not in sums
    }
    counted = official_places(CHART) | dict(places)
    assert chosen["operating_surplus"] == sum(
        fen
        for account, fen in moved.items()
        if counted.get(account, "operating_surplus") == "operating_surplus"
    )


@given(drawn_places())
def test_all_lines_stand_there_once_whatever_is_chosen(places: tuple[tuple[str, str], ...]) -> None:
    official, chosen = income_layout(CHART, {}).lines, income_layout(CHART, {}, places).lines
    assert sorted(line.key for line in official) == sorted(line.key for line in chosen)
    sums = [line.key for line in chosen if line.role in {Role.TOTAL, Role.GRAND}]
    assert sums == [line.key for line in official if line.role in {Role.TOTAL, Role.GRAND}]
