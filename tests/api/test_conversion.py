"""A folder on the chart of 2004 becomes one on that of 2024 that can be imported, with the same sums on both sides."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from api.conversion import convert_folder
from api.importing import read_folder
from api.importing.book_file import read_book
from api.importing.problems import ImportRefused
from domain.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from pathlib import Path

BOOK = """\
[book]
id = "N2330881MF0000021R"
name = "小河村经济合作社（虚构示例）"
division = "330881101202"
chart = "rural-collective-2004"
opened = "2024-01"
"""
HEADER = "科目编码,科目名称,借方余额,贷方余额\n"
OPENING = """\
101,现金,341.23,
11201,张三,574.57,
151,固定资产,840.64,
153,固定资产清理,,0.50
15401,村道,986.11,
202,应付款,,486.39
212,应付福利费,25.82,
301,资本,,1000.00
311,公积公益金,,1281.48
合计,,2768.37,2768.37
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A village on the old chart."""
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "book.toml").write_text(BOOK, encoding="utf-8")
    (folder / "opening.csv").write_text(HEADER + OPENING, encoding="utf-8")
    return folder


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_what_is_written_can_be_imported(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    made = convert_folder(old, new)
    assert made[:3] == (9, 276_837, 276_837)
    opening = {one.code: (one.debit_fen, one.credit_fen) for one in read_folder(new).opening}
    assert opening == {
        "101": (34_123, 0),
        "11201": (57_457, 0),
        "151": (84_064, 0),
        "154": (0, 50),
        "15301": (98_611, 0),
        "211": (0, 48_639),
        "322": (2_582, 0),
        "301": (0, 100_000),
        "311": (0, 128_148),
    }
    assert read_folder(new).book.chart == "rural-collective-2024"


def test_both_trial_balances_stand_beside_each_other(old: Path, tmp_path: Path) -> None:
    convert_folder(old, tmp_path / "new")
    *lines, total = rows(tmp_path / "new" / "conversion.csv")[1:]
    assert ["153", "固定资产清理", "", "0.50", "154", "固定资产清理", "", "0.50"] in lines
    assert total == ["", "合计", "2768.37", "2768.37", "", "合计", "2768.37", "2768.37"]


def test_the_table_of_both_is_not_told_as_unread(old: Path, tmp_path: Path) -> None:
    convert_folder(old, tmp_path / "new")
    assert not [one for one in read_folder(tmp_path / "new").notices if "conversion.csv" in one.zh]


def test_what_comes_to_undistributed_income_is_told(old: Path, tmp_path: Path) -> None:
    [notice] = [one for one in convert_folder(old, tmp_path / "new").notices if "322" in one.zh]
    assert "212 应付福利费 借方 25.82 元转入 322 收益分配" in notice.zh
    assert "212 应付福利费" in notice.en
    assert "25.82" in notice.en
    (tmp_path / "mapping.csv").write_text("原科目编码,新科目编码\n212,212\n", encoding="utf-8")
    told = convert_folder(old, tmp_path / "kept", tmp_path / "mapping.csv").notices
    assert not any("322" in one.zh for one in told)


@pytest.mark.parametrize("opened", ["2024-01", "2024-07"])
def test_income_at_the_beginning_of_a_year_is_refused_as_an_import_does(
    old: Path, tmp_path: Path, opened: str
) -> None:
    """An account that a village added may go to any; in mid-year its balance is the year's income so far."""
    (old / "book.toml").write_text(BOOK.replace("2024-01", opened), encoding="utf-8")
    added = OPENING.replace("合计", "571,其他收益,,4.00\n101,现金,4.00,\n合计").replace(
        "101,现金,341.23,\n", "", 1
    )
    added = added.replace("101,现金,4.00", "101,现金,345.23").replace("2768.37", "2772.37")
    (old / "opening.csv").write_text(HEADER + added, encoding="utf-8")
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("原科目编码,新科目编码\n571,504\n", encoding="utf-8")
    if opened == "2024-07":
        assert convert_folder(old, tmp_path / "new", mapping).accounts
        return
    with pytest.raises(ImportRefused) as caught:
        convert_folder(old, tmp_path / "new", mapping)
    [problem] = caught.value.problems
    assert problem.rule == "import.income_left"
    assert "收入减支出是 4.00 元" in problem.zh
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("mapping", ["", "541,513\n"])
def test_income_and_expense_go_nowhere_and_that_is_what_is_said(
    old: Path, tmp_path: Path, mapping: str
) -> None:
    (old / "opening.csv").write_text(f"{HEADER}541,管理费用,1,\n301,资本,,1\n", encoding="utf-8")
    chosen = tmp_path / "mapping.csv"
    chosen.write_text(f"原科目编码,新科目编码\n{mapping}", encoding="utf-8")
    with pytest.raises(ImportRefused) as caught:
        convert_folder(old, tmp_path / "new", chosen if mapping else None)
    [problem] = caught.value.problems
    assert problem.rule == "convert.not_nil"
    for said in ("541 管理费用", "321", "322 收益分配"):
        assert said in problem.zh


