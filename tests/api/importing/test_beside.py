"""What a table may have beside accounts and amounts: counterparties, projects, quantities; and headers of one's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from api.importing import ImportRefused, read_folder
from domain.opening import OpeningPosted
from domain.vouchers import VoucherPosted
from projections.ageing import ageing
from projections.balances import trial_balance
from projections.ledgers import LedgerFilter, account_ledger
from tests.api.importing.conftest import BOOK, BOOK_TOML, JOURNAL, OPENING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.entry import AnyStatement
    from domain.vouchers import Line
    from tests.api.importing.conftest import Village

BESIDE = "往来单位,项目,数量,计量单位"
HEADER = f"日期,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,附件数,{BESIDE}"
FERTILIZER = [
    "2026-03-02,记-1,购化肥,121,库存物资,480.00,,1,,,12.50,袋",
    "2026-03-02,记-1,购化肥,10201,基本户,,480.00,1,惠农农资店,春耕,,",
]


def lines(village: Village) -> list[Line]:
    """Return the lines of the last voucher."""
    return [one for one in statements(village) if isinstance(one, VoucherPosted)][-1].data.lines


def statements(village: Village) -> list[AnyStatement]:
    return [entry.statement for entry in village.entries()]


def told(village: Village) -> list[str]:
    """Return what is told of the folder."""
    return [notice.zh for notice in read_folder(village.folder).notices]


def write(village: Village, rows: Sequence[str], header: str = HEADER) -> None:
    village.write("journal.csv", "\n".join([header, *rows]) + "\n")


def refused(village: Village) -> list[tuple[str, str]]:
    """Return field and rule of each problem; nothing is posted."""
    before = len(village.entries())
    with pytest.raises(ImportRefused) as caught:
        village.run()
    assert len(village.entries()) == before
    return [(problem.column, problem.rule) for problem in caught.value.problems]


def test_what_stands_beside_is_booked(village: Village) -> None:
    write(village, FERTILIZER)
    village.run()
    goods, bank = lines(village)
    assert (goods.quantity_milli, goods.unit, goods.party) == (12_500, "袋", "")
    assert (bank.party, bank.project, bank.quantity_milli, bank.unit) == ("惠农农资店", "春耕", 0, "")
    assert village.run().posted == 0, "the same once more is known"


def test_opening_balances_have_quantities_too(village: Village) -> None:
    village.write(
        "opening.csv",
        OPENING.replace("贷方余额", "贷方余额,数量,计量单位", 1).replace("100.00,", "40.00,,,")
        + "121,库存物资,60.00,,1.5,袋\n",
    )
    village.run()
    [opening] = [one for one in statements(village) if isinstance(one, OpeningPosted)]
    goods = opening.data.lines[-1]
    assert (goods.account, goods.quantity_milli, goods.unit) == ("121", 1_500, "袋")


OWED = """\
科目编码,科目名称,借方余额,贷方余额,往来单位,项目
112,应收款,500.00,,甲公司,
112,应收款,700.00,,乙公司,
112,应收款,80.00,,乙公司,村口桥
301,资本,,"1,280.00",,
"""


def test_opening_balances_by_counterparty_begin_ledgers_and_ages(village: Village) -> None:
    village.write("opening.csv", OWED)
    rows = [
        "2026-02-02,记-1,收欠款,10201,基本户,200.00,,0,,",
        "2026-02-02,记-1,收欠款,112,应收款,,200.00,0,乙公司,",
    ]
    write(village, rows, HEADER.removesuffix(",数量,计量单位"))
    village.run()
    assert village.run().posted == 0, "the same once more is known"
    with village.service.pool.connection() as connection:
        trial = trial_balance(connection, BOOK, "2026-02").rows
        aged = ageing(connection, BOOK, "2026-02").rows
        ledgers = {
            (party, project): account_ledger(
                connection, BOOK, "112", LedgerFilter("2026-02", party=party, project=project)
            ).rows
            for party, project in (("甲公司", ""), ("乙公司", ""), ("乙公司", "村口桥"))
        }
    assert [(row.opening_fen, row.closing_fen) for row in trial if row.account == "112"] == [
        (128_000, 108_000)
    ]
    assert [(row.party, row.balance_fen, row.oldest) for row in aged] == [
        ("乙公司", 58_000, "2026-01-01"),
        ("甲公司", 50_000, "2026-01-01"),
    ]
    assert {key: (rows[0].balance_fen, rows[-1].balance_fen) for key, rows in ledgers.items()} == {
        ("甲公司", ""): (50_000, 50_000),
        ("乙公司", ""): (78_000, 58_000),
        ("乙公司", "村口桥"): (8_000, 8_000),
    }


def test_the_same_counterparty_twice_is_told_with_its_row(village: Village) -> None:
    village.write("opening.csv", OWED + "112,应收款,1.00,,甲公司,\n301,资本,,1.00,,\n")
    with pytest.raises(ImportRefused) as caught:
        village.run()
    [problem] = caught.value.problems
    assert (problem.row, problem.column, problem.rule) == (6, "科目编码", "opening.account_twice")
    assert "第 6 行" in problem.zh


@pytest.mark.parametrize(
    ("cell", "milli"),
    [
        ("12.5", 12_500),
        ("１２．５", 12_500),
        ("1,200", 1_200_000),
        ("1,234,567.5", 1_234_567_500),
        ("3.1400", 3_140),
        ("0.001", 1),
        ("-", 0),
    ],
)
def test_quantities_are_read_as_they_are_written(village: Village, cell: str, milli: int) -> None:
    quoted = f'"{cell}"'
    write(village, [FERTILIZER[0].replace("12.50", quoted), FERTILIZER[1]])
    village.run()
    assert (lines(village)[0].quantity_milli, lines(village)[0].unit) == (milli, "袋" if milli else "")


@pytest.mark.parametrize(
    ("read", "wrong", "problem"),
    [
        ("12.50", "12.5袋", ("数量", "import.quantity")),
        ("12.50", "0.0001", ("数量", "import.quantity")),
        ("12.50", "1234567890", ("数量", "import.quantity")),
        ("12.50", '"10,5"', ("数量", "import.quantity")),
        ("12.50", '"1,2,3"', ("数量", "import.quantity")),
        ("12.50", '"1,0"', ("数量", "import.quantity")),
        ("12.50", '"1,2345"', ("数量", "import.quantity")),
        (",袋", "," + "袋" * 21, ("计量单位", "import.unit_too_long")),
        (",袋", ",", ("数量", "quantity.unit")),
        ("惠农农资店", "店" * 201, ("往来单位", "import.text_too_long")),
        ("12.50", "-12.50", ("数量", "quantity.sign")),
    ],
)
def test_what_cannot_be_is_told_with_its_cell(
    village: Village, read: str, wrong: str, problem: tuple[str, str]
) -> None:
    write(village, [row.replace(read, wrong) for row in FERTILIZER])
    [(column, code)] = refused(village)
    assert code == problem[1]
    assert code.startswith("quantity.") or column == problem[0]


def test_quantities_without_units_are_passed_over_and_told(village: Village) -> None:
    write(village, [row.rpartition(",")[0] for row in FERTILIZER], HEADER.rpartition(",")[0])
    assert any("数量没有读" in one for one in told(village))
    village.run()
    assert lines(village)[0].quantity_milli == 0


def test_that_counterparties_become_public_is_told(village: Village) -> None:
    write(village, FERTILIZER)
    assert any("1 个往来单位，会随凭证公开" in one for one in told(village))


def test_what_is_said_otherwise_than_posted_is_told(village: Village) -> None:
    write(village, FERTILIZER)
    village.run()
    write(village, [FERTILIZER[0].replace("12.50", "12.60"), FERTILIZER[1]])
    [(_, code)] = refused(village)
    assert code == "import.changed"
    write(village, [FERTILIZER[0], FERTILIZER[1].replace("惠农农资店", "惠农")])
    with pytest.raises(ImportRefused) as caught:
        village.run()
    assert "往来单位" in caught.value.problems[0].zh
    assert "惠农农资店" in caught.value.problems[0].zh


def test_what_was_posted_without_it_is_the_same_voucher(village: Village) -> None:
    """As a folder was imported whose columns were not read then."""
    plain = [",".join([*row.split(",")[:8], "", "", "", ""]) for row in FERTILIZER]
    write(village, plain)
    village.run()
    write(village, FERTILIZER)
    again = village.run()
    assert (again.posted, again.plainer) == (0, (("2026-03-02", "记-1"),))
    assert lines(village)[1].party == ""
    write(village, [FERTILIZER[0].replace("480.00", "490.00"), FERTILIZER[1].replace("480.00", "490.00")])
    assert [code for _, code in refused(village)] == ["import.changed"]


# --- headers of one's own


def test_headers_that_no_program_knows_are_named_in_the_book_file(village: Village) -> None:
    village.write("journal.csv", JOURNAL.replace("摘要", "业务说明", 1).replace("贷方金额", "Cr. Amount", 1))
    columns = {column for column, code in refused(village) if code == "import.column"}
    assert any("摘要" in column for column in columns)
    named = '[journal]\nsummary = "业务说明"\ncredit = "Cr. Amount"\n'
    village.write("book.toml", f"{BOOK_TOML}\n{named}")
    village.run()
    assert [line.credit_fen for line in lines(village)] == [0, 1_230]


def test_a_column_is_read_only_under_the_header_that_is_named(village: Village) -> None:
    village.write("book.toml", f'{BOOK_TOML}\n[journal]\nproject = "工程"\n')
    rows = [f"{row},{project}" for row, project in zip(FERTILIZER, ("", "村口桥"), strict=True)]
    write(village, rows, f"{HEADER},工程")
    village.run()
    assert lines(village)[1].project == "村口桥", "and not what stands under 项目"
    village.write("book.toml", f'{BOOK_TOML}\n[journal]\ndebit = "增加"\n')
    [(column, code)] = refused(village)
    assert (code, re.findall("增加", column)) == ("import.column", ["增加"])


def test_a_header_that_is_named_must_be_there(village: Village) -> None:
    village.write("book.toml", f'{BOOK_TOML}\n[journal]\nparty = "客户名秤"\n')
    write(village, FERTILIZER)
    assert [code for _, code in refused(village)] == ["import.column"]


def test_a_header_that_is_named_for_one_field_is_none_of_another(village: Village) -> None:
    village.write("book.toml", f'{BOOK_TOML}\n[journal]\nsummary = "项目"\n')
    write(village, [row.replace(",春耕,", ",购化肥款,") for row in FERTILIZER])
    village.run()
    assert [line.project for line in lines(village)] == ["", ""]
    village.write("book.toml", f'{BOOK_TOML}\n[journal]\nparty = ""\n')
    assert [code for _, code in refused(village)] == ["import.book_toml"]


def test_two_lines_to_two_parties_are_no_copies(village: Village) -> None:
    rows = [
        f"2026-03-02,记-1,发补助,{code},,{debit},{credit},1,{party},,,"
        for party in ("甲户", "乙户")
        for code, debit, credit in (("51302", "5.00", ""), ("101", "", "5.00"))
    ]
    write(village, rows)
    village.run()
    assert [line.party for line in lines(village)] == ["甲户", "甲户", "乙户", "乙户"]


def test_words_below_a_column_that_is_not_needed_are_no_line(village: Village) -> None:
    write(village, [*FERTILIZER, ",,,,,,,,,以上为春耕,,"])
    village.run()
    assert len(lines(village)) == 2


@pytest.mark.parametrize(
    "named", ['[journal]\ndept = "部门"\n', "[journal]\ndebit = 3\n", '[ledger]\ndebit = "增加"\n']
)
def test_what_no_table_has_is_refused(village: Village, named: str) -> None:
    village.write("book.toml", f"{BOOK_TOML}\n{named}")
    [(_, code)] = refused(village)
    assert code == "import.book_toml"
