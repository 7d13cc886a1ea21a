"""An error of an earlier year is this year's income and expense (未来适用法), no distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from domain.closing import Around, Distributing, MonthVoucher, check_draft, check_month, shown_on
from tests.domain.test_closing import CHART, NAMES, VOUCHER, month
from tests.domain.test_distributing import voucher

if TYPE_CHECKING:
    from domain.closing import Remark

RULE, UNFOUNDED = "closing.prior_year", "closing.unfounded_distribution"
ORIGINAL = "记-2025-11-0003"


def said(*lines: tuple[str, int], corrects: str = ORIGINAL) -> list[Remark]:
    """Return what the checklist and a draft alike remark of a voucher that corrects another of an earlier year."""
    made = voucher(*lines)
    shown = shown_on(CHART, made.lines)
    one = Distributing(9, "记-2026-01-0009", "补记文具款", made.lines, shown, corrects)
    drafted = [
        told
        for told in check_draft(made, NAMES, Around(shown=shown, corrects=corrects))
        if told.violation.rule.code == RULE
    ]
    posted = check_month(month({})._replace(distributing=[one]))
    assert [told.entry for told in posted] == [9 for _ in drafted]
    assert ["请撤回或不签它" in told.violation.zh for told in drafted] == [True for _ in posted]
    return posted


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ((("32202", 50_000), ("211", -50_000)), "「向成员分配」列 500.00 元"),
        ((("211", 50_000), ("32202", -50_000)), "「向成员分配」列 -500.00 元"),  # the way back
        ((("32202", 50_000), ("102", -50_000)), "「其他」列 500.00 元"),
        ((("321", 50_000), ("112", -50_000)), "「其他」列 500.00 元"),
        ((("32202", 50_000), ("311", -50_000)), "「提取公积公益金」列 500.00 元"),
    ],
)
def test_a_correction_through_the_distribution_is_remarked(
    lines: tuple[tuple[str, int], ...], line: str
) -> None:
    [remark] = [one for one in said(*lines) if one.violation.rule.code == RULE]
    assert remark.stops is False
    text = remark.violation.zh
    assert f"更正的是以前年度的 {ORIGINAL}" in text
    assert line in text
    assert "未来适用法" in text
    assert "记入今年的收入、支出科目（501 至 521）" in text
    assert "请冲销它" in text


def test_another_voucher_is_not_remarked() -> None:
    assert said(("513", 5), ("211", -5)) == []  # as it should be
    assert said(("32202", 5), ("513", -5)) == []  # told as expense that is booked past 321


def guessed(*lines: tuple[str, int], founded: bool = False, corrects: str = "", party: str = "") -> list[str]:
    """Return what checklist and draft alike remark of a voucher that names neither a resolution nor another voucher."""
    made = voucher(*lines)
    named = [msgspec.structs.replace(line, party=party * (line.account != "32202")) for line in made.lines]
    made = msgspec.structs.replace(made, lines=named, resolution="第 3 号决议" * founded)
    shown = shown_on(CHART, made.lines)
    one = Distributing(9, "记-2026-01-0009", "付电费", made.lines, shown, corrects, founded=founded)
    posted = [told.violation for told in check_month(month({})._replace(distributing=[one]))]
    drafted = [told.violation for told in check_draft(made, NAMES, Around(shown=shown, corrects=corrects))]
    told, before = ([each for each in some if each.rule.code == UNFOUNDED] for some in (posted, drafted))
    assert len(told) == len(before)
    assert all("请撤回或不签它" in each.zh for each in before)
    return [each.zh for each in told]


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ((("32202", 15_000), ("211", -15_000)), "「向成员分配」列 150.00 元"),
        ((("211", 15_000), ("32202", -15_000)), "「向成员分配」列 -150.00 元"),
        ((("11301", 15_000), ("32202", -15_000)), "「向成员分配」列 -150.00 元"),
        ((("32202", 15_000), ("214", -15_000)), "「其他」列 150.00 元"),
        ((("321", 15_000), ("211", -15_000)), "「向成员分配」列 150.00 元"),
    ],
)
def test_what_may_be_a_bill_of_an_earlier_year_is_asked_about(
    lines: tuple[tuple[str, int], ...], line: str
) -> None:
    """Booked against 未分配收益 itself, past the details that say what is distributed, by no resolution."""
    [text] = guessed(*lines, party="供电所")
    assert line in text
    assert "「供电所」" in text
    assert "未来适用法" in text
    assert "请冲销它" in text
    assert guessed(*lines, founded=True) == []
    assert guessed(*lines, corrects=ORIGINAL) == [], "told as what it is"


@pytest.mark.parametrize(
    "lines",
    [
        (("3220102", 5), ("211", -5)),
        (("3220103", 5), ("221", -5)),
        (("322", 5), ("211", -5)),  # a book without details of it
        (("32202", 5), ("11301", -5)),
        (("32202", 5), ("311", -5)),
        (("311", 5), ("32202", -5)),
        (("32202", 5), ("301", -5)),  # shares
        (("321", 5), ("32202", -5)),
        (("3220102", 5), ("32202", -5)),
        (("501", 5), ("321", -5)),
        (("32202", 5), ("102", -5)),  # told as mixed
    ],
)
def test_an_ordinary_distribution_is_not_asked_about(lines: tuple[tuple[str, int], ...]) -> None:
    assert guessed(*lines) == []


def test_who_is_told_to_part_a_voucher_is_told_that_a_correction_goes_another_way() -> None:
    """Of one that pays a supplier out of 收益分配, the first half alone would be a distribution to members."""
    paid = MonthVoucher(7, "记-2026-01-0001", "补付文具款", 1, ("102", "32202"), reversal=False)
    [one] = check_month(month({}, VOUCHER, paid))
    assert one.violation.rule.code == "closing.mixed"
    assert "更正以前年度差错的，不记 321、322，记今年的收入、支出科目（501 至 521）" in one.violation.zh
