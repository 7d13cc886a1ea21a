"""A transfer that takes more than stands there: what the desk refuses, and what stops the closing of a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.balances import OPENING, Balances
from domain.closing import excess_of
from domain.vouchers import Attachments, Line, Voucher
from tests.domain.test_closing import month, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.kernel.errors import RuleViolation

DECEMBER = "2026-12"


def balances(**periods: Mapping[str, int]) -> Balances:
    """Return what moved in periods, as `y2026_12`, by account: debits less credits; `opened` before the first."""
    moved = {
        name[1:].replace("_", "-") if name != "opened" else OPENING: {
            account: [max(fen, 0), max(-fen, 0)] for account, fen in accounts.items()
        }
        for name, accounts in periods.items()
    }
    return Balances("rural-collective-2024", moved)


def excess(
    found: Balances, *lines: tuple[str, int], date: str = "2026-12-31", booked: bool = False
) -> RuleViolation | None:
    """Return what is said of a voucher of these lines, debits less credits."""
    made = [Line(account=code, debit_fen=max(fen, 0), credit_fen=max(-fen, 0)) for code, fen in lines]
    voucher = Voucher(attachments=Attachments(), date=date, lines=made, summary="结转")
    return excess_of(found, voucher, booked=booked)


EARNED = {"501": -900, "513": 400, "102": 500}
TRANSFERRED = {"501": 0, "513": 0, "102": 500, "321": -500}
ENDED = {"102": 500, "322": -500}
LOST = {"102": -500, "321": 500}
LOSS_ENDED = {"102": -500, "322": 500}


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        (balances(y2026_12=ENDED), (("321", 500), ("322", -500))),
        (balances(y2026_12=ENDED), (("321", 500), ("32202", -500))),
        (balances(y2026_12=ENDED), (("32101", 500), ("322", -500))),
        (balances(y2026_12=LOSS_ENDED), (("321", -500), ("322", 500))),
        (balances(y2026_12={"321": -100, "322": -400, "102": 500}), (("321", 101), ("322", -101))),
        (balances(y2026_12=ENDED), (("321", 500), ("322", -400), ("311", -100))),
        (balances(opened={"321": -100, "102": 100}, y2026_12=ENDED), (("321", 601), ("322", -601))),
    ],
)
def test_a_years_result_is_transferred_once(found: Balances, lines: tuple[tuple[str, int], ...]) -> None:
    said = excess(found, *lines)
    assert said
    assert said.rule.code == "closing.transfer_too_much"


def test_what_stands_there_and_what_would_be_taken_is_said() -> None:
    left = balances(y2026_12={"321": -100, "322": -400, "102": 500})
    said = excess(left, ("321", 500), ("322", -500))
    assert said
    assert "科目 321 在 2026-12 末只有贷方 1.00 元，这张凭证却要从贷方转出 5.00 元" in said.zh
    early = balances(y2026_12={"501": -100, "102": 600, "322": -500})
    waiting = excess(early, ("321", 500), ("322", -500))
    assert waiting
    assert "科目 321（连同还没有转入的收支） 在 2026-12 末只有贷方 1.00 元" in waiting.zh


@pytest.mark.parametrize(
    ("found", "lines", "date"),
    [
        (balances(y2026_12=TRANSFERRED), (("321", 500), ("322", -500)), "2026-12-31"),
        (balances(y2026_12=TRANSFERRED), (("321", 200), ("322", -200)), "2026-12-31"),  # a part of it
        (balances(y2026_12=LOST), (("321", -500), ("322", 500)), "2026-12-31"),  # a loss
        # made together with the transfers of income and expense, before these are posted
        (balances(y2026_12=EARNED), (("321", 500), ("322", -500)), "2026-12-31"),
        # expense that was found after the transfer
        (balances(y2026_12={"321": 30, "322": -500, "102": 470}), (("321", -30), ("322", 30)), "2026-12-31"),
        # of what was transferred too much the rest is taken back
        (
            balances(y2026_12={"321": 500, "322": -1000, "102": 500}),
            (("321", -500), ("322", 500)),
            "2027-01-05",
        ),
        # what the year before left, though this year has lost since
        (
            balances(y2026_12=TRANSFERRED, y2027_01={"513": 600, "102": -600}),
            (("321", 500), ("322", -500)),
            "2027-01-31",
        ),
        (balances(y2026_12=ENDED), (("321", 5), ("102", -5)), "2026-12-31"),  # no transfer
        (balances(y2026_12=ENDED), (("321", 500), ("321", -500), ("322", 0)), "2026-12-31"),
        (balances(y2026_12=ENDED), (("32202", -500), ("32201", 500)), "2026-12-31"),
    ],
)
def test_what_is_no_excess(found: Balances, lines: tuple[tuple[str, int], ...], date: str) -> None:
    assert excess(found, *lines, date=date) is None


@pytest.mark.parametrize(
    ("left", "moved", "twice"),
    [
        ({"321": 500}, 1_000, True),
        ({"321": -500}, -1_000, True),  # a loss that was transferred twice
        ({"32101": 700, "32102": -200}, 1_000, True),
        ({"321": -500}, 500, False),  # a part of it was transferred
        ({"321": 500}, 0, False),  # a loss that was not
        ({"321": 900, "501": -900}, 900, False),  # what was not transferred yet
    ],
)
def test_a_result_that_was_transferred_twice_stops_the_closing_of_the_year(
    left: dict[str, int], moved: int, *, twice: bool
) -> None:
    """And then nobody is told to transfer what is left, which would be a third."""
    end = month(left, period=DECEMBER)._replace(transferred={"321": moved})
    found = {(stops, code, account) for stops, code, account, _ in told(end)}
    assert ((True, "closing.transferred_twice", "321") in found) == twice
    assert any(code == "closing.not_transferred" for _, code, _ in found) != twice
    assert "closing.transferred_twice" not in {code for _, code, *_ in told(end._replace(period="2026-11"))}


def test_income_that_was_transferred_twice_is_told_once_in_december_too() -> None:
    end = month({"501": 500, "321": -1000}, period=DECEMBER)._replace(transferred={"501": 1_000})
    found = [(code, account) for _, code, account, _ in told(end)]
    assert ("closing.transferred_twice", "501") in found
    assert ("closing.not_transferred", "501") not in found


def test_the_balances_of_several_accounts_are_one_sum() -> None:
    found = balances(opened={"321": -7}, y2026_01={"501": -5, "102": 5}, y2026_02={"32101": 3, "513": 1})
    assert found.total_fen(("5", "321"), "2026-01") == -12
    assert found.total_fen(("5", "321"), "2026-02") == -8


@pytest.mark.parametrize(
    ("found", "lines", "said"),
    [
        (balances(y2026_12={"321": 0} | ENDED), (("321", 500), ("322", -500)), ""),
        (
            balances(y2026_12={"321": 500, "322": -1_000, "102": 500}),
            (("321", 500), ("322", -500)),
            "从科目 321 的贷方转出 5.00 元，而 2026-12 末除它以外那里只有 0.00 元",
        ),
        (
            balances(y2026_12={"501": 900, "321": -1_800, "102": 900}),
            (("501", 900), ("321", -900)),
            "从科目 501 的贷方转出 9.00 元",
        ),
        (balances(y2026_12={"501": 0, "321": -900, "102": 900}), (("501", 900), ("321", -900)), ""),
    ],
)
def test_what_is_booked_past_the_desk_is_told(
    found: Balances, lines: tuple[tuple[str, int], ...], said: str
) -> None:
    told_of = excess(found, *lines, booked=True)
    if not said:
        assert told_of is None
    else:
        assert told_of
        assert told_of.rule.code == "closing.took_too_much"
        assert said in told_of.zh
