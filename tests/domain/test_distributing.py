"""A year's distribution that is drafted out of order, again, or beyond what there is: told before it is signed."""

from __future__ import annotations

import msgspec
import pytest

from domain.closing import Around, check_draft, distributed, shown_on
from domain.vouchers import Attachments, Line, Voucher
from tests.domain.test_closing import NAMES, YEAR_END

CHART = "rural-collective-2024"
RESERVE, MEMBERS, OTHERS, COVER = ("appropriated", "to_members", "otherwise_distributed", "losses_covered")


def voucher(*lines: tuple[str, int], date: str = "2026-12-31") -> Voucher:
    """Return a voucher of lines, debits less credits."""
    made = [Line(account=code, debit_fen=max(fen, 0), credit_fen=max(-fen, 0)) for code, fen in lines]
    return Voucher(attachments=Attachments(count=1), date=date, lines=made, summary="收益分配")


def said(own: dict[str, int], *, date: str = "2026-12-31", **figures: int) -> dict[str, str]:
    """Return by its rule what is said of a draft that distributes so, in a year with these figures without it."""
    earned = YEAR_END | figures
    income = {key: fen + own.get(key, 0) for key, fen in earned.items()}
    income["distributable"] = income["net_surplus"] + income["brought_forward"] + income["losses_covered"]
    income["undistributed"] = income["distributable"] - sum(income[key] for key in (RESERVE, MEMBERS, OTHERS))
    around = Around(income=income, own=own, earlier={RESERVE: ["记-2026-12-0007"]}, reserves={"311": 500})
    found = list(check_draft(voucher(("32202", 1), ("311", -1), date=date), NAMES, around))
    assert not any(one.stops for one in found)
    return {one.violation.rule.code: one.violation.zh for one in found}


@pytest.mark.parametrize(
    ("lines", "own"),
    [
        ((("32202", 5), ("11301", -5)), {MEMBERS: 5}),
        ((("322", 5), ("311", -2), ("221", -3)), {RESERVE: 2, OTHERS: 3}),
        ((("322", 5), ("102", -5)), {OTHERS: 5}),  # paid directly
        ((("311", 5), ("322", -5)), {COVER: 5}),
        ((("11301", 5), ("32202", -5)), {MEMBERS: -5}),  # taken back
        ((("321", 5), ("322", -5)), {}),
        ((("501", 5), ("321", -5)), {}),
        ((("11301", 5), ("102", -5)), {}),  # paid
    ],
)
def test_what_a_voucher_distributes_stands_on_the_statements_lines(
    lines: tuple[tuple[str, int], ...], own: dict[str, int]
) -> None:
    assert distributed(CHART, voucher(*lines).lines) == own


def test_members_wait_for_the_reserve() -> None:
    found = said({MEMBERS: 3_000})
    assert [*found] == ["closing.no_reserve"]
    assert found["closing.no_reserve"].startswith(
        "连同这一张，今年向成员分配了 30.00 元，净收益 136.00 元却没有提取"
    )
    assert "入账" in found["closing.no_reserve"]
    assert said({MEMBERS: 3_000}, appropriated=4_000) == {}
    assert said({MEMBERS: 3_000}, date="2026-03-31") == {}  # of what earlier years left
    assert said({OTHERS: 3_000}) == {}
    assert said({RESERVE: 3_000}) == {}


@pytest.mark.parametrize("fen", [4_000, 4_001])
def test_what_was_distributed_before_is_named(fen: int) -> None:
    """The reserve set aside again, be it of another amount."""
    found = said({RESERVE: fen}, appropriated=4_000)
    assert [*found] == ["closing.distributed_again"]
    text = found["closing.distributed_again"]
    assert text.startswith("今年已提取公积公益金 40.00 元（凭证 记-2026-12-0007），这一张又是 40.0")
    assert "入账前的未分配收益是 96.00 元" in text
    assert said({MEMBERS: 100}, appropriated=4_000) == {}


def test_more_than_can_be_distributed_is_told_with_the_figures() -> None:
    code = "closing.over_distributed_so_far"
    found = said({MEMBERS: 9_601}, appropriated=4_000)
    assert "可分的只有 96.00 元" in found[code]
    assert "余下的月份" not in found[code]
    assert "余下的月份" in said({MEMBERS: 9_601}, date="2026-11-30", appropriated=4_000)[code]
    assert "可分的只有 0.00 元" in said({MEMBERS: 1}, net_surplus=-500)[code]  # a loss
    assert code not in said({MEMBERS: 9_600}, appropriated=4_000)
    found = said({RESERVE: 13_601})
    assert "提取公积公益金 136.01 元" in found["closing.reserve_beyond"]
    assert "只有 136.00 元" in found["closing.reserve_beyond"]
    assert "closing.reserve_beyond" in said({RESERVE: 4_000}, to_members=13_600)
    assert said({RESERVE: 13_600}) == {}
    assert said({RESERVE: -5}, net_surplus=-500) == {}  # taken back


