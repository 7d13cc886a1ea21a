"""No column is dropped without a word: counterparties in any column, marks of void vouchers, all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.importing import ImportRefused, read_folder
from tests.api.importing.conftest import BOOK_TOML, OPENING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from api.importing import ImportFolder, Problem

HEADER = "日期,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,附件数"
ROWS = (
    "2026-01-08,记-1,借款,113,内部往来,1000,,1",
    "2026-01-08,记-1,借款,10201,基本户,,1000,1",
    "2026-01-09,记-2,收款,101,库存现金,800,,1",
    "2026-01-09,记-2,收款,113,内部往来,,800,1",
)


def read(folder: Path, header: str, cells: Sequence[str]) -> ImportFolder:
    """Read a journal with more columns."""
    (folder / "book.toml").write_text(BOOK_TOML, encoding="utf-8")
    (folder / "opening.csv").write_text(OPENING, encoding="utf-8")
    rows = [f"{row},{more}" for row, more in zip(ROWS, cells, strict=True)]
    (folder / "journal.csv").write_text("\n".join([f"{HEADER},{header}", *rows]) + "\n", encoding="utf-8")
    return read_folder(folder)


def refused(folder: Path, header: str, cells: Sequence[str]) -> list[Problem]:
    with pytest.raises(ImportRefused) as caught:
        read(folder, header, cells)
    return caught.value.problems


def told(found: ImportFolder) -> str:
    return "\n".join(notice.zh for notice in found.notices)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("往来单位", ("张三", "", "", "李四")),
        ("个人往来", ("张三", "", "", "李四")),
        ("职员", ("张三", "", "", "李四")),
        ("客户", ("张三", "", "", "李四")),
        ("单位名称", ("张三", "三户村", "三户村", "李四")),
        ("客户,供应商,个人往来", ("张三,,", ",,", ",,", ",李四,")),
        ("客户,往来单位", ("张三,张三", ",", ",", ",李四")),
        ("辅助核算", ("客户:张三", "", "", "供应商：李四")),
        ("辅助核算", ("【个人】张三", "", "", "[往来单位]：李四")),
        ("核算项目", ("客户:张三", "", "", "个人:李四")),
    ],
)
def test_counterparties_are_read_wherever_they_stand(
    tmp_path: Path, header: str, cells: Sequence[str]
) -> None:
    found = read(tmp_path, header, cells)
    assert [line.party for line in found.journal] == ["张三", "", "", "李四"]
    assert "没有读" not in told(found)
    assert "2 个往来单位，会随凭证公开" in told(found)


@pytest.mark.parametrize(
    ("header", "cells", "projects"),
    [
        ("部门", ("办公室", "", "", ""), ["办公室", "", "", ""]),
        ("辅助核算", ("客户:张三;项目:村口桥", "", "", "部门:办公室"), ["村口桥", "", "", "办公室"]),
        ("核算项目", ("村口桥", "", "", "项目：路灯"), ["村口桥", "", "", "路灯"]),
    ],
)
def test_projects_are_read_wherever_they_stand(
    tmp_path: Path, header: str, cells: Sequence[str], projects: list[str]
) -> None:
    assert [line.project for line in read(tmp_path, header, cells).journal] == projects


def test_two_counterparties_of_one_row_are_refused(tmp_path: Path) -> None:
    [problem] = refused(tmp_path, "客户,个人往来", ("张三,李四", ",", ",", ","))
    assert (problem.rule, problem.row, problem.column) == ("import.two_parties", 2, "个人往来")
    for said in ("客户", "张三", "个人往来", "李四"):
        assert said in problem.zh


def test_what_does_not_tell_what_it_is_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, "辅助核算", ("张三", "", "", "客户:李四"))
    assert [line.party for line in found.journal] == ["", "", "", "李四"]
    assert "1 行的「辅助核算」看不出是往来单位还是项目" in told(found)
    assert "第 2 行「张三」" in told(found)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("状态", ("作废", "作废", "正常", "正常")),
        ("凭证状态", ("已作废", "", "已记账", "已记账")),
        ("作废标志", ("是", "是", "否", "否")),
        ("状态,记账标志", ("作废,否", ",否", "正常,是", "正常,是")),
    ],
)
def test_void_vouchers_are_left_out_and_named(tmp_path: Path, header: str, cells: Sequence[str]) -> None:
    found = read(tmp_path, header, cells)
    assert [line.number for line in found.journal] == ["记-2", "记-2"]
    assert "作废的凭证 1 张没有读，共 2 行：第 2 行、第 3 行" in told(found)


@pytest.mark.parametrize(
    ("header", "open_", "good"),
    [
        ("状态", "未记账", "已记账"),
        ("审核状态", "未审核", "已审核"),
        ("是否记账", "否", "是"),
        ("记账标志", "N", "Y"),
        ("审核", "未审核", "王主管"),
        ("状态", "暂存", "正常"),
    ],
)
def test_what_is_not_booked_in_the_old_books_is_refused(
    tmp_path: Path, header: str, open_: str, good: str
) -> None:
    [problem] = refused(tmp_path, header, (good, good, open_, open_))
    assert (problem.rule, problem.row, problem.column) == ("import.not_booked", 4, header)
    assert "共有 2 行" in problem.zh
    assert "没有读" not in told(read(tmp_path, header, (good, good, good, good)))


def test_a_status_that_is_not_known_is_named(tmp_path: Path) -> None:
    assert "2 行的「状态」是 冻结，不知是否作废" in told(read(tmp_path, "状态", ("", "", "冻结", "冻结")))


def test_what_is_not_read_is_named_with_what_stands_there(tmp_path: Path) -> None:
    header = "结算方式,制单人,审核人,空着"
    found = read(tmp_path, header, ("转账支票 330106199003074514,王,李,", ",王,,", "现金,王,李,", ",王,,"))
    [others, usual] = [notice.zh for notice in found.notices if "没有读" in notice.zh]
    assert "「结算方式」（2 行，如 转账支票 3" in others
    assert "330106199003074514" not in others
    assert usual == "journal.csv 中不用的列没有读：制单人、审核人"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("日期", "制单日期"),
        ("日期", "记账日期"),
        ("凭证日期", "记账日期"),
        ("凭证日期", "制单日期"),
        ("记账日期", "制单日期"),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_of_two_dates_the_voucher_s_own_counts_and_the_other_is_named(
    tmp_path: Path, first: str, second: str, order: int
) -> None:
    (tmp_path / "book.toml").write_text(BOOK_TOML, encoding="utf-8")
    (tmp_path / "opening.csv").write_text(OPENING, encoding="utf-8")
    lines = [f"{','.join([first, second][::order])},{HEADER.removeprefix('日期,')}"]
    for row in ROWS:
        day, rest = row.split(",", 1)
        lines.append(f"{','.join([day, '2026-02-01'][::order])},{rest}")
    (tmp_path / "journal.csv").write_text("\n".join(lines), encoding="utf-8")
    found = read_folder(tmp_path)
    assert [line.date for line in found.journal] == ["2026-01-08", "2026-01-08", "2026-01-09", "2026-01-09"]
    named = [notice for notice in found.notices if second in notice.zh]
    assert [notice.zh for notice in named] == [f"journal.csv 读了「{first}」一列，没有读与它同类的：{second}"]
    assert first in named[0].en
    assert second in named[0].en
