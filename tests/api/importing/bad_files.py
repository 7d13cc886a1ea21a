"""Bad files, each with the one problem it makes: tables that are not to be read, and what is wrong in book.toml."""

from __future__ import annotations

from tests.api.importing.bad_rows import HEADER, Bad, rows, toml
from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING

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
