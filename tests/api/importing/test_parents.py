"""Opening balances with upper accounts beside those below them, as accounting programs export them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.importing import ImportRefused, read_folder
from domain.accounts import AccountAdded
from domain.opening import OpeningPosted
from tests.api.importing.conftest import JOURNAL, OPENING

if TYPE_CHECKING:
    from api.importing import Problem
    from tests.api.importing.conftest import Village

HEADER, HEADER_OF_JOURNAL = OPENING.splitlines()[0], JOURNAL.splitlines()[0]
LEVELS = f"""\
{HEADER}
101,库存现金,100.00,
102,银行存款,"1,900.00",
10201,基本户,"1,500.00",
1020101,农商行,"1,000.00",
1020102,信用社,500.00,
10202,专户,400.00,
112,应收款,20.00,
11201,甲,50.00,
11202,乙,,30.00
301,资本,,"2,020.00"
合计,,"2,050.00","2,050.00"
"""


def refused(village: Village, opening: str) -> list[Problem]:
    """Return the problems of the folder with these opening balances."""
    village.write("opening.csv", opening)
    with pytest.raises(ImportRefused) as caught:
        read_folder(village.folder)
    return caught.value.problems


def test_upper_accounts_that_are_the_sums_below_them_are_passed_over_and_told_once(village: Village) -> None:
    village.write("opening.csv", LEVELS)
    folder = read_folder(village.folder)
    told = [notice for notice in folder.notices if "上级科目" in notice.zh]
    assert len(told) == 1
    assert "3 行是上级科目" in told[0].zh
    assert "第 3 行 102、第 4 行 10201、第 8 行 112" in told[0].zh
    assert "row 3 (102), row 4 (10201), row 8 (112)" in told[0].en
    village.write("journal.csv", HEADER_OF_JOURNAL)
    village.run()
    [opened] = [
        entry.statement.data for entry in village.entries() if isinstance(entry.statement, OpeningPosted)
    ]
    assert [(line.account, line.debit_fen - line.credit_fen) for line in opened.lines] == [
        ("101", 10_000),
        ("1020101", 100_000),
        ("1020102", 50_000),
        ("10202", 40_000),
        ("11201", 5_000),
        ("11202", -3_000),
        ("301", -202_000),
    ]
    assert village.run().posted == 0


def test_an_upper_account_keeps_its_name(village: Village) -> None:
    village.write("opening.csv", LEVELS.replace("10201,基本户", "10201,基本存款户"))
    village.write("journal.csv", HEADER_OF_JOURNAL)
    village.run()
    names = {
        entry.statement.data.code: entry.statement.data.name
        for entry in village.entries()
        if isinstance(entry.statement, AccountAdded)
    }
    assert names["10201"] == "基本存款户"


@pytest.mark.parametrize(
    ("written", "changed", "row", "told", "sums"),
    [
        ('银行存款,"1,900.00"', '银行存款,"1,900.01"', 3, "借方 1,900.01", "借方 1,900.00"),
        ('农商行,"1,000.00"', "农商行,900.00", 3, "借方 1,900.00", "借方 1,800.00"),
        ("应收款,20.00,", "应收款,,20.00", 8, "贷方 20.00", "借方 20.00"),
        ("甲,50.00", "甲,5.00", 8, "借方 20.00", "贷方 25.00"),
    ],
)
def test_an_upper_account_that_is_another_sum_is_refused_with_both(
    village: Village, written: str, changed: str, row: int, told: str, sums: str
) -> None:
    assert written in LEVELS
    problem, *_ = refused(village, LEVELS.replace(written, changed))
    assert (problem.row, problem.column, problem.rule) == (row, "科目编码", "import.parent_row")
    assert f"余额是{told}，" in problem.zh
    assert f"相加是{sums}，" in problem.zh
    assert told.split()[1] in problem.en
    assert sums.split()[1] in problem.en


def test_no_sum_is_compared_while_an_amount_of_the_table_cannot_be_read(village: Village) -> None:
    problems = refused(village, LEVELS.replace("专户,400.00", "专户,四百"))
    assert [one.rule for one in problems] == ["money.malformed"]


def test_sums_of_rows_with_counterparties_are_of_the_same_ones(village: Village) -> None:
    rows = """\
科目编码,科目名称,借方余额,贷方余额,往来单位
112,应收款,30.00,,
112,应收款,20.00,,{first}
112,应收款,10.00,,乙户
11201,货款,20.00,,甲户
11201,货款,10.00,,乙户
301,资本,,30.00,
"""
    village.write("opening.csv", rows.format(first="甲户"))
    assert sum(one.debit_fen for one in read_folder(village.folder).opening) == 3_000
    problems = refused(village, rows.format(first="丙户"))
    assert [(one.row, one.rule) for one in problems] == [(3, "import.parent_row")]


def test_totals_of_the_top_level_agree(village: Village) -> None:
    village.write("opening.csv", LEVELS)
    assert [one.zh for one in read_folder(village.folder).notices if "合计与分录不符" in one.zh] == []
