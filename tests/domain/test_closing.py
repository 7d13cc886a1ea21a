"""The end of a month: what the checklist remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.balances import trial_balance
from domain.chart import chart
from domain.closing import (
    Dip,
    Lacking,
    MonthEnd,
    MonthVoucher,
    PartyBalance,
    Stock,
    check_month,
)
from domain.reconciliation import BankLine, BookLine
from domain.statements import BudgetRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.balances import TrialRow

CHART = "rural-collective-2024"
OFFICIAL = {account.code: account for account in chart(CHART).official}
NAMES = {code: account.name for code, account in OFFICIAL.items()} | {
    "32201": "各项分配",
    "32202": "未分配收益",
    "3220101": "提取公积公益金",
    "3220102": "向成员分配",
    "3220103": "其他分配",
    "11301": "农户往来",
    "15101": "经营性固定资产",
    "15102": "非经营性固定资产",
    "15201": "经营性固定资产折旧",
    "15202": "非经营性固定资产折旧",
    "15209": "其他折旧",
}
SIDES = {code: OFFICIAL[code[:3]].side for code in NAMES}


def rows_of(
    balances: Mapping[str, int], period: str = "2026-03", moved: Mapping[str, int] | None = None
) -> list[TrialRow]:
    """Return a trial balance with these closing balances, `moved` of them by credits of the period."""
    turnover = [(account, "", max(fen, 0), max(-fen, 0)) for account, fen in balances.items()]
    turnover += [(account, period, fen, fen) for account, fen in (moved or {}).items()]
    return trial_balance(turnover, NAMES, period, period)


VOUCHER = MonthVoucher(7, "记-2026-03-0001", "购灯泡", 1, ("101", "513"), reversal=False)


def planned(account: str, planned_fen: int, year_fen: int) -> BudgetRow:
    """Return an account of the year's plan."""
    is_income = account.startswith("50")
    return BudgetRow(account, NAMES[account], is_income, planned_fen, month_fen=5, year_fen=year_fen)


def month(
    balances: Mapping[str, int] | None = None,
    *vouchers: MonthVoucher,
    period: str = "2026-03",
    open_period: str = "",
    dips: tuple[Dip, ...] = (),
    moved: Mapping[str, int] | None = None,
    budget: tuple[BudgetRow, ...] = (),
) -> MonthEnd:
    """Return a book at the end of a period; a good one but for what is given."""
    rows = rows_of(balances or {}, period, moved)
    return MonthEnd(period, open_period or period, rows, SIDES, NAMES, vouchers or (VOUCHER,), dips, budget)


def told(end: MonthEnd) -> list[tuple[bool, str, str, int | None]]:
    """Return what is remarked: whether it stops, the rule, and what it is about."""
    return [(one.stops, one.violation.rule.code, one.account, one.entry) for one in check_month(end)]


def test_a_balance_that_is_typed_in_is_not_promised_to_be_kept() -> None:
    [remark] = check_month(month({"102": 5})._replace(reach={"102": "2026-03-31"}, differences={"102": None}))
    assert "核对一次" not in remark.violation.zh
    assert "本条仍会提示" in remark.violation.zh


def test_what_bank_and_book_have_alone_is_counted() -> None:
    """What the bank alone has, and what the book has alone for more than 30 days before the month's end."""
    end = month({"102": 5})._replace(
        reach={"102": "2026-03-31"},
        differences={"102": 0},
        only_bank={"102": [BankLine(1, "2026-03-30", 500, "利息"), BankLine(2, "2026-03-31", -200, "费")]},
        only_book={
            "102": [BookLine(3, 1, "2026-02-28", -700, "支票"), BookLine(4, 1, "2026-03-01", -900, "支票")]
        },
    )
    assert told(end) == [
        (False, "closing.bank_only", "102", None),
        (False, "closing.book_only", "102", None),
    ]
    bank, book = (one.violation.zh for one in check_month(end))
    assert "2 笔银行已记、账上未记" in bank
    assert "元" not in bank, "what the bank alone knows is not for the public"
    assert "1 笔账上已记、银行" in book
    assert "收 0.00 元，付 7.00 元" in book
    assert told(end._replace(only_bank={}, only_book={"102": end.only_book["102"][1:]})) == []


def test_a_good_month_has_no_remarks() -> None:
    assert told(month({"101": 5, "301": -5, "501": -3, "513": 3})) == []


