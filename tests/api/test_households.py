"""The households' shares as people have them: typed, pasted, from a spreadsheet; all that is wrong names its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from api.households import parse_households, read_households
from api.importing.problems import ImportRefused
from domain.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from pathlib import Path

    from domain.closing import Share

TWO = (("11301", 100_010), ("11302", 5))
ALIKE = (("11301", 34), ("11302", 33), ("11303", 33))


def plain(shares: tuple[Share, ...]) -> tuple[tuple[str, int], ...]:
    return tuple((share.account, share.fen) for share in shares)


@pytest.mark.parametrize(
    ("text", "whole", "found"),
    [
        ("", 0, ()),
        (" \n\n", 5, ()),
        ('11301,"1,000.10"\n11302,0.05', 0, TWO),
        ("11301\t1,000.10\n11302\t0.05", 0, TWO),
        ("11301 1,000.10\n11302　 0.05\n", 0, TWO),
        ("１１３０１，１０００．１０\n11302，0.05", 0, TWO),
        ("　11301　1,000.10 \n 11302  0.05 \n", 0, TWO),
        ("11301;1000.10\n11302;0.05", 0, TWO),
        ("113.01,1000.10\n113.02,0.05", 0, TWO),
        ("11301\t张三户\t1,000.10\n11302\t李四户\t0.05", 0, TWO),
        ("11301 张三户 1,000.10\n11302 李四户 0.05", 0, TWO),
        ("11301 张三户,1000.10\n11302 李四户,0.05", 0, TWO),
        ('11301,张三户,"1,000.10"\n11302,李四户,0.05', 0, TWO),
        ('科目,户名,金额\n11301,张三户,"1,000.10"\n11302,李四户,0.05', 0, TWO),
        ("科目编码,金额（元）\r\n11301,1000.10\r\n11302,¥0.05元\r\n", 100_015, TWO),
        ("2026 年分红表\n序号,户主姓名,科目,分配金额\n1,张三,11301,1000.10\n2,李四,11302,0.05", 0, TWO),
        ("科目\t户名\t金额\n11301\t张三户\t1,000.10\n\n11302\t李四户\t0.05\n合计\t\t1,000.15\n", 0, TWO),
        ("11301,1000.10\n11302,0.05\n合计,1000.15", 0, TWO),
        ("11301,1000.10\n小计,1000.10\n11302,0.05\n小计：,0.05\n总 计,1000.15\n制表：王会计", 0, TWO),
        ("11301,张三户,1000.10\n11302,李四户,0.05\n,合计,1000.15", 0, TWO),
        ("11301,张三户,1000.10\n11302,李四户,0.05\n合计,1000.15", 0, TWO),
        (
            "序号,组,户名,科目,金额\n1,一,张三,11301,1000.10\n小计,,,,1000.10\n2,二,李四,11302,0.05\n合 计,,,,1000.15",
            *(0, TWO),
        ),
        (
            "序号,户名,科目,金额\n1,张三,11301,\n2,李四,11302,\n3,王五,11303,\n合计,3 户,,",
            *(100, ALIKE),
        ),
        ("科目,金额\n11301,1000.10\n科目,金额\n11302,0.05", 0, TWO),
        ("11301\n11302\n\n11303", 100, ALIKE),
        ("11301 张三户\n11302 李四户\n11303 王五户\n", 100, ALIKE),
        ("科目,户名\n11301,张三户\n11302,李四户\n11303,王五户\n合计,3", 100, ALIKE),
        ("11301\n11302\n11303\n合计,1.00", 100, ALIKE),
        ("科目,户名,金额\n11301,张三户,\n11302,李四户,\n11303,王五户,\n", 100, ALIKE),
    ],
)
def test_a_table_is_read_as_people_have_it(
    text: str, whole: int, found: tuple[tuple[str, int], ...], tmp_path: Path
) -> None:
    """Pasted or typed, and from a file, in which Excel in China may have written GB18030."""
    assert plain(parse_households(text, whole)) == found
    for encoding in ("utf-8-sig", "gb18030"):
        if found:
            file = tmp_path / f"{encoding}.csv"
            file.write_text(text, encoding=encoding)
            assert plain(read_households(file, whole).shares) == found


@pytest.mark.parametrize(
    ("text", "whole", "rule", "said"),
    [
        (
            "11301,5\n11301,6",
            0,
            "distribution.share_twice",
            "第 2 行「科目」：科目 11301 写了两次，先前在第 1 行",
        ),
        ("11301,5\n王家户,6", 0, "distribution.share_account", "第 2 行「科目」：每户的行以科目编码开头"),
        ("11301,5\n1130,6", 0, "distribution.share_account", "读到「1130」；请改成这一户的科目"),
        ("11301,5\n11302,0", 0, "distribution.share_amount", "第 2 行「金额」：金额应大于零，读到「0」"),
        ("11301,-5", 0, "distribution.share_amount", "第 1 行「金额」：金额应大于零，读到「-5」"),
        ("11301,5\n11302", 500, "distribution.share_no_amount", "第 2 行「金额」：这一户没有金额"),
        (
            "11301,张三户",
            500,
            "distribution.share_no_amount",
            "第 1 行「金额」：这一户没有金额，读到「张三户」",
        ),
        ("11301,5\n11302,1000.005", 0, "money.malformed", "第 2 行「金额」：金额应为最多两位小数的数字"),
        ("科目,户名,金额\n11301,张三户,1千2", 0, "money.malformed", "第 2 行「金额」：金额应为"),
        ("11301,1,200.00", 0, "distribution.share_parted", "第 1 行：科目之后读到「1 | 200.00」，分不清"),
        (
            "11301,1,200.00\n11302,800",
            0,
            "distribution.share_parted",
            "第 1 行：科目之后读到「1 | 200.00」，分不清户名和金额：金额请去掉千分位的逗号",
        ),
        ("11301 张三 3 100", 0, "distribution.share_parted", "科目之后读到「张三 | 3 | 100」"),
        ("11301 张 三 100", 0, "distribution.share_parted", "科目之后读到「张 | 三 | 100」"),
        ("科目,金额\n11301,1,200.00", 0, "import.surplus", "第 2 行：这一行比表头多出几格"),
        (
            "11301,5\n11302,1,200.00",
            0,
            "distribution.share_parted",
            "第 2 行：科目之后读到「1 | 200.00」",
        ),
        (
            "11301,1,234,567.00",
            0,
            "distribution.share_parted",
            "第 1 行：科目之后读到「1 | 234 | 567.00」",
        ),
        ('11301,"5\n11302,6', 0, "import.csv", "第 1 行：这一行里的一个双引号没有"),
        ("11301,5;11302,6", 0, "distribution.share_parted", "「5;11302 | 6」"),
        ("户,钱\n11301,6", 0, "distribution.share_account", "第 1 行「科目」：每户的行以科目编码开头"),
        (
            "11301,张三,5\n11302,1,200.00",
            0,
            "distribution.share_parted",
            "第 2 行「户名」：科目之后读到「1 | 200.00」",
        ),
        (
            "11301,张三,5\n11302,6",
            0,
            "distribution.share_parted",
            "第 2 行「户名」：科目之后读到「6」",
        ),
        ("11301,5\n小计,5\n11302,1\n小计,1\n总计,7", 0, "distribution.share_total", "上面各户相加是 6.00 元"),
        ("11301,5\n小计,5\n11302,1\n合计,7", 0, "distribution.share_total", "上面各户相加是 6.00 元"),
        ("王家户,6", 0, "distribution.share_account", "读到「王家户」"),
        ("11301,=1+1", 0, "import.not_computed", "以等号开头"),
        ("科目,分到的\n11301,6", 0, "import.column", "缺少列「金额/amount」"),
        (
            "11301,5\n科目,金额\n11302,6",
            0,
            "import.outside",
            "第 1 行「科目」读到「11301」：这一行有科目编码",
        ),
        ("11301\n11302\n合计,2", 100, "distribution.share_total", "写的是 2.00 元，上面各户相加是 1.00 元"),
        ("11301,5000\n合计,5,000.00", 0, "distribution.share_parted", "第 2 行：科目之后读到「5 | 000.00」"),
        ("11301,5\n合计,6", 0, "distribution.share_total", "写的是 6.00 元，上面各户相加是 5.00 元"),
        (
            "11301,5\n小计,5\n11302,1\n小计,6.5",
            0,
            "distribution.share_total",
            "第 4 行「金额」：「小计」写的是 6.50 元，上面各户相加是 1.00 元",
        ),
        (
            "序号,户名,科目,金额\n1,张三,11301,5\n2,李四,11302,6\n合计,,,12",
            0,
            "distribution.share_total",
            "第 4 行「金额」：「合计」写的是 12.00 元，上面各户相加是 11.00 元",
        ),
        ("序号,科目,金额\n合计,1130,5", 0, "distribution.share_account", "读到「1130」"),
        ("11301,5\n合计,5,0", 0, "distribution.share_parted", "第 2 行：科目之后读到「5 | 0」"),
    ],
)
def test_what_is_wrong_names_line_field_value_reason_and_remedy(
    text: str, whole: int, rule: str, said: str
) -> None:
    with pytest.raises(RuleViolation) as violation:
        parse_households(text, whole)
    assert violation.value.rule.code == "distribution.share"
    assert f"[{rule}]" in violation.value.zh
    assert said in violation.value.zh


@pytest.mark.parametrize(
    ("text", "whole", "rule", "said"),
    [
        ("11301\n11302", 0, "distribution.share_whole", "写了 2 个科目、没有金额"),
        ("11301\n11302\n11303", 2, "distribution.share_nothing", "0.02 元平均分给 3 户"),
        ("11301,5\n11302,6", 1_000, "distribution.shares_sum", "合计 11.00 元，向成员分配写的是 10.00 元"),
        (
            "\n".join(str(11301_00 + at) for at in range(400)),
            40_000,
            "distribution.shares_many",
            "读到 400 户",
        ),
        ("科目,金额", 0, "distribution.no_shares", "一户也没有"),
    ],
)
def test_what_is_wrong_with_the_table_as_a_whole(text: str, whole: int, rule: str, said: str) -> None:
    with pytest.raises(RuleViolation) as violation:
        parse_households(text, whole)
    assert violation.value.rule.code == rule
    assert said in violation.value.zh


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(RuleViolation) as violation:
        parse_households("科目,户名,金额\n1130,张三,5\n11302,李四,x5\n11303,王五,6", 0)
    assert violation.value.zh.startswith("各户份额有 2 处要改：第 2 行「科目」")
    assert "；第 3 行「金额」" in violation.value.zh
    assert "row 3, '金额'" in violation.value.en


def workbook(path: Path, *sheets: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_a_workbook_is_read(tmp_path: Path) -> None:
    """With a header or without, a sheet for each group, and what was passed over is told."""
    headed: list[list[object]] = [
        ["科目", "户名", "金额", "备注"],
        [11301, "张三户", 1000.1, "现金"],
        ["合计", "", 1000.1],
    ]
    second: list[list[object]] = [["科目", "户名", "金额"], ["11302", "李四户", 0.05], ["合计", "", 0.05]]
    table = read_households(workbook(tmp_path / "shares.xlsx", headed, second), 100_015)
    assert plain(table.shares) == TWO
    told = " ".join(notice.zh for notice in table.notices)
    assert "跳过了 2 行" in told
    assert "备注" in told
    bare = workbook(
        tmp_path / "bare.xlsx", [[11301, "张三户", 1000.1], [11302, 1, 200]], [["说明", "按户分"]]
    )
    assert plain(read_households(bare, 0).shares) == (("11301", 100_010), ("11302", 20_000))


def test_a_roll_whose_total_stands_below_the_numbers_is_read(tmp_path: Path) -> None:
    """As a village's roll has it: 合计 below 序号, in a cell that is merged over those beside it."""
    rows: list[list[object]] = [
        ["序号", "组别", "户主姓名", "人口", "科目编码", "金额", "签字"],
        [1, "一组", "张三", 3, 11301, 1000.1],
        [2, "一组", "李四", 2, 11302, 0.05],
        ["合计", "", "", 5, "", 1000.15],
    ]
    table = read_households(workbook(tmp_path / "shares.xlsx", rows), 100_015)
    assert plain(table.shares) == TWO
    assert "跳过了 1 行" in table.notices[0].zh