def test_a_mapping_chooses(old: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("原科目编码,新科目编码\n202,213\n212,212\n", encoding="utf-8")
    convert_folder(old, tmp_path / "new", mapping)
    codes = {row[0] for row in rows(tmp_path / "new" / "opening.csv")}
    assert {"213", "212"} <= codes
    assert not {"211", "322"} & codes


RESULT = """\
科目编码,科目名称,借方余额,贷方余额
101,现金,"1,200.00",
321,本年收益,,"1,200.00"
"""


@pytest.mark.parametrize(
    ("opened", "told"),
    [("2024-01", "应已在上年末转入 322"), ("2024-07", "算作年初未分配收益")],
)
def test_a_result_that_was_not_transferred_is_told(old: Path, tmp_path: Path, opened: str, told: str) -> None:
    (old / "opening.csv").write_text(RESULT, encoding="utf-8")
    (old / "book.toml").write_text(BOOK.replace("2024-01", opened), encoding="utf-8")
    [said] = convert_folder(old, tmp_path / "new").notices
    assert told in said.zh
    assert "1,200.00" in said.zh


def test_where_all_was_transferred_nothing_is_told(old: Path, tmp_path: Path) -> None:
    assert not any("321" in said.zh for said in convert_folder(old, tmp_path / "new").notices)


OWED = """\
科目编码,科目名称,方向,期初余额,往来单位,项目,数量,计量单位
101,现金,借,"1,700.00",,,,
112,应收款,借,500.00,甲公司,,,
112,应收款,借,700.00,乙公司,村口桥,,
121,库存物资,借,100.00,,,12.5,袋
301,资本,贷,"3,000.00",,,,
"""


def test_what_stands_beside_a_balance_is_kept(old: Path, tmp_path: Path) -> None:
    (old / "opening.csv").write_text(OWED, encoding="utf-8")
    made = convert_folder(old, tmp_path / "new")
    assert made[:3] == (4, 300_000, 300_000)
    header, *lines = rows(tmp_path / "new" / "opening.csv")
    assert header[4:] == ["往来单位", "项目", "数量", "计量单位"]
    assert [line for line in lines if line[0] in {"112", "121"}] == [
        ["112", "应收款", "500.00", "", "甲公司", "", "", ""],
        ["112", "应收款", "700.00", "", "乙公司", "村口桥", "", ""],
        ["121", "库存物资", "100.00", "", "", "", "12.5", "袋"],
    ]
    [*compared, _] = rows(tmp_path / "new" / "conversion.csv")[1:]
    assert ["112", "乙公司", "村口桥"] in [[line[0], *line[8:10]] for line in compared]


def test_quantities_without_units_are_told(old: Path, tmp_path: Path) -> None:
    (old / "opening.csv").write_text(OWED.replace("计量单位", "备注"), encoding="utf-8")
    assert any("数量没有读" in one.zh for one in convert_folder(old, tmp_path / "new").notices)


def mapped(old: Path, tmp_path: Path, mapping: str) -> dict[str, list[str]]:
    """Convert by a mapping; return what each new account has."""
    (tmp_path / "mapping.csv").write_text(mapping, encoding="utf-8")
    convert_folder(old, tmp_path / "new", tmp_path / "mapping.csv")
    return {row[0]: row[2:4] for row in rows(tmp_path / "new" / "opening.csv")[1:]}


def test_a_balance_is_split_by_amounts(old: Path, tmp_path: Path) -> None:
    split = "原科目编码,新科目编码,金额\n202,211,300.00\n202,213,100.00\n202,214,86.39\n212,212,\n"
    made = mapped(old, tmp_path, split)
    assert {code: made[code] for code in ("211", "213", "214", "212")} == {
        "211": ["", "300.00"],
        "213": ["", "100.00"],
        "214": ["", "86.39"],
        "212": ["25.82", ""],
    }
    *compared, total = rows(tmp_path / "new" / "conversion.csv")[1:]
    assert [line[3:5] for line in compared if line[0] == "202"] == [
        ["300.00", "211"],
        ["100.00", "213"],
        ["86.39", "214"],
    ]
    assert total[2:4] == total[6:8] == ["2768.37", "2768.37"]


@pytest.mark.parametrize(
    ("split", "rule", "said"),
    [
        ("202,211,300.00\n202,213,100.00\n", "convert.split_sum", ["202", "400.00", "486.39"]),
        ("202,211,300.00\n202,213,\n", "convert.split_amount", ["202"]),
        ("202,211,\n202,213,\n", "convert.split_amount", ["202"]),
        ("202,212,486.39\n202,211,0\n", "convert.split_amount", ["202"]),
        ("202,212,86.39\n202,211,400\n", "convert.choice", ["212"]),
        ("112,112,574.57\n", "convert.split_rows", ["112"]),
        ("203,211,1\n", "convert.unused", ["203"]),
        ("202,15101,\n", "convert.choice", ["202", "15101"]),
    ],
)
def test_a_split_that_cannot_be_is_told(
    old: Path, tmp_path: Path, split: str, rule: str, said: list[str]
) -> None:
    with pytest.raises(ImportRefused) as caught:
        mapped(old, tmp_path, "原科目编码,新科目编码,金额\n" + split)
    [*_, problem] = [one for one in caught.value.problems if one.rule == rule]
    assert all(one in problem.zh for one in said)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("opening", "rule", "row"),
    [
        ("101,现金,一元,\n", "money.malformed", 2),
        ("1,现金,1,\n", "import.account_code", 2),
        ("101,现金,1,1\n", "convert.both_sides", 2),
    ],
)
def test_a_row_that_is_wrong_is_named(old: Path, tmp_path: Path, opening: str, rule: str, row: int) -> None:
    (old / "opening.csv").write_text(HEADER + opening, encoding="utf-8")
    with pytest.raises(ImportRefused) as caught:
        convert_folder(old, tmp_path / "new")
    assert [(problem.rule, problem.row) for problem in caught.value.problems] == [(rule, row)]
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("opening", "rule"),
    [
        ("101,现金,1,\n", "convert.unbalanced"),
        ("131,牲畜,1,\n301,资本,,1\n", "convert.choose"),
        ("541,管理费用,1,\n301,资本,,1\n", "convert.not_nil"),
    ],
)
def test_what_cannot_be_converted_writes_nothing(old: Path, tmp_path: Path, opening: str, rule: str) -> None:
    (old / "opening.csv").write_text(HEADER + opening, encoding="utf-8")
    with pytest.raises(ImportRefused) as caught:
        convert_folder(old, tmp_path / "new")
    assert [one.rule for one in caught.value.problems] == [rule]
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("opening", "said"),
    [
        ("153,在建工程,1,\n301,资本,,1\n", "153 是「固定资产清理」"),
        ("21101,应付款-张三,,1\n101,现金,1,\n", "211 是「应付工资」"),
        ("212,应付工资,,1\n101,现金,1,\n", "212 是「应付福利费」"),
        ("511,经营支出,1,\n301,资本,,1\n", "511 是「发包及上交收入」"),
    ],
)
def test_balances_of_the_new_chart_are_not_converted_again(
    old: Path, tmp_path: Path, opening: str, said: str
) -> None:
    (old / "opening.csv").write_text(HEADER + opening, encoding="utf-8")
    with pytest.raises(ImportRefused) as caught:
        convert_folder(old, tmp_path / "new")
    [problem] = [one for one in caught.value.problems if one.rule == "convert.new_meaning"]
    assert said in problem.zh
    assert not (tmp_path / "new").exists()