@pytest.mark.parametrize(
    ("end", "remark"),
    [
        (month(open_period="2026-02"), (True, "closing.earlier_open", "", None)),
        (month({"181": 5}), (True, "closing.suspense", "181", None)),
        (month({"181": -5}), (True, "closing.suspense", "181", None)),
        (month(dips=(Dip("101", "2026-03-09", -5),)), (True, "closing.cash_below_zero", "101", None)),
        (month({"121": -5}), (False, "closing.wrong_side", "121", None)),
        (month({"152": 5}), (False, "closing.wrong_side", "152", None)),
        (month({"112": -5}), (False, "closing.wrong_side", "112", None)),
        (month({"15101": 5}), (False, "closing.no_depreciation", "151", None)),
        (month({"212": -5}), (False, "closing.wages_left", "212", None)),
        (month({"102": 5}), (False, "closing.no_statement", "102", None)),
        (
            month({"102": 5})._replace(reach={"102": "2026-03-30"}),
            (False, "closing.no_statement", "102", None),
        ),
        (
            month({"102": 5})._replace(reach={"102": "2026-03-31"}, differences={"102": 100_000}),
            (True, "closing.not_reconciled", "102", None),
        ),
        (
            month({"102": 5})._replace(reach={"102": "2026-03-31"}, differences={"102": None}),
            (False, "closing.no_bank_balance", "102", None),
        ),
        (month({"501": -5}, period="2026-12"), (True, "closing.not_transferred", "501", None)),
        (month({"321": -5}, period="2026-12"), (True, "closing.not_transferred", "321", None)),
        (month({"32201": 5}, period="2026-12"), (True, "closing.not_transferred", "32201", None)),
        (month({"154": -5}), (False, "closing.wrong_side", "154", None)),
        (month({}, VOUCHER._replace(attachments=0)), (False, "closing.no_attachments", "", 7)),
        (
            month({}, VOUCHER._replace(accounts=("32202", "513"))),
            (False, "closing.distribution_direct", "", 7),
        ),
        *(
            (month()._replace(lacking=(lacking,)), (False, code, lacking.account, 7))
            for lacking, code in (
                (Lacking("cashier", "101", 3, 7), "closing.no_cashier"),
                (Lacking("party", "112", 3, 7), "closing.no_party"),
                (Lacking("project", "241", 3, 7), "closing.no_project"),
                (Lacking("quantity", "121", 3, 7), "closing.no_quantity"),
            )
        ),
        (month({}, VOUCHER._replace(accounts=("1020101", "321", "51302"))), (False, "closing.mixed", "", 7)),
        (month({}, VOUCHER._replace(accounts=("211", "321", "51302"))), (False, "closing.mixed", "", 7)),
        (month({}, VOUCHER._replace(accounts=("101", "32202"))), (False, "closing.mixed", "", 7)),
        (
            month({}, VOUCHER._replace(attachments=0, accounts=("113", "211"))),
            (False, "closing.no_attachments", "", 7),
        ),
        (
            month()._replace(stocks=(Stock("121", "公斤", -30_000),)),
            (False, "closing.quantity_below_zero", "121", None),
        ),
        (
            month(budget=(planned("513", 100, 90),)),
            (False, "closing.near_budget", "513", None),
        ),
        (
            month(budget=(planned("513", 100, 101),)),
            (False, "closing.over_budget", "513", None),
        ),
        (
            month(budget=(planned("514", 0, 5),)),
            (False, "closing.not_in_budget", "514", None),
        ),
    ],
)
def test_what_is_remarked(end: MonthEnd, remark: tuple[bool, str, str, int | None]) -> None:
    assert told(end) == [remark]


ADDED = [("15101", "2026-03", 300_000, 0)]
HELD = [("15101", "", 300_000, 0)]
NEW = ("15102", "", 6_000, 0)


