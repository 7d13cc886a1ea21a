"""What a voucher calls its distribution, by the details of 收益分配, is held against the lines that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.closing import Around, Distributing, check_draft, check_month, said_otherwise, shown_on
from tests.domain.test_closing import CHART, NAMES, month
from tests.domain.test_distributing import voucher

if TYPE_CHECKING:
    from domain.closing import Remark

RULE = "closing.recipients"
MEMBERS, OTHERS = "3220102", "3220103"


def drafted(*lines: tuple[str, int]) -> list[Remark]:
    """Return what is remarked of a draft on what it is called."""
    made = voucher(*lines)
    around = Around(shown=shown_on(CHART, made.lines))
    return [one for one in check_draft(made, NAMES, around) if one.violation.rule.code == RULE]


def posted(*lines: tuple[str, int]) -> list[Remark]:
    """Return what the checklist remarks of a voucher."""
    made = voucher(*lines).lines
    one = Distributing(9, "记-2026-12-0009", "收益分配", made, shown_on(CHART, made))
    found = check_month(month({})._replace(distributing=[one]))
    return [one for one in found if one.violation.rule.code == RULE]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ((OTHERS, 5), ("211", -5)),
            "「3220103 其他分配」的 0.05 元，收益及收益分配表却因对方科目 211 把它列在「向成员分配」",
        ),
        (
            ((MEMBERS, 5), ("213", -5)),
            "「3220102 向成员分配」的 0.05 元，收益及收益分配表却因对方科目 213 把它列在「其他」",
        ),
        (
            ((MEMBERS, 3_050_000), (OTHERS, 100_000), ("211", -3_150_000)),
            "「3220103 其他分配」的 1,000.00 元，收益及收益分配表却因对方科目 211 把它列在「向成员分配」",
        ),
        (
            ((MEMBERS, 70_000), ("102", -70_000)),
            "「3220102 向成员分配」的 700.00 元，收益及收益分配表却因对方科目 102 把它列在「其他」",
        ),
        (((MEMBERS, 5), ("311", -5)), "把它列在「提取公积公益金」"),
        ((("3220101", 5), ("11301", -5)), "「3220101 提取公积公益金」的 0.05 元"),
        ((("311", 5), ("3220101", -5)), "把它列在「其他转入」"),  # a red one was meant
        (((OTHERS, 5), ("32201", 5), ("11301", -10)), "「3220103 其他分配」的 0.05 元"),
        (((OTHERS, -5), ("211", 5)), "「3220103 其他分配」的 0.05 元"),  # taken back
        ((("211", 5), (MEMBERS, -3), (OTHERS, -2)), "「3220103 其他分配」的 0.02 元"),
    ],
)
def test_what_a_distribution_is_called_is_what_the_statement_shows(
    lines: tuple[tuple[str, int], ...], said: str
) -> None:
    for [remark] in (drafted(*lines), posted(*lines)):
        assert said in remark.violation.zh
        assert remark.stops is False
    [remark] = posted(*lines)
    assert remark.entry == 9
    assert remark.violation.zh.startswith("凭证 记-2026-12-0009「收益分配」记在")


@pytest.mark.parametrize(
    "lines",
    [
        (("113", -5), (MEMBERS, 5)),
        (("213", -5), (OTHERS, 5)),
        (("113", -3), ("213", -2), (MEMBERS, 3), (OTHERS, 2)),
        (("211", -5), ("32201", 5)),  # a name that says nothing
        (("211", -5), ("32202", 5)),
        (("211", -5), ("102", -5), ("322", 10)),
        (("11301", -5), ("311", -2), ("32201", 7)),
        (("11301", -4), ("213", -2), (MEMBERS, 3), ("32201", 3)),  # what says nothing may be both
        (("311", -5), ("3220101", 5)),
        (("311", 5), ("32202", -5)),
        (("32202", 31), (MEMBERS, -30), (OTHERS, -1)),  # the year's transfer
        (("321", 5), ("32202", -5)),
        (("501", 5), ("321", -5)),
        (("501", 5), (MEMBERS, -5)),  # told as income that is booked past 321
        ((MEMBERS, 5), (OTHERS, -5)),  # between details: no line moves
        ((MEMBERS, -5), ("11301", 5)),
        (("51302", 5), ("102", -5)),
    ],
)
def test_what_agrees_or_says_nothing_is_not_remarked(lines: tuple[tuple[str, int], ...]) -> None:
    assert drafted(*lines) == posted(*lines) == []


def test_a_detail_below_one_that_says_what_it_is_says_it_too() -> None:
    names = NAMES | {"322010301": "困难补助"}
    made = voucher(("322010301", 5), ("211", -5))
    found = check_draft(made, names, Around(shown=shown_on(CHART, made.lines)))
    [said] = [one.violation.zh for one in found if one.violation.rule.code == RULE]
    assert "记在「322010301 困难补助」的 0.05 元" in said
    assert "确是「其他」的" in said


def test_how_a_distribution_is_set_right_is_said() -> None:
    [one] = posted((OTHERS, 5), ("211", -5))
    assert "请冲销它，重做：确是「其他」的，对方改记 212, 213" in one.violation.zh
    assert "其实是「向成员分配」的，改记 322 下那一明细" in one.violation.zh
    [one] = posted((MEMBERS, 5), ("102", -5))
    assert "确是「向成员分配」的，对方改记 113, 211 下的末级科目" in one.violation.zh
    assert "付款另记一张" in one.violation.zh
    [one] = drafted((MEMBERS, 5), ("311", -5))
    assert "请撤回或不签它，重做" in one.violation.zh
    [one] = drafted(("311", 5), ("3220101", -5))
    assert "确是「提取公积公益金」的，对方改记 311" in one.violation.zh
    assert "红字" in one.violation.zh


def test_of_many_accounts_some_are_named() -> None:
    members = [f"113{number:02}" for number in range(1, 9)]
    made = voucher((OTHERS, 8), *((code, -1) for code in members))
    found = check_draft(made, NAMES | dict.fromkeys(members, "户"), Around(shown=shown_on(CHART, made.lines)))
    [said] = [one.violation for one in found if one.violation.rule.code == RULE]
    assert "11301、11302、11303 等 8 个" in said.zh
    assert "11301, 11302, 11303 and others, 8" in said.en


@pytest.mark.parametrize(
    ("lines", "moved"),
    [
        (((MEMBERS, 30), (OTHERS, 1), ("211", -31)), {"to_members": -1, "otherwise_distributed": 1}),
        (((MEMBERS, 5), ("102", -5)), {"to_members": 5, "otherwise_distributed": -5}),
        ((("311", 5), ("3220101", -5)), {"losses_covered": -5, "appropriated": -5}),
        (((OTHERS, 5), ("32201", 5), ("11301", -10)), {"to_members": -5, "otherwise_distributed": 5}),
        (
            ((OTHERS, 8), ("32201", 5), ("11301", -7), ("311", -6)),
            {"appropriated": -6, "to_members": -2, "otherwise_distributed": 8},
        ),
        (((MEMBERS, -5), ("102", 5)), {"to_members": -5, "otherwise_distributed": 5}),
        (((MEMBERS, 5), ("11301", -5)), {}),
        ((("32202", 6), (MEMBERS, -5), (OTHERS, -1)), {}),
    ],
)
def test_what_the_details_say_is_the_line_and_what_they_move(
    lines: tuple[tuple[str, int], ...], moved: dict[str, int]
) -> None:
    made = voucher(*lines).lines
    assert said_otherwise(Distributing(9, "记", "分配", made, shown_on(CHART, made)), NAMES) == moved
