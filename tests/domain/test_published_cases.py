"""Figures that villages and counties have published, booked and read off the statements to the fen.

No village sheet with opening balances, all items and closing balances was found published; these are what there is. Of
each case the entries around the published figures are constructed.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from domain.chart.conversion import convert
from domain.chart.places import OldBalance, Share
from domain.closing import MonthEnd, check_month
from domain.kernel.money import format_fen, parse_fen
from domain.rolls import Column, Roll, RollCommitted, Row, in_order, root_of, seal_row
from domain.statements import Month, balance_sheet, layout
from domain.vouchers import (
    Attachments,
    Line,
    SaltedLine,
    SaltedVoucher,
    SaltedVoucherPosted,
    Voucher,
    VoucherPosted,
    price_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.statements import BalanceSheet
    from tests.domain.conftest import Village

WAN = 1_000_000
"""Fen in ten thousand yuan (万元)."""

JIAXING = {
    "101": 34_123,
    "111": 57_457,
    "112": 10_208,
    "151": 84_064,
    "153": -50,
    "154": 98_611,
    "201": -130,
    "202": -48_639,
    "212": 2_582,
    "231": -25_345,
    "241": -141_083,
    "321": -71_798,
}
"""嘉兴, in hundredths of 万元 by the chart of 2004, debits positive: 151 less 152, and net assets on 321."""


def sheet(balances: Mapping[str, int]) -> BalanceSheet:
    return balance_sheet(layout("rural-collective-2024"), balances, {})


def wan(found: BalanceSheet, key: str) -> str:
    """Return a line in 万元."""
    [row] = [row for row in (*found.assets, *found.claims) if row.line.key == key]
    return f"{row.closing_fen / WAN:.2f}"


def test_a_countys_totals_come_out_over_the_change_of_the_chart() -> None:
    """2844.13 of assets; 2126.15 of liabilities; 717.98 net: codes 153 and 154, 202 and 211 change their meaning."""
    old = [OldBalance(code, code, hundredths * WAN // 100) for code, hundredths in JIAXING.items()]
    converted = {one.code: one.fen for one in convert(old, {"212": [Share("212")]})}
    found = sheet(converted)
    assert wan(found, "assets") == "2844.13"
    assert wan(found, "liabilities") == "2126.15"
    assert wan(found, "equity") == "717.98"
    assert found.off_by_fen == 0
    assert (wan(found, "construction"), wan(found, "disposal")) == ("986.11", "-0.50")


def test_what_looks_wrong_in_them_is_remarked(village: Village) -> None:
    """应付工资 (once 应付福利费) stands on the wrong side by 25.82 万元."""
    village.opening(("212", 2_582 * WAN // 100), ("301", -2_582 * WAN // 100))
    book = village.book
    end = MonthEnd(
        period="2026-01",
        open_period="2026-01",
        rows=book.trial_balances().trial_balance("2026-01"),
        sides={code: account.side for code, account in book.accounts.by_code.items()},
        names=book.accounts.names,
        vouchers=(),
        dips=(),
    )
    told = {remark.account: remark.violation for remark in check_month(end) if remark.account}
    assert told["212"].rule.code == "closing.wrong_side"
    assert "258,200.00" in told["212"].zh


def test_land_compensation_is_parted_by_area(village: Village) -> None:
    """65.535 亩 at 105,000 are 6,881,175.00; of it 46.220 亩 of the collective are 4,853,100.00."""
    whole, collective = parse_fen("6,881,175.00"), parse_fen("4,853,100.00")
    assert price_text(whole, 65_535) == price_text(collective, 46_220) == "105000.00"
    lines = [
        Line(account="102", debit_fen=whole),
        Line(account="311", credit_fen=collective),
        Line(account="211", credit_fen=whole - collective),
    ]
    data = Voucher(attachments=Attachments(count=2), date="2026-01-20", lines=lines, summary="征地补偿费")
    village.append(village.statement(VoucherPosted, data), "accountant head")
    closing = month(village).closing
    assert format_fen(-closing["311"]) == "4,853,100.00"
    assert format_fen(-closing["211"]) == "2,028,075.00"
    assert price_text(-closing["211"], 19_315) == "105000.00"


def test_a_dividend_by_head_is_the_households_sum(village: Village) -> None:
    """朱大村: 5,347 heads at 22 are 117,634; a household of five gets 110."""
    households = [5] * 1_069 + [2]
    assert sum(households) == 5_347
    rows = [
        seal_row(
            hashlib.sha256(b"%d" % number).digest()[:16], Row(amounts_fen=[22_00 * heads], who=f"{number}")
        )
        for number, heads in enumerate(households)
    ]
    total = sum(22_00 * heads for heads in households)
    assert (format_fen(total), format_fen(22_00 * households[0])) == ("117,634.00", "110.00")
    column = Column(account="113", name="分红", side="credit", total_fen=total)
    data = Roll(
        columns=[column], count=len(rows), kind="dividend", root=root_of(in_order(rows)), summary="分红"
    )
    roll = village.append(village.statement(RollCommitted, data), "accountant head")
    voucher = SaltedVoucher(
        attachments=Attachments(count=1),
        date="2026-01-25",
        lines=[SaltedLine(account="322", debit_fen=total), SaltedLine(account="113", credit_fen=total)],
        roll=roll.statement.id,
        summary="向成员分配",
    )
    village.append(village.statement(SaltedVoucherPosted, voucher), "accountant head")
    assert format_fen(-month(village).closing["113"]) == "117,634.00"


def test_a_quarters_control_totals(village: Village) -> None:
    """东书村: 139 items of 222,801.00 in all, the largest 4,295, the smallest 24."""
    whole, count = 222_801, 139
    middle, rest = divmod(whole - 4_295 - 24, count - 2)
    items = [4_295, 24, *[middle + 1] * rest, *[middle] * (count - 2 - rest)]
    assert (len(items), sum(items), max(items), min(items)) == (139, 222_801, 4_295, 24)
    village.opening(("101", 30_000_000), ("301", -30_000_000))
    for number, yuan in enumerate(items):
        village.voucher(("513", yuan * 100), ("101", -yuan * 100), date=f"2026-01-{1 + number % 28:02d}")
    rows = month(village).detail_rows(village.book.accounts.names)
    assert [(row.account, format_fen(row.month_fen)) for row in rows] == [("513", "222,801.00")]
    assert village.book.vouchers.counts == {"2026-01": 139}


def test_a_voucher_that_is_split_over_two_accounts(village: Village) -> None:
    """235.00 and 2,520.00 (2,145 + 375) are the slips of 2,145 and 610: 2,755.00."""
    for code in ("51407", "5140704", "514070404", "51401", "5140199", "10201", "1020101"):
        village.account(code)
    village.voucher(("514070404", 23_500), ("5140199", 214_500 + 37_500), ("1020101", -(214_500 + 61_000)))
    found = month(village)
    rows = {row.account: format_fen(row.month_fen) for row in found.detail_rows(village.book.accounts.names)}
    assert rows == {"514070404": "235.00", "5140199": "2,520.00"}
    assert format_fen(-found.closing["1020101"]) == "2,755.00"
    assert sheet(found.closing).off_by_fen == 0


def month(village: Village) -> Month:
    """Return the first month of the village's book."""
    rows = village.book.trial_balances().trial_balance("2026-01")
    return Month("2026-01", rows, {}, opens=True)
