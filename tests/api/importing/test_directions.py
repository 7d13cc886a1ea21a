"""One column of amounts beside one that says on which side each stands (方向), as most packages export balances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.importing import ImportRefused, read_folder
from domain.opening import OpeningPosted
from domain.vouchers import VoucherPosted
from tests.api.importing.conftest import BOOK_TOML, JOURNAL

if TYPE_CHECKING:
    from api.importing import Problem
    from tests.api.importing.conftest import Village

OPENING = """\
科目编码,科目名称,方向,期初余额,往来单位
101,库存现金,借,¥100.00,
102,银行存款,平,0.00,
111,短期投资,,,
211,应付款,借,-30.00元,甲公司
211,应付款,贷,70.00,乙公司
301,资本,贷,0.00,
311,公积公益金,贷,-,
322,收益分配,平,,
"""
JOURNAL_ROWS = """\
日期,凭证号,摘要,科目编码,科目名称,方向,金额,附件数
2026-01-08,记-1,收利息,101,库存现金,借,5.00,1
2026-01-08,记-1,收利息,50401,利息收入,贷,5.00,1
2026-01-09,记-2,更正利息,101,库存现金,Dr,-1.00,0
2026-01-09,记-2,更正利息,50401,利息收入,cr,(1.00),0
"""


@pytest.fixture(autouse=True)
def balances(village: Village) -> None:
    """The village's opening balances by direction."""
    village.write("opening.csv", OPENING)


def posted(village: Village) -> list[list[tuple[str, int, int]]]:
    """Return code, debit and credit of the lines of the opening balances and of each voucher."""
    found = []
    for entry in village.entries():
        statement = entry.statement
        if isinstance(statement, (OpeningPosted, VoucherPosted)):
            lines = statement.data.lines
            found.append([(line.account, line.debit_fen, line.credit_fen) for line in lines])
    return found


def problems(village: Village) -> list[Problem]:
    with pytest.raises(ImportRefused) as caught:
        village.run()
    assert village.entries() == []
    return caught.value.problems


def test_balances_and_lines_stand_on_the_side_that_is_named(village: Village) -> None:
    village.write("journal.csv", JOURNAL_ROWS)
    village.run()
    opening, first, second = posted(village)
    assert opening == [("101", 10_000, 0), ("211", -3_000, 0), ("211", 0, 7_000)]
    assert first == [("101", 500, 0), ("50401", 0, 500)]
    assert second == [("101", -100, 0), ("50401", 0, -100)]
    assert village.run().posted == 0


@pytest.mark.parametrize(
    ("direction", "amount"),
    [
        ("方向", "余额"),
        ("期初方向", "年初余额"),
        ("余额方向", "期初余额（元）"),
        ("Direction", "Amount"),
        ("借贷方向", "金额"),
    ],
)
def test_headers_of_common_programs_are_known(village: Village, direction: str, amount: str) -> None:
    village.write("opening.csv", OPENING.replace("方向,期初余额", f"{direction},{amount}", 1))
    village.write("journal.csv", JOURNAL_ROWS)
    village.run()
    assert posted(village)[0][-1] == ("211", 0, 7_000)


def test_headers_of_ones_own_are_named_in_the_book_file(village: Village) -> None:
    village.write("opening.csv", OPENING.replace("方向,期初余额", "DC,结存", 1))
    village.write("journal.csv", JOURNAL_ROWS.replace("方向,金额", "标志,本币", 1))
    village.write(
        "book.toml",
        f'{BOOK_TOML}\n[opening]\ndirection = "DC"\namount = "结存"\n'
        '[journal]\ndirection = "标志"\namount = "本币"\n',
    )
    village.run()
    assert posted(village)[1] == [("101", 500, 0), ("50401", 0, 500)]


def test_one_of_both_ways_is_named(village: Village) -> None:
    village.write("book.toml", f'{BOOK_TOML}\n[journal]\ndebit = "借"\namount = "金额"\n')
    [problem] = problems(village)
    assert (problem.file, problem.rule) == ("book.toml", "import.book_toml")
    assert "debit" in problem.zh
    assert "amount" in problem.zh


