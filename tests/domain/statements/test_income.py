"""The statement of income and its distribution: by hand, before and after the transfer, and in whatever books."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chart import CHARTS, RESULT, UNDISTRIBUTED, chart
from domain.kernel.errors import RuleViolation
from domain.statements import (
    Flow,
    Role,
    Year,
    balance_sheet,
    income_layout,
    income_statement,
    layout,
    undistributed_fen,
)
from domain.statements.income_lines import parse_income_formula

if TYPE_CHECKING:
    from collections.abc import Iterable

CHART = "rural-collective-2024"
LAYOUT = income_layout(CHART, {})
NOTHING = Year([], 0)

Voucher = list[tuple[str, int, int]]
"""Lines: account, debit and credit in fen."""

EARNED: list[Voucher] = [
    [("102", 900, 0), ("50102", 0, 900)],
    [("102", 50, 0), ("502", 0, 50)],
    [("102", 200, 0), ("50301", 0, 200)],
    [("102", 7, 0), ("50401", 0, 7)],
    [("511", 100, 0), ("102", 0, 100)],
    [("512", 9, 0), ("214", 0, 9)],
    [("51302", 60, 0), ("101", 0, 60)],
    [("51401", 40, 0), ("102", 0, 40)],
    [("51502", 3, 0), ("102", 0, 3)],
    [("521", 5, 0), ("214", 0, 5)],
    [("51302", -20, 0), ("101", 0, -20)],
]
"""A year's income of 1,157 and expense of 197, the last voucher a red one."""

TRANSFER: list[Voucher] = [
    [("50102", 900, 0), ("502", 50, 0), ("50301", 200, 0), ("50401", 7, 0), ("321", 0, 1157)],
    [
        ("321", 197, 0),
        ("511", 0, 100),
        ("512", 0, 9),
        ("51302", 0, 40),
        ("51401", 0, 40),
        ("51502", 0, 3),
        ("521", 0, 5),
    ],
    [("321", 960, 0), ("32201", 0, 960)],
]
DISTRIBUTED: list[Voucher] = [
    [("311", 30, 0), ("32202", 0, 30)],
    [("32203", 200, 0), ("311", 0, 200)],
    [("32204", 300, 0), ("1130101", 0, 180), ("1130102", 0, 70), ("211", 0, 50)],
    [("32204", -50, 0), ("211", 0, -50)],
    [("32205", 11, 0), ("301", 0, 11)],
]


def flows(vouchers: Iterable[Voucher]) -> list[Flow]:
    """Part the lines of vouchers as the statement wants them, one flow a line."""
    return [
        Flow(account, any(touched.startswith(UNDISTRIBUTED) for touched, _, _ in voucher), debit, credit)
        for voucher in vouchers
        for account, debit, credit in voucher
    ]


def figures(year: Year, before: Year = NOTHING) -> dict[str, int]:
    return {row.line.key: row.amount_fen for row in income_statement(LAYOUT, year, before)}


def balances(vouchers: Iterable[Voucher], opening: int) -> dict[str, int]:
    found: Counter[str] = Counter({"102": opening, "322": -opening})
    for voucher in vouchers:
        for account, debit, credit in voucher:
            found[account] += debit - credit
    return dict(found)


# ------------------------------------------------------------------------------------------- by hand

BY_HAND = {
    "operating_income": 900,
    "investment_income": 50,
    "subsidies": 200,
    "operating_expenses": 100,
    "taxes_and_surcharges": 9,
    "administration": 40,
    "organisation_costs": 0,
    "operating_surplus": 1_001,
    "other_income": 7,
    "welfare_expenses": 40,
    "other_expenses": 3,
    "total_surplus": 965,
    "income_tax": 5,
    "net_surplus": 960,
    "brought_forward": 77,
    "losses_covered": 0,
    "distributable": 1_037,
    "appropriated": 0,
    "to_members": 0,
    "otherwise_distributed": 0,
    "undistributed": 1_037,
}


def test_income_and_expense_by_hand() -> None:
    assert figures(Year(flows(EARNED), 77)) == BY_HAND


def test_the_transfer_changes_no_figure() -> None:
    assert figures(Year(flows([*EARNED, *TRANSFER]), 77)) == BY_HAND


def test_what_is_distributed_by_hand() -> None:
    assert figures(Year(flows([*EARNED, *TRANSFER, *DISTRIBUTED]), 77)) == BY_HAND | {
        "losses_covered": 30,
        "distributable": 1_067,
        "appropriated": 200,
        "to_members": 250,
        "otherwise_distributed": 11,
        "undistributed": 606,
    }


def test_the_year_before_stands_beside_it() -> None:
    rows = income_statement(LAYOUT, NOTHING, Year(flows(EARNED), 77))
    assert {row.line.key: row.before_fen for row in rows} == BY_HAND
    assert {row.amount_fen for row in rows} == {0}