def test_a_loss_is_covered_as_far_as_it_goes_and_the_reserve_has_it() -> None:
    assert said({COVER: 500}, net_surplus=-500) == {}
    found = said({COVER: 501}, net_surplus=-500)
    assert "未弥补的亏损是 5.00 元，不能用公积公益金弥补 5.01 元" in found["distribution.no_loss"]
    draft = voucher(("311", 500), ("32202", -500))

    def short(left_fen: int) -> list[str]:
        around = Around(income=YEAR_END | {"undistributed": -1}, own={COVER: 500}, reserves={"311": left_fen})
        found = [one.violation for one in check_draft(draft, NAMES, around)]
        return [violation.zh for violation in found if violation.rule.code == "distribution.reserve"]

    assert short(0) == []  # all that the reserve had
    [one] = short(-20)
    assert "311 只有 4.80 元，不能拿出 5.00 元" in one


HOUSEHOLDS = NAMES | {"11301": "张三户", "11302": "李四户", "11303": "王五户", "21101": "文具店"}


def of_one(*lines: tuple[str, int], party: str = "", names: dict[str, str] | None = None) -> list[str]:
    """Return what is said of a draft's households, in a book with these accounts."""
    made = voucher(*lines)
    split = [msgspec.structs.replace(line, party=party * at) for at, line in enumerate(made.lines)]
    draft = msgspec.structs.replace(made, lines=split)
    around = Around(own=distributed(CHART, made.lines), shown=shown_on(CHART, made.lines), income=YEAR_END)
    found = check_draft(draft, names or HOUSEHOLDS, around)
    return [one.violation.zh for one in found if one.violation.rule.code == "closing.one_household"]


def test_all_that_members_get_on_the_account_of_one_household_is_remarked() -> None:
    """While others have one too: each gets its share."""
    [said] = of_one(("32202", 500_000), ("11301", -500_000))
    assert said.startswith(
        "向成员分配的 5,000.00 元全记在 11301 张三户 一个科目上，同一级另有 2 个明细（如 11302 李四户"
    )
    assert "各户的份额记各户的科目" in said
    assert of_one(("32202", 500_000), ("11301", -300_000), ("11301", -200_000)) == [said]
    assert len(of_one(("32202", 500_000), ("11301", -500_000), party="张")) == 1


@pytest.mark.parametrize(
    ("second", "third", "said"),
    [
        ("村民小组及所属单位", "", []),  # as the chart has them
        ("第一村民小组", "村办砖厂", []),
        ("农机队", "沙龙物业有限公司", []),
        ("村民小组及所属单位", "王五户", ["11303 王五户"]),
        ("李四户（3组）", "", ["11302 李四户（3组）"]),
    ],
)
def test_a_unit_of_the_village_is_no_household(second: str, third: str, said: list[str]) -> None:
    """Inside are members and, beside them, groups and units: who stands beside the members may be no member."""
    names = NAMES | {"11301": "成员", "11302": second} | ({"11303": third} if third else {})
    found = of_one(("32202", 500_000), ("11301", -500_000), names=names)
    assert [one.partition("（如 ")[2].partition("）：各户")[0] for one in found] == said


@pytest.mark.parametrize(
    ("lines", "party"),
    [
        ((("32202", 5), ("11301", -3), ("11302", -2)), ""),
        ((("32202", 5), ("11301", -3), ("11301", -2)), "户"),  # by counterparty
        ((("32202", 5), ("21101", -5)), ""),  # no other detail
        ((("32202", 5), ("112", -5)), ""),
        ((("11301", 5), ("32202", -5)), ""),  # taken back
        ((("32202", 5), ("311", -5)), ""),
    ],
)
def test_shares_of_several_are_not_remarked(lines: tuple[tuple[str, int], ...], party: str) -> None:
    assert of_one(*lines, party=party) == []


@pytest.mark.parametrize(
    ("date", "today", "said"),
    [
        ("2026-12-31", "2026-11-28", True),
        ("2026-12-31", "2026-12-30", True),
        ("2026-12-31", "2026-12-31", False),
        ("2026-12-31", "2027-01-05", False),
        ("2026-06-30", "2026-11-28", False),  # of what there is by then
        ("2026-12-31", "", False),
    ],
)
def test_a_whole_years_distribution_while_the_year_runs_is_remarked(
    date: str, today: str, *, said: bool
) -> None:
    made = voucher(("32202", 5), ("311", -5), date=date)
    own = distributed(CHART, made.lines)
    around = Around(own=own, shown=shown_on(CHART, made.lines), income=YEAR_END, made=today)
    found = {one.violation.rule.code: one for one in check_draft(made, NAMES, around)}
    assert ("closing.year_runs" in found) is said
    if said:
        remark = found["closing.year_runs"]
        assert remark.stops is False
        assert f"2026 年到 {today} 还没有过完" in remark.violation.zh
    plain = voucher(("51302", 5), ("102", -5), date=date)
    assert list(check_draft(plain, NAMES, Around(made=today))) == []
