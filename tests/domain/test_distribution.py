"""A year's income is distributed in its legal order: losses, the reserve by the charter's ratio, members, others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chart import chart
from domain.closing import Wish, distribution_vouchers, parse_ratio, shares
from domain.kernel.errors import RuleViolation

NAMES = {
    "113": "内部往来",
    "11301": "王家户",
    "211": "应付款",
    "221": "长期借款及应付款",
    "311": "公积公益金",
    "322": "收益分配",
    "32201": "提取公积公益金",
    "32202": "向成员分配",
    "32203": "其他",
    "32204": "其他转入",
    "32209": "未分配收益",
}


def figures(net: int, before: int = 0, **done: int) -> dict[str, int]:
    """The figures of a statement of income with this net surplus, and what was brought forward."""
    known = {"losses_covered": 0, "appropriated": 0, "to_members": 0, "otherwise_distributed": 0} | done
    out = known["appropriated"] + known["to_members"] + known["otherwise_distributed"]
    left = net + before + known["losses_covered"] - out
    return {"net_surplus": net, "brought_forward": before, **known, "undistributed": left}


def refused(found: dict[str, int], wish: Wish) -> str:
    with pytest.raises(RuleViolation) as violation:
        shares(found, wish)
    return violation.value.rule.code


@pytest.mark.parametrize(
    ("net", "before", "base", "reserve"),
    [
        (100_000, 0, 100_000, 30_000),
        (100_000, 50_000, 100_000, 30_000),  # what earlier years left was set aside for then
        (100_000, -40_000, 60_000, 18_000),  # losses come first
        (100_000, -100_000, 0, 0),
        (-5_000, 90_000, 0, 0),
        (5, 0, 5, 2),  # half a fen and more is one
    ],
)
def test_the_reserve_is_of_what_losses_leave_of_the_surplus(
    net: int, before: int, base: int, reserve: int
) -> None:
    found = shares(figures(net, before), Wish(3_000))
    assert (found.base_fen, found.reserve_fen) == (base, reserve)
    assert found.left_fen == net + before - reserve


def test_what_was_set_aside_already_is_not_set_aside_again() -> None:
    assert shares(figures(100_000, appropriated=30_000), Wish(3_000)).reserve_fen == 0
    assert shares(figures(100_000, appropriated=10_000), Wish(3_000)).reserve_fen == 20_000
    assert shares(figures(100_000, appropriated=50_000), Wish(3_000)).reserve_fen == 0


def test_members_and_others_get_what_the_reserve_leaves() -> None:
    found = shares(figures(100_000), Wish(3_000, members_fen=60_000, other_fen=10_000))
    assert found.left_fen == 0
    assert (
        refused(figures(100_000), Wish(3_000, members_fen=60_000, other_fen=10_001)) == "distribution.beyond"
    )
    assert refused(figures(100_000, -99_999), Wish(0, members_fen=2)) == "distribution.beyond"
    assert refused(figures(-1), Wish(0, members_fen=1)) == "distribution.beyond"


@pytest.mark.parametrize("wish", [Wish(None, members_fen=1), Wish(None, other_fen=1)])
def test_nobody_gets_anything_before_the_ratio_of_the_reserve_was_given(wish: Wish) -> None:
    assert refused(figures(100_000), wish) == "distribution.no_ratio"
    assert shares(figures(100_000, appropriated=1), wish).reserve_fen == 0, "it was given before"
    assert shares(figures(0, 50_000), wish).reserve_fen == 0, "there is no surplus to set aside of"
    assert shares(figures(100_000), wish._replace(ratio=0)).reserve_fen == 0
    assert shares(figures(100_000), Wish(None)).left_fen == 100_000


def test_the_reserve_covers_a_loss_and_no_more() -> None:
    found = shares(figures(-30_000, 10_000), Wish(3_000, cover_fen=20_000))
    assert (found.covered_fen, found.available_fen, found.reserve_fen) == (20_000, 0, 0)
    assert refused(figures(-30_000, 10_000), Wish(0, cover_fen=20_001)) == "distribution.no_loss"
    assert refused(figures(1), Wish(0, cover_fen=1)) == "distribution.no_loss"


@pytest.mark.parametrize("wish", [Wish(0, members_fen=-1), Wish(0, other_fen=-1), Wish(0, cover_fen=-1)])
def test_nothing_is_below_zero(wish: Wish) -> None:
    assert refused(figures(100), wish) == "distribution.negative"


AMOUNT = st.integers(-(10**9), 10**9)


@given(AMOUNT, AMOUNT, st.integers(0, 10_000), st.integers(0, 10**9), st.integers(0, 10**9))
def test_never_more_than_there_is(net: int, before: int, ratio: int, members: int, other: int) -> None:
    wish = Wish(ratio, members_fen=members, members_to="11301", other_fen=other, other_to="221")
    try:
        found = shares(figures(net, before), wish)
    except RuleViolation as violation:
        assert violation.rule.code == "distribution.beyond"
        return
    assert 0 <= found.reserve_fen <= max(net, 0)
    assert found.left_fen >= min(net + before, 0)
    vouchers = distribution_vouchers(found, NAMES, {}, "2026-12", wish)
    moved = sum(line.debit_fen for voucher in vouchers for line in voucher.lines if line.account[:3] == "322")
    assert moved == found.reserve_fen + members + other
    for voucher in vouchers:
        assert sum(line.debit_fen - line.credit_fen for line in voucher.lines) == 0


# --- the vouchers


def lines(*wish: Any, net: int = 100_000, names: dict[str, str] = NAMES) -> list[Any]:  # noqa: ANN401
    wanted = Wish(*wish)
    made = distribution_vouchers(
        shares(figures(net), wanted), names, {"311": -1_000, "31101": -1_000}, "2026-12", wanted
    )
    return [
        (one.summary, one.date, *((line.account, line.debit_fen - line.credit_fen) for line in one.lines))
        for one in made
    ]


def test_the_vouchers_come_in_the_legal_order() -> None:
    assert lines(3_000, 40_000, "11301", 5_000, "221") == [
        ("提取公积公益金", "2026-12-31", ("32201", 30_000), ("311", -30_000)),
        ("向成员分配收益", "2026-12-31", ("32202", 40_000), ("11301", -40_000)),
        ("其他分配", "2026-12-31", ("32203", 5_000), ("221", -5_000)),
    ]
    assert lines(0, 0, "", 0, "", 700, net=-1_000) == [
        ("公积公益金弥补亏损", "2026-12-31", ("311", 700), ("32204", -700)),
    ]
    assert lines(0) == []


def test_a_book_without_details_goes_through_the_account_itself() -> None:
    bare = {code: name for code, name in NAMES.items() if len(code) == 3 or code == "11301"}
    assert lines(3_000, 1, "11301", names=bare)[0][2:] == (("322", 30_000), ("311", -30_000))
    several = NAMES | {"31101": "收益提取", "31102": "征地补偿费转入"}
    assert lines(3_000, names=several)[0][2:] == (("32201", 30_000), ("31101", -30_000))
    assert lines(3_000, 0, "", 0, "", 0, "31102", names=several)[0][3] == ("31102", -30_000)
    few = bare | {"32201": "各项分配", "32202": "未分配收益"}
    assert lines(3_000, names=few)[0][2:] == (("32201", 30_000), ("311", -30_000))


@pytest.mark.parametrize(
    ("wish", "names", "code"),
    [
        (Wish(0, 5, ""), NAMES, "distribution.account"),
        (Wish(0, 5, "113"), NAMES, "distribution.account"),
        (Wish(0, 5, "999"), NAMES, "distribution.account"),
        (Wish(0, 0, "", 5, ""), NAMES, "distribution.account"),
        (Wish(0, 5, "221"), NAMES, "distribution.recipient"),  # no member's
        (Wish(0, 0, "", 5, "211"), NAMES, "distribution.recipient"),  # it would stand as 向成员分配
        (Wish(0, 0, "", 5, "11301"), NAMES, "distribution.recipient"),
        (Wish(100, reserve_to="101"), NAMES | {"101": "库存现金"}, "distribution.account"),
        (Wish(100), {code: name for code, name in NAMES.items() if code != "32201"}, "closing.no_account"),
        (Wish(100), NAMES | {"31101": "甲", "31102": "乙"}, "closing.no_account"),
        (Wish(100, reserve_to="31109"), NAMES | {"31101": "甲", "31102": "乙"}, "distribution.account"),
    ],
)
def test_an_account_that_is_not_there_is_asked_for(wish: Wish, names: dict[str, str], code: str) -> None:
    with pytest.raises(RuleViolation) as violation:
        distribution_vouchers(shares(figures(100_000), wish), names, {}, "2026-12", wish)
    assert violation.value.rule.code == code


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (
            Wish(0, 0, "", 5, "211"),
            "按对方科目分辨分给了谁，记到 211 就会列在「向成员分配」。确是「其他」的，记到 212,",
        ),
        (Wish(0, 5, "221"), "确是「向成员分配」的，记到 113, 211 下的末级科目"),
        (Wish(0, 5, ""), "读到「」：没有选、本账套没有，或它不是末级"),
    ],
)
def test_an_account_of_others_is_refused_with_the_reason_and_a_way(wish: Wish, said: str) -> None:
    with pytest.raises(RuleViolation) as violation:
        distribution_vouchers(shares(figures(100_000), wish), NAMES, {}, "2026-12", wish)
    assert said in violation.value.zh


def test_a_year_ends_in_december() -> None:
    with pytest.raises(RuleViolation) as violation:
        distribution_vouchers(shares(figures(1), Wish(0)), NAMES, {}, "2026-11", Wish(0))
    assert violation.value.rule.code == "distribution.not_december"


@pytest.mark.parametrize(
    ("read", "ratio"),
    [
        ("30", 3_000),
        ("12.5", 1_250),
        (" 0.25 % ", 25),
        ("100", 10_000),
        ("0", 0),
        (" ", None),
        ("１２．５％", 1_250),
    ],
)
def test_a_ratio_is_a_percentage(read: str, ratio: int | None) -> None:
    assert parse_ratio(read) == ratio


@pytest.mark.parametrize("read", ["100.01", "-1", "三十", "1.234", "30."])
def test_what_is_no_ratio_is_refused(read: str) -> None:
    with pytest.raises(RuleViolation) as violation:
        parse_ratio(read)
    assert violation.value.rule.code == "distribution.ratio"


def test_the_reserve_gives_no_more_than_it_has() -> None:
    wish = Wish(0, cover_fen=701)
    found = shares(figures(-1_000), wish)
    with pytest.raises(RuleViolation) as violation:
        distribution_vouchers(found, NAMES, {"311": -700}, "2026-12", wish)
    assert violation.value.rule.code == "distribution.reserve"


def test_what_was_set_aside_this_year_for_an_earlier_one_does_not_count() -> None:
    earlier = figures(100_000, 100_000, appropriated=30_000, to_members=70_000)
    assert shares(earlier, Wish(3_000)).reserve_fen == 0
    found = shares(earlier, Wish(3_000, earlier_fen=30_000))
    assert (found.appropriated_fen, found.reserve_fen, found.left_fen) == (0, 30_000, 70_000)


def test_the_accounts_that_the_chart_suggests_will_do() -> None:
    names = {line.code: line.name for line in chart("rural-collective-2024").accounts.values()}
    few = {code: name for code, name in names.items() if code[:3] in {"113", "221", "311", "322"}}
    members = max(code for code in few if code.startswith("113"))
    kinds = lines(3_000, 5, members, 5, "221", names=few)
    assert [few[kind[2][0]] for kind in kinds] == ["提取公积公益金", "向成员分配", "其他分配"]
    assert [kind[0] for kind in lines(0, 0, "", 0, "", 700, net=-1_000, names=few)] == ["公积公益金弥补亏损"]
