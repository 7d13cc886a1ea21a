"""A bank reconciliation as JSON and as a table (银行存款余额调节表)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.adapters.tables import Cells, Formula, Table, TableColumn
from domain.kernel.money import format_fen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.reconciliation import BankLine, BookLine, Gap, Reconciliation

RECONCILIATION = "银行存款余额调节表"
"""What the statement is called."""

COLUMNS = (
    TableColumn("项目"),
    TableColumn("日期", day=True),
    TableColumn("内容"),
    TableColumn("金额", money=True),
    TableColumn("记录序号"),
)

OPENING = "期初"
"""What stands in place of an entry where an item was outstanding at the opening."""

BEFORE = "那时一方已记、另一方还没有记的，请记为期初未达账项（网页下方，或 sunledger bank opening）；此外是那以前的差错"
"""What to do about a difference that was there when book and bank began to be held against one another."""

OVERRIDDEN = "填写的余额与对账单不同"
"""What is said where a person gave another balance than the statement has."""

MISSING = "缺 {after} 之后、{before} 之前的对账单（在「{file_before}」和「{file_after}」之间）；请读入"
"""What to do about a gap between two statements."""

MISSING_WITHIN = "「{file_after}」在 {after} 和 {before} 两天的行之间接不上，可能缺了行；请核对后重新读入"
"""What to do about lines that one statement lacks."""


def reconciliation_object(account: str, date: str, found: Reconciliation) -> dict[str, Any]:
    """Return the reconciliation; amounts in fen, what was received positive."""
    return {
        "account": account,
        "date": date,
        "book_fen": found.book_fen,
        "bank_fen": found.bank_fen,
        "stated_fen": found.stated_fen,
        "bank_received_fen": found.bank_received_fen,
        "bank_paid_fen": found.bank_paid_fen,
        "book_received_fen": found.book_received_fen,
        "book_paid_fen": found.book_paid_fen,
        "book_adjusted_fen": found.book_adjusted_fen,
        "bank_adjusted_fen": found.bank_adjusted_fen,
        "difference_fen": found.difference_fen,
        "begins": found.begins,
        "before_fen": found.before_fen,
        "gaps": [gap._asdict() for gap in found.gaps],
        "only_bank": [line._asdict() for line in found.only_bank],
        "only_book": [line._asdict() for line in found.only_book],
        "matches": [
            {
                "bank": [line._asdict() for line in one.bank],
                "book": [line._asdict() for line in one.book],
                "days": one.days,
                "certain": one.certain,
                "decision": one.decision,
            }
            for one in found.matches
        ],
    }


def reconciliation_table(account: str, date: str, found: Reconciliation) -> Table:
    """Return the statement: each balance, what is added and taken away line by line, and what comes out."""
    bank_in = [line for line in found.only_bank if line.amount_fen > 0]
    bank_out = [line for line in found.only_bank if line.amount_fen < 0]
    book_in = [line for line in found.only_book if line.amount_fen > 0]
    book_out = [line for line in found.only_book if line.amount_fen < 0]
    apart = Formula(found.difference_fen, Cells(len(book_in) + len(book_out) + 3), Cells(1, sign=-1))
    rows: list[tuple[object, ...]] = [
        ("企业银行存款日记账余额", date, "", found.book_fen, ""),
        *_bank("加：银行已收、企业未收", bank_in),
        *_bank("减：银行已付、企业未付", bank_out),
        ("调节后余额（企业）", date, "", _adjusted(found.book_adjusted_fen, len(bank_in), len(bank_out)), ""),
        ("银行对账单余额", date, "", found.bank_fen, ""),
        *_book("加：企业已收、银行未收", book_in),
        *_book("减：企业已付、银行未付", book_out),
        ("调节后余额（银行）", date, "", _adjusted(found.bank_adjusted_fen, len(book_in), len(book_out)), ""),
        ("差额", date, "相符" if found.difference_fen == 0 else "不符，请查找", apart, ""),
        *([("其中：开始对账以前", found.begins, BEFORE, found.before_fen, "")] if found.before_fen else []),
        *(("其中：缺对账单", gap.before, _said(gap), -gap.moved_fen, "") for gap in found.gaps),
        *([(OVERRIDDEN, date, _told(found), found.overridden_fen, "")] if found.overridden_fen else []),
    ]
    return Table(f"{RECONCILIATION}  {account}  {date}", COLUMNS, rows)


def _adjusted(fen: int, received: int, paid: int) -> Formula:
    """Return an adjusted balance, made by the balance above so many rows that are added and taken away."""
    parts = [Cells(received + paid + 1, rows=received + 1)]
    if paid:
        parts.append(Cells(paid, sign=-1, rows=paid))
    return Formula(fen, *parts)


def _told(found: Reconciliation) -> str:
    """Say what stands on the statement, and what was given in its place."""
    stated, given = format_fen(found.stated_fen or 0), format_fen(found.bank_fen)
    return f"读入的对账单上是 {stated} 元，填写的是 {given} 元，这张表按填写的算；请核对，或不填余额"


def _said(gap: Gap) -> str:
    said = MISSING_WITHIN if gap.file_before == gap.file_after else MISSING
    return said.format(**gap._asdict())


def _bank(name: str, lines: list[BankLine]) -> list[tuple[object, ...]]:
    return [
        (name, line.date, line.text, abs(line.amount_fen), OPENING if line.is_opening else "")
        for line in lines
    ]


def _book(name: str, lines: list[BookLine]) -> list[tuple[object, ...]]:
    return [
        (name, line.date, line.text, abs(line.amount_fen), OPENING if line.entry < 0 else line.entry)
        for line in lines
    ]


LINE_COLUMNS = (
    TableColumn("组"),
    TableColumn("状态"),
    TableColumn("方"),
    TableColumn("行"),
    TableColumn("日期", day=True),
    TableColumn("内容"),
    TableColumn("金额", money=True),
)


def lines_table(account: str, date: str, found: Reconciliation) -> Table:
    """Return all lines as they are matched or not, with the numbers by which a person decides of them."""
    rows: list[tuple[object, ...]] = []
    for group, one in enumerate(found.matches, start=1):
        state = f"第 {one.decision} 号决定" if one.decision else "对上" if one.certain else "请过目"
        rows += [(group, state, *line) for line in (*_numbered(one.bank), *_placed(one.book))]
    rows += [("", "没有对上", *line) for line in (*_numbered(found.only_bank), *_placed(found.only_book))]
    return Table(f"银行对账  {account}  {date}", LINE_COLUMNS, rows)


def _numbered(lines: Iterable[BankLine]) -> list[tuple[object, ...]]:
    return [("银行", line.number, line.date, line.text, line.amount_fen) for line in lines]


def _placed(lines: Iterable[BookLine]) -> list[tuple[object, ...]]:
    return [("账上", f"{line.entry}:{line.line}", line.date, line.text, line.amount_fen) for line in lines]


def count_table(account: str, date: str, book_fen: int, counted_fen: int) -> Table:
    """Return cash that was counted against the book (现金盘点表) as a table."""
    over_fen = counted_fen - book_fen
    if over_fen == 0:
        said = "相符"
    else:
        word = "长款" if over_fen > 0 else "短款"
        said = f"{word} {format_fen(abs(over_fen))} 元：先查明原因，查不明的经批准前记入 181 待处理财产损溢"
    rows: list[tuple[object, ...]] = [
        ("账面余额", book_fen, ""),
        ("实存现金", counted_fen, ""),
        ("差额", over_fen, said),
    ]
    columns = (TableColumn("项目"), TableColumn("金额", money=True), TableColumn("说明"))
    return Table(f"现金盘点表  {account}  {date}", columns, rows)
