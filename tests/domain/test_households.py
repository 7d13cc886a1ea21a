"""What members get is split among their accounts: by a table of amounts, or in equal parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.closing import Wish, distribution_vouchers, parse_shares, shares, split_evenly, split_said
from domain.closing.households import Share
from domain.kernel.errors import RuleViolation
from tests.domain.test_distribution import NAMES, figures

HOUSEHOLDS = NAMES | {"11302": "李家户"}


@pytest.mark.parametrize(
    ("text", "whole", "found"),
    [
        ("", 0, ()),
        (" \n\n", 5, ()),
        ("11301,1,200.00\n11302,0.05", 0, (("11301", 120_000), ("11302", 5))),
        ("科目编码,金额\r\n11301\t3\r\n11302;2.00\r\n", 500, (("11301", 300), ("11302", 200))),
        ("１１３０１，３", 300, (("11301", 300),)),
        ("11301\n11302\n\n11303", 100, (("11301", 34), ("11302", 33), ("11303", 33))),
        ("11301\n11302\n11303", 101, (("11301", 34), ("11302", 34), ("11303", 33))),
        ("11301\n11302\n11303", 99, (("11301", 33), ("11302", 33), ("11303", 33))),
    ],
)
def test_a_table_gives_each_account_its_share(
    text: str, whole: int, found: tuple[tuple[str, int], ...]
) -> None:
    assert parse_shares(text, whole) == found


@pytest.mark.parametrize(
    ("text", "whole", "code", "said"),
    [
        ("11301,5\n11301,6", 0, "distribution.share", "第 2 行「11301,6」"),
        ("11301,5\n王家户,6", 0, "distribution.share", "第 2 行「王家户,6」"),
        ("11301,0", 0, "distribution.share", "第 1 行"),
        ("11301,-5", 0, "distribution.share", "第 1 行"),
        ("11301\n11302,5", 500, "distribution.share", "第 1 行「11301」"),
        ("11301\n11302", 0, "distribution.share", "第 1 行「11301」"),
        ("11301\n11302\n11303", 2, "distribution.share_nothing", "0.02 元平均分给 3 户，每户不到一分"),
        ("11301,much", 0, "money.malformed", "much"),
        ("11301,5\n11302,6", 1_000, "distribution.shares_sum", "合计 11.00 元，向成员分配写的是 10.00 元"),
        (
            "\n".join(str(11301_00 + at) for at in range(400)),
            40_000,
            "distribution.shares_many",
            "读到 400 个",
        ),
    ],
)
def test_what_cannot_be_split_is_told(text: str, whole: int, code: str, said: str) -> None:
    with pytest.raises(RuleViolation) as violation:
        parse_shares(text, whole)
    assert violation.value.rule.code == code
    assert said in violation.value.zh


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
    wish = Wish(0, households=parse_shares("11301,300\n11302,200", 0))
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
    wish = Wish(0, households=parse_shares(f"11301,300\n{account},200", 0))
    with pytest.raises(RuleViolation) as violation:
        distribution_vouchers(shares(figures(100_000), wish), HOUSEHOLDS, {}, "2026-12", wish)
    assert violation.value.rule.code == code


def test_an_account_for_all_beside_a_table_is_refused() -> None:
    """Neither is dropped without a word."""
    wish = Wish(0, members_to="11301", households=parse_shares("11302,300", 0))
    with pytest.raises(RuleViolation) as violation:
        shares(figures(100_000), wish)
    assert violation.value.rule.code == "distribution.two_targets"
    assert "11301" in violation.value.zh
    assert "--members-to" in violation.value.zh
