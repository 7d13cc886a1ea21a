"""What an import refuses it says once, at the place where the person can set it right, and what to do there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.identity import Keyring
from api.importing import ImportRefused, read_folder
from domain.kernel.errors import RuleViolation
from tests.api.importing.conftest import BOOK, BOOK_TOML, JOURNAL
from tests.api.importing.test_import import LATER
from tests.api.importing.test_workbook_cells import JOURNAL_HEADER, workbook

if TYPE_CHECKING:
    from pathlib import Path

    from api.importing import Problem
    from tests.api.importing.conftest import Village


def refused(village: Village) -> Problem:
    """Return the one problem of the folder; nothing is posted."""
    before = len(village.entries())
    with pytest.raises(ImportRefused) as caught:
        village.run()
    assert len(village.entries()) == before
    [problem] = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("name", "zh", "en"), [("nowhere", "不存在", "not there"), ("file", "是文件", "is a file")]
)
def test_a_folder_that_is_none_is_said_once(tmp_path: Path, name: str, zh: str, en: str) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(RuleViolation) as caught:
        read_folder(tmp_path / name)
    assert caught.value.rule.code == "import.no_folder"
    for said, what in ((caught.value.zh, zh), (caught.value.en, en)):
        assert str(tmp_path / name) in said
        assert what in said
        assert "book.toml" in said


def test_a_header_that_book_toml_names_and_no_table_has(village: Village) -> None:
    """It is set right in book.toml, not in the table."""
    village.write("book.toml", f'{BOOK_TOML}\n[journal]\nsummary = "业务"\n')
    village.write("journal.csv", JOURNAL.replace("摘要", "业务说明", 1))
    problem = refused(village)
    assert problem.rule == "import.column"
    for said in (problem.zh, problem.en):
        assert 'book.toml [journal] summary = "业务"' in said
        assert "业务说明" in said
        assert "业务/业务" not in said
    assert "请改 book.toml" in problem.zh
    assert "改成它" not in problem.zh


@pytest.mark.parametrize("opened", ["1900-01", "2100-01"])
def test_which_years_a_book_may_begin_in(village: Village, opened: str) -> None:
    village.write("book.toml", BOOK_TOML.replace("2026-01", opened))
    problem = refused(village)
    assert problem.rule == "period.malformed"
    for said in (problem.zh, problem.en):
        assert "1949" in said
        assert "2099" in said


def test_an_amount_that_a_cell_shows_rounded(village: Village) -> None:
    (village.folder / "journal.csv").unlink()
    rows: list[list[object]] = [
        ["2026-02-10", "记-2", "试", "101", "现金", 1234.5649999, None, 1],
        ["2026-02-10", "记-2", "试", "50401", None, None, 1234.56, 1],
    ]
    village.write("journal.xlsx", workbook(JOURNAL_HEADER, *rows))
    problem = refused(village)
    assert (problem.rule, problem.read) == ("money.malformed", "1234.5649999")
    assert "ROUND" in problem.zh
    assert "四舍五入" in problem.zh
    assert "ROUND" in problem.en


def test_an_amount_that_is_no_number_is_not_to_be_rounded(village: Village) -> None:
    village.write("journal.csv", JOURNAL.replace("12.30", "12.3a"))
    with pytest.raises(ImportRefused) as caught:
        village.run()
    assert all("ROUND" not in problem.zh for problem in caught.value.problems)


def test_an_empty_folder_of_keys_for_a_book_that_is_there(village: Village, tmp_path: Path) -> None:
    village.run()
    village.add("journal.csv", *LATER)
    problem = refused(replace(village, keyring=Keyring(tmp_path / "empty", BOOK)))
    assert problem.rule == "import.no_key"
    for said in (problem.zh, problem.en):
        assert str(tmp_path / "empty") in said
        assert "--keys" in said
        assert "SUNLEDGER_HOME" in said


def test_a_text_that_begins_with_an_equals_sign_in_csv(village: Village) -> None:
    """CSV has no formulas that anybody could recompute."""
    village.write("journal.csv", JOURNAL.replace("收利息", "=收利息", 1))
    problem = refused(village)
    assert (problem.rule, problem.read) == ("import.not_computed", "=收利息")
    assert "重新计算" not in problem.zh
    assert "撇号" in problem.zh
    assert "apostrophe" in problem.en


def test_a_code_that_this_chart_has_not_is_said_to_be_none(village: Village) -> None:
    village.write("journal.csv", JOURNAL.replace("51302,办公费", "541,管理费用"))
    with pytest.raises(ImportRefused) as caught:
        village.run()
    [problem] = [one for one in caught.value.problems if one.rule == "import.account_name"]
    assert "541 在本科目表中没有" in problem.zh
    assert "编码应为 513" in problem.zh
    assert "541 does not exist in this chart" in problem.en


# --- the lines of a voucher in another order

SHUFFLED = """\
日期,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,附件数
2026-01-08,记-1,收利息,50401,利息收入,,5.00,1
2026-01-08,记-1,存入,10201,基本户,5.00,,1
2026-02-09,记-1,购灯泡,101,库存现金,,12.30,2
2026-02-09,记-1,购灯泡,51302,办公费,12.30,,2
"""


def lines_sorted(text: str) -> str:
    """Return the table with the rows of each voucher in another order."""
    head, *rows = text.splitlines()
    return "\n".join([head, rows[1], rows[0], rows[3], rows[2]]) + "\n"


def test_the_same_lines_in_another_order_are_no_change(village: Village) -> None:
    """Neither when the voucher's first summary is that of another line then."""
    village.write("journal.csv", lines_sorted(SHUFFLED))
    village.run()
    village.write("journal.csv", SHUFFLED)
    opening = (village.folder / "opening.csv").read_text(encoding="utf-8").splitlines()
    village.write("opening.csv", "\n".join([opening[0], *reversed(opening[1:])]) + "\n")
    again = village.run()
    assert (again.posted, again.vouchers_there, again.plainer) == (0, 2, ())


