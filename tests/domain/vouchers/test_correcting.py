"""A voucher is set right in the way that the law has for it, and the summary says which voucher that is."""

from __future__ import annotations

import pytest

from domain.closing.checks import CORRECTING
from domain.vouchers import Way, correcting_summary, ways


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