def test_what_was_converted_is_on_the_new_chart(old: Path, tmp_path: Path) -> None:
    convert_folder(old, tmp_path / "new")
    with pytest.raises(ImportRefused) as caught:
        convert_folder(tmp_path / "new", tmp_path / "again")
    rules = [one.rule for one in caught.value.problems]
    assert rules[0] == "convert.chart"
    assert "convert.new_meaning" in rules
    assert not (tmp_path / "again").exists()


WELFARE = """\
101,现金,100.00,
212,应付福利费,25.82,
32201,各项分配,,0.00
32202,未分配收益,,100.00
301,资本,,25.82
"""


def test_a_debit_on_the_welfare_fund_is_part_of_the_undistributed_income(old: Path, tmp_path: Path) -> None:
    (old / "opening.csv").write_text(HEADER + WELFARE, encoding="utf-8")
    made = convert_folder(old, tmp_path / "new")
    assert made[:3] == (3, 12_582, 12_582)
    assert rows(tmp_path / "new" / "opening.csv")[1:] == [
        ["101", "库存现金", "100.00", ""],
        ["301", "资本", "", "25.82"],
        ["32202", "未分配收益", "", "74.18"],
    ]
    *lines, total = rows(tmp_path / "new" / "conversion.csv")[1:]
    assert ["212", "应付福利费", "25.82", "", "32202", "未分配收益", "25.82", ""] in lines
    assert ["32202", "未分配收益", "", "100.00", "32202", "未分配收益", "", "100.00"] in lines
    assert total[2:4] == total[6:8] == ["125.82", "125.82"]


