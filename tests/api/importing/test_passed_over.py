"""What programs print around the lines: titles, headers on each page, totals, signatures. Passed over, and named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from api.cli.console import COULD_NOT_RUN, refusals
from api.clock import now
from api.importing import ImportRefused, read_folder
from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from api.importing import ImportFolder, Problem

HEADER, *ROWS = [line.split(",") for line in JOURNAL.splitlines()]
SUMS = ["17.30", "17.30"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small village without its journal."""
    (tmp_path / "book.toml").write_text(BOOK_TOML, encoding="utf-8")
    (tmp_path / "opening.csv").write_text(OPENING, encoding="utf-8")
    return tmp_path


def read(folder: Path, *rows: Sequence[str]) -> ImportFolder:
    """Read the folder with these rows as its journal."""
    (folder / "journal.csv").write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    return read_folder(folder)


def refused(folder: Path, *rows: Sequence[str]) -> list[Problem]:
    """Return the problems of the folder with these rows as its journal."""
    with pytest.raises(ImportRefused) as caught:
        read(folder, *rows)
    return caught.value.problems


def row(column: int, label: str, *amounts: str) -> list[str]:
    """Return a row that has a label in a column, and perhaps amounts."""
    made = ["", "", "", "", "", *(amounts or ("", "")), ""]
    made[column] = label
    return made


LABELS = [
    (0, "合计"),
    (1, "总 计"),
    (2, "本月合计"),
    (2, "本年累计："),
    (3, "合計"),
    (4, "借方合计"),
    (2, "2月小计"),
    (2, "过次页"),
    (2, "承前页"),
    (2, "期末余额"),
    (2, "期初余额"),
    (2, "上年结转"),
    (2, "结转下年"),
    (2, "本月发生额"),
    (2, "本期发生额及余额"),
    (2, "2026年1月合计"),
    (2, "第一季度合计"),
    (0, "Total"),
    (4, "Grand total:"),
    (2, "办公费用合计"),
    (0, "合 计：壹拾柒元叁角整"),
    (2, "合计（大写）：壹拾柒元叁角整"),
    (2, "合计金额（大写）人民币壹拾柒圆叁角正"),
]


@pytest.mark.parametrize(("column", "label"), LABELS)
def test_row_of_totals_is_passed_over_and_named(folder: Path, column: int, label: str) -> None:
    found = read(folder, HEADER, *ROWS, row(column, label, *SUMS))
    assert [one.row.number for one in found.journal] == [2, 3, 4, 5]
    [notice] = found.notices
    assert "journal.csv 中合计、累计、余额行不是分录，跳过了 1 行：第 6 行" in notice.zh
    assert "passed over 1 rows of totals and balances: row 6" in notice.en


@pytest.mark.parametrize("label", ["本月合计", "期初余额", "过次页"])
def test_row_of_totals_with_an_account_is_refused_as_one(folder: Path, label: str) -> None:
    [problem] = refused(folder, HEADER, *ROWS, ["2026-02-28", "", label, "101", "库存现金", *SUMS, ""])
    assert (problem.row, problem.column, problem.read, problem.rule) == (
        6,
        "摘要",
        label,
        "import.totals_row",
    )


def test_total_of_one_voucher_is_passed_over_and_a_line_without_a_code_is_not(folder: Path) -> None:
    total = ["2026-02-09", "记-1", "合计", "", "", "12.30", "12.30", ""]
    assert len(read(folder, HEADER, *ROWS, total).journal) == 4
    [problem] = refused(folder, HEADER, *ROWS, [*total[:6], "", ""])
    assert (problem.row, problem.rule) == (6, "import.totals_row")


@pytest.mark.parametrize("summary", ["付三户工资合计", "付三户合计工资"])
def test_line_that_lacks_its_code_is_no_total(folder: Path, summary: str) -> None:
    line = ["2026-02-10", "记-2", summary, "", "", "5.00", "", ""]
    assert [one.rule for one in refused(folder, HEADER, *ROWS, line)] == ["import.account_code"]


def test_totals_of_the_opening_balances_are_passed_over(folder: Path) -> None:
    (folder / "opening.csv").write_text(f'{OPENING},合计,"2,000.00","2,000.00"\n', encoding="utf-8")
    found = read(folder, HEADER, *ROWS)
    assert len(found.opening) == 3
    assert ["opening.csv" in one.zh and "第 5 行" in one.zh for one in found.notices] == [True]


# --- whether totals are the sums


@pytest.mark.parametrize(
    "totals",
    [
        [row(2, "合计", *SUMS)],
        [row(2, "本月合计", "12.30", "12.30")],
        [row(2, "合计", *SUMS), row(2, "总计", *SUMS)],
        [row(2, "本年累计", "999.00", "999.00")],
        [row(2, "合计", "", "")],
        [row(2, "合计", "借方", "贷方")],
    ],
)
def test_totals_that_are_sums_of_what_stands_above_are_not_remarked(
    folder: Path, totals: list[list[str]]
) -> None:
    assert len(read(folder, HEADER, *ROWS, *totals).notices) == 1


def test_total_that_disagrees_is_told_with_both_figures(folder: Path) -> None:
    found = read(
        folder, HEADER, *ROWS[:2], row(2, "小计", "5.00", "5.00"), *ROWS[2:], row(2, "小计", "12.30", "21.30")
    )
    assert len(found.notices) == 2
    assert "第 7 行贷方写的是 21.30，上面各行相加是 12.30" in found.notices[1].zh
    assert "row 7 has a credit of 21.30, the rows above add up to 12.30" in found.notices[1].en


# --- pages


