"""What is remarked on a voucher that sets right what was set right before, as a draft and once it is posted."""

from __future__ import annotations

import pytest

from domain.closing import Cancelled, Corrected, Correction, check_month, corrected_twice
from domain.kernel.errors import Phrase
from tests.domain.test_closing import month

OWN, DRAFT = Phrase("凭证 记-5 ", "voucher 记-5"), Phrase("这一张", "this one")


def told(correction: Correction) -> dict[str, str]:
    remarks = list(corrected_twice(correction))
    assert not any(one.stops for one in remarks)
    assert {one.entry for one in remarks} <= {correction.entry}
    return {one.violation.rule.code: one.violation.zh for one in remarks}


@pytest.mark.parametrize(
    ("cancels", "summary", "red", "by", "codes"),
    [
        (False, "调整", "", (), []),
        (False, "调整", "", ("记-2",), ["draft.corrected"]),
        (False, "订正", "记-2", (), []),
        (False, "订正", "记-2", ("记-3",), ["draft.corrected"]),
        (False, "调整", "记-2", (), ["draft.adjusts_reversed"]),
        (True, "注销", "", (), []),
        (True, "注销", "", ("记-2", "记-3"), ["draft.adjusted"]),
    ],
)
def test_what_was_done_before_is_told(
    cancels: bool,  # noqa: FBT001
    summary: str,
    red: str,
    by: tuple[str, ...],
    codes: list[str],
) -> None:
    before = Corrected("记-1", red, by)
    assert list(told(Correction(None, DRAFT, summary, cancels, before))) == codes
    assert list(told(Correction(7, OWN, summary, cancels, before))) == codes


def test_a_draft_is_withdrawn_and_what_is_posted_reversed() -> None:
    before = Corrected("记-1", "", ("记-2", "记-3"))
    draft = told(Correction(None, DRAFT, "调整", cancels=False, before=before))["draft.corrected"]
    assert draft == "记-1 已由 记-2、记-3 更正过；请先核对那里更正了什么，这一张重复的就撤回或不签它"
    posted = told(Correction(7, OWN, "调整", cancels=False, before=before))["draft.corrected"]
    assert posted.endswith("凭证 记-5 重复的就冲销它")


@pytest.mark.parametrize(
    ("accounts", "codes"),
    [
        (("101", "51302"), ["closing.not_replaced"]),
        (("321", "51302"), []),  # proposed anew, by a voucher that names none
        (("3220102", "32202"), []),
        (("101", "32202"), ["closing.not_replaced"]),
    ],
)
def test_what_is_cancelled_and_not_made_anew_is_remarked(accounts: tuple[str, ...], codes: list[str]) -> None:
    end = month()._replace(cancelled=[Cancelled(7, "记-1", "付办公费", accounts, "记-2")])
    found = check_month(end)
    assert [(one.violation.rule.code, one.entry, one.stops) for one in found] == [
        (code, 7, False) for code in codes
    ]
