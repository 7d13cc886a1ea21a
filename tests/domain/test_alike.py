"""Vouchers that say the very same are remarked: in the month's checklist and on a draft before it is signed."""

from __future__ import annotations

from typing import Any

import pytest

from domain.closing import Around, check_draft, check_month, likeness
from domain.kernel.errors import Phrase
from domain.vouchers import Attachments, Line, SaltedLine, SaltedVoucher, Voucher
from tests.domain.test_closing import NAMES, month


def voucher(*lines: Line, **fields: Any) -> Voucher:  # noqa: ANN401 -- any field of the struct
    paid = [Line(account="513", debit_fen=500), Line(account="101", credit_fen=500)]
    good: dict[str, Any] = {"attachments": Attachments(count=1), "date": "2026-03-05", "summary": "购灯泡"}
    return Voucher(**good | {"lines": [*lines] or paid} | fields)


BULBS = [Line(account="513", debit_fen=500), Line(account="101", credit_fen=500)]


@pytest.mark.parametrize(
    "other",
    [
        voucher(),
        voucher(*reversed(BULBS)),
        voucher(Line(account="513", debit_fen=500, summary="购灯泡"), BULBS[1]),
        voucher(attachments=Attachments(), source="记-9", resolution="决议", corrects="01J"),
    ],
)
def test_these_say_the_same(other: Voucher) -> None:
    assert likeness(other) == likeness(voucher())


@pytest.mark.parametrize(
    "other",
    [
        voucher(date="2026-03-06"),
        voucher(summary="购灯管"),
        voucher(Line(account="513", debit_fen=500, summary="购灯管"), BULBS[1]),
        voucher(Line(account="513", debit_fen=500, party="五金店"), BULBS[1]),
        voucher(Line(account="513", debit_fen=500, project="路灯"), BULBS[1]),
        voucher(Line(account="513", debit_fen=500, quantity_milli=1_000, unit="只"), BULBS[1]),
        voucher(Line(account="513", debit_fen=501), Line(account="101", credit_fen=501)),
        voucher(Line(account="513", debit_fen=-500), Line(account="101", credit_fen=-500)),
        voucher(*BULBS, *BULBS),
    ],
)
def test_these_do_not(other: Voucher) -> None:
    assert likeness(other) != likeness(voucher())


def test_of_values_outside_the_log_nothing_is_said() -> None:
    lines = [SaltedLine(account="113", debit_fen=5, digests=["x"]), SaltedLine(account="102", credit_fen=5)]
    paid = SaltedVoucher(attachments=Attachments(), date="2026-03-05", lines=lines, summary="发放")
    assert likeness(paid) is None


def test_both_numbers_are_named_and_nothing_is_stopped() -> None:
    twins = [(7, "记-2026-03-0003"), (9, "记-2026-03-0005")]
    [remark] = check_month(month()._replace(alike=[twins]))
    assert (remark.stops, remark.violation.rule.code, remark.entry) == (False, "closing.identical", 9)
    assert remark.violation.zh.startswith("凭证 记-2026-03-0003、记-2026-03-0005 的日期、摘要")
    assert "重复的冲销" in remark.violation.zh


def test_of_many_some_are_named_and_all_counted() -> None:
    twins = [(number, f"记-2026-03-000{number}") for number in range(1, 8)]
    [remark] = check_month(month()._replace(alike=[twins]))
    assert "记-2026-03-0005 等 7 张的日期" in remark.violation.zh
    assert "0006" not in remark.violation.zh


def test_a_draft_is_told_with_what_it_is_like() -> None:
    others: list[str | Phrase] = [
        "记-2026-03-0003",
        Phrase("（待签，会计 制）", "(to be signed, made by accountant)"),
    ]
    [remark] = check_draft(voucher(), NAMES, Around(alike=others))
    assert (remark.stops, remark.violation.rule.code) == (False, "closing.identical")
    assert "凭证 （待签）、记-2026-03-0003、（待签，会计 制） 的日期" in remark.violation.zh
    assert "重复的撤回或不签" in remark.violation.zh
    assert list(check_draft(voucher(), NAMES, Around())) == []
