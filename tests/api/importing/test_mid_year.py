"""A book that begins in mid-year (年中建账): the year's result is told by income and expense, not by 321."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.clock import now
from api.importing import ImportRefused, read_folder
from domain.book import Book
from domain.entry import seal
from domain.kernel.errors import RULES
from domain.kernel.ulid import derive
from domain.opening import Balances, OpeningPosted
from domain.vouchers import Line
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

BY_DISTRIBUTION = """\
科目编码,科目名称,借方余额,贷方余额
101,库存现金,"8,000.00",
311,公积公益金,,"2,000.00"
3220101,{name},"2,000.00",
32202,未分配收益,,"7,000.00"
50102,租金收入,,"1,500.00"
51302,办公费,500.00,
"""
OF_A_LOSS = """\
科目编码,科目名称,借方余额,贷方余额
101,库存现金,5.00,
32202,未分配收益,5.00,
301,资本,,10.00
"""


def begin(village: Village, opened: str, opening: str, of: str = "321") -> list[str]:
    """Import the village as it begins; return what is told of 321, or of another account."""
    village.write("book.toml", BOOK_TOML.replace("2026-01", opened))
    village.write("opening.csv", opening)
    village.write("journal.csv", HEADER)
    told = [notice.zh for notice in read_folder(village.folder).notices if of in notice.zh]
    village.run()
    return told


def remarked(village: Village, period: str, code: str = "closing.opened_result") -> list[str]:
    """Return what the checklist remarks on the opening's result, or by another rule."""
    with village.service.pool.connection() as connection:
        found = checklist(connection, BOOK, period).remarks
    return [one.violation.zh for one in found if one.violation.rule.code == code]


@pytest.mark.parametrize(
    ("opened", "result", "told"),
    [("2026-07", "1,200.00", "1,200.00"), ("2026-07", "-200.00", "-200.00")],
)
def test_a_result_at_an_opening_in_mid_year_is_told(
    village: Village, opened: str, result: str, told: str
) -> None:
    capital = {"1,200.00": "1,800.00", "-200.00": "3,200.00"}[result]
    notices = begin(village, opened, BY_RESULT.format(result=result, capital=capital))
    assert len(notices) == 1
    assert "501 至 521" in notices[0]
    assert f"填在 321 的 {told} 元算作年初未分配收益" in notices[0]
    assert [told in one for one in remarked(village, "2026-12")] == [True]
    assert remarked(village, "2026-08") == []
    assert remarked(village, "2027-12") == []


def test_a_result_at_the_beginning_of_a_year_was_to_be_transferred(village: Village) -> None:
    [told] = begin(village, "2026-01", BY_RESULT.format(result="1,200.00", capital="1,800.00"))
    assert "应已在上年末转入 322" in told
    assert "读到 1,200.00 元" in told
    assert RULES["closing.result_left"](amount="1,200.00", opened="2026-01").zh in told
    assert remarked(village, "2026-12") == [], "it is no income of a year's middle"


def test_the_years_income_at_the_opening_is_this_years(village: Village) -> None:
    assert begin(village, "2026-07", BY_INCOME) == []
    assert remarked(village, "2026-12") == []
    with village.service.pool.connection() as connection:
        figures = {row.line.key: row.amount_fen for row in income_statement(connection, BOOK, "2026-07").rows}
        trial = {row.account: row for row in trial_balance(connection, BOOK, "2026-07").rows}
    assert figures["net_surplus"] == 300_000
    assert (trial["50102"].closing_credit_fen, trial["50102"].year_credit_fen) == (300_000, 0)  # ADR 0028


@pytest.mark.parametrize("name", ["提取公积公益金", ""])
def test_a_distribution_before_the_opening_is_told(village: Village, name: str) -> None:
    """It is netted into what is brought forward: neither the statement nor a proposal knows of it."""
    notices = begin(village, "2026-07", BY_DISTRIBUTION.format(name=name), "3220101")
    assert len(notices) == 1
    assert "3220101 提取公积公益金的借方期初余额 2,000.00 元" in notices[0]
    assert "在建账当月作凭证补记" in notices[0]
    code = "closing.opened_distribution"
    assert remarked(village, "2026-12", code) == notices
    assert remarked(village, "2026-08", code) == []
    assert remarked(village, "2027-12", code) == []
    with village.service.pool.connection() as connection:
        figures = {row.line.key: row.amount_fen for row in income_statement(connection, BOOK, "2026-12").rows}
    assert (figures["brought_forward"], figures["appropriated"]) == (500_000, 0)


def test_income_that_was_not_transferred_at_the_years_end_is_refused(village: Village) -> None:
    """It would count as income of the year that begins."""
    with pytest.raises(ImportRefused) as caught:
        begin(village, "2026-01", BY_DISTRIBUTION.format(name="提取公积公益金"))
    assert village.entries() == []
    [problem] = caught.value.problems
    assert (problem.file, problem.rule, problem.row) == ("opening.csv", "import.income_left", 6)
    assert "2 个收支科目" in problem.zh
    assert "1,000.00" in problem.zh
    for account in ("321", "322"):
        assert account in problem.zh
        assert account in problem.en


@pytest.mark.parametrize(
    ("opened", "opening"),
    [
        (
            "2026-01",
            BY_DISTRIBUTION.format(name="提取公积公益金").partition("50102")[0].replace("7,000", "8,000"),
        ),
        ("2026-07", OF_A_LOSS),
    ],
)
def test_no_distribution_before_the_opening(village: Village, opened: str, opening: str) -> None:
    assert begin(village, opened, opening, "借方期初余额") == []
    assert remarked(village, "2026-12", "closing.opened_distribution") == []


def open_past_the_importer(village: Village, opened: str) -> None:
    """Post opening balances with income and expense as whoever writes their own entry may."""
    names = "101,库存现金,,\n301,资本,,\n50102,租金收入,,\n51302,办公费,,\n"
    begin(village, opened, f"科目编码,科目名称,借方余额,贷方余额\n{names}")
    book = Book(BOOK)
    for entry in village.entries():
        book.evolve(entry)
    lines = [
        Line(account="101", debit_fen=800),
        Line(account="301", credit_fen=400),
        Line(account="50102", credit_fen=600),
        Line(account="51302", debit_fen=200),
    ]
    statement = OpeningPosted(
        at=now(), book=BOOK, data=Balances(lines=lines), id=derive(1, BOOK, "opening"), seen=book.seen()
    )
    signers = [village.keyring.named(f"{BOOK}/{role}/1") for role in ("accountant", "head")]
    village.service.ledger.post(BOOK, [seal(statement, signers)])
    village.service.runner.catch_up([BOOK])


def test_income_in_an_opening_that_no_import_saw_is_remarked_in_the_first_month(village: Village) -> None:
    open_past_the_importer(village, "2026-01")
    code = "closing.opened_income"
    [told] = remarked(village, "2026-01", code)
    assert "2 个收支科目" in told
    assert "收入减支出是 4.00 元" in told
    assert "2026 年的收支" in told
    assert [remarked(village, period, code) for period in ("2026-02", "2027-01")] == [[], []]


def test_income_in_an_opening_in_mid_year_is_the_years_own(village: Village) -> None:
    open_past_the_importer(village, "2026-07")
    assert remarked(village, "2026-07", "closing.opened_income") == []
