"""Statements as banks export them: their sums, feet and headers are understood, and what is passed over is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.banking import read_statement
from api.importing import ImportRefused
from tests.api.banking.test_banking import written

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "序号,交易日期,摘要,借方发生额,贷方发生额,余额"
ROWS = ["1,20250105,转账,,120.00,220.00", "2,20250121,代发,88.00,,132.00"]


@pytest.mark.parametrize(
    "row",
    [
        '合计,,,"8,800.00","12,000.33",',
        "打印时间：2025-02-01 09:00:00",
        "——以下无内容——",
        ",2025-01-01,期初余额,,,100.00",
        ",2025-01-31,期末余额,,,132.00",
        ",2025-01-31,本月合计,88.00,120.00,132.00",
        ",收入笔数：1,,,收入金额合计：120.00,",
        "支出笔数：1,,,,,",
    ],
)
def test_what_is_no_transaction_is_passed_over_and_named(tmp_path: Path, row: str) -> None:
    read = read_statement(written(tmp_path, "\n".join([HEADER, *ROWS, row])), {})
    assert [line.amount_fen for line in read.lines] == [12_000, -8_800]
    [notice] = read.notices
    assert "第 4 行" in notice.zh
    assert "不是交易" in notice.zh
    assert "row 4" in notice.en


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("合计,,,10.00,5.00,", "合计、余额行"),
        ("本月合计：,,,10.00,5.00,", "合计、余额行"),
        ("收入笔数：1,,,收入金额合计：10.00,,", "页脚、备注等行"),
        (",,合计,10.00,5.00,", "合计、余额行"),
    ],
)
def test_a_sum_may_say_so_in_a_column_that_another_comes_before(tmp_path: Path, row: str, kind: str) -> None:
    header = "交易时间,记账日期,摘要,收入,支出,余额"
    rows = [
        "2025-01-04 09:00:00,2025-01-05,存,10.00,,110.00",
        "2025-01-06 09:00:00,2025-01-06,取,,5.00,105.00",
    ]
    read = read_statement(written(tmp_path, "\n".join([header, *rows, row])), {})
    assert [line.amount_fen for line in read.lines] == [1_000, -500]
    [notice] = [one for one in read.notices if "跳过" in one.zh]
    assert f"{kind}不是交易" in notice.zh
    assert "第 4 行" in notice.zh


def test_a_transaction_without_its_day_is_no_sum(tmp_path: Path) -> None:
    header = "交易时间,记账日期,附言,交易附言,收入,支出"
    good = "2025-01-04 09:00:00,2025-01-05,,存,10.00,"
    text = f"{header}\n{good}\n2025-01-06 09:00:00,,余额,转账,5.00,"
    with pytest.raises(ImportRefused) as refused:
        read_statement(written(tmp_path, text), {"text": "交易附言"})
    assert [problem.rule for problem in refused.value.problems] == ["date.malformed"]


def test_a_row_with_an_amount_and_no_day_is_no_foot(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused):
        read_statement(written(tmp_path, "\n".join([HEADER, *ROWS, "3,,转账,5.00,,127.00"])), {})


@pytest.mark.parametrize(
    "header",
    [
        "记账日,业务摘要,借方发生额（支取）,贷方发生额（收入）,余额",
        "记账日期,摘要,转出,转入,余额",
    ],
)
def test_headers_of_banks_are_known(tmp_path: Path, header: str) -> None:
    rows = [row.partition(",")[2] for row in ROWS]
    read = read_statement(written(tmp_path, "\n".join([header, *rows])), {})
    assert [line.amount_fen for line in read.lines] == [12_000, -8_800]
    assert read.notices == []


def test_the_day_of_booking_goes_before_the_moment_of_the_transaction_and_that_is_told(
    tmp_path: Path,
) -> None:
    text = "交易时间,记账日期,收入,支出,摘要\n2025-01-04 23:59:00,2025-01-05,5,,存"
    read = read_statement(written(tmp_path, text), {})
    assert [line.date for line in read.lines] == ["2025-01-05"]
    [notice] = read.notices
    assert "记账日期" in notice.zh
    assert "交易时间" in notice.zh


def test_a_header_that_is_not_understood_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_statement(written(tmp_path, "时刻,进账,出账,摘要\n2025-01-04,5,,存"), {})
    [problem] = refused.value.problems
    assert "--columns" in problem.zh
    assert "列名与常见的不同时写一次" in problem.zh
    assert "--columns" in problem.en
