"""A roll commits to salted rows; a voucher books each of its totals, once; all rows together give root and totals."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tlog.proof import check_inclusion, inclusion_proof
from domain.kernel.disclosure import disclosure
from domain.kernel.errors import RuleViolation
from domain.kernel.merkle import leaf_hash
from domain.rolls import (
    Column,
    Roll,
    RollCommitted,
    Row,
    check_rows,
    in_order,
    read_row,
    root_of,
    seal_row,
    tree_of,
)
from domain.vouchers import Attachments, SaltedLine, SaltedVoucher, SaltedVoucherPosted

if TYPE_CHECKING:
    from domain.entry import Entry
    from tests.domain.conftest import Village

HOUSEHOLDS = [("张三户", 12_050), ("李四户", 8_000), ("王五户", -50)]
TOTAL = 20_000


def salt(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()[:16]


def rows_of(households: list[tuple[str, int]]) -> list[str]:
    return [
        seal_row(salt(number), Row(amounts_fen=[fen], who=who))
        for number, (who, fen) in enumerate(households)
    ]


ROWS = rows_of(HOUSEHOLDS)


def roll(**fields: object) -> Roll:
    good: dict[str, object] = {
        "columns": [Column(account="113", name="分红", side="credit", total_fen=TOTAL)],
        "count": len(ROWS),
        "kind": "dividend",
        "root": root_of(in_order(ROWS)),
        "summary": "2025年度分红",
    }
    return msgspec.convert(msgspec.to_builtins(good | fields), Roll)


def commit(village: Village, by: str = "accountant head", **fields: object) -> Entry:
    return village.append(village.statement(RollCommitted, roll(**fields)), by)


def book(village: Village, roll_id: str, *amounts: tuple[str, int], by: str = "accountant head") -> Entry:
    lines = [
        SaltedLine(account=account, debit_fen=max(fen, 0), credit_fen=max(-fen, 0))
        for account, fen in amounts
    ]
    data = SaltedVoucher(
        attachments=Attachments(count=1), date="2026-01-20", lines=lines, roll=roll_id, summary="分红入账"
    )
    return village.append(village.statement(SaltedVoucherPosted, data), by)


# -------------------------------------------------------------------------------------- the entry


def test_a_roll_is_booked_by_its_voucher(village: Village) -> None:
    entry = commit(village)
    voucher = book(village, entry.statement.id, ("322", TOTAL), ("113", -TOTAL))
    assert village.book.rolls.by_voucher == {voucher.statement.id: entry.statement.id}
    assert village.book.rolls.at(1) == entry.statement.data


def test_accounts_below_count_too(village: Village) -> None:
    village.account("11301", "一组")
    village.account("11302", "二组")
    entry = commit(village)
    book(village, entry.statement.id, ("322", TOTAL), ("11301", -1), ("11302", 1 - TOTAL))


@pytest.mark.parametrize(
    "amounts",
    [
        (("322", TOTAL - 1), ("113", 1 - TOTAL)),
        (("113", TOTAL), ("322", -TOTAL)),
        (("322", TOTAL), ("211", -TOTAL)),
        (("322", TOTAL), ("113", 5 - TOTAL), ("211", -5)),
    ],
)
def test_totals_agree(village: Village, amounts: tuple[tuple[str, int], ...]) -> None:
    entry = commit(village)
    with village.refuses("roll.total"):
        book(village, entry.statement.id, *amounts)


def test_every_column_is_booked(village: Village) -> None:
    columns = [
        {"account": "513", "name": "应发", "side": "debit", "total_fen": 10_000},
        {"account": "214", "name": "代扣", "side": "credit", "total_fen": 500},
        {"account": "212", "name": "实发", "side": "credit", "total_fen": 9_500},
    ]
    entry = commit(village, columns=columns, kind="wages")
    with village.refuses("roll.total"):
        book(village, entry.statement.id, ("513", 10_000), ("214", -400), ("212", -9_600))
    book(village, entry.statement.id, ("513", 10_000), ("214", -500), ("212", -9_500))


def test_a_roll_is_booked_once_until_its_voucher_is_reversed(village: Village) -> None:
    entry = commit(village)
    amounts = (("322", TOTAL), ("113", -TOTAL))
    first = book(village, entry.statement.id, *amounts)
    with village.refuses("roll.booked"):
        book(village, entry.statement.id, *amounts)
    village.reversal(first)
    book(village, entry.statement.id, *amounts)


def test_a_roll_that_is_not_there_cannot_be_booked(village: Village) -> None:
    with village.refuses("roll.unknown"):
        book(village, "01KDTJ6D0199999999999999PJ", ("322", TOTAL), ("113", -TOTAL))


def test_a_roll_names_accounts_that_exist(village: Village) -> None:
    with village.refuses("roll.account"):
        commit(village, columns=[{"account": "99999", "name": "x", "side": "debit", "total_fen": 1}])


def test_accountant_and_head_sign(village: Village) -> None:
    for by in ("accountant", "head", "township supervisor"):
        with village.refuses("policy.roles_missing"):
            commit(village, by)


@pytest.mark.parametrize(
    "fields",
    [{"count": 0}, {"count": 10_001}, {"columns": []}, {"root": "x"}, {"kind": "gift"}, {"summary": ""}],
)
def test_limits(fields: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        roll(**fields)


# --------------------------------------------------------------------------------------- the rows


def test_all_rows_give_root_and_totals() -> None:
    assert {row.who for row in check_rows(roll(), ROWS)} == {who for who, _ in HOUSEHOLDS}
    assert check_rows(roll(), reversed(ROWS)) == check_rows(roll(), ROWS)


@pytest.mark.parametrize(
    "rows",
    [ROWS[:2], [*ROWS, ROWS[0]], [*ROWS[:2], seal_row(salt(9), Row(amounts_fen=[-50], who="王五户"))], []],
    ids=["left out", "twice", "another salt", "none"],
)
def test_other_rows_are_refused(rows: list[str]) -> None:
    with pytest.raises(RuleViolation) as caught:
        check_rows(roll(), rows)
    assert caught.value.rule.code == "row.root"


def test_a_wrong_total_is_refused() -> None:
    wrong = Column(account="113", name="分红", side="credit", total_fen=TOTAL + 1)
    with pytest.raises(RuleViolation) as caught:
        check_rows(msgspec.structs.replace(roll(), columns=[wrong]), ROWS)
    assert caught.value.rule.code == "row.total"


def test_a_row_has_an_amount_for_each_column() -> None:
    rows = [seal_row(salt(1), Row(amounts_fen=[1, 2], who="张三户"))]
    with pytest.raises(RuleViolation) as caught:
        check_rows(roll(count=1, root=root_of(rows)), rows)
    assert caught.value.rule.code == "row.malformed"


@pytest.mark.parametrize(
    "disclosed",
    [
        disclosure(salt(1), "party", {"amounts_fen": [1], "who": "张三"}),
        disclosure(salt(1), "row", {"amounts_fen": [], "who": "张三"}),
        disclosure(salt(1), "row", {"amounts_fen": [1], "who": "张三", "id_number": "x"}),
        disclosure(salt(1), "row", "张三"),
    ],
)
def test_what_is_no_row(disclosed: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        read_row(disclosed)
    assert caught.value.rule.code == "row.malformed"


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=40))
def test_every_row_is_included_at_its_place(amounts: list[int]) -> None:
    rows = in_order(rows_of([(f"{number}户", fen) for number, fen in enumerate(amounts)]))
    tree = tree_of(rows)
    for place, row in enumerate(rows):
        path = inclusion_proof(place, len(rows), tree)
        check_inclusion(leaf_hash(row.encode()), place, len(rows), path, base64.b64decode(root_of(rows)))
