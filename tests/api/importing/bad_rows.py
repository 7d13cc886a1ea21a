"""Bad rows, each with the one problem it makes: cells, personal numbers, whole vouchers."""

from __future__ import annotations

from typing import NamedTuple

from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING

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