@pytest.mark.parametrize(
    ("turnover", "nominal", "said"),
    [
        (HELD, {}, True),
        (ADDED, {}, False),  # depreciated from the month after
        ([*HELD, *ADDED], {}, True),
        ([*HELD, ("152", "2026-03", 0, 5_000)], {}, False),
        ([*HELD, ("152", "", 0, 300_000)], {}, False),  # fully depreciated
        ([*HELD, ("152", "", 0, 285_000)], {}, False),  # up to what it will fetch at last
        ([*HELD, ("152", "", 0, 284_999)], {}, True),
        ([*HELD, *ADDED, ("152", "", 0, 300_000)], {}, False),
        ([("15101", "", 1_200, 0)], {"15101": 1_200}, False),  # twelve at the nominal amount
        ([("15101", "", 1_200, 0)], {"161": 1_200}, True),
        ([*HELD, ("15101", "", 1_200, 0)], {"15101": 1_200}, True),
        ([*HELD, ("15101", "2026-03", 0, 300_000)], {}, False),
        ([*HELD, ("15201", "", 0, 300_000), NEW], {}, True),  # a new one beside what is written off
        ([*HELD, ("15201", "", 0, 300_000), NEW], {"15102": 6_000}, False),
        ([*HELD, ("15201", "", 0, 285_000), NEW, ("15202", "", 0, 5_700)], {}, False),
        ([*HELD, ("15201", "", 0, 285_000), NEW, ("15202", "", 0, 5_699)], {}, True),
        ([*HELD, ("15201", "", 0, 285_000), NEW, ("15202", "2026-03", 0, 5)], {}, False),
        ([*HELD, ("15201", "", 0, 300_000), NEW, ("15102", "2026-03", 0, 6_000)], {}, False),
        ([*HELD, ("15202", "", 0, 300_000)], {}, True),
        # which detail wears is not known: all are looked at together
        ([*HELD, ("152", "", 0, 300_000), NEW], {}, False),
        ([*HELD, ("15209", "", 0, 300_000), NEW], {}, False),
        ([*HELD, ("15201", "", 0, 300_000), NEW, ("15209", "", 0, 5)], {}, False),
    ],
)
def test_what_wears_out_is_depreciated_from_the_month_after_until_nothing_is_left(
    turnover: list[tuple[str, str, int, int]], nominal: dict[str, int], *, said: bool
) -> None:
    rows = trial_balance(turnover, NAMES, "2026-03", "2026-03")
    end = month()._replace(rows=rows, nominal=nominal)
    assert told(end) == [(False, "closing.no_depreciation", "151", None)] * said


def test_what_several_vouchers_lack_is_one_remark_that_names_the_first() -> None:
    lacking = tuple(Lacking("party", "112", number, 6 + number) for number in (1, 2, 3))
    [remark] = check_month(month()._replace(lacking=lacking))
    assert "3 张" in remark.violation.zh
    assert "记-2026-03-0001" in remark.violation.zh
    assert remark.entry == 7


@pytest.mark.parametrize(
    ("today", "open_period", "said"),
    [
        ("2026-03-01", "", True),
        ("2026-03-30", "", True),
        ("2026-03-31", "", False),  # its last day
        ("2026-04-01", "", False),
        ("2026-02-27", "", True),
        ("2026-03-30", "2026-02", False),  # another closes first
        ("2026-03-30", "2026-04", False),  # closed
        ("", "", False),  # nobody knows the day
    ],
)
def test_a_month_that_is_not_over_is_remarked_before_it_is_closed(
    today: str, open_period: str, *, said: bool
) -> None:
    found = check_month(month({}, open_period=open_period)._replace(today=today))
    early = [one for one in found if one.violation.rule.code == "closing.not_over"]
    assert bool(early) is said
    for one in early:
        assert one.stops is False
        assert f"今天 {today}" in one.violation.zh
        assert "到 2026-03-31 为止" in one.violation.zh
        assert "再也不能入账" in one.violation.zh
        assert "can never be booked" in one.violation.en


def test_a_voucher_that_names_what_it_sets_right_needs_no_original_whatever_its_summary_says() -> None:
    assert check_month(month({}, VOUCHER._replace(attachments=0, corrects=True))) == []
    old = VOUCHER._replace(attachments=0, summary="调整3月5日记-2026-03-0007号凭证金额")
    assert check_month(month({}, old)) == []


def test_what_is_paid_out_of_a_distribution_has_a_receipt() -> None:
    paid = month({}, VOUCHER._replace(attachments=0, accounts=("101", "322")))
    assert [remark.violation.rule.code for remark in check_month(paid)] == [
        "closing.no_attachments",
        "closing.mixed",
    ]


