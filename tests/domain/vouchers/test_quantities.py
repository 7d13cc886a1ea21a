"""Quantities go with their unit, have the sign of their amount, and are told with the price of a unit."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.money import plain_fen
from domain.ledger_account import Before, LedgerLine, RowKind, ledger_rows, paged
from domain.vouchers import Attachments, Line, Voucher, VoucherPosted, price_fen, price_text, quantity_text

if TYPE_CHECKING:
    from domain.entry import Entry
    from tests.domain.conftest import Village


def post(village: Village, *lines: Line) -> Entry:
    """Post a voucher."""
    voucher = Voucher(attachments=Attachments(), date="2026-01-05", lines=list(lines), summary="买化肥")
    return village.append(village.statement(VoucherPosted, voucher), "accountant head")


def goods(fen: int, milli: int, unit: str = "公斤", account: str = "121") -> Line:
    """Return a line of goods that came."""
    return Line(account=account, debit_fen=fen, quantity_milli=milli, unit=unit)


def cash(fen: int) -> Line:
    """Return a line of cash paid."""
    return Line(account="101", credit_fen=fen)


def test_goods_come_and_are_taken_back(village: Village) -> None:
    entry = post(village, goods(500, 12_500), cash(500))
    assert village.book.accounts.units == {"121": "公斤"}
    reversal: Any = village.reversal(entry).statement.data
    red = reversal.lines[0]
    assert (red.quantity_milli, red.unit, red.debit_fen) == (-12_500, "公斤", -500)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (goods(500, 1, ""), "quantity.unit"),
        (goods(500, 0), "quantity.unit"),
        (goods(500, -1), "quantity.sign"),
    ],
)
def test_what_is_no_quantity_is_refused(village: Village, line: Line, code: str) -> None:
    with village.refuses(code):
        post(village, line, cash(500))


def test_an_account_keeps_its_unit(village: Village) -> None:
    post(village, goods(500, 1), cash(500))
    with village.refuses("quantity.other_unit"):
        post(village, goods(500, 1, "吨"), cash(500))
    with village.refuses("quantity.other_unit"):
        post(village, goods(5, 1, "只", "131"), goods(5, 1, "头", "131"), cash(10))
    post(village, goods(500, 1, "只", "131"), cash(500))
    post(village, Line(account="121", debit_fen=7), cash(7))  # freight, which has no quantity


@pytest.mark.parametrize(
    ("milli", "text"),
    [(0, ""), (1, "0.001"), (-500, "-0.5"), (12_000, "12"), (100_010, "100.01"), (30_000, "30")],
)
def test_a_quantity_as_it_is_written(milli: int, text: str) -> None:
    assert quantity_text(milli) == text


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12).filter(bool))
def test_a_price_is_within_half_a_fen(fen: int, milli: int) -> None:
    price = price_fen(fen, milli)
    assert price is not None
    assert abs(price - Fraction(fen * 1000, milli)) <= Fraction(1, 2)
    assert price_text(fen, milli) == plain_fen(price)
    assert (price_fen(fen, 0), price_text(fen, 0)) == (None, "")


# -------------------------------------------------------------------------------------- the ledger


def moved(date: str, came: int = 0, went: int = 0) -> LedgerLine:
    """Return a line of goods, of which a unit is worth 2 yuan."""
    fen, milli = 200 * (came or went), 1_000 * (came or went)
    return LedgerLine(
        7, 1, date[:7], date, 1, "121", "摘要", "", "", fen if came else 0, fen if went else 0, (), milli
    )


def test_a_ledger_of_goods() -> None:
    lines = [moved("2025-12-03", came=5), moved("2025-12-08", went=2), moved("2026-01-09", went=-1)]
    before = Before(2_000, 3_000, 1_000, 10_000, 15_000, 5_000)
    rows = ledger_rows(lines, before, "2025-12", "2026-01", carried_through="2025-12")
    assert [(row.summary, row.came_milli, row.went_milli, row.left_milli) for row in rows] == [
        ("期初余额", 0, 0, 10_000),
        ("摘要", 5_000, 0, 15_000),
        ("摘要", 0, 2_000, 13_000),
        ("本月合计", 5_000, 2_000, 13_000),
        ("本年累计", 20_000, 7_000, 13_000),
        ("结转下年", 0, 0, 13_000),
        ("上年结转", 0, 0, 13_000),
        ("摘要", 0, -1_000, 14_000),
        ("本月合计", 0, -1_000, 14_000),
        ("本年累计", 0, -1_000, 14_000),
    ]
    assert all(row.balance_fen * 5 == row.left_milli for row in rows)
    carried = [row for page in paged(rows, 5) for row in page if row.kind is RowKind.carried]
    assert [(row.came_milli, row.went_milli, row.left_milli) for row in carried] == [
        (20_000, 7_000, 13_000),
        (0, 0, 13_000),
    ]
