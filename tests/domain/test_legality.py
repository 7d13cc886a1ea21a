"""Distributing in mid-year more than there is: remarked in that month, and on the draft before it is signed."""

from __future__ import annotations

import pytest

from domain.closing import Around, check_draft
from domain.vouchers import Attachments, Line, Voucher
from tests.domain.test_closing import NAMES, YEAR_END, month, told

MEMBERS = {"to_members": 20_000}
OVER = {"to_members": 20_000, "undistributed": -6_400}
REMARK = (False, "closing.over_distributed_so_far", "", None)


def voucher(*lines: tuple[str, int]) -> Voucher:
    """Return a voucher of lines, debits less credits."""
    made = [Line(account=code, debit_fen=max(fen, 0), credit_fen=max(-fen, 0)) for code, fen in lines]
    return Voucher(attachments=Attachments(count=1), date="2026-05-20", lines=made, summary="分红")


@pytest.mark.parametrize(
    ("figures", "before", "remarked"),
    [
        (OVER, 0, True),
        (OVER, 19_999, True),
        (OVER, 20_000, False),  # it was given in an earlier month, and remarked there if it was too much then
        (OVER, 20_001, False),  # some of it was taken back
        ({"to_members": 13_600, "undistributed": 0}, 0, False),
        ({"otherwise_distributed": 13_601, "undistributed": -1}, 0, True),
        (
            {"net_surplus": -5, "distributable": -5, "undistributed": -5},
            0,
            False,
        ),  # a loss, and nothing given
    ],
)
def test_what_is_distributed_beyond_is_remarked_in_its_month(
    figures: dict[str, int], before: int, *, remarked: bool
) -> None:
    """A warning: what the year still earns may set it right."""
    end = month({}, period="2026-05")._replace(income=YEAR_END | figures, given_before_fen=before)
    assert told(end) == ([REMARK] if remarked else [])


def test_december_stops_as_before_whenever_it_was_given() -> None:
    end = month({}, period="2026-12")._replace(income=YEAR_END | OVER, given_before_fen=20_000)
    assert (True, "closing.over_distributed", "", None) in told(end)
    assert REMARK not in told(end)


def test_a_draft_is_told_before_it_is_signed() -> None:
    paid = voucher(("32202", 20_000), ("11301", -20_000))
    [remark] = check_draft(paid, NAMES, Around(own=MEMBERS, income=YEAR_END | OVER))
    assert (remark.stops, remark.violation.rule.code) == REMARK[:2]
    assert "连同这一张，到 2026-05 末今年已向成员和其他分配 200.00 元" in remark.violation.zh
    assert "可分的只有 136.00 元" in remark.violation.zh
    assert "多分的撤回或不签，改正" in remark.violation.zh
    assert (
        list(
            check_draft(
                paid, NAMES, Around(own=MEMBERS, income=YEAR_END | {"to_members": 13_600, "undistributed": 0})
            )
        )
        == []
    )
    assert list(check_draft(paid, NAMES, Around())) == []