def test_a_file_whose_header_is_not_understood_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "shares.csv"
    file.write_text("户,钱\n张家,6\n", encoding="utf-8")
    with pytest.raises(ImportRefused) as refused:
        read_households(file, 0)
    [problem] = refused.value.problems
    assert (problem.rule, problem.row) == ("import.header", 1)
    assert "各户份额的表头写「科目,户名,金额」" in problem.zh


def test_a_workbook_that_is_wrong_names_the_cell(tmp_path: Path) -> None:
    rows: list[list[object]] = [["科目", "户名", "金额"], [11301, "张三户", 1000.005], [11302, "李四户", ""]]
    with pytest.raises(ImportRefused) as refused:
        read_households(workbook(tmp_path / "shares.xlsx", rows), 0)
    places = [(one.file, one.row, one.column, one.read, one.rule) for one in refused.value.problems]
    assert places == [
        ("shares.xlsx", 2, "金额", "1000.005", "money.malformed"),
        ("shares.xlsx", 3, "金额", "", "distribution.share_no_amount"),
    ]


@pytest.mark.parametrize("name", ["shares.xls", "shares.pdf"])
def test_a_file_of_another_format_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\xd0\xcf")
    with pytest.raises(RuleViolation) as violation:
        read_households(tmp_path / name, 0)
    assert violation.value.rule.code == "distribution.file"
    assert name in violation.value.zh
