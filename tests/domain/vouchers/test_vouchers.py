"""Vouchers balance and rest on one side per line; a reversal is the mirror of one voucher, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entry import parse_entry, seal
from domain.kernel.canonical import MAX_SAFE_INTEGER
from domain.kernel.errors import RuleViolation
from domain.kernel.money import format_fen
from domain.policy import Tier
from domain.vouchers import (
    Attachments,
    Line,
    Voucher,
    VoucherPosted,
    amount_fen,
    check_balanced,
    mirrored,
    total_fen,
)
from domain.vouchers.events import MAX_LINES
from domain.vouchers.lines import lines_digest
from domain.vouchers.state import voucher_number

if TYPE_CHECKING:
    from tests.domain.conftest import Village

FEN = st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER).filter(bool)
DEBITS = st.builds(Line, account=st.sampled_from(["101", "513"]), debit_fen=FEN, summary=st.text(max_size=3))
CREDITS = st.builds(Line, account=st.sampled_from(["101", "513"]), credit_fen=FEN, party=st.text(max_size=3))
LINES = st.lists(DEBITS | CREDITS, max_size=8)


def post_lines(village: Village, lines: list[Line]) -> None:
    voucher = Voucher(attachments=Attachments(), date="2026-01-05", lines=lines, summary="摘要")
    village.append(village.statement(VoucherPosted, voucher), "accountant head")


# ------------------------------------------------------------------------------------------ posting


def test_a_voucher_is_counted_in_its_period(village: Village) -> None:
    first = village.voucher(date="2026-01-31")
    village.voucher(date="2026-02-01")
    village.voucher(date="2026-01-01")
    assert village.book.vouchers.counts == {"2026-01": 2, "2026-02": 1}
    posted = village.book.vouchers.posted[first.statement.id]
    assert posted.roles == {"accountant", "head"}
    assert not posted.reversal


def test_all_who_signed_are_remembered(village: Village) -> None:
    entry = village.voucher(by="accountant head cashier")
    assert village.book.vouchers.posted[entry.statement.id].roles == {"accountant", "head", "cashier"}


def test_several_lines_on_each_side(village: Village) -> None:
    village.voucher(("513", 7_000), ("514", 3_000), ("101", -9_999), ("102", -1))
    assert village.book.size == 2


def test_red_lines_balance_too(village: Village) -> None:
    post_lines(village, [Line(account="513", debit_fen=-5), Line(account="101", credit_fen=-5)])
    assert village.book.size == 2


@pytest.mark.parametrize("credit", [-9_999, -10_001, -1, 10_000])
def test_debits_equal_credits(village: Village, credit: int) -> None:
    with village.refuses("voucher.unbalanced"):
        village.voucher(("513", 10_000), ("101", credit))


@pytest.mark.parametrize(
    "line",
    [
        Line(account="101"),
        Line(account="101", debit_fen=5, credit_fen=5),
        Line(account="101", debit_fen=-5, credit_fen=-5),
    ],
    ids=["none", "both", "both red"],
)
def test_a_line_has_one_side(village: Village, line: Line) -> None:
    good = village.lines([("513", 100), ("101", -100)])
    with village.refuses("voucher.one_side"):
        post_lines(village, [*good, line])


def test_the_line_is_named_and_the_difference_told() -> None:
    with pytest.raises(RuleViolation) as caught:
        check_balanced([Line(account="513", debit_fen=5), Line(account="101")])
    assert caught.value.facts == {"line": 2}
    with pytest.raises(RuleViolation) as caught:
        check_balanced([Line(account="513", debit_fen=5), Line(account="101", credit_fen=7)])
    assert caught.value.facts == {"debit": "0.05", "credit": "0.07", "difference": "0.02"}


def test_a_voucher_of_four_hundred_lines_fits_the_log(village: Village) -> None:
    half = MAX_LINES // 2
    village.voucher(*[("513", 10**9)] * half, *[("101", -(10**9))] * half)
    assert village.book.size == 2


def test_more_lines_than_a_voucher_has(village: Village) -> None:
    with village.refuses("entry.malformed"):
        village.voucher(*[("513", 1)] * MAX_LINES, ("101", -MAX_LINES))


@pytest.mark.parametrize("by", ["accountant", "head", "cashier supervisor"])
def test_the_roles_of_the_tier_sign(village: Village, by: str) -> None:
    with village.refuses("policy.roles_missing"):
        village.voucher(by=by)


# ---------------------------------------------------------------------------------------- reversing


def test_a_reversal_cancels_a_voucher(village: Village) -> None:
    voucher = village.voucher()
    reversal = village.reversal(voucher, date="2026-02-03")
    vouchers = village.book.vouchers
    assert vouchers.reversed_by == {voucher.statement.id: reversal.statement.id}
    assert vouchers.posted[reversal.statement.id].reversal
    assert vouchers.counts == {"2026-01": 1, "2026-02": 1}


def test_a_reversal_of_nothing(village: Village) -> None:
    voucher = village.voucher()
    ghost = msgspec.structs.replace(voucher.statement, id="01KDW0000000000000000000ZZ")
    with village.refuses("reversal.unknown"):
        village.reversal(msgspec.structs.replace(voucher, statement=ghost))


def test_a_reversal_of_another_entry(village: Village) -> None:
    opening = village.opening(("101", 100), ("301", -100))
    with village.refuses("reversal.unknown"):
        village.reversal(opening)


def test_a_voucher_is_reversed_once(village: Village) -> None:
    voucher = village.voucher()
    village.reversal(voucher)
    with village.refuses("reversal.twice"):
        village.reversal(voucher)


def test_a_reversal_is_not_reversed(village: Village) -> None:
    reversal = village.reversal(village.voucher())
    with village.refuses("reversal.of_reversal"):
        village.reversal(reversal)


def not_mirrors() -> dict[str, list[Line]]:
    """Return reversals of 513 debit 100.00, 101 credit 100.00 that balance and are not its mirror."""
    debit, credit = Line(account="513", debit_fen=-10_000), Line(account="101", credit_fen=-10_000)
    return {
        "the voucher itself": mirrored([debit, credit]),
        "sides exchanged": [Line(account="513", credit_fen=10_000), Line(account="101", debit_fen=10_000)],
        "less": [Line(account="513", debit_fen=-1), Line(account="101", credit_fen=-1)],
        "another account": [Line(account="514", debit_fen=-10_000), credit],
        "another order": [credit, debit],
        "a line in two": [Line(account="513", debit_fen=-5_000)] * 2 + [credit],
        "another party": [Line(account="513", debit_fen=-10_000, party="张三"), credit],
        "another project": [Line(account="513", debit_fen=-10_000, project="修路"), credit],
    }


@pytest.mark.parametrize("lines", not_mirrors().values(), ids=not_mirrors())
def test_a_reversal_is_the_mirror(village: Village, lines: list[Line]) -> None:
    voucher = village.voucher()
    with village.refuses("reversal.not_mirror"):
        village.reversal(voucher, lines=lines)
    village.reversal(voucher)


def test_a_reversal_balances(village: Village) -> None:
    voucher = village.voucher()
    with village.refuses("voucher.unbalanced"):
        village.reversal(voucher, lines=village.lines([("513", -100), ("101", -100)]))


def test_a_reversal_goes_to_accounts_that_exist(village: Village) -> None:
    voucher = village.voucher()
    with village.refuses("account.unknown"):
        village.reversal(voucher, lines=village.lines([("999", -100), ("101", 100)]))


def test_a_reversal_is_not_dated_before_its_voucher(village: Village) -> None:
    """Else a month that is read for itself would show a red amount of what came later."""
    voucher = village.voucher(date="2026-02-10")
    with village.refuses("reversal.before_original"):
        village.reversal(voucher, date="2026-02-09")
    village.reversal(voucher, date="2026-02-10")


def test_a_reversal_before_the_first_period(village: Village) -> None:
    voucher = village.voucher()
    with village.refuses("period.before_first"):
        village.reversal(voucher, date="2025-12-31")


def test_a_reversal_needs_all_who_signed_the_voucher(village: Village) -> None:
    village.policy(Tier(from_fen=0, roles=["accountant", "head", "supervisor"]))
    voucher = village.voucher(by="accountant head supervisor")
    village.policy(Tier(from_fen=0, roles=["accountant"]))
    with village.refuses("policy.roles_missing"):
        village.reversal(voucher, by="accountant head")
    village.reversal(voucher, by="accountant head supervisor")


def test_a_successor_in_the_same_role_may_reverse(village: Village) -> None:
    voucher = village.voucher()
    village.revoke("accountant")
    village.grant("accountant/2", "new accountant")
    village.reversal(voucher, by="accountant/2 head")
    assert village.book.vouchers.reversed_by.keys() == {voucher.statement.id}


# ------------------------------------------------------------------------------------- arithmetic


@given(LINES)
def test_a_mirror_of_a_mirror_is_the_voucher(lines: list[Line]) -> None:
    assert mirrored(mirrored(lines)) == lines
    assert amount_fen(mirrored(lines)) == amount_fen(lines)


@given(LINES)
def test_balanced_means_equal_sides(lines: list[Line]) -> None:
    difference = sum(line.debit_fen - line.credit_fen for line in lines)
    if difference == 0:
        check_balanced(lines)
        check_balanced(mirrored(lines))
    else:
        with pytest.raises(RuleViolation) as caught:
            check_balanced(lines)
        assert caught.value.facts["difference"] == format_fen(abs(difference))


@given(LINES, LINES)
def test_a_digest_tells_lines_apart(one: list[Line], other: list[Line]) -> None:
    assert (lines_digest(one) == lines_digest(other)) == (one == other)


def test_the_amount_is_the_larger_side_without_signs() -> None:
    lines = [
        Line(account="513", debit_fen=-70),
        Line(account="514", debit_fen=30),
        Line(account="1", credit_fen=4),
    ]
    assert amount_fen(lines) == 100
    assert amount_fen([Line(account="1", credit_fen=-4)]) == 4
    assert amount_fen([]) == 0


@pytest.mark.parametrize(
    ("sides", "total"),
    [
        ([(100, 0), (0, 100)], 100),
        ([(-100, 0), (0, -100)], -100),
        ([(100, 0), (-20, 0), (0, 80)], 80),
        ([(5, 0), (-5, 0)], 0),
        ([(0, 7), (0, -7)], 0),
    ],
)
def test_the_total_is_what_stands_in_the_foot_of_either_column(
    sides: list[tuple[int, int]], total: int
) -> None:
    lines = [Line(account="101", debit_fen=debit, credit_fen=credit) for debit, credit in sides]
    check_balanced(lines)
    assert total_fen(lines) == total == sum(line.credit_fen for line in lines)


def test_a_number_is_derived_from_the_place_in_the_period() -> None:
    assert voucher_number("2026-03", 1) == "记-2026-03-0001"
    assert voucher_number("2026-03", 12_345) == "记-2026-03-12345"


def test_a_posted_voucher_is_read_back_as_it_was(village: Village) -> None:
    entry = village.voucher(("513", 7), ("101", -7))
    again = parse_entry(seal(entry.statement, [village.key("accountant"), village.key("head")]))
    assert again == entry
