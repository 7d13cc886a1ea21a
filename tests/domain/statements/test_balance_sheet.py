"""The balance sheet balances whatever is in the books, has every account in one place, and is read from data."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chart import CHARTS, chart
from domain.kernel.errors import RuleViolation
from domain.statements import PARTED, Layout, Role, Side, balance_sheet, layout
from domain.statements.layout import Term, parse_formula

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.statements import BalanceSheet

LAYOUT = layout("rural-collective-2024")
LEAVES = ["101", "1020101", "112", "1130101", "1130102", "121", "133", "152", "153", "154", "181", "401"]
LEAVES += ["211", "214", "221", "241", "301", "31101", "321", "3220101", "50101", "51101", "51301", "521"]
BALANCES = st.dictionaries(st.sampled_from(LEAVES), st.integers(-(10**13), 10**13), max_size=len(LEAVES))

PLACES = st.tuples(st.sampled_from(["1130101", "1130102"]), st.text(max_size=2))
PARTIES = st.dictionaries(PLACES, st.integers(-(10**13), 10**13))


def figures(sheet: BalanceSheet) -> dict[str, int]:
    return {row.line.key: row.closing_fen for row in (*sheet.assets, *sheet.claims)}


def sheet_of(closing: Mapping[str, int], opening: Mapping[str, int] | None = None) -> BalanceSheet:
    return balance_sheet(LAYOUT, closing, opening or {})


def balanced(balances: dict[str, int]) -> dict[str, int]:
    """Add what makes debits and credits equal, as they are in any books."""
    return {**balances, "301": balances.get("301", 0) - sum(balances.values())}


# ------------------------------------------------------------------------------------------ the data


@pytest.mark.parametrize("version", CHARTS)
def test_every_official_account_stands_in_one_line(version: str) -> None:
    used = Counter(
        f"{term.name}.{term.half}" if term.half else term.name
        for line in layout(version).lines
        for term in line.formula
        if term.is_account
    )
    assert set(used.values()) == {1}
    both_sides = {"113.debit", "113.credit"}
    known = {code for code, account in chart(version).accounts.items() if account.standing != "suggested"}
    assert used.keys() - both_sides == known - {"113"}
    assert both_sides <= used.keys()


@pytest.mark.parametrize("version", CHARTS)
def test_a_formula_names_earlier_lines_of_its_own_side(version: str) -> None:
    earlier: dict[str, Side] = {}
    for line in layout(version).lines:
        for term in line.formula:
            assert term.is_account or earlier[term.name] is line.side
        assert line.key not in earlier
        earlier[line.key] = line.side
    grand = [line for line in layout(version).lines if line.role is Role.GRAND]
    assert [line.side for line in grand] == [Side.ASSET, Side.CLAIM]


@pytest.mark.parametrize("version", CHARTS)
def test_the_accounts_with_halves_are_those_that_are_parted_by_counterparty(version: str) -> None:
    halves = {term.name for line in layout(version).lines for term in line.formula if term.half}
    assert halves == set(PARTED)


def test_counterparties_of_one_account_are_not_set_against_each_other() -> None:
    closing = {"11301": -20, "101": 520, "301": -500}
    opening = {"11301": 5, "101": 495, "301": -500}
    parties = (
        {("11301", "张三户"): 30, ("11301", "李四户"): -50},
        {("11301", "张三户"): 12, ("11301", "李四户"): -3},
    )
    sheet = balance_sheet(LAYOUT, closing, opening, parties)
    rows = {row.line.key: (row.closing_fen, row.opening_fen) for row in (*sheet.assets, *sheet.claims)}
    assert rows["receivables"] == (30, 12)
    assert rows["payables"] == (50, 7), "at the beginning 4 more are owed to somebody who is not named"
    assert sheet.off_by_fen == 0
    assert figures(sheet_of(closing, opening))["receivables"] == 0


@given(BALANCES, PARTIES)
def test_it_balances_however_counterparties_stand(
    balances: dict[str, int], parties: dict[tuple[str, str], int]
) -> None:
    books = balanced(balances)
    sheet = balance_sheet(LAYOUT, books, books, (parties, {}))
    assert sheet.off_by_fen == 0
    found = figures(sheet)
    net = found["receivables"] - found["payables"]
    assert net == sum(fen for code, fen in books.items() if code.startswith(("112", "113", "211")))


def test_an_unknown_chart_has_no_layout() -> None:
    with pytest.raises(RuleViolation) as caught:
        layout("rural-collective-1949")
    assert caught.value.rule.code == "chart.unknown"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("101", [(1, "101", "")]),
        ("-133", [(-1, "133", "")]),
        ("112 + 113.debit - less", [(1, "112", ""), (1, "113", "debit"), (-1, "less", "")]),
        ("a-b", [(1, "a", ""), (-1, "b", "")]),
    ],
)
def test_formulas(text: str, terms: list[tuple[int, str, str]]) -> None:
    assert parse_formula(text) == tuple(Term(*term) for term in terms)


@pytest.mark.parametrize(
    "text", ["", "101 102", "+101", "101 +", "1", "101.both", "101 * 2", "a.debit +", "应收"]
)
def test_what_is_no_formula(text: str) -> None:
    with pytest.raises(ValueError, match="formula"):
        parse_formula(text)


# ------------------------------------------------------------------------------------------ figures


def test_an_example_by_hand() -> None:
    """A village with every kind of line; the figures were added up on paper, in yuan."""
    yuan = {
        "101": 1_200,
        "1020101": 350_000,
        "111": 20_000,
        "11201": 8_000,
        "1130101": 3_000,  # owes the collective
        "1130102": -4_500,  # is owed
        "121": 6_000,
        "401": 2_500,
        "131": 1_000,
        "141": 50_000,
        "132": 40_000,
        "133": -8_000,
        "15101": 600_000,
        "152": -150_000,
        "153": 30_000,
        "161": 12_000,
        "162": -2_000,
        "134": 15_000,
        "171": 3_600,
        "201": -10_000,
        "21101": -16_300,
        "212": -9_000,
        "213": -1_500,
        "214": 700,  # prepaid: shown with a minus
        "221": -100_000,
        "231": -5_200,
        "241": -44_000,
        "301": -500_000,
        "31101": -200_000,
        "3220101": 1_000,
        "32202": -65_000,
        "50101": -90_000,
        "51301": 61_500,
    }
    got = figures(sheet_of({code: 100 * amount for code, amount in yuan.items()}))
    wanted = {
        "money": 351_200,
        "receivables": 11_000,
        "inventories": 8_500,
        "current_assets": 391_700,
        "productive_depreciation": 8_000,
        "productive_net": 32_000,
        "fixed_net": 450_000,
        "fixed_assets": 480_000,
        "intangible_net": 10_000,
        "non_current_assets": 590_600,
        "assets": 982_300,
        "payables": 20_800,
        "taxes": -700,
        "current_liabilities": 40_600,
        "non_current_liabilities": 149_200,
        "liabilities": 189_800,
        "undistributed": 92_500,
        "equity": 792_500,
        "claims": 982_300,
    }
    assert {key: got[key] for key in wanted} == {key: 100 * amount for key, amount in wanted.items()}


def test_pending_losses_stand_only_when_there_are_some() -> None:
    assert "pending" not in figures(sheet_of({"101": 5, "301": -5}))
    assert figures(sheet_of({"181": 5, "301": -5}))["pending"] == 5
    assert "pending" in figures(sheet_of({}, {"18101": 5, "301": -5}))


@given(BALANCES)
def test_both_sides_are_equal_when_the_books_balance(balances: dict[str, int]) -> None:
    sheet = sheet_of(balanced(balances))
    assert sheet.off_by_fen == 0
    assert sheet.assets[-1].line.role is sheet.claims[-1].line.role is Role.GRAND


@given(BALANCES)
def test_a_difference_shows(balances: dict[str, int]) -> None:
    assert sheet_of(balances).off_by_fen == sum(balances.values())


@given(BALANCES, BALANCES)
def test_the_opening_column_is_the_closing_of_then(closing: dict[str, int], opening: dict[str, int]) -> None:
    rows = sheet_of(closing, opening)
    then = figures(sheet_of(opening))
    for row in (*rows.assets, *rows.claims):
        assert row.opening_fen == then.get(row.line.key, 0)


def test_the_layout_says_which_accounts_make_a_line() -> None:
    by_key = {line.key: line.accounts for line in LAYOUT.lines}
    assert by_key["receivables"] == ("112", "113")
    assert by_key["current_assets"] == ()
    assert isinstance(LAYOUT, Layout)
