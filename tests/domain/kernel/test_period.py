"""Periods, dates and moments as strings: real ones are taken, and months count on over the year's end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.errors import RuleViolation
from domain.kernel.period import (
    check_near,
    is_date,
    is_timestamp,
    last_day,
    next_period,
    parse_date,
    parse_period,
    period_of,
    periods,
    previous_period,
    year_start,
)

DATES = st.dates(date(1949, 1, 1), date(2099, 12, 31))
PERIODS = DATES.map(lambda day: day.isoformat()[:7])


def refusal_of_period(text: str) -> str:
    with pytest.raises(RuleViolation) as caught:
        parse_period(text)
    return caught.value.rule.code


def refusal_of_date(text: str) -> str:
    with pytest.raises(RuleViolation) as caught:
        parse_date(text)
    return caught.value.rule.code


@pytest.mark.parametrize("text", ["1949-01", "1950-12", "1999-10", "2000-01", "2026-03", "2099-12"])
def test_a_period(text: str) -> None:
    assert parse_period(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1948-12",
        "0001-01",
        "2026-00",
        "2026-13",
        "2026-1",
        "26-01",
        "202601",
        "2026/01",
        "2026-01-01",
        " 2026-01",
        "2026-01\n",
        "\uff12\uff10\uff12\uff16-01",
    ],
)
def test_what_is_no_period(text: str) -> None:
    assert refusal_of_period(text) == "period.malformed"


@pytest.mark.parametrize("text", ["1949-01-01", "2024-02-29", "2026-12-31", "2099-12-31"])
def test_a_date(text: str) -> None:
    assert parse_date(text) == text
    assert is_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1948-12-31",
        "2026-02-29",
        "1900-02-29",
        "2026-04-31",
        "2026-00-10",
        "2026-13-01",
        "2026-01-00",
        "2026-1-5",
        "20260105",
        "2026-W01-1",
        "2026-01-05T00:00:00",
        "2026-01-05\n",
        "\uff12\uff10\uff12\uff16-01-05",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert refusal_of_date(text) == "date.malformed"
    assert not is_date(text)


def test_a_refusal_quotes_no_more_than_forty_characters() -> None:
    for parse in (parse_period, parse_date):
        with pytest.raises(RuleViolation) as caught:
            parse("x" * 100)
        assert caught.value.facts == {"read": "x" * 40}


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05T10:12:33+08:00",
        "2026-03-05T10:12:33Z",
        "2026-03-05T00:00:00-00:00",
        "2024-02-29T23:59:59+23:59",
        "0001-01-01T00:00:00Z",
    ],
)
def test_a_moment(text: str) -> None:
    assert is_timestamp(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-05",
        "2026-03-05T10:12:33",
        "2026-03-05T10:12+08:00",
        "2026-03-05T10:12:33.5+08:00",
        "2026-03-05 10:12:33+08:00",
        "2026-03-05t10:12:33z",
        "2026-03-05T10:12:33+0800",
        "2026-03-05T10:12:33+24:00",
        "2026-03-05T10:12:33+08:60",
        "2026-03-05T24:00:00Z",
        "2026-03-05T10:60:00Z",
        "2026-03-05T10:12:60Z",
        "2026-02-29T10:12:33Z",
        "0000-01-01T00:00:00Z",
        "2026-03-05T10:12:33Z\n",
        "2026-03-05T\uff11\uff10:12:33Z",
    ],
)
def test_what_is_no_moment(text: str) -> None:
    assert not is_timestamp(text)


def test_months_count_on_over_the_years_end() -> None:
    assert next_period("2025-12") == "2026-01"
    assert previous_period("2026-01") == "2025-12"
    assert periods("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert periods("2026-02", "2026-01") == []
    assert year_start("2026-07") == "2026-01"


@given(DATES)
def test_the_period_of_a_date(day: date) -> None:
    period = period_of(day.isoformat())
    assert parse_period(period) == period
    assert is_date(day.isoformat())
    assert last_day(period) == max(last_day(period), day.isoformat())


@given(PERIODS)
def test_the_day_after_the_last_is_the_next_periods_first(period: str) -> None:
    assert (
        date.fromisoformat(last_day(period)) + timedelta(days=1)
    ).isoformat() == f"{next_period(period)}-01"
    assert previous_period(next_period(period)) == period


@given(PERIODS, st.integers(0, 40))
def test_periods_run_without_gap(first: str, count: int) -> None:
    last = first
    for _ in range(count):
        last = next_period(last)
    run = periods(first, last)
    assert (run[0], run[-1], len(run)) == (first, last, count + 1)
    assert run == sorted(set(run))


@pytest.mark.parametrize("text", ["2100-01-01", "9999-12-31", "1948-12-31"])
def test_a_date_beyond_this_century_is_a_slip(text: str) -> None:
    assert refusal_of_date(text) == "date.malformed"


def test_periods_end_at_the_last_one() -> None:
    assert periods("2099-11", "2099-12") == ["2099-11", "2099-12"]


@pytest.mark.parametrize(
    ("at", "latest"),
    [("2026-01-31T23:59:59+08:00", "2027-01"), ("2026-12-01T00:00:00Z", "2027-12")],
)
def test_a_period_may_lie_twelve_months_ahead(at: str, latest: str) -> None:
    check_near(latest, at)
    check_near("1949-10", at)
    with pytest.raises(RuleViolation) as refused:
        check_near(next_period(latest), at)
    assert refused.value.rule.code == "period.too_far_ahead"
    assert latest in refused.value.zh
    assert latest in refused.value.en


@pytest.mark.parametrize("month", ["2099-01", "2099-12", "9998-12", "9999-01", "9999-02", "9999-12"])
def test_at_the_end_of_the_calendar_no_period_is_too_far_ahead(month: str) -> None:
    check_near("2026-03", f"{month}-01T00:00:00Z")
    check_near("2099-12", f"{month}-01T00:00:00Z")
