"""Who signs an adjustment is told when it and those before it reach a tier that none of them reaches alone."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from domain.policy import PolicySet, PolicyTiers, Tier
from domain.vouchers import Attachments, Line, Reversal, Voucher, VoucherPosted, VoucherReversed, mirrored
from tests.api.http.at_work import Office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.kernel.statement import Statement
    from tests.api.http.conftest import Door

TIERS = [
    Tier(from_fen=0, to_fen=50_000, roles=["accountant"]),
    Tier(from_fen=50_000, roles=["accountant", "head"]),
]


@pytest.fixture
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def post(door: Door, data: object, kind: type[Statement], *roles: str) -> str:
    """Post an entry and wait until the pages have it; return the id of the newest voucher."""
    assert door.post(door.note(data, kind, *roles), wait=10).status_code == 201
    return list(door.book().vouchers.posted)[-1]


def adjusting(corrects: str, fen: int = 49_000) -> Voucher:
    lines = [Line(account="51302", debit_fen=fen), Line(account="10201", credit_fen=fen)]
    attached = Attachments(count=1)
    return Voucher(attachments=attached, corrects=corrects, date="2026-04-05", lines=lines, summary="调整")


def in_parts(draft: dict[str, Any]) -> list[str]:
    return [one["zh"] for one in draft["remarks"] if one["rule"] == "draft.in_parts"]


def test_adjustments_below_a_tier_are_added_up(office: Office) -> None:
    door, accountant = office.door, office["accountant"]
    post(door, PolicyTiers(tiers=TIERS), PolicySet, "township", "head", "supervisor")
    wrong = post(door, adjusting(""), VoucherPosted, "accountant")
    first = accountant.make(msgspec.to_builtins(adjusting(wrong)))
    assert in_parts(first) == []
    accountant.withdraw(first)
    more = post(door, adjusting(wrong), VoucherPosted, "accountant")
    second = accountant.make(msgspec.to_builtins(adjusting(wrong)))
    [said] = in_parts(second)
    assert "更正合计 980.00 元，审批档次高于这一张的 490.00 元：请负责人也签名" in said
    assert "记-2026-04-" in said
    assert in_parts(office["head"].sign(second).json()) == [], "the head has signed it beside"
    red = Reversal(
        attachments=Attachments(),
        date="2026-04-06",
        lines=mirrored(adjusting("").lines),
        reverses=more,
        summary="注销",
    )
    accountant.withdraw(second)
    post(door, red, VoucherReversed, "accountant")
    again = accountant.make(msgspec.to_builtins(adjusting(wrong)))
    assert in_parts(again) == [], "what was reversed sets nothing right"