# ------------------------------------------------------------- a line of which, by what accounts are called


def organisation_costs(names: dict[str, str]) -> tuple[tuple[str, ...], int, int]:
    """Return the accounts of 其中：运转支出, its figure, and that of 管理费用 which it is a part of."""
    rows = {
        row.line.key: row for row in income_statement(income_layout(CHART, names), Year(SPENT, 0), NOTHING)
    }
    row = rows["organisation_costs"]
    return row.line.accounts, row.amount_fen, rows["administration"].amount_fen


SPENT = [
    Flow("51301", debit_fen=1_000, credit_fen=0, distributes=False),
    Flow("5130901", debit_fen=300, credit_fen=0, distributes=False),
    Flow("5130902", debit_fen=50, credit_fen=0, distributes=False),
    Flow("51309", debit_fen=0, credit_fen=350, distributes=True),
    Flow("51401", debit_fen=7, credit_fen=0, distributes=False),
]
CALLED = {"513": "管理费用", "51301": "办公费", "51309": "运转支出", "5130901": "会议", "5130902": "运转支出"}


def test_the_costs_of_running_the_organisation_are_the_details_of_that_name() -> None:
    assert organisation_costs(CALLED) == (("51309",), 350, 1_350), "with all below, none twice"
    assert organisation_costs(CALLED | {"51301": "运转支出"}) == (("51301", "51309"), 1_350, 1_350)
    assert organisation_costs(CALLED | {"51309": "其他"}) == (("5130902",), 50, 1_350)
    elsewhere = {"513": "运转支出", "51401": "运转支出", "51301": "村运转支出"}
    assert organisation_costs(elsewhere) == ((), 0, 1_350)


def test_it_is_kept_by_a_book_that_has_such_a_detail() -> None:
    for names, is_kept in ((CALLED, True), ({"51301": "办公费"}, False)):
        line = income_layout(CHART, names).line("organisation_costs")
        assert line
        assert line.is_kept is is_kept
        assert line.title == "运转支出"
    assert {line.is_kept for line in LAYOUT.lines if line.role is not Role.OF_WHICH} == {True}


# ------------------------------------------------------------------------------------------ the data


@pytest.mark.parametrize("version", CHARTS)
def test_every_income_and_expense_account_stands_in_one_line(version: str) -> None:
    terms = [term for line in income_layout(version, {}).lines for term in line.formula]
    used = Counter(term.name for term in terms if term.is_account and not term.distributes)
    assert set(used.values()) == {1}
    known = [account for code, account in chart(version).accounts.items() if len(code) == 3]
    assert used.keys() == {account.code for account in known if account.code.startswith(RESULT)}


@pytest.mark.parametrize("version", CHARTS)
def test_a_formula_names_earlier_lines_and_keys_are_unique(version: str) -> None:
    seen: list[str] = []
    for line in income_layout(version, {}).lines:
        named = [term.name for term in line.formula if not term.is_account and not term.distributes]
        assert set(named) <= set(seen)
        seen.append(line.key)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    "text", ["", "501 502", "+ 501", "@501.red", "5", "501 -", "@", "501 + 112", "513:", "513: a"]
)
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="formula"):
        parse_income_formula(text)


def test_a_chart_without_a_layout_is_refused() -> None:
    with pytest.raises(RuleViolation):
        income_layout("household-1994", {})


# ---------------------------------------------------------------------------------------- properties

ACCOUNTS = (
    "101",
    "102",
    "1130101",
    "211",
    "301",
    "311",
    "31101",
    "321",
    "32201",
    "322",
    "50102",
    "502",
    "51302",
    "521",
)
AMOUNT = st.integers(-(10**12), 10**12)
LINES = st.lists(st.tuples(st.sampled_from(ACCOUNTS), AMOUNT, AMOUNT), min_size=1, max_size=6)


@given(vouchers=st.lists(LINES, max_size=8), opening=AMOUNT)
def test_the_last_line_is_what_the_balance_sheet_shows(vouchers: list[Voucher], opening: int) -> None:
    """Whatever was posted, as long as each voucher balances."""
    balanced = [[*lines, ("109", 0, sum(debit - credit for _, debit, credit in lines))] for lines in vouchers]
    closing = balances(balanced, opening)
    last = figures(Year(flows(balanced), opening))["undistributed"]
    sheet = balance_sheet(layout(CHART), closing, {})
    assert last == undistributed_fen(closing.items())
    assert last == next(row.closing_fen for row in sheet.claims if row.line.key == "undistributed")


@given(vouchers=st.lists(LINES, max_size=8), at=st.integers(0, 8))
def test_two_parts_of_a_year_add_up(vouchers: list[Voucher], at: int) -> None:
    whole, first, rest = (figures(Year(flows(part), 0)) for part in (vouchers, vouchers[:at], vouchers[at:]))
    assert whole == {key: first[key] + rest[key] for key in whole}
