"""A year's plan is adopted by those who may decide on it, of accounts that it may name; the newest is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domain.kernel.errors import RuleViolation
from domain.periods import Closing, PeriodClosed

if TYPE_CHECKING:
    from tests.domain.conftest import Village

PLAN = (("501", 12_000_000), ("513", 4_500_000))


def test_a_plan_is_in_force_from_its_entry_on(village: Village) -> None:
    entry = village.budget(*PLAN)
    adopted = village.book.budgets.by_year["2026"]
    assert adopted.budget == entry.statement.data
    assert adopted.entry == village.book.size - 1


def test_a_later_plan_of_the_year_takes_its_place(village: Village) -> None:
    village.budget(*PLAN)
    village.budget(("513", 5_000_000), date="2026-03-01")
    adopted = village.book.budgets.by_year["2026"]
    assert [line.planned_fen for line in adopted.budget.lines] == [5_000_000]
    assert adopted.entry == village.book.size - 1


def test_plans_of_two_years_stand_beside_each_other(village: Village) -> None:
    village.budget(*PLAN)
    village.budget(*PLAN, year="2027")
    assert sorted(village.book.budgets.by_year) == ["2026", "2027"]


@pytest.mark.parametrize("year", ["2025", "2000"])
def test_a_year_before_the_book(village: Village, year: str) -> None:
    with village.refuses("budget.year"):
        village.budget(*PLAN, year=year)


def test_a_year_that_is_closed_to_its_end(village: Village) -> None:
    for month in range(1, 13):
        village.append(
            village.statement(
                PeriodClosed, Closing(period=f"2026-{month:02d}"), at=f"2026-{month:02d}-28T09:00:00+08:00"
            ),
            "accountant head",
        )
    with village.refuses("budget.year"):
        village.budget(*PLAN)


def test_a_year_that_lies_too_far_ahead(village: Village) -> None:
    with village.refuses("period.too_far_ahead"):
        village.budget(*PLAN, year="2028")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([("513", 1), ("501", 1)], "budget.order"),
        ([("513", 1), ("513", 1)], "budget.order"),
        ([("513", 1), ("51301", 1)], "budget.nested"),
        ([("510", 1)], "account.unknown"),
        ([("51302", 1)], "account.unknown"),
        ([("101", 1)], "budget.account"),
        ([("211", 1)], "budget.account"),
        ([("311", 1)], "budget.account"),
    ],
)
def test_lines_that_no_plan_has(village: Village, lines: list[tuple[str, int]], code: str) -> None:
    village.account("51301")
    with village.refuses(code):
        village.budget(*lines)


@pytest.mark.parametrize(
    "code", ["401", "501", "502", "511", "521", "111", "131", "141", "151", "153", "51301"]
)
def test_what_a_plan_may_be_of(village: Village, code: str) -> None:
    village.account("51301")
    village.budget((code, 1))
    assert "2026" in village.book.budgets.by_year


@pytest.mark.parametrize(
    "resolution",
    [
        {"date": "2026-03-06"},
        {"agreed": 35},
        {"present": 39},
        {"agreed": 0},
    ],
)
def test_a_resolution_that_cannot_be(village: Village, resolution: dict[str, Any]) -> None:
    with village.refuses("budget.resolution"):
        village.budget(*PLAN, **resolution)


def test_a_resolution_that_nobody_agreed_to_is_told_so(village: Village) -> None:
    with pytest.raises(RuleViolation) as refused:
        village.budget(*PLAN, agreed=0)
    assert "至少要有 1 人同意" in refused.value.zh
    assert "at least one must agree" in refused.value.en


def test_a_resolution_of_no_day(village: Village) -> None:
    with village.refuses("date.malformed"):
        village.budget(*PLAN, date="2026-2-26")


def test_a_resolution_before_that_of_the_plan_in_force(village: Village) -> None:
    village.budget(*PLAN)
    with village.refuses("budget.resolution"):
        village.budget(*PLAN, date="2026-02-25")


@pytest.mark.parametrize(
    ("body", "entitled", "present", "agreed"),
    [
        ("members", 300, 200, 200),
        ("members", 301, 201, 201),
        ("delegates", 38, 26, 26),
        ("villagers", 300, 151, 76),
        ("households", 90, 60, 31),
        ("representatives", 38, 26, 14),
    ],
)
def test_just_enough_have_agreed(
    village: Village, body: str, entitled: int, present: int, agreed: int
) -> None:
    votes: dict[str, Any] = {"body": body, "entitled": entitled}
    village.budget(*PLAN, **votes, present=present, agreed=agreed)
    with village.refuses("budget.not_carried"):
        village.budget(*PLAN, **votes, present=present, agreed=agreed - 1)


@pytest.mark.parametrize(
    ("body", "entitled", "present"),
    [("villagers", 300, 150), ("households", 90, 59), ("representatives", 38, 25)],
)
def test_too_few_were_there(village: Village, body: str, entitled: int, present: int) -> None:
    with village.refuses("budget.not_carried"):
        village.budget(*PLAN, body=body, entitled=entitled, present=present, agreed=present)


@pytest.mark.parametrize("by", ["accountant head", "accountant supervisor", "head supervisor township"])
def test_who_must_sign(village: Village, by: str) -> None:
    with village.refuses("policy.roles_missing"):
        village.budget(*PLAN, by=by)
