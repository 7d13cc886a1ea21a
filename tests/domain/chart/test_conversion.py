"""From the chart of 2004 to that of 2024: each balance once, on an account that may have it, none by its code alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chart import chart, is_account_code
from domain.chart.conversion import convert, ways
from domain.chart.places import NEW, Beside, OldBalance, Share
from domain.kernel.errors import RuleViolation

CHOSEN = {"131": [Share("132")], "132": [Share("134")]}


def converted(*old: tuple[str, int], **chosen: str) -> dict[str, tuple[str, str]]:
    """Return by old code the new code and name."""
    balances = [OldBalance(code, f"旧{code}", fen) for code, fen in old]
    made = convert(balances, {key.removeprefix("c"): [Share(value)] for key, value in chosen.items()})
    return {one.old.code: (one.code, one.name) for one in made}


def refused(*old: tuple[str, int], **chosen: str) -> str:
    with pytest.raises(RuleViolation) as caught:
        converted(*old, **chosen)
    return caught.value.rule.code


def test_every_target_is_of_the_new_chart() -> None:
    official = {account.code for account in chart(NEW).official}
    for way in ways().values():
        assert {*way.choices, way.debit, way.credit} - {""} <= official


@pytest.mark.parametrize(
    ("old", "fen", "new"),
    [
        ("101", 5, ("101", "库存现金")),
        ("10201", 5, ("10201", "旧10201")),
        ("153", 5, ("154", "固定资产清理")),
        ("154", 5, ("153", "在建工程")),
        ("15402", 5, ("15302", "旧15402")),
        ("202", -5, ("211", "应付款")),
        ("211", -5, ("212", "应付工资")),
        ("212", -5, ("311", "公积公益金")),
        ("212", 5, ("322", "收益分配")),
        ("401", 5, ("401", "生产(劳务)成本")),
    ],
)
def test_where_an_account_goes(old: str, fen: int, new: tuple[str, str]) -> None:
    assert converted((old, fen))[old] == new


def test_what_a_person_chooses_holds_for_all_below() -> None:
    assert converted(("13101", 5), ("13102", 7), c131="131", c13102="132") == {
        "13101": ("13101", "旧13101"),
        "13102": ("13202", "旧13102"),
    }
    assert converted(("202", -5), c202="214")["202"] == ("214", "应交税费")


def test_two_that_go_to_one_stand_beside_each_other() -> None:
    assert converted(("13101", 5), ("13201", 7), c131="132", c132="132") == {
        "13101": ("13202", "旧13101"),
        "13201": ("13201", "旧13201"),
    }
    assert converted(("311", -5), ("212", -7)) == {"311": ("31101", "旧311"), "212": ("31102", "旧212")}


def test_what_stays_on_its_account_keeps_its_number() -> None:
    assert converted(("31101", -5), ("31102", -6), ("212", -7)) == {
        "31101": ("31101", "旧31101"),
        "31102": ("31102", "旧31102"),
        "212": ("31103", "旧212"),
    }


@pytest.mark.parametrize(
    ("names", "place"),
    [
        ({}, ("322", "收益分配")),
        ({"322": "收益分配"}, ("322", "收益分配")),
        ({"32201": "各项分配", "32202": "未分配收益"}, ("32202", "未分配收益")),
        ({"32201": "各项分配"}, ("32202", "未分配收益")),
        ({"32201": "未分配收益", "32202": "未分配收益"}, ("32203", "未分配收益")),
    ],
)
def test_what_comes_to_the_distribution_is_undistributed(
    names: dict[str, str], place: tuple[str, str]
) -> None:
    old = [OldBalance(code, name, -9) for code, name in names.items()]
    made = convert([OldBalance("212", "应付福利费", 5), *old], {})
    assert {one.old.code: (one.code, one.name) for one in made} == {
        "212": place,
        **{code: (code, name) for code, name in names.items()},
    }


@pytest.mark.parametrize(
    ("old", "code"),
    [
        ([("131", 5)], "convert.choose"),
        ([("132", 5)], "convert.choose"),
        ([("501", -5)], "convert.not_nil"),
        ([("541", 5)], "convert.not_nil"),
        ([("299", -5)], "convert.unknown"),
        ([("102", 5), ("10201", 5)], "convert.not_leaf"),
    ],
)
def test_what_cannot_be_converted(old: list[tuple[str, int]], code: str) -> None:
    assert refused(*old) == code


def test_no_account_goes_where_it_may_not() -> None:
    assert refused(("101", 5), c101="102") == "convert.choice"
    assert refused(("131", 5), c131="134") == "convert.choice"
    assert refused(("299", -5), c299="999") == "convert.choice"
    assert converted(("299", -5), c299="241")["299"] == ("241", "专项应付款")


@pytest.mark.parametrize(("code", "name"), [("109", "其他货币资金"), ("122", "包装物")])
def test_an_account_that_both_charts_may_add_goes_to_itself(code: str, name: str) -> None:
    assert refused((code, 5)) == "convert.unknown"
    assert converted((code, 5), **{f"c{code}": code})[code] == (code, name)
    assert converted((f"{code}02", 5), **{f"c{code}": code})[f"{code}02"] == (f"{code}02", f"旧{code}02")


def test_nil_balances_are_left_out() -> None:
    assert converted(("501", 0), ("131", 0), ("101", 5)) == {"101": ("101", "库存现金")}


def test_counterparties_of_an_account_stay_on_one() -> None:
    old = [
        OldBalance("11201", "张", 5, Beside(party="甲")),
        OldBalance("11201", "张", -7, Beside(party="乙")),
        OldBalance("11201", "张", 9, Beside(party="乙", project="桥")),
    ]
    made = convert(old, {})
    assert {(one.code, one.name) for one in made} == {("11201", "张")}
    assert [one.old.beside.party for one in made] == ["甲", "乙", "乙"]
    with pytest.raises(RuleViolation) as caught:
        convert([*old, OldBalance("11201", "张", 1, Beside(party="甲"))], {})
    assert caught.value.rule.code == "convert.twice"


def named(*old: OldBalance, **chosen: list[Share]) -> list[tuple[str, str, int]]:
    """Return the new accounts with their names and amounts, in order."""
    made = convert(old, {key.removeprefix("c"): shares for key, shares in chosen.items()})
    return [(one.code, one.name, one.fen) for one in made]


WOODS = [Share("131", 40_000, "用材林"), Share("132", 35_050, "果园"), Share("134", 24_950, "防护林")]


def test_what_a_person_names_is_a_detail_of_that_name() -> None:
    """Also where nothing else goes to its level-1 account, which keeps its own name."""
    assert named(OldBalance("132", "林木资产", 100_000), c132=WOODS) == [
        ("13101", "用材林", 40_000),
        ("13201", "果园", 35_050),
        ("13401", "防护林", 24_950),
    ]
    beside = OldBalance("13101", "牛", 7)
    assert named(beside, OldBalance("132", "林木资产", 100_000), c131=[Share("131")], c132=WOODS)[:2] == [
        ("13101", "牛", 7),
        ("13102", "用材林", 40_000),
    ]


def test_two_names_are_two_details_and_one_name_is_one() -> None:
    owed = OldBalance("202", "应付款", -9)
    parts = [Share("211", 4, "工程款"), Share("211", 3, "货款"), Share("211", 2, "货款", "甲公司")]
    assert named(owed, c202=parts) == [("21101", "工程款", -4), ("21102", "货款", -3), ("21102", "货款", -2)]
    herds = [OldBalance("13101", "母牛", 5), OldBalance("13103", "种猪", 7)]
    assert named(*herds, c131=[Share("132", name="种畜")]) == [("13201", "种畜", 5), ("13201", "种畜", 7)]


def test_a_name_that_an_old_detail_has_is_that_detail() -> None:
    """Whichever of them comes first; where two old ones have it, none of them is meant."""
    orchard, cow, hen = (
        OldBalance(*one) for one in (("13201", "果园", 9), ("13101", "牛", 5), ("13103", "鸡", 7))
    )
    trees = {"c132": [Share("132")]}
    assert named(cow, orchard, **trees, c131=[Share("132", name="果园")]) == [
        ("13201", "果园", 5),
        ("13201", "果园", 9),
    ]
    assert named(cow, hen, c13101=[Share("132", name="鸡")], c131=[Share("132")]) == [
        ("13203", "鸡", 5),
        ("13203", "鸡", 7),
    ]
    assert named(cow, hen, c13101=[Share("13205", name="果园")], c131=[Share("132", name="果园")]) == [
        ("13205", "果园", 5),
        ("13205", "果园", 7),
    ]
    twins = orchard, OldBalance("13202", "果园", 3)
    assert named(cow, *twins, **trees, c131=[Share("132", name="果园")]) == [
        ("13201", "果园", 9),
        ("13202", "果园", 3),
        ("13203", "果园", 5),
    ]


def test_the_name_of_a_level_1_account_names_no_detail() -> None:
    assert named(OldBalance("202", "应付", -9), c202=[Share("214", name="应交税费")]) == [
        ("214", "应交税费", -9)
    ]
    part = [Share("211", 4, "应付款"), Share("213", 5, "帮工费")]
    assert named(OldBalance("202", "应付", -9), c202=part) == [("211", "应付款", -4), ("21301", "帮工费", -5)]


def test_what_is_added_to_undistributed_income_has_no_name_of_its_own() -> None:
    assert named(OldBalance("212", "应付福利费", 5), c212=[Share("322", name="福利费超支")]) == [
        ("322", "收益分配", 5)
    ]


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ([OldBalance("11201", "张", 5)], "旧账列的是它的下级 11201，请在对照表中写"),
        ([OldBalance(f"1120{n}", "张", 1) for n in range(1, 6)], "它的下级 11201、11202、11203 等 5 个，"),
        (
            [OldBalance("112", "款", n, Beside(party=str(n))) for n in (2, 3)],
            "旧账有它的 2 行余额（各有往来单位、项目或计量单位），请先在旧账上合成一行",
        ),
        ([OldBalance("112", "款", 0)], "它在旧账上没有余额，请删去"),
    ],
)
def test_a_split_that_is_not_of_one_balance_says_what_was_read(old: list[OldBalance], said: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        convert(old, {"112": [Share("112", 2), Share("112", 3)]})
    assert caught.value.rule.code == "convert.split_rows"
    assert said in caught.value.zh


def test_a_quantity_is_not_split() -> None:
    goods = OldBalance("131", "牛", 10, Beside(quantity_milli=2_000, unit="头"))
    with pytest.raises(RuleViolation) as caught:
        convert([goods], {"131": [Share("131", 4), Share("132", 6)]})
    assert caught.value.rule.code == "convert.split_quantity"


@given(st.integers(1, 10**9), st.integers(-(10**9), 10**9))
def test_shares_are_on_the_side_of_what_is_split(first: int, second: int) -> None:
    if not second or first + second <= 0:
        return
    made = convert(
        [OldBalance("202", "应付款", -first - second)], {"202": [Share("211", first), Share("213", second)]}
    )
    assert {one.code: one.fen for one in made} == {"211": -first, "213": -second}


def test_more_than_a_level_holds() -> None:
    old = [(f"311{number:02d}", -1) for number in range(1, 100)]
    assert refused(*old, ("212", -1)) == "convert.full"


CODES = st.sampled_from([code for code, way in ways().items() if way.debit or way.choices])


@given(
    st.dictionaries(
        st.builds("{}{}".format, CODES, st.sampled_from(["", "01", "02", "0101", "0102", "03"])),
        st.integers(-(10**9), 10**9),
    )
)
def test_nothing_is_lost_and_all_new_accounts_are_leaves(balances: dict[str, int]) -> None:
    leaves = {
        code: fen
        for code, fen in balances.items()
        if not any(other != code and other.startswith(code) for other in balances)
    }
    chosen = {
        code: shares for code, shares in CHOSEN.items() if any(leaf.startswith(code) for leaf in leaves)
    }
    made = convert([OldBalance(code, code, fen) for code, fen in leaves.items()], chosen)
    assert {one.old.code: one.old.fen for one in made} == {code: fen for code, fen in leaves.items() if fen}
    added = {one.code for one in made if one.code.startswith("322")}
    codes = [one.code for one in made if one.code not in added] + sorted(added)
    assert len(codes) == len(set(codes))
    assert all(map(is_account_code, codes))
    assert not any(one != other and other.startswith(one) for one in codes for other in codes)
