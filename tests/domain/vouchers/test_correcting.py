"""A voucher is set right in the way that the law has for it, and the summary says which voucher that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from domain.closing.checks import CORRECTING
from domain.vouchers import Attachments, Line, Voucher, Way, correcting_date, correcting_summary, way_of, ways

if TYPE_CHECKING:
    from tests.domain.conftest import Village


@pytest.mark.parametrize(
    ("date", "open_period", "is_reversed", "wanted"),
    [
        ("2026-03-05", "2026-03", False, (Way.CANCEL, Way.ADJUST)),
        ("2026-01-05", "2026-12", False, (Way.CANCEL, Way.ADJUST)),  # its month is closed, its year is not
        ("2026-03-05", "2026-04", True, (Way.RIGHT,)),
        ("2025-12-31", "2026-01", False, (Way.LATE,)),
        ("2025-12-31", "2026-01", True, (Way.RIGHT,)),
    ],
)
def test_the_way_depends_on_the_year_and_on_the_red_voucher(
    date: str,
    open_period: str,
    is_reversed: bool,  # noqa: FBT001 -- a parameter
    wanted: tuple[Way, ...],
) -> None:
    assert ways(date, open_period, is_reversed=is_reversed) == wanted


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (Way.CANCEL, "注销3月5日记-2026-03-0007号凭证：付水费"),
        (Way.RIGHT, "订正3月5日记-2026-03-0007号凭证：付水费"),
        (Way.ADJUST, "调整3月5日记-2026-03-0007号凭证金额：付水费"),
        (Way.LATE, "更正2026年3月5日记-2026-03-0007号凭证：付水费"),
    ],
)
def test_the_summary_names_the_voucher(way: Way, words: str) -> None:
    assert correcting_summary(way, "2026-03-05", "记-2026-03-0007", "付水费") == words
    assert words.startswith(CORRECTING), "the checklist wants no original of it"
    assert len(correcting_summary(way, "2026-03-05", "记-2026-03-0007", "费" * 200)) == 200


def test_a_voucher_names_the_one_that_it_sets_right(village: Village) -> None:
    wrong = village.voucher()
    village.reversal(wrong)
    right = village.voucher(date="2026-01-20", corrects=wrong)
    assert right.statement.data.corrects == wrong.statement.id  # type: ignore[union-attr]
    assert f'"corrects":"{wrong.statement.id}"'.encode() in right.text


def test_a_voucher_that_sets_nothing_right_has_the_bytes_that_it_had() -> None:
    lines = [Line(account="513", debit_fen=1), Line(account="101", credit_fen=1)]
    plain = Voucher(attachments=Attachments(), date="2026-01-15", lines=lines, summary="购办公用品")
    assert "corrects" not in msgspec.json.decode(msgspec.json.encode(plain))


def test_what_is_set_right_is_a_voucher_of_this_book(village: Village) -> None:
    opening = village.opening(("101", 100), ("301", -100))
    with village.refuses("correction.unknown"):
        village.voucher(corrects=opening)


def test_a_red_voucher_is_not_set_right(village: Village) -> None:
    red = village.reversal(village.voucher())
    with village.refuses("correction.of_reversal"):
        village.voucher(date="2026-01-21", corrects=red)


def test_a_voucher_is_not_set_right_before_its_date(village: Village) -> None:
    wrong = village.voucher(date="2026-01-15")
    with village.refuses("correction.before_original"):
        village.voucher(date="2026-01-14", corrects=wrong)
    village.voucher(date="2026-01-15", corrects=wrong)


@pytest.mark.parametrize(
    ("date", "is_reversed", "wanted"),
    [
        ("2026-03-20", True, Way.RIGHT),
        ("2026-03-20", False, Way.ADJUST),
        ("2027-03-20", False, Way.LATE),
    ],
)
def test_the_way_that_was_taken_is_told_by_the_dates_and_the_red_voucher(
    date: str,
    is_reversed: bool,  # noqa: FBT001 -- a parameter
    wanted: Way,
) -> None:
    assert way_of("2026-03-05", date, was_reversed=is_reversed) is wanted


@pytest.mark.parametrize(
    ("date", "open_period", "today", "proposed"),
    [
        (
            "2025-12-05",
            "2025-12",
            "2026-11-28",
            "2025-12-31",
        ),  # its own month while that is open
        ("2025-12-05", "2025-10", "2026-11-28", "2025-12-31"),
        ("2026-11-05", "2026-10", "2026-11-28", "2026-11-28"),  # today, where that is in it
        ("2026-12-05", "2026-10", "2026-11-28", "2026-12-05"),  # never before the voucher
        ("2026-02-05", "2026-09", "2026-11-28", "2026-09-30"),  # else the oldest that is open
        ("2026-02-05", "2026-11", "2026-11-28", "2026-11-28"),
        ("2025-02-05", "2026-02", "2026-11-28", "2026-02-28"),
        ("2026-11-05", "2026-12", "2026-11-28", "2026-12-01"),
    ],
)
def test_a_date_is_proposed_in_the_period_where_it_belongs(
    date: str, open_period: str, today: str, proposed: str
) -> None:
    assert correcting_date(date, open_period, today) == proposed
