"""What members get where the account is kept by counterparty: each household is that of its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.closing import Share, Wish, distribution_vouchers, new_parties, other_names, shares
from domain.kernel.errors import RuleViolation
from tests.domain.test_distribution import NAMES, figures

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

HOUSEHOLDS = NAMES | {
    "11301": "成员",
    "11302": "李家户",
    "11303": "王五",
    "11304": "王五（二组）",
    "11305": "吴九",
}
KEPT = {"11301": ("张三", "李四")}
"""The households are counterparties of one account; the others have none."""


def lines_of(*split: Share, kept: Mapping[str, Collection[str]] | None = None) -> list[tuple[str, str, int]]:
    """Return the lines that members get, of a distribution of these shares."""
    wish = Wish(0, households=split)
    found = shares(figures(100_000), wish)
    [made] = distribution_vouchers(found, HOUSEHOLDS, {}, "2026-12", wish, KEPT if kept is None else kept)
    return [(line.account, line.party, line.credit_fen) for line in made.lines[1:]]


def test_a_household_is_the_counterparty_where_the_account_is_kept_by_these() -> None:
    """Where it has an account of its own its name says no more than the account does."""
    split = Share("11301", 300, "张三"), Share("11301", 200, "李四"), Share("11302", 100, "王五户")
    assert lines_of(*split) == [("11301", "张三", 300), ("11301", "李四", 200), ("11302", "", 100)]
    assert lines_of(split[0], split[2], kept={}) == [("11301", "", 300), ("11302", "", 100)]


@pytest.mark.parametrize("name", ["", "李家户", "李家", "李 家"])
@pytest.mark.parametrize("party", ["李家户", "李家"])
def test_an_account_of_one_household_needs_no_name(name: str, party: str) -> None:
    """It is no account kept by counterparty, though its lines name the household; what it gets has that name too."""
    kept = KEPT | {"11302": (party,)}
    assert lines_of(Share("11302", 100, name), kept=kept) == [("11302", party, 100)]
    with pytest.raises(RuleViolation) as violation:
        lines_of(Share("11302", 100, name), Share("11302", 100, "张三"), kept=kept)
    assert violation.value.rule.code == "distribution.shared_account"


def test_the_name_of_the_account_is_a_households_where_that_is_one_of_its_counterparties() -> None:
    kept = {"11302": ("李家户", "张三")}
    assert lines_of(Share("11302", 100, "李家户"), kept=kept) == [("11302", "李家户", 100)]
    with pytest.raises(RuleViolation) as violation:
        lines_of(Share("11302", 100), kept=kept)
    assert violation.value.rule.code == "distribution.no_household"


@pytest.mark.parametrize("name", ["", "成员"])
def test_a_line_without_its_household_is_refused_where_each_has_one(name: str) -> None:
    """The account's own name is no household's."""
    with pytest.raises(RuleViolation) as violation:
        lines_of(Share("11301", 200, "张三"), Share("11301", 300, name))
    assert violation.value.rule.code == "distribution.no_household"
    for said in (
        "11301 成员按往来单位核算",
        "3.00 元没有写明是哪一户的",
        "张三、李四",
        "科目,户名,金额",
        "清册",
    ):
        assert said in violation.value.zh


def test_one_account_for_all_is_refused_where_it_is_kept_by_household() -> None:
    wish = Wish(0, 300, "11301")
    with pytest.raises(RuleViolation) as violation:
        distribution_vouchers(shares(figures(100_000), wish), HOUSEHOLDS, {}, "2026-12", wish, KEPT)
    assert violation.value.rule.code == "distribution.no_household"
    chosen = Wish(0, 0, "11301")
    assert distribution_vouchers(shares(figures(0), chosen), HOUSEHOLDS, {}, "2026-12", chosen, KEPT) == []


def test_several_households_on_an_account_that_does_not_tell_them_apart_are_refused() -> None:
    """It may be a slip in the account of one of them, and their names are not made public unasked."""
    with pytest.raises(RuleViolation) as violation:
        lines_of(Share("11302", 200, "张三"), Share("11302", 300, "李四"))
    assert violation.value.rule.code == "distribution.shared_account"
    assert "11302 李家户没有按往来单位分户核算，却有 2 户（张三、李四）记在它上面" in violation.value.zh


def test_a_counterparty_that_the_account_never_had_is_remarked() -> None:
    """By another name the same household would stand there twice."""
    split = Share("11301", 300, "张三户"), Share("11301", 200, "李四"), Share("11302", 100, "李家")
    wish = Wish(0, households=split)
    made = distribution_vouchers(shares(figures(100_000), wish), HOUSEHOLDS, {}, "2026-12", wish, KEPT)
    assert list(other_names(split, KEPT, HOUSEHOLDS)) == []
    [remark] = new_parties(made, KEPT, HOUSEHOLDS)
    assert (remark.stops, remark.account) == (False, "11301")
    assert remark.violation.rule.code == "distribution.new_party"
    assert "11301 成员上还没有往来单位「张三户」" in remark.violation.zh
    assert "张三、李四" in remark.violation.zh


def test_a_table_of_which_one_column_was_sorted_is_refused() -> None:
    """Each household would get another's share; the names of their own accounts are not put on the lines."""
    split = Share("11302", 300, "王五"), Share("11303", 100, "李 家"), Share("11301", 200, "李四")
    with pytest.raises(RuleViolation) as violation:
        lines_of(*split)
    assert violation.value.rule.code == "distribution.others_name"
    assert "11302 李家户那一行的户名是「王五」，而王五是 11303 王五" in violation.value.zh
    with pytest.raises(RuleViolation) as violation:
        lines_of(Share("11303", 300, "王五"), Share("11304", 100, "王五"))
    assert violation.value.rule.code == "distribution.others_name"
    assert "户名照科目写（王五（二组））" in violation.value.zh


@pytest.mark.parametrize("kept", [{}, {"11302": ("李家",), "11304": ("王五（二组）",)}])
def test_a_name_that_is_not_that_of_a_households_own_account_is_remarked(
    kept: dict[str, tuple[str, ...]],
) -> None:
    """A part of it is, and a household that was not named has nothing to be compared."""
    split = Share("11302", 300, "赵六"), Share("11304", 100, "王五"), Share("11305", 200)
    assert [account for account, _, _ in lines_of(*split, kept=kept)] == ["11302", "11304", "11305"]
    [remark] = other_names(split, kept, HOUSEHOLDS)
    assert (remark.stops, remark.account) == (False, "11302")
    assert remark.violation.rule.code == "distribution.other_name"
    assert "11302 李家户那一行的户名是「赵六」（这样的共 1 行）" in remark.violation.zh
    split = (*split[:2], Share("11305", 200, "孙七"))
    [remark] = other_names(split, kept, HOUSEHOLDS)
    assert "11302 李家户那一行的户名是「赵六」（这样的共 2 行）" in remark.violation.zh
