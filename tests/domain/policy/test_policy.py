"""The approval policy: tiers cover every amount once, and a voucher needs the roles of its tier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policy import Policy, Tier

if TYPE_CHECKING:
    from tests.domain.conftest import Village

LOW = Tier(from_fen=0, to_fen=100_000, roles=["accountant", "cashier"])
MIDDLE = Tier(from_fen=100_000, to_fen=1_000_000, roles=["accountant", "head"])
HIGH = Tier(from_fen=1_000_000, roles=["accountant", "head", "supervisor"], resolution=True)


def spend(village: Village, fen: int, by: str, resolution: str = "") -> None:
    village.voucher(("513", fen), ("101", -fen), by=by, resolution=resolution)


def test_until_a_policy_is_set_accountant_and_head_sign(village: Village) -> None:
    spend(village, 10_000_000_00, "accountant head")
    with village.refuses("policy.roles_missing"):
        spend(village, 1, "accountant cashier supervisor")


@pytest.mark.parametrize(
    ("fen", "too_few", "enough"),
    [
        (1, "accountant head", "accountant cashier"),
        (99_999, "cashier", "accountant cashier"),
        (100_000, "accountant cashier", "accountant head"),
        (999_999, "head", "accountant head"),
        (1_000_000, "accountant head", "accountant head supervisor"),
        (999_999_999_999, "accountant supervisor", "accountant head supervisor"),
    ],
)
def test_the_amount_decides_who_signs(village: Village, fen: int, too_few: str, enough: str) -> None:
    village.policy(LOW, MIDDLE, HIGH)
    with village.refuses("policy.roles_missing"):
        spend(village, fen, too_few, resolution="2026-3")
    spend(village, fen, enough, resolution="2026-3")


def test_red_amounts_count_as_positive(village: Village) -> None:
    village.policy(LOW, MIDDLE, HIGH)
    red = [(account, -fen) for account, fen in (("513", 1_000_000), ("101", -1_000_000))]
    with village.refuses("policy.roles_missing"):
        village.voucher(*red, by="accountant head", resolution="2026-3")


def test_the_whole_voucher_counts_not_its_lines(village: Village) -> None:
    village.policy(LOW, MIDDLE, HIGH)
    with village.refuses("policy.roles_missing"):
        village.voucher(("513", 60_000), ("514", 60_000), ("101", -120_000), by="accountant cashier")


def test_a_high_amount_rests_on_a_resolution(village: Village) -> None:
    village.policy(LOW, MIDDLE, HIGH)
    with village.refuses("policy.no_resolution"):
        spend(village, 1_000_000, "accountant head supervisor")
    spend(village, 1_000_000, "accountant head supervisor", resolution="2026年第3号成员大会决议")


def test_a_policy_holds_from_the_next_entry_on(village: Village) -> None:
    spend(village, 1_000_000, "accountant head")
    village.policy(LOW, MIDDLE, HIGH)
    with village.refuses("policy.roles_missing"):
        spend(village, 1_000_000, "accountant head")
    village.policy(Tier(from_fen=0, roles=["accountant", "head"]))
    spend(village, 1_000_000, "accountant head")


@pytest.mark.parametrize(
    "tiers",
    [
        [Tier(from_fen=1, roles=["head"])],
        [Tier(from_fen=0, to_fen=100, roles=["head"])],
        [LOW],
        [LOW, HIGH],
        [LOW, LOW, MIDDLE, HIGH],
        [MIDDLE, LOW, HIGH],
        [LOW, Tier(from_fen=99_999, roles=["head"])],
        [HIGH, Tier(from_fen=0, roles=["head"])],
        [Tier(from_fen=0, roles=["head"]), Tier(from_fen=0, roles=["head"])],
        [Tier(from_fen=0, to_fen=0, roles=["head"]), Tier(from_fen=0, roles=["head"])],
        [LOW, Tier(from_fen=100_000, to_fen=50, roles=["head"]), Tier(from_fen=50, roles=["head"])],
    ],
    ids=str,
)
def test_tiers_that_do_not_cover_every_amount_once(village: Village, tiers: list[Tier]) -> None:
    with village.refuses("policy.tiers"):
        village.policy(*tiers)


@pytest.mark.parametrize("by", ["township head", "township supervisor", "head supervisor accountant"])
def test_township_head_and_supervisor_set_the_policy(village: Village, by: str) -> None:
    with village.refuses("policy.roles_missing"):
        village.policy(LOW, MIDDLE, HIGH, by=by)


@given(st.sets(st.integers(1, 2**53 - 1), max_size=6), st.integers(0, 2**53 - 1))
def test_every_amount_has_the_one_tier_that_spans_it(cuts: set[int], amount: int) -> None:
    floors = [0, *sorted(cuts)]
    ceilings = [*floors[1:], None]
    tiers = [
        Tier(from_fen=low, roles=["head"])
        if high is None
        else Tier(from_fen=low, to_fen=high, roles=["head"])
        for low, high in zip(floors, ceilings, strict=True)
    ]
    policy = Policy()
    policy.set(tiers)
    spanning = [
        tier
        for tier, high in zip(tiers, ceilings, strict=True)
        if tier.from_fen <= amount and (high is None or amount < high)
    ]
    assert [policy.tier(amount)] == spanning


@pytest.mark.parametrize(
    ("amounts", "is_tiered"),
    [
        ((("501", 500_000), ("321", -500_000)), False),
        ((("321", 500_000), ("513", -500_000)), False),
        ((("321", 500_000), ("322", -500_000)), False),
        ((("322", 500_000), ("322", -500_000)), False),
        ((("322", 500_000), ("501", -500_000)), True),  # income that no statement shows
        ((("513", 500_000), ("322", -500_000)), True),
        ((("501", 500_000), ("321", -400_000), ("322", -100_000)), True),
        ((("322", 500_000), ("311", -500_000)), True),  # distributes
        ((("322", 500_000), ("113", -500_000)), True),
        ((("321", 500_000), ("102", -500_000)), True),
        ((("511", 500_000), ("513", -500_000)), True),  # transfers nothing
    ],
)
def test_a_transfer_pays_nobody_and_is_of_the_lowest_tier(
    village: Village,
    amounts: tuple[tuple[str, int], ...],
    is_tiered: bool,  # noqa: FBT001 -- a parameter
) -> None:
    large = Tier(from_fen=500_000, roles=["accountant", "head", "township"], resolution=True)
    village.policy(Tier(from_fen=0, to_fen=500_000, roles=["accountant", "head"]), large)
    if is_tiered:
        with village.refuses("policy.roles_missing"):
            village.voucher(*amounts)
    else:
        village.voucher(*amounts)