def test_a_mapping_names_details_and_counterparties(old: Path, tmp_path: Path) -> None:
    made = mapped(
        old,
        tmp_path,
        "原科目编码,新科目编码,金额,新科目名称,往来单位\n"
        "202,21401,86.39,应交增值税,\n202,211,300.00,,甲公司\n202,211,100.00,,乙公司\n",
    )
    assert made["21401"] == ["", "86.39"]
    opening = rows(tmp_path / "new" / "opening.csv")
    assert ["21401", "应交增值税", "", "86.39", ""] in opening
    assert ["211", "应付款", "", "300.00", "甲公司"] in opening
    assert ["211", "应付款", "", "100.00", "乙公司"] in opening
    assert len(read_folder(tmp_path / "new").opening) == 11


@pytest.mark.parametrize(
    ("to", "name", "told"),
    [
        ("322", "福利费", True),  # part of what is undistributed, whatever it is called
        ("322", "收益分配", False),
        ("32205", "福利费", False),
        ("311", "福利费", False),
        ("311", "公积公益金", True),  # there is another: it is no detail's name
    ],
)
def test_a_name_that_is_not_used_is_told(
    old: Path, tmp_path: Path, to: str, name: str, *, told: bool
) -> None:
    mapping = tmp_path / "mapping.csv"
    mapping.write_text(f"旧科目编码,新科目编码,新科目名称\n212,{to},{name}\n", encoding="utf-8")
    said = [one.zh for one in convert_folder(old, tmp_path / "new", mapping).notices if "没有用上" in one.zh]
    assert len(said) == told
    for one in said:
        assert one.startswith(f"对照表给 212 应付福利费 写的新科目名称「{name}」没有用上，它转入 {to}")