@pytest.mark.parametrize(("old", "new"), [("存入", "取出"), ("12.30", "12.31"), (",2\n", ",3\n")])
def test_another_order_hides_no_change(village: Village, old: str, new: str) -> None:
    village.write("journal.csv", lines_sorted(SHUFFLED))
    village.run()
    village.write("journal.csv", SHUFFLED.replace(old, new))
    assert refused(village).rule == "import.changed"


@pytest.mark.parametrize(
    ("old", "new"),
    [("-01-08,记-1", "-01-08,记-8"), ("-01-08", "-01-18"), ("02-09", "03-09")],
)
def test_another_order_does_not_book_a_voucher_again(village: Village, old: str, new: str) -> None:
    village.run()
    village.write("journal.csv", lines_sorted(JOURNAL.replace(old, new)))
    assert refused(village).rule == "import.voucher_moved"


@pytest.mark.parametrize(
    ("old", "new", "row", "column"),
    [
        (",1\n", ",3\n", 2, "附件数"),
        ("存入", "取出", 3, "摘要"),
        ("5.00", "6.00", 2, "贷方金额"),
        ("50401,利息收入", "301,资本", 2, "科目编码"),
    ],
)
def test_what_really_differs_is_said_whatever_the_order(
    village: Village, old: str, new: str, row: int, column: str
) -> None:
    """Not what stands in the place of another line now."""
    village.write("journal.csv", lines_sorted(SHUFFLED))
    village.run()
    village.write("journal.csv", SHUFFLED.replace(old, new))
    problem = refused(village)
    assert (problem.rule, problem.row, problem.column) == ("import.changed", row, column)


def test_a_blank_summary_that_another_order_fills_otherwise(village: Village) -> None:
    rows = [
        "2026-02-10,记-2,买纸,51302,办公费,100.00,,1",
        "2026-02-10,记-2,买笔,51302,办公费,50.00,,1",
        "2026-02-10,记-2,,101,库存现金,,150.00,1",
    ]
    village.add("journal.csv", *rows)
    village.run()
    village.write("journal.csv", JOURNAL)
    village.add("journal.csv", rows[0], rows[2], rows[1])
    problem = refused(village)
    assert (problem.rule, problem.row, problem.column) == ("import.changed", 7, "摘要")
    for said in ("买纸", "买笔"):
        assert f"「{said}」" in problem.zh