@pytest.mark.parametrize(
    "end",
    [
        month({"113": -5, "214": 5, "154": 5}),
        month(
            budget=(
                planned("501", 100, 900),
                planned("513", 100, 89),
            )
        ),
        month({"501": -5, "321": 5, "32201": 5}, period="2026-11"),
        month({"32202": -5}, period="2026-12"),
        month({"322": -5}, period="2026-12"),  # a book without details of it
        month({"102": 5})._replace(reach={"102": "2026-03-31"}, differences={"102": 0}),
        month({"15101": 5}, moved={"152": 1}),
        month({}, VOUCHER._replace(attachments=0, reversal=True)),
        month({}, VOUCHER._replace(attachments=0, summary="注销 3 月 20 日凭证")),
        month({}, VOUCHER._replace(attachments=0, accounts=("321", "501"))),
        month({}, VOUCHER._replace(attachments=0, accounts=("11301", "211", "311", "32201"))),
        month({"121": 5})._replace(stocks=(Stock("121", "公斤", 0), Stock("121", "袋", 5))),
        month({}, VOUCHER._replace(accounts=("311", "322"))),
        month({}, VOUCHER._replace(accounts=("11301", "211", "212", "32202"))),
        month({}, VOUCHER._replace(accounts=("321", "322", "501", "513"))),
        month({}, VOUCHER._replace(accounts=("32202", "513"), is_reversed=True)),
        month({}, VOUCHER._replace(accounts=("101", "321", "513"), is_reversed=True)),
        month({}, VOUCHER._replace(accounts=("101", "321", "513"), reversal=True)),
    ],
)
def test_what_is_not(end: MonthEnd) -> None:
    assert told(end) == []


@pytest.mark.parametrize(
    ("accounts", "rule", "said"),
    [
        (("211", "32202", "51302"), "closing.mixed", True),
        (("10201", "321", "50103", "51302"), "closing.mixed", True),
        (("101", "32202"), "closing.mixed", False),
        (("32202", "51302"), "closing.distribution_direct", True),
    ],
)
def test_what_no_statement_shows_of_a_mixed_voucher_is_said(
    accounts: tuple[str, ...], rule: str, *, said: bool
) -> None:
    """Income and expense beside 321 or 322 pass for transferred: which statements lack them, and what to do."""
    told = check_month(month({}, VOUCHER._replace(accounts=accounts)))
    [violation] = [one.violation for one in told if one.violation.rule.code == rule]
    assert ("收支明细表和收益及收益分配表都不列" in violation.zh) is said
    assert ("on neither the statement of income nor that by detail account" in violation.en) is said
    if said:
        results = "、".join(code for code in accounts if code.startswith("5"))
        assert f"{results} 在这张上的金额当作结转" in violation.zh
        assert "请冲销它" in violation.zh
        assert "收入、支出另记一张，不带 321、322" in violation.zh


def kept(account: str, **parties: int) -> MonthEnd:
    """Return a month in which an account is kept by counterparties, their balances debit less credit."""
    balances = tuple(PartyBalance(account, party, fen) for party, fen in parties.items())
    return month({account: sum(parties.values())})._replace(parties=balances)


@pytest.mark.parametrize(
    ("end", "rule", "said"),
    [
        (
            kept("112", 甲=900, 乙=-300, 丙=-400),
            "closing.wrong_party",
            "「丙」却在贷方 4.00 元（这样的单位共 2 个）",
        ),
        (kept("211", 甲=-900, 乙=300), "closing.wrong_party", "「乙」却在借方 3.00 元"),
        (kept("112", 甲=100, 乙=-300), "closing.wrong_side", "余额在贷方 2.00 元"),
        (kept("112", 甲=300, 乙=-300), "closing.wrong_party", "「乙」却在贷方 3.00 元"),
        (
            kept("112", **{"甲": 900, "": -300}),
            "closing.wrong_party",
            "「（未写明往来单位）」却在贷方 3.00 元",
        ),
    ],
)
def test_counterparties_on_the_wrong_side_are_remarked_once_an_account(
    end: MonthEnd, rule: str, said: str
) -> None:
    [remark] = check_month(end)
    assert (remark.stops, remark.violation.rule.code) == (False, rule)
    assert said in remark.violation.zh