def test_two_details_of_one_name_are_told(old: Path, tmp_path: Path) -> None:
    """Where a person wrote the code of one; what the old books have so is theirs."""
    mapping = tmp_path / "mapping.csv"
    text = OPENING.replace("11201,张三,574.57,", "11201,张三,74.57,\n11202,张三,500.00,")
    (old / "opening.csv").write_text(HEADER + text, encoding="utf-8")
    assert not [one for one in convert_folder(old, tmp_path / "kept").notices if "都叫" in one.zh]
    mapping.write_text("旧科目编码,新科目编码,新科目名称\n11202,11205,张三\n", encoding="utf-8")
    [said] = [one.zh for one in convert_folder(old, tmp_path / "new", mapping).notices if "都叫" in one.zh]
    assert said.startswith("11201、11205 都叫「张三」")


def test_the_names_of_a_split_are_those_of_the_new_accounts(old: Path, tmp_path: Path) -> None:
    (old / "opening.csv").write_text(f"{HEADER}132,林木资产,1000,\n301,资本,,1000\n", encoding="utf-8")
    split = "132,131,400.00,用材林\n132,132,350.50,果园\n132,134,249.50,防护林\n"
    mapped(old, tmp_path, "原科目编码,新科目编码,金额,新科目名称\n" + split)
    assert [row[:3] for row in rows(tmp_path / "new" / "opening.csv")[1:-1]] == [
        ["13101", "用材林", "400.00"],
        ["13201", "果园", "350.50"],
        ["13401", "防护林", "249.50"],
    ]
    assert len(read_folder(tmp_path / "new").opening) == 4


MANY = """\
131,牲畜,借,1,甲
131,牲畜,借,2,乙
132,林木资产,借,5,
109,其他,借,6,
541,管理费用,借,7,
"""


def test_all_that_cannot_be_converted_is_told_at_once(old: Path, tmp_path: Path) -> None:
    header = "科目编码,科目名称,方向,期初余额,往来单位\n"
    (old / "opening.csv").write_text(header + MANY, encoding="utf-8")
    (old / "book.toml").write_text(BOOK.replace("2024-01", "2023-12"), encoding="utf-8")
    with pytest.raises(ImportRefused) as caught:
        convert_folder(old, tmp_path / "new")
    assert [
        (one.rule, *(code for code in ("131", "132", "109", "541") if f"科目 {code}" in one.zh))
        for one in caught.value.problems
    ] == [
        ("convert.opened",),
        ("convert.unbalanced",),
        ("convert.choose", "131"),
        ("convert.choose", "132"),
        ("convert.unknown", "109"),
        ("convert.not_nil", "541"),
    ]
    assert not (tmp_path / "new").exists()


def test_a_book_on_the_new_chart_does_not_begin_before_it_is_in_force(old: Path, tmp_path: Path) -> None:
    (old / "book.toml").write_text(BOOK.replace("2024-01", "2023-12"), encoding="utf-8")
    with pytest.raises(ImportRefused) as caught:
        convert_folder(old, tmp_path / "new")
    [problem] = caught.value.problems
    assert (problem.rule, problem.file) == ("convert.opened", "book.toml")
    assert "2023-12" in problem.zh
    assert "2024-01" in problem.zh
    (old / "book.toml").write_text(BOOK.replace("2024-01", "2025-07"), encoding="utf-8")
    convert_folder(old, tmp_path / "new")
    assert read_book(tmp_path / "new").opened == "2025-07"


def test_a_folder_that_is_there_or_is_none(old: Path, tmp_path: Path) -> None:
    with pytest.raises(RuleViolation) as caught:
        convert_folder(old, old)
    assert caught.value.rule.code == "convert.not_empty"
    (old / "book.toml").unlink()
    with pytest.raises(RuleViolation) as caught:
        convert_folder(old, tmp_path / "new")
    assert caught.value.rule.code == "convert.no_book"


def test_an_organisation_id_that_no_book_may_have_is_refused_before_anything_is_written(
    old: Path, tmp_path: Path
) -> None:
    (old / "book.toml").write_text(BOOK.replace("0021R", "0021A"), encoding="utf-8")
    with pytest.raises(RuleViolation) as caught:
        convert_folder(old, tmp_path / "new")
    assert caught.value.rule.code == "organisation.check_digit"
    assert not (tmp_path / "new").exists()
