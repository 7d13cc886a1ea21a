"""The cross-checks between the statements: equal by the hand-worked figures, and told when a transfer is doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.accounts import AccountAdded, NewAccount
from domain.vouchers import Attachments, Line, Voucher, VoucherPosted
from tests.api.http.test_reports import table

if TYPE_CHECKING:
    from tests.api.http.conftest import Door


def checks(door: Door, period: str) -> dict[str, tuple[int, int]]:
    """Return both figures of each cross-check by its key."""
    found = door.get("cross-checks.json", period=period).json()["checks"]
    assert all(one["off_by_fen"] == one["left_fen"] - one["right_fen"] for one in found)
    return {one["key"]: (one["left_fen"], one["right_fen"]) for one in found}


def test_all_agree_with_the_figures_worked_out_by_hand(door: Door) -> None:
    march = checks(door, "2026-03")
    assert all(left == right for left, right in march.values())
    assert march["undistributed"] == (2_434_170, 2_434_170)
    assert march["brought_forward"] == (1_480_000, 1_480_000)
    assert march["details"] == (954_170, 954_170)
    assert march["details_turnover"] == march["surplus_turnover"] == (954_170, 954_170)
    assert {"sides", "opening_sides", "turnover", "balances"} < march.keys()
    assert "transferred" not in march
    page = door.get("cross-checks", period="2026-03").text
    assert "全部相等" in page
    assert 'href="cross-checks?period=2026-03"' in door.get("balance-sheet", period="2026-03").text
    for suffix in ("csv", "xlsx"):
        header, *rows = table(door.get(f"cross-checks.{suffix}", period="2026-03"))
        assert header == ["勾稽关系", "一方", "金额", "另一方", "金额", "相差"]
        assert {row[5] for row in rows} == {0}


def transfer(door: Door, fen: int) -> None:
    """Post a voucher that transfers the income of rents at the year's end."""
    lines = [Line(account="50103", debit_fen=fen), Line(account="321", credit_fen=fen)]
    moved = Voucher(attachments=Attachments(), date="2026-12-31", lines=lines, summary="结转本年收益：收入")
    roles = ("accountant", "head", "supervisor", "township")
    answer = door.post(door.note(moved, VoucherPosted, *roles), wait=20)
    assert answer.status_code == 201, answer.text


def test_what_the_years_end_transfers_is_told_until_it_is_the_surplus_and_when_it_is_doubled(
    door: Door,
) -> None:
    assert checks(door, "2026-12")["transferred"] == (0, 954_170)
    page = door.get("cross-checks", period="2026-12").text
    assert "1 项不相等" in page
    assert "-9,541.70" in page
    transfer(door, 954_170)
    assert checks(door, "2026-12")["transferred"] == (954_170, 954_170)
    assert "全部相等" in door.get("cross-checks", period="2026-12").text
    transfer(door, 954_170)
    assert checks(door, "2026-12")["transferred"] == (1_908_340, 954_170)
    others = {key: pair for key, pair in checks(door, "2026-12").items() if key != "transferred"}
    assert all(left == right for left, right in others.values()), "balanced vouchers make balanced statements"


def test_what_the_details_of_322_say_is_held_against_the_lines(door: Door) -> None:
    """The line goes by the other account; the detail says others. What says nothing is taken as the line shows it."""
    keys = ("called_reserve", "called_members", "called_others")
    before = checks(door, "2026-11")
    assert all(before[key][0] == before[key][1] for key in keys)
    for code, name in (("32201", "各项分配"), ("3220102", "向成员分配"), ("3220103", "其他分配")):
        if code not in door.book().accounts.names:
            note = door.note(NewAccount(code=code, name=name), AccountAdded, "accountant")
            assert door.post(note, wait=20).status_code == 201
    for lines in (
        (("3220102", 3_050_000), ("3220103", 100_000), ("211", -3_150_000)),
        (("32202", 7_000), ("113", -7_000)),
    ):
        book(door, lines, "2026-11-20")
    found = checks(door, "2026-11")
    members, others = before["called_members"][0], before["called_others"][0]
    assert found["called_members"] == (members + 3_157_000, members + 3_057_000)
    assert found["called_others"] == (others, others + 100_000)
    assert found["called_reserve"] == before["called_reserve"]
    assert "322 各明细按名称：其他分配" in door.get("cross-checks", period="2026-11").text
    october = checks(door, "2026-10")
    assert all(october[key] == before[key] for key in keys)