@pytest.mark.parametrize(
    "footer",
    [
        ["制单：张三", "", "审核：李四", "", "", "记账：王五", "", ""],
        ["制单", "张三", "审核", "李四", "", "", "", ""],
        ["", "", "会计主管：", "", "", "", "", ""],
        ["第 1 页 共 2 页", "", "", "", "", "", "", ""],
        ["备注：1月6日补记", "", "", "", "", "", "", ""],
        ["制单：张三", "", "", "", "", "打印日期：2026-02-01", "", ""],
        ["", "", "", "", "", "", "", "", "只在多余的列"],
    ],
)
def test_footers_are_passed_over_and_named(folder: Path, footer: list[str]) -> None:
    found = read(folder, [*HEADER, "备注"], *ROWS, footer)
    assert len(found.journal) == 4
    assert ["跳过了 1 行：第 6 行" in one.zh for one in found.notices] == [True]


@pytest.mark.parametrize("amounts", [["5.00", ""], ["", "5.00"]])
def test_footer_with_an_amount_is_no_footer(folder: Path, amounts: list[str]) -> None:
    assert refused(folder, HEADER, *ROWS, ["", "", "制单：张三", "", "", *amounts, ""])
    assert refused(folder, HEADER, *ROWS, ["", "", "制单：张三", "101", "", "", "", ""])


def test_headers_and_titles_of_each_page_are_passed_over_and_counted(folder: Path) -> None:
    title = ["三户村 记账凭证", "", "", "", "", "", "", ""]
    other = ["三户村 记账凭证（续）", "", "单位：元", "", "", "", "", ""]
    found = read(folder, title, HEADER, *ROWS[:2], other, HEADER, *ROWS[2:], title, HEADER)
    assert [one.row.number for one in found.journal] == [3, 4, 7, 8]
    [notice] = found.notices
    assert "重复的表头和页眉不是分录，跳过了 4 行：第 5 行、第 6 行、第 9 行、第 10 行" in notice.zh


def test_line_above_a_repeated_header_is_not_taken_for_its_title(folder: Path) -> None:
    line = ["2026-02-10", "记-2", "试", "", "", "5.00", "", ""]
    assert [one.row for one in refused(folder, HEADER, *ROWS, line, HEADER)] == [6]


def test_notices_come_with_a_refusal_too(folder: Path) -> None:
    with pytest.raises(ImportRefused) as caught:
        read(folder, HEADER, *ROWS, row(2, "合计", *SUMS), [*ROWS[0][:5], "五元", "", ""])
    assert ["第 6 行" in one.zh for one in caught.value.notices] == [True]


def test_no_personal_number_is_told_and_nothing_invisible(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sheets are named as people please, and the terminal shows what is there."""
    book = Workbook()
    book.worksheets[0].append(["一行"])
    book.create_sheet("张三13800138000\u202e").append(["说明"])
    for line in (HEADER, *ROWS[:1], [*ROWS[1][:6], "五元", ""]):
        book.worksheets[0].append(line)
    book.save(folder / "journal.xlsx")
    with pytest.raises(SystemExit) as left, refusals():
        read_folder(folder)
    told = capsys.readouterr().err
    assert left.value.code == COULD_NOT_RUN
    assert "没有读：张三138…00<U+202E>" in told
    assert "13800138000" not in told
    assert "五元" in told


def test_many_rows_are_named_by_the_first_of_them(folder: Path) -> None:
    found = read(folder, HEADER, *ROWS, *[row(2, "承前页", *SUMS)] * 9)
    assert "跳过了 9 行：第 6 行、第 7 行、第 8 行、第 9 行、第 10 行 等 9 处" in found.notices[0].zh
    assert "row 10 and 4 more" in found.notices[0].en


def test_what_is_dated_after_today_is_told(folder: Path) -> None:
    ahead = f"{int(now()[:4]) + 1}-03-21"
    rows = [[ahead, *row[1:]] if row[0] == "2026-02-09" else row for row in ROWS]
    [notice] = read(folder, HEADER, *rows).notices
    assert "有 2 行的日期晚于今天" in notice.zh
    assert ahead in notice.zh
    assert "2 rows are dated after today" in notice.en
    assert read(folder, HEADER, *ROWS).notices == ()


@pytest.mark.parametrize("label", ["合 计：壹拾柒元叁角整", "合计", "合计金额大写：人民币 壹拾柒元叁角整"])
@pytest.mark.parametrize("column", [0, 2])
def test_sums_in_a_second_row_below_their_label_are_passed_over(
    folder: Path, column: int, label: str
) -> None:
    found = read(folder, HEADER, *ROWS, row(column, label), row(0, "", *SUMS))
    assert [one.row.number for one in found.journal] == [2, 3, 4, 5]
    [notice] = found.notices
    assert notice.zh == "journal.csv 中合计、累计、余额行不是分录，跳过了 2 行：第 6 行、第 7 行"


def test_sums_in_a_second_row_are_held_against_the_lines(folder: Path) -> None:
    found = read(folder, HEADER, *ROWS, row(2, "合计：壹拾捌元整"), row(0, "", "18.00", "17.30"))
    assert "第 7 行借方写的是 18.00，上面各行相加是 12.30" in found.notices[-1].zh


@pytest.mark.parametrize(
    "rows",
    [
        [row(2, "合计", *SUMS), row(0, "", *SUMS)],
        [row(2, "合计"), ["", "", "", "", "办公费", *SUMS, ""]],
        [row(2, "合计"), *ROWS[:1], row(0, "", *SUMS)],
    ],
)
def test_amounts_alone_that_are_not_below_the_label_of_a_sum_are_refused(
    folder: Path, rows: list[list[str]]
) -> None:
    assert "import.account_code" in {problem.rule for problem in refused(folder, HEADER, *ROWS, *rows)}
