"""An adjustment in parts is remarked where the whole would need more than each part."""

from __future__ import annotations

import msgspec
import pytest

from domain.closing import Corrected
from domain.drafts import Parts, in_parts
from domain.policy import Policy, Tier
from domain.vouchers import Attachments, Line, Voucher

LOW = ["accountant", "head"]
TIERS = [
    Tier(from_fen=0, to_fen=50_000, roles=["accountant"]),
    Tier(from_fen=50_000, to_fen=100_000, roles=["accountant", "head"]),
    Tier(from_fen=100_000, roles=["accountant", "head"], resolution=True),
]
DONE = Corrected("记-1", "", ("记-2", "记-3"))


@pytest.fixture
def policy() -> Policy:
    found = Policy()
    found.set(TIERS)
    return found


def adjusting(fen: int = 49_000) -> Voucher:
    lines = [Line(account="51302", debit_fen=fen), Line(account="101", credit_fen=fen)]
    return Voucher(attachments=Attachments(), date="2026-04-05", lines=lines, summary="调整", corrects="1")


@pytest.mark.parametrize(
    ("fen", "before", "wanted"),
    [
        (49_000, 0, ""),
        (49_000, 999, ""),
        (49_000, 1_000, "请负责人也签名"),
        (-49_000, 1_000, "请负责人也签名"),
        (49_000, 98_000, "请负责人也签名，写明所依据的决议"),
    ],
)
def test_the_whole_is_held_against_the_tiers(policy: Policy, fen: int, before: int, wanted: str) -> None:
    said = in_parts(policy, adjusting(fen), Parts(DONE, before), ["accountant"])
    assert bool(said) == bool(wanted)
    if said:
        assert said.zh.startswith("连同 记-2、记-3，对 记-1 的更正合计 ")
        assert f"高于这一张的 490.00 元：{wanted}；" in said.zh


def test_who_has_signed_all_the_same_is_asked_for_no_more(policy: Policy) -> None:
    parts = Parts(DONE, 1_000)
    assert in_parts(policy, adjusting(), parts, LOW) is None
    whole = Parts(DONE, 98_000)
    said = in_parts(policy, adjusting(), whole, LOW)
    assert said
    assert "：写明所依据的决议；" in said.zh
    decided = msgspec.structs.replace(adjusting(), resolution="2026-3 号决议")
    assert in_parts(policy, decided, whole, LOW) is None


def test_a_transfer_needs_no_more_in_parts(policy: Policy) -> None:
    lines = [Line(account="32101", debit_fen=49_000), Line(account="32202", credit_fen=49_000)]
    transfer = msgspec.structs.replace(adjusting(), lines=lines)
    assert in_parts(policy, transfer, Parts(DONE, 98_000), ["accountant"]) is None
