"""Code and name of an account in one cell, as programs export 科目: 10201 基本账户."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.importing import ImportRefused, read_folder
from domain.accounts import AccountAdded
from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING

if TYPE_CHECKING:
    from pathlib import Path

    from api.importing import ImportFolder, Problem
    from tests.api.importing.conftest import Village

CODES = ["10201", "50401", "51302", "101"]
NAMES = ["基本户", "利息收入", "办公费", "库存现金"]
WAYS = [" ", "-", "　", "—", "_", "", ":", " - "]
BRACKETED = [
    "[{code}]{name}",
    "({code}){name}",
    "（{code}）{name}",
    "［{code}］{name}",
    "【{code}】{name}",
    "〔{code}〕 {name}",
    "[{code}] - {name}",
    "[ {code} ]{name}",
    "{name}({code})",
    "{name}（{code}）",
    "{name} [{code}]",
    "{name}-[{code}]",
]


def joined(text: str, way: str, header: str, *, apart: bool = False) -> str:
    """Return a table whose codes stand with the names, by what stands between them or by the form of both.

    `apart` leaves the column of names too.
    """
    form = way if "{code}" in way else "{code}" + way + "{name}"
    lines = text.replace("科目编码,科目名称", f"{header},科目名称" if apart else header).splitlines()
    for code in ("101", "10201", "301", "50401", "51302"):
        for number, line in enumerate(lines):
            cells = line.split(",")
            if code in cells[:-1]:
                at = cells.index(code)
                own = form.format(code=code, name=cells[at + 1])
                lines[number] = ",".join([*cells[:at], own, *cells[at + (1 if apart else 2) :]])
    return "\n".join(lines)


def read(folder: Path, journal: str, opening: str = OPENING) -> ImportFolder:
    """Read the small village with this journal."""
    (folder / "book.toml").write_text(BOOK_TOML, encoding="utf-8")
    (folder / "opening.csv").write_text(opening, encoding="utf-8")
    (folder / "journal.csv").write_text(journal, encoding="utf-8")
    return read_folder(folder)


def refused(folder: Path, journal: str) -> list[Problem]:
    """Return the problems of the small village with this journal."""
    with pytest.raises(ImportRefused) as caught:
        read(folder, journal)
    return caught.value.problems


@pytest.mark.parametrize("header", ["科目", "会计科目", "科目编码", "科目名称"])
@pytest.mark.parametrize("way", [*WAYS, *BRACKETED])
def test_both_are_read(tmp_path: Path, header: str, way: str) -> None:
    found = read(tmp_path, joined(JOURNAL, way, header), joined(OPENING, way, header))
    assert [line.code for line in found.journal] == CODES
    assert [line.name for line in found.journal] == NAMES
    assert [(one.code, one.name, one.debit_fen) for one in found.opening] == [
        ("101", "库存现金", 10_000),
        ("10201", "基本户", 190_000),
        ("301", "资本", 0),
    ]
    assert found.notices == ()


def test_a_column_of_names_beside_it_says_the_same(tmp_path: Path) -> None:
    found = read(tmp_path, joined(JOURNAL, " ", "科目编码", apart=True))
    assert [(line.code, line.name) for line in found.journal] == list(zip(CODES, NAMES, strict=True))


def test_a_code_in_brackets_beside_a_column_of_names_says_the_same(tmp_path: Path) -> None:
    found = read(tmp_path, joined(JOURNAL, "[{code}]{name}", "科目编码", apart=True))
    assert [(line.code, line.name) for line in found.journal] == list(zip(CODES, NAMES, strict=True))


@pytest.mark.parametrize(
    ("cell", "code", "name"),
    [
        ("11302 3组", "11302", "3组"),
        ("11302 12组", "11302", "12组"),
        ("10201  2号楼押金户", "10201", "2号楼押金户"),
        ("10201 - 2号楼押金户", "10201", "2号楼押金户"),
        ("113.02 3组", "113.02", "3组"),
        ("1130201 2023年承包户", "1130201", "2023年承包户"),
        ("[11302]3组", "11302", "3组"),
        ("3组(11302)", "11302", "3组"),
        ("[10201]押金(201)", "10201", "押金(201)"),
        ("10201 押金(201)", "10201", "押金(201)"),
        ("10201 农行(62284)", "10201", "农行(62284)"),
        ("[102.01]基本户", "102.01", "基本户"),
        ("银行存款-基本户（10201）", "10201", "银行存款-基本户"),
    ],
)
def test_what_bounds_the_code_lets_the_name_have_digits(
    tmp_path: Path, cell: str, code: str, name: str
) -> None:
    found = read(tmp_path, joined(JOURNAL, " ", "科目").replace("10201 基本户", cell))
    assert (found.journal[0].code, found.journal[0].name) == (code.replace(".", ""), name)


def test_another_name_in_the_column_beside_it_is_refused(tmp_path: Path) -> None:
    text = joined(JOURNAL, " ", "科目编码", apart=True).replace("51302 办公费", "51302 会议费")
    [problem] = refused(tmp_path, text)
    assert (problem.rule, problem.row, problem.column) == ("import.cell_name", 4, "科目编码")
    for said in ("会议费", "办公费"):
        assert said in problem.zh
        assert said in problem.en


def test_separators_between_the_levels_are_left_out_too(tmp_path: Path) -> None:
    text = joined(JOURNAL, " ", "科目").replace("10201 ", "102.01 ").replace("51302 ", "513-02 ")
    found = read(tmp_path, text)
    assert [line.code for line in found.journal] == CODES
    assert "2 行的科目编码带分隔符" in "\n".join(notice.zh for notice in found.notices)


@pytest.mark.parametrize(
    "cell",
    [
        *("1002 银行存款", "102 01 基本户", "102-1基本户", "10201、2号户", "基本户", "银行存款 10201"),
        *("[1002]银行存款", "银行存款(1002)", "10201 01 张三", "10201 3 组", "102 2号户", "10201-2号户"),
    ],
)
def test_what_is_no_code_with_a_name_is_refused_as_it_stands(tmp_path: Path, cell: str) -> None:
    text = joined(JOURNAL, " ", "科目").replace("10201 基本户", cell)
    [problem] = refused(tmp_path, text)
    assert (problem.rule, problem.row, problem.read) == ("import.account_code", 2, cell)
    for said in (cell, "10201 基本账户", "[10201]基本账户", "基本账户(10201)"):
        assert said in problem.zh
        assert said in problem.en


@pytest.mark.parametrize(
    "cell", ["押金(201)", "库存现金(102)", "农行(62284)", "301室押金(11301)", "[10201]押金(11301)"]
)
def test_a_number_behind_a_name_that_may_be_of_the_name_is_no_code(tmp_path: Path, cell: str) -> None:
    """A room's or a bank card's: a code is one of the chart, of level 1 its own name's, and the only one."""
    [problem] = refused(tmp_path, joined(JOURNAL, " ", "科目").replace("10201 基本户", cell))
    assert (problem.rule, problem.row, problem.read) == ("import.account_code", 2, cell)


