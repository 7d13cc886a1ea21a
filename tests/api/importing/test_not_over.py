"""A book whose open month still runs: the checklist says so, by the clock of the door that gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.clock import now
from api.closing import checklist
from domain.kernel.period import last_day, next_period, previous_period
from tests.api.importing.conftest import BOOK, BOOK_TOML

if TYPE_CHECKING:
    from tests.api.importing.conftest import Village

HEADER = "日期,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,附件数\n"
OPENING = '科目编码,科目名称,借方余额,贷方余额\n101,库存现金,"3,000.00",\n301,资本,,"3,000.00"\n'


@pytest.mark.parametrize("is_past", [False, True])
def test_the_open_month_is_remarked_until_its_last_day(village: Village, *, is_past: bool) -> None:
    today = now()[:10]
    period = previous_period(today[:7]) if is_past else today[:7]
    village.write("book.toml", BOOK_TOML.replace("2026-01", period))
    village.write("opening.csv", OPENING)
    village.write("journal.csv", HEADER)
    village.run()
    with village.service.pool.connection() as connection:
        found = {
            one: checklist(connection, BOOK, one, village.service.attachments).remarks
            for one in (period, next_period(period))
        }
    said = {one: [told.violation.rule.code for told in remarks] for one, remarks in found.items()}
    assert ("closing.not_over" in said[period]) is (today < last_day(period))
    assert "closing.not_over" not in said[next_period(period)]
