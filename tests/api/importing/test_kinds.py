"""The kind of a voucher (凭证字 收, 付, 转, 记) in a column of its own is a part of its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.importing import ImportRefused, read_folder
from domain.vouchers import VoucherPosted
from tests.api.importing.conftest import BOOK_TOML, OPENING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.api.importing.conftest import Village

HEADER = "日期,{kind},{number},摘要,科目编码,科目名称,借方金额,贷方金额,附件数"
ROWS = (
    "2026-01-08,收,1,收利息,10201,基本户,5.00,,1",
    "2026-01-08,收,1,收利息,50401,利息收入,,5.00,1",
    "2026-01-08,付,1,购灯泡,51302,办公费,12.30,,2",
    "2026-01-08,付,1,购灯泡,101,库存现金,,12.30,2",
)
HEADED = HEADER.format(kind="凭证字", number="凭证号")


def numbers(folder: Path, *rows: str) -> list[str]:
    """Return the numbers of the lines of a journal with these rows."""
    (folder / "book.toml").write_text(BOOK_TOML, encoding="utf-8")
    (folder / "opening.csv").write_text(OPENING, encoding="utf-8")
    (folder / "journal.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return [line.number for line in read_folder(folder).journal]


@pytest.mark.parametrize(
    "headers",
    [
        (HEADED,),
        (HEADER.format(kind="凭证类型", number="凭证编号"),),
        (HEADER.format(kind="凭证类别", number="凭证号"),),
        (HEADER.format(kind="字", number="号"),),
        ("日期,凭证,,摘要,科目,,金额,,附件数", ",字,号,,编码,名称,借方,贷方,"),
    ],
)
def test_it_stands_before_the_number(tmp_path: Path, headers: Sequence[str]) -> None:
    assert numbers(tmp_path, *headers, *ROWS) == ["收-1", "收-1", "付-1", "付-1"]


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("收款", "1", "收款-1"),
        ("收", "收-1", "收-1"),
        ("收款凭证", "收字第1号", "收字第1号"),
        ("转账", "转-0003", "转-0003"),
        ("现收", "现-1", "现收-现-1"),
        ("", "1", "1"),
    ],
)
def test_it_stands_there_once(tmp_path: Path, kind: str, number: str, expected: str) -> None:
    rows = [row.replace(",收,1,", f",{kind},{number},") for row in ROWS[:2]]
    assert numbers(tmp_path, HEADED, *rows) == [expected] * 2


def test_written_once_it_holds_for_the_voucher(tmp_path: Path) -> None:
    first, second, *others = ROWS
    assert numbers(tmp_path, HEADED, first, second.replace("2026-01-08,收,1,收利息", ",,,"), *others) == [
        *["收-1", "收-1"],
        *["付-1", "付-1"],
    ]


def test_what_cannot_be_told_from_above_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as caught:
        numbers(tmp_path, HEADED, *ROWS[:2], *(row.replace("付", "") for row in ROWS[2:]))
    [problem] = caught.value.problems
    assert (problem.rule, problem.row, problem.column) == ("import.written_once", 4, "凭证字")


def write(village: Village, rows: Sequence[str], header: str = HEADED) -> None:
    village.write("journal.csv", "\n".join([header, *rows]) + "\n")


def posted(village: Village) -> list[str]:
    """Return the numbers of the vouchers that are posted."""
    statements = [entry.statement for entry in village.entries()]
    return [one.data.source for one in statements if isinstance(one, VoucherPosted)]


def test_two_kinds_of_one_number_are_two_vouchers(village: Village) -> None:
    write(village, ROWS)
    village.run()
    assert posted(village) == ["收-1", "付-1"]
    assert village.run().posted == 0


def test_what_was_posted_by_the_number_alone_is_not_posted_again(village: Village) -> None:
    """As a folder was imported when the column was not read."""
    plain = HEADED.replace("凭证字", "类")
    write(village, ROWS[:2], plain)
    village.run()
    write(village, ROWS[:2])
    again = village.run()
    assert (again.posted, again.vouchers_there, again.absent) == (0, 1, ())
    write(village, [row.replace("5.00", "6.00") for row in ROWS[:2]])
    with pytest.raises(ImportRefused) as caught:
        village.run()
    assert [problem.rule for problem in caught.value.problems] == ["import.voucher_moved"]
    assert posted(village) == ["1"]


def test_two_vouchers_that_were_posted_as_one_are_not_posted_again(village: Village) -> None:
    rows = [row[:-1] + "1" for row in ROWS]
    write(village, rows, HEADED.replace("凭证字", "类"))
    village.run()
    write(village, rows)
    with pytest.raises(ImportRefused) as caught:
        village.run()
    assert {problem.rule for problem in caught.value.problems} == {"import.voucher_moved"}
