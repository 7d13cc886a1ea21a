"""What members get is split among their accounts: by amounts of their own, or in equal parts."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.closing import (
    Share,
    Wish,
    check_count,
    check_sum,
    distribution_vouchers,
    shares,
    split_evenly,
    split_said,
)
from domain.kernel.errors import RuleViolation
from tests.domain.test_distribution import NAMES, figures

HOUSEHOLDS = NAMES | {"11302": "李家户"}


@pytest.mark.parametrize(
    ("count", "whole", "found"),
    [(3, 100, [34, 33, 33]), (3, 101, [34, 34, 33]), (3, 99, [33, 33, 33]), (3, 3, [1, 1, 1]), (1, 5, [5])],
)
def test_what_does_not_divide_goes_to_the_first(count: int, whole: int, found: list[int]) -> None:
    assert [share.fen for share in split_evenly(["11301", "11302", "11303"][:count], whole)] == found


@pytest.mark.parametrize(
    ("whole", "code", "said"),
    [
        (0, "distribution.share_whole", "写了 3 个科目、没有金额"),
        (2, "distribution.share_nothing", "0.02 元平均分给 3 户，每户不到一分"),
        (-300, "distribution.share_nothing", "-3.00 元"),
    ],
)
def test_what_cannot_be_split_is_told(whole: int, code: str, said: str) -> None:
    with pytest.raises(RuleViolation) as violation:
        split_evenly(["11301", "11302", "11303"], whole)
    assert violation.value.rule.code == code
    assert said in violation.value.zh


def test_what_a_voucher_cannot_hold_is_told() -> None:
    check_count(399)
    with pytest.raises(RuleViolation) as violation:
        check_count(400)
    assert violation.value.rule.code == "distribution.shares_many"
    assert "读到 400 户" in violation.value.zh


@pytest.mark.parametrize(("whole", "good"), [(0, True), (1_100, True), (1_000, False)])
def test_a_sum_that_is_not_said_is_no_other(whole: int, *, good: bool) -> None:
    split = [Share("11301", 500), Share("11302", 600)]
    with (
        nullcontext()
        if good
        else pytest.raises(RuleViolation, match=r"合计 11\.00 元，向成员分配写的是 10\.00 元")
    ):
        check_sum(split, whole)


@given(st.integers(1, 399), st.integers(0, 10**11))
def test_equal_parts_lose_no_fen(count: int, more: int) -> None:
    """Nobody gets a fen more than another, but the first, of what does not divide."""
    whole = count + more
    found = [share.fen for share in split_evenly([f"{11301_00 + at}" for at in range(count)], whole)]
    assert sum(found) == whole
    assert found == sorted(found, reverse=True)
    assert found[0] - found[-1] <= 1


@pytest.mark.parametrize(
    ("fens", "said"),
    [
        ([333334, 333333, 333333], "每户 3,333.33 元，前 1 户各多 0.01 元，共 3 户，合计 10,000.00 元"),
        ([34, 34, 33], "每户 0.33 元，前 2 户各多 0.01 元，共 3 户，合计 1.01 元"),
        ([50, 50], "每户 0.50 元，共 2 户，合计 1.00 元"),
        ([33, 34], "按各户份额，共 2 户，合计 0.67 元"),
        ([300, 200], "按各户份额，共 2 户，合计 5.00 元"),
    ],
)
def test_how_a_split_came_out_is_said(fens: list[int], said: str) -> None:
    split = [Share(str(11301 + at), fen) for at, fen in enumerate(fens)]
    assert split_said(split).zh == f"向成员分配：{said}"


def test_the_voucher_has_a_line_for_each() -> None:
    wish = Wish(0, households=(Share("11301", 30_000), Share("11302", 20_000)))
    found = shares(figures(100_000), wish)
    assert (found.members_fen, found.left_fen) == (50_000, 50_000)
    [made] = distribution_vouchers(found, HOUSEHOLDS, {}, "2026-12", wish)
    lines = [(line.account, line.debit_fen, line.credit_fen) for line in made.lines]
    assert lines == [("32202", 50_000, 0), ("11301", 0, 30_000), ("11302", 0, 20_000)]


@pytest.mark.parametrize(
    ("account", "code"),
    [("113", "distribution.account"), ("11309", "distribution.account"), ("221", "distribution.recipient")],
)
def test_each_account_is_a_members(account: str, code: str) -> None:
    wish = Wish(0, households=(Share("11301", 30_000), Share(account, 20_000)))
    with pytest.raises(RuleViolation) as violation:
        distribution_vouchers(shares(figures(100_000), wish), HOUSEHOLDS, {}, "2026-12", wish)
    assert violation.value.rule.code == code


def test_an_account_for_all_beside_a_table_is_refused() -> None:
    """Neither is dropped without a word."""
    wish = Wish(0, members_to="11301", households=(Share("11302", 30_000),))
    with pytest.raises(RuleViolation) as violation:
        shares(figures(100_000), wish)
    assert violation.value.rule.code == "distribution.two_targets"
    assert "11301" in violation.value.zh
    assert "--members-to" in violation.value.zh