@pytest.mark.parametrize(
    "end",
    [
        kept("113", 张三户=100, 王五户=50),
        kept("113", **{"": -100}),
        kept("113", **{"": -100, "王五户": -50}),
        kept("113", 张三户=-100, 王五户=-50),
        kept("112", 甲=900),
        kept("211", 甲=-900, 乙=-1),
        kept("221", 甲=-900, 乙=1),
    ],
)
def test_counterparties_on_one_side_are_not(end: MonthEnd) -> None:
    assert check_month(end) == []


def test_a_mixed_voucher_is_named_with_what_it_mixes() -> None:
    [remark] = check_month(month({}, VOUCHER._replace(accounts=("101", "1020101", "321", "51302"))))
    assert "凭证 记-2026-03-0001" in remark.violation.zh
    assert "科目 101, 1020101" in remark.violation.zh


YEAR_END = {
    "net_surplus": 13_600,
    "brought_forward": 0,
    "losses_covered": 0,
    "distributable": 13_600,
    "appropriated": 0,
    "to_members": 0,
    "otherwise_distributed": 0,
    "undistributed": 13_600,
}
"""A year that earned 136 yuan and distributed nothing."""


@pytest.mark.parametrize(
    ("figures", "wanted"),
    [
        ({}, []),
        ({"to_members": 20_000, "undistributed": -6_400}, [(True, "over"), (False, "reserve")]),
        ({"to_members": 13_600, "undistributed": 0}, [(False, "reserve")]),
        ({"appropriated": 3_600, "to_members": 10_000, "undistributed": 0}, []),
        ({"appropriated": 3_600, "to_members": 10_001, "undistributed": -1}, [(True, "over")]),
        ({"otherwise_distributed": 13_601, "undistributed": -1}, [(True, "over")]),
        ({"otherwise_distributed": 13_600, "undistributed": 0}, []),
        ({"net_surplus": -5, "distributable": -5, "undistributed": -5}, []),  # a loss, and nothing given
        (
            {
                "net_surplus": -5,
                "brought_forward": 9,
                "distributable": 4,
                "to_members": 4,
                "undistributed": 0,
            },
            [],
        ),
        (
            {
                "brought_forward": -13_600,
                "distributable": 0,
                "to_members": 1,
                "undistributed": -1,
            },
            [(True, "over")],  # all of the surplus is needed for the loss, so none of it is the reserve's
        ),
    ],
)
def test_a_years_distribution_keeps_the_order_of_the_law(
    figures: dict[str, int], wanted: list[tuple[bool, str]]
) -> None:
    codes = {"over": "closing.over_distributed", "reserve": "closing.no_reserve"}
    end = month({}, period="2026-12")._replace(income=YEAR_END | figures)
    assert told(end) == [(stops, codes[rule], "", None) for stops, rule in wanted]


def test_what_was_given_and_what_could_be_is_said() -> None:
    end = month({}, period="2026-12")._replace(
        income=YEAR_END | {"appropriated": 1_000, "to_members": 20_000, "undistributed": -7_400}
    )
    [remark] = check_month(end)
    assert remark.violation.rule.code == "closing.over_distributed"
    assert "分配了 200.00 元，弥补亏损、提取公积公益金后可分的只有 126.00 元" in remark.violation.zh


@pytest.mark.parametrize(
    ("line", "words"),
    [("appropriated", "提取公积公益金"), ("to_members", "向成员分配"), ("otherwise_distributed", "其他")],
)
def test_a_line_of_the_distribution_below_zero_is_remarked(line: str, words: str) -> None:
    end = month({}, period="2026-12")._replace(income=YEAR_END | {line: -50_000, "undistributed": 50_000})
    [remark] = check_month(end)
    assert (remark.stops, remark.violation.rule.code) == (False, "closing.negative_distribution")
    assert f"「{words}」是 -500.00 元" in remark.violation.zh
    assert "蓝字" in remark.violation.zh


def test_nothing_of_a_month_before_december_is_distributed() -> None:
    assert "closing.no_reserve" not in {rule for _, rule, *_ in told(month({}, period="2026-11"))}


def test_a_month_without_vouchers_is_remarked() -> None:
    assert told(month()._replace(vouchers=())) == [(False, "closing.no_vouchers", "", None)]


def test_what_stops_comes_first() -> None:
    remarks = told(month({"181": 1, "121": -1}, VOUCHER._replace(attachments=0)))
    assert [stops for stops, *_ in remarks] == [True, False, False]


# --- transfers
