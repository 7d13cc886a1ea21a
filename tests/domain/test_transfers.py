"""The vouchers that transfer income and expense at the end of a month and of a year (结转)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.closing import transfer_vouchers
from domain.kernel.errors import RuleViolation
from domain.vouchers import check_balanced
from tests.domain.test_closing import NAMES, rows_of

if TYPE_CHECKING:
    from domain.vouchers import Voucher


def moved(vouchers: list[Voucher]) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """Return what vouchers say."""
    return [
        (voucher.summary, [(line.account, line.debit_fen, line.credit_fen) for line in voucher.lines])
        for voucher in vouchers
    ]


def test_the_transfers_of_a_month() -> None:
    rows = rows_of({"501": -600, "504": -1, "513": 400, "101": 201})
    made = transfer_vouchers(rows, NAMES, "2026-03")
    assert moved(made) == [
        ("结转收入", [("501", 600, 0), ("504", 1, 0), ("321", 0, 601)]),
        ("结转支出", [("513", 0, 400), ("321", 400, 0)]),
    ]
    assert {voucher.date for voucher in made} == {"2026-03-31"}


def test_the_transfers_of_a_year_end_on_the_undistributed_income() -> None:
    rows = rows_of({"501": -600, "513": 400, "321": -50, "32201": 30, "32202": -7}, "2026-12")
    assert moved(transfer_vouchers(rows, NAMES, "2026-12")) == [
        ("结转收入", [("501", 600, 0), ("321", 0, 600)]),
        ("结转支出", [("513", 0, 400), ("321", 400, 0)]),
        ("结转本年收益", [("321", 250, 0), ("32202", 0, 250)]),
        ("结转收益分配", [("32201", 0, 30), ("32202", 30, 0)]),
    ]


def test_what_cancels_out_is_transferred_all_the_same() -> None:
    """Without a line of 本年收益 it would look like a voucher that earns and spends, and change the income."""
    made = transfer_vouchers(rows_of({"513": 400, "514": -400}), NAMES, "2026-03")
    assert moved(made) == [("结转支出", [("513", 0, 400), ("514", 400, 0), ("321", 400, 0), ("321", 0, 400)])]


def test_a_loss_is_transferred_to_the_other_side() -> None:
    rows = rows_of({"513": 400}, "2026-12")
    assert moved(transfer_vouchers(rows, NAMES, "2026-12"))[1] == (
        "结转本年收益",
        [("321", 0, 400), ("32202", 400, 0)],
    )


@pytest.mark.parametrize(
    "names",
    [
        {**NAMES, "32202": "其他"},
        {**NAMES, "32203": "未分配收益"},
    ],
)
def test_no_account_to_transfer_to(names: dict[str, str]) -> None:
    with pytest.raises(RuleViolation) as refused:
        transfer_vouchers(rows_of({"501": -5}, "2026-12"), names, "2026-12")
    assert refused.value.rule.code == "closing.no_account"


def test_a_book_without_details_transfers_to_the_account_itself() -> None:
    names = {code: name for code, name in NAMES.items() if not code.startswith("3220")}
    made = transfer_vouchers(rows_of({"501": -5}, "2026-12"), names, "2026-12")
    assert moved(made)[-1] == ("结转本年收益", [("321", 5, 0), ("322", 0, 5)])


LEAVES = [code for code in NAMES if code not in {"322", "151"}]


@given(
    st.dictionaries(st.sampled_from(LEAVES), st.integers(-(10**9), 10**9)),
    st.sampled_from(["2026-03", "2026-12"]),
)
def test_transfers_balance_and_leave_nothing_to_transfer(balances: dict[str, int], period: str) -> None:
    made = transfer_vouchers(rows_of(balances, period), NAMES, period)
    after = dict(balances)
    for voucher in made:
        check_balanced(voucher.lines)
        assert len(voucher.lines) >= 2
        for line in voucher.lines:
            after[line.account] = after.get(line.account, 0) + line.debit_fen - line.credit_fen
    assert sum(after.values()) == sum(balances.values())
    assert transfer_vouchers(rows_of(after, period), NAMES, period) == []
    emptied = ("5", "321", "32201") if period.endswith("-12") else ("5",)
    assert not any(fen for account, fen in after.items() if account.startswith(emptied))
    kept = {account: fen for account, fen in balances.items() if account[0] != "5" and account[:2] != "32"}
    assert {account: after[account] for account in kept} == kept