def test_two_columns_of_amounts_count_before_a_direction(village: Village) -> None:
    """A ledger's 方向 and 余额 tell the balance after each line."""
    header, *rows = JOURNAL.splitlines()
    village.write("journal.csv", "\n".join([f"{header},方向,余额", *(f"{row},借,9.00" for row in rows)]))
    village.run()
    assert posted(village)[1] == [("10201", 500, 0), ("50401", 0, 500)]


@pytest.mark.parametrize(
    ("good", "bad", "place", "rule", "said"),
    [
        ("借,5.00,1", "收,5.00,1", ("方向", "收"), "import.direction", "借、贷或平"),
        ("借,5.00,1", ",5.00,1", ("方向", ""), "import.direction", "借、贷或平"),
        ("借,5.00,1", "平,5.00,1", ("金额", "5.00"), "import.level_amount", "方向是平"),
        ("贷,5.00,1", "贷,五元,1", ("金额", "五元"), "money.malformed", "五元"),
        ("贷,5.00,1", "贷,,1", ("金额", ""), "voucher.one_side", "第 3 行"),
        ("贷,5.00,1", "贷,6.00,1", ("金额", "5.00"), "voucher.unbalanced", "6.00"),
    ],
)
def test_what_cannot_be_is_told_with_its_cell(
    village: Village, good: str, bad: str, place: tuple[str, str], rule: str, said: str
) -> None:
    village.write("journal.csv", JOURNAL_ROWS.replace(good, bad, 1))
    [problem] = problems(village)
    assert (problem.file, problem.column, problem.read, problem.rule) == ("journal.csv", *place, rule)
    assert said in problem.zh
    assert problem.row == (3 if good.startswith("贷") and rule != "voucher.unbalanced" else 2)


def test_a_missing_amount_is_named(village: Village) -> None:
    village.write("journal.csv", JOURNAL_ROWS.replace("金额", "数目", 1))
    [problem] = problems(village)
    assert (problem.column, problem.rule) == ("金额/amount", "import.column")


def test_two_directions_are_refused(village: Village) -> None:
    """As a trial balance has them, of the opening and of the closing balances."""
    village.write(
        "opening.csv", "科目编码,科目名称,方向,期初余额,方向,期末余额\n101,库存现金,借,1.00,贷,1.00\n"
    )
    village.write("journal.csv", JOURNAL_ROWS)
    assert [problem.rule for problem in problems(village)] == ["import.column_twice"]


def test_totals_and_headers_of_pages_are_passed_over(village: Village) -> None:
    header = JOURNAL_ROWS.splitlines()[0]
    village.write("journal.csv", f"{JOURNAL_ROWS}{header}\n,,合计,,,,8.00,\n制单：王,,,,,,,\n")
    village.run()
    assert len(posted(village)) == 3


def test_an_amount_without_account_is_no_line(village: Village) -> None:
    village.write("journal.csv", f"{JOURNAL_ROWS}2026-01-09,记-3,试,,,,8.00,\n")
    assert "import.account_code" in [problem.rule for problem in problems(village)]


def test_a_journal_without_attachments_has_none_and_that_is_told(village: Village) -> None:
    village.write("journal.csv", "\n".join(row.rpartition(",")[0] for row in JOURNAL_ROWS.splitlines()))
    [notice] = [one for one in read_folder(village.folder).notices if "附件数" in one.zh]
    assert "journal.csv" in notice.zh
    assert "记为 0" in notice.zh
    village.run()
    counts = [
        entry.statement.data.attachments.count
        for entry in village.entries()
        if isinstance(entry.statement, VoucherPosted)
    ]
    assert counts == [0, 0]


def test_with_attachments_nothing_is_told_of_them(village: Village) -> None:
    village.write("journal.csv", JOURNAL_ROWS)
    assert not [one for one in read_folder(village.folder).notices if "附件数" in one.zh]