@pytest.mark.parametrize("cell", ["1002", "(10201)"])
def test_what_has_no_name_is_refused_as_a_code(tmp_path: Path, cell: str) -> None:
    [problem] = refused(tmp_path, joined(JOURNAL, " ", "科目").replace("10201 基本户", cell))
    assert (problem.rule, problem.row, problem.read) == ("import.account_code", 2, cell)
    assert problem.zh.endswith(f"读到「{cell}」")


@pytest.mark.parametrize("way", ["[1{code}]{name}", "1{code} {name}"])
def test_a_column_of_which_no_code_can_be_read_is_told_once(tmp_path: Path, way: str) -> None:
    [problem] = refused(tmp_path, joined(JOURNAL, way, "会计科目"))
    assert problem.rule == "import.column"
    for said in ("会计科目", way.format(code="10201", name="基本户"), "10201 基本账户"):
        assert said in problem.zh
        assert said in problem.en
    assert "只有" not in problem.zh


@pytest.mark.parametrize(
    ("drop", "column", "said"), [(0, "科目编码", "10201 基本账户"), (1, "科目名称", "10201 基本账户")]
)
def test_a_column_with_one_of_the_two_alone_is_told_once(
    tmp_path: Path, drop: int, column: str, said: str
) -> None:
    lines = [line.split(",") for line in JOURNAL.splitlines()]
    text = "\n".join(",".join([*line[:3], line[4 - drop], *line[5:]]) for line in lines)
    [problem] = refused(tmp_path, text)
    assert problem.rule == "import.column"
    assert column in problem.column
    assert said in problem.zh


@pytest.mark.parametrize("label", ["合计", "本月合计", "制单：张三"])
def test_totals_and_feet_in_it_are_passed_over(tmp_path: Path, label: str) -> None:
    amounts = "" if ":" in label or "：" in label else "17.30"
    found = read(tmp_path, f"{joined(JOURNAL, ' ', '科目')}\n,,,{label},{amounts},{amounts},\n")
    assert [line.code for line in found.journal] == CODES
    assert "跳过了 1 行：第 6 行" in "\n".join(notice.zh for notice in found.notices)


@pytest.mark.parametrize("sign", ["\\", "/", "_", "-"])
def test_names_of_the_accounts_above_are_left_out(village: Village, sign: str) -> None:
    text = joined(JOURNAL, " ", "科目").replace("10201 基本户", f"10201 银行存款{sign}基本户")
    village.write("journal.csv", text)
    village.run()
    [name] = [
        entry.statement.data.name
        for entry in village.entries()
        if isinstance(entry.statement, AccountAdded) and entry.statement.data.code == "10201"
    ]
    assert name == "基本户"
    assert village.run().posted == 0
    village.write("opening.csv", OPENING.replace("10201,基本户", "10201,银行存款-基本户"))
    assert village.run().posted == 0


def test_the_name_is_held_against_the_chart(village: Village) -> None:
    village.write("journal.csv", joined(JOURNAL, " ", "科目").replace("101 库存现金", "101 资本"))
    with pytest.raises(ImportRefused) as caught:
        village.run()
    assert "import.account_name" in {problem.rule for problem in caught.value.problems}
