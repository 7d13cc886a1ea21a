"""How a plan is carried out: each account under its line, what is beyond the plan, and how each line stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.budget import PlanLine
from domain.statements import BudgetRow, DetailRow, Standing, Store, budget_rows, spent_with
from domain.vouchers import Line
from tests.domain.statements.months import Month

CHART = "rural-collective-2024"
NAMES = {
    "501": "经营收入",
    "511": "经营支出",
    "51101": "农资",
    "51102": "人工",
    "513": "管理费用",
    "151": "固定资产",
}


def detail(account: str, month: int, year: int) -> DetailRow:
    return DetailRow(account, NAMES.get(account, ""), account.startswith("50"), month, year)


def rows(
    plan: dict[str, int],
    details: list[DetailRow],
    months: list[Month] | None = None,
    carried: dict[str, tuple[int, int]] | None = None,
) -> list[tuple[str, int, int, int]]:
    lines = [PlanLine(account=account, planned_fen=fen) for account, fen in plan.items()]
    found = budget_rows(lines, details, months or [], carried or {}, CHART, NAMES)
    return [(row.account, row.planned_fen, row.month_fen, row.year_fen) for row in found]


def test_accounts_count_under_the_line_above_them() -> None:
    details = [detail("51101", 1, 10), detail("51102", 2, 20)]
    assert rows({"511": 100}, details) == [("511", 100, 3, 30)]


def test_a_line_of_a_detail_account_leaves_its_siblings_beyond_the_plan() -> None:
    details = [detail("51101", 1, 10), detail("51102", 2, 20)]
    assert rows({"51101": 100}, details) == [("51101", 100, 1, 10), ("51102", 0, 2, 20)]


def test_a_line_on_which_nothing_moved_stands_there() -> None:
    assert rows({"501": 100}, []) == [("501", 100, 0, 0)]


def test_what_is_bought_is_what_was_debited() -> None:
    months = [
        Month("15101", debit_fen=5, credit_fen=3, year_debit_fen=50, year_credit_fen=30, closing_fen=99)
    ]
    assert rows({"151": 100}, [], months) == [("151", 100, 5, 50)]
    assert rows({"501": 1}, [], months) == [("15101", 0, 5, 50), ("501", 1, 0, 0)]


def test_what_was_counted_already_is_taken_off_where_it_goes() -> None:
    built = Month("15102", debit_fen=0, year_debit_fen=286_000)
    site = Month("153", debit_fen=0, credit_fen=0, year_debit_fen=56_000, year_credit_fen=56_000)
    found = rows({"151": 300_000, "153": 60_000}, [], [built, site], {"15102": (0, 56_000)})
    assert found == [("151", 300_000, 0, 230_000), ("153", 60_000, 0, 56_000)]
    sold = rows({"511": 100}, [detail("51101", 40, 90)], [], {"51101": (30, 80), "51102": (0, 5)})
    assert sold == [("511", 100, 10, 5)]


@pytest.mark.parametrize("account", ["101", "112", "152", "211", "311", "513"])
def test_the_trial_balance_gives_nothing_else(account: str) -> None:
    """Income and expense come without transfers; money, claims and debts are no part of a plan."""
    assert rows({"501": 1}, [], [Month(account, debit_fen=5, year_debit_fen=5)]) == [("501", 1, 0, 0)]


@pytest.mark.parametrize(
    ("account", "planned", "year", "standing", "share"),
    [
        ("513", 1000, 899, Standing.WITHIN, "89.9 %"),
        ("513", 1000, 900, Standing.NEAR, "90.0 %"),
        ("513", 100_000, 99_999, Standing.NEAR, "99.9 %"),
        ("513", 1000, 1000, Standing.USED_UP, "100.0 %"),
        ("513", 100_000, 100_001, Standing.OVER, ">100.0 %"),
        ("513", 1000, 1001, Standing.OVER, "100.1 %"),
        ("513", 0, 1, Standing.OVER, ""),
        ("513", 0, 0, Standing.WITHIN, ""),
        ("513", 0, -5, Standing.WITHIN, ""),
        ("501", 1000, 2000, Standing.WITHIN, "200.0 %"),
        ("501", 0, 5, Standing.WITHIN, ""),
        ("513", 3, 1, Standing.WITHIN, "33.3 %"),
        ("513", 1000, -5, Standing.WITHIN, "-0.5 %"),
    ],
)
def test_how_a_line_stands(account: str, planned: int, year: int, standing: Standing, share: str) -> None:
    row = BudgetRow(account, "", account.startswith("50"), planned, 0, year)
    assert (row.standing, row.share) == (standing, share)


@given(
    st.dictionaries(
        st.sampled_from(["501", "511", "51101", "513", "50101"]), st.integers(1, 10**9), max_size=5
    ),
    st.dictionaries(
        st.sampled_from(["50101", "50102", "51101", "51102", "513", "504"]),
        st.tuples(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9)),
    ),
)
def test_nothing_is_lost_or_counted_twice(plan: dict[str, int], moved: dict[str, tuple[int, int]]) -> None:
    plan = {
        code: fen
        for code, fen in plan.items()
        if not any(code != one and code.startswith(one) for one in plan)
    }
    found = rows(plan, [detail(account, *amounts) for account, amounts in moved.items()])
    assert sum(row[2] for row in found) == sum(month for month, _ in moved.values())
    assert sum(row[3] for row in found) == sum(year for _, year in moved.values())
    assert {row[0]: row[1] for row in found if row[1]} == plan


def spent(*lines: tuple[str, int]) -> list[tuple[str, int, int, int]]:
    """Return the lines as they would stand with a voucher, debits positive; 511 is planned, 513 has moved beside it."""
    plan = [PlanLine(account="151", planned_fen=50), PlanLine(account="511", planned_fen=100)]
    details = [detail("51101", 1, 80), detail("513", 0, 5), detail("501", 0, 70)]
    standing = budget_rows(plan, details, [], {}, CHART, NAMES)
    entered = [Line(account=code, debit_fen=max(fen, 0), credit_fen=max(-fen, 0)) for code, fen in lines]
    found = spent_with(standing, entered, {"12102": Store(30, 0)}, CHART, NAMES)
    return [(row.account, row.planned_fen, row.month_fen, row.year_fen) for row in found]


def test_a_voucher_adds_to_the_line_of_the_plan_that_it_spends_from() -> None:
    assert spent(("51102", 15), ("101", -15)) == [("511", 100, 16, 95)]
    assert spent(("15101", 9), ("51101", 3), ("101", -12)) == [("151", 50, 9, 9), ("511", 100, 4, 83)]


def test_a_voucher_adds_to_what_is_not_planned() -> None:
    assert spent(("513", 2), ("101", -2)) == [("513", 0, 2, 7)]
    assert spent(("153", 4), ("101", -4)) == [("153", 0, 4, 4)]
    assert spent(("151", 9), ("153", -4), ("101", -5)) == [("151", 50, 5, 5)]
    assert spent(("51101", 31), ("12102", -31)) == [("511", 100, 2, 81)]


def test_a_voucher_that_spends_nothing_adds_to_nothing() -> None:
    assert spent(("15102", 56), ("153", -56)) == []  # counted when it was built
    assert spent(("51101", 30), ("401", -30)) == []
    assert spent(("51101", 30), ("12102", -30)) == []  # goods that were made, out of the store
    assert spent(("101", 7), ("501", -7)) == []
    assert spent(("101", 7), ("51101", -7)) == []  # paid back
    assert spent(("51101", 4), ("51102", -4)) == []  # moved between two details of a line
    assert spent(("321", 80), ("51101", -80)) == []
    assert spent(("51101", 80), ("321", -80)) == []  # a transfer that is taken back
