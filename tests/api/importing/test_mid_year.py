"""A book that begins in mid-year (年中建账): the year's result is told by income and expense, not by 321."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.importing import read_folder
from projections.balances import trial_balance
from projections.closing import checklist
from projections.statements import income_statement
from tests.api.importing.conftest import BOOK, BOOK_TOML

if TYPE_CHECKING:
    from tests.api.importing.conftest import Village

HEADER = "日期,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,附件数\n"
BY_RESULT = """\
科目编码,科目名称,借方余额,贷方余额
101,库存现金,"3,000.00",
321,本年收益,,"{result}"
301,资本,,"{capital}"
"""
BY_INCOME = """\
科目编码,科目名称,借方余额,贷方余额
101,库存现金,"3,000.00",
50102,租金收入,,"3,000.00"
"""


def begin(village: Village, opened: str, opening: str) -> list[str]:
    """Import the village as it begins; return what is told of 321."""
    village.write("book.toml", BOOK_TOML.replace("2026-01", opened))
    village.write("opening.csv", opening)
    village.write("journal.csv", HEADER)
    told = [notice.zh for notice in read_folder(village.folder).notices if "321" in notice.zh]
    village.run()
    return told


def remarked(village: Village, period: str) -> list[str]:
    """Return what the checklist remarks on the opening's result."""
    with village.service.pool.connection() as connection:
        found = checklist(connection, BOOK, period).remarks
    return [one.violation.zh for one in found if one.violation.rule.code == "closing.opened_result"]


@pytest.mark.parametrize(
    ("opened", "result", "told"),
    [("2026-07", "1,200.00", "1,200.00"), ("2026-07", "-200.00", "-200.00"), ("2026-01", "1,200.00", "")],
)
def test_a_result_at_an_opening_in_mid_year_is_told(
    village: Village, opened: str, result: str, told: str
) -> None:
    capital = {"1,200.00": "1,800.00", "-200.00": "3,200.00"}[result]
    notices = begin(village, opened, BY_RESULT.format(result=result, capital=capital))
    assert len(notices) == bool(told)
    if told:
        assert "501 至 521" in notices[0]
        assert f"填在 321 的 {told} 元算作年初未分配收益" in notices[0]
    assert [told in one for one in remarked(village, "2026-12")] == [True] * bool(told)
    assert remarked(village, "2026-08") == []
    assert remarked(village, "2027-12") == []


def test_the_years_income_at_the_opening_is_this_years(village: Village) -> None:
    assert begin(village, "2026-07", BY_INCOME) == []
    assert remarked(village, "2026-12") == []
    with village.service.pool.connection() as connection:
        figures = {row.line.key: row.amount_fen for row in income_statement(connection, BOOK, "2026-07").rows}
        trial = {row.account: row for row in trial_balance(connection, BOOK, "2026-07").rows}
    assert figures["net_surplus"] == 300_000
    assert (trial["50102"].closing_credit_fen, trial["50102"].year_credit_fen) == (300_000, 0)  # ADR 0028