MIXED = (
    ((("51302", 1_000), ("32202", 24_000), ("211", -25_000)), -1_000),  # an expense beside a distribution
    ((("50103", 9_000), ("321", -9_000), ("51302", 500), ("211", -500)), -500),  # and beside a transfer
    ((("50103", 300), ("321", -300)), 0),
    ((("32202", 700), ("51302", -700)), 0),  # past 321, with nothing else: it may be a transfer
    (
        (("101", 600), ("51302", -600), ("32202", 24_000), ("211", -24_000)),
        600,
    ),  # taken back beside a distribution
    ((("50103", 300), ("101", -300), ("32202", 24_000), ("211", -24_000)), -300),
    ((("50103", 900), ("321", -900), ("321", 900), ("32202", -900), ("51302", 50), ("101", -50)), -50),
)
PASSED_ON = ("50103", 400), ("51302", -100), ("321", -300), ("321", 300), ("32202", -300)
YEARS_ENDS = (
    (*PASSED_ON, ("32202", 30), ("311", -30)),
    (*PASSED_ON, ("32202", 30), ("311", -30), ("32202", 200), ("211", -200)),
    (("50103", 400), ("32202", -400), ("32202", 200), ("113", -200)),
    (("51302", -400), ("321", 400), ("321", -400), ("32202", 400)),
    (("51302", -400), ("321", 400), ("211", 100), ("113", -100)),
)


@pytest.mark.parametrize(("moved", "off"), MIXED)
def test_what_no_statement_shows_is_held_against_the_trial_balance(
    door: Door, moved: tuple[tuple[str, int], ...], off: int
) -> None:
    """The statements leave out what stands on a voucher with 321 or 322; the accounts' own turnover has it."""
    keys = ("details_turnover", "surplus_turnover")
    before = checks(door, "2026-11")
    book(door, moved, "2026-11-21")
    after = checks(door, "2026-11")
    for key in keys:
        assert after[key][0] == before[key][0], "no line of a statement has it"
        assert after[key][1] - before[key][1] == off
    assert all(left == right for left, right in checks(door, "2026-10").values())
    page = door.get("cross-checks", period="2026-11").text
    assert "和 321、322 记在了一张凭证上" in page
    assert "科目余额表：501 至 521 的发生额" in page


@pytest.mark.parametrize("moved", YEARS_ENDS)
def test_a_years_end_on_one_voucher_is_no_difference(door: Door, moved: tuple[tuple[str, int], ...]) -> None:
    """What comes to 321 and goes on to 322, and to members, on the same voucher was transferred all the same."""
    keys = ("details_turnover", "surplus_turnover")
    before = checks(door, "2026-11")
    book(door, moved, "2026-11-22")
    after = checks(door, "2026-11")
    assert {key: after[key] for key in keys} == {key: before[key] for key in keys}


def book(door: Door, moved: tuple[tuple[str, int], ...], date: str) -> None:
    """Post a voucher of these accounts, debits positive."""
    lines = [
        Line(account=code, debit_fen=fen) if fen > 0 else Line(account=code, credit_fen=-fen)
        for code, fen in moved
    ]
    data = Voucher(attachments=Attachments(count=1), date=date, lines=lines, summary="分配")
    roles = ("accountant", "head", "supervisor", "township")
    answer = door.post(door.note(data, VoucherPosted, *roles), wait=20)
    assert answer.status_code == 201, answer.text
