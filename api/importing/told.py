"""What a person is told of the rows that were passed over, file by file."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from api.adapters.header import plain_name
from api.adapters.notices import listed
from api.importing.cells import bare, joined_code
from api.importing.totals import disagreeing
from domain.chart import CHARTS, chart
from domain.closing import OPENED_RESULT, RESULT_ACCOUNT, RESULT_LEFT, distributed_at_opening
from domain.kernel.errors import Phrase
from domain.kernel.money import format_fen
from domain.kernel.period import opened_on
from domain.privacy import mask_personal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.adapters.spreadsheet import Row, Rows
    from api.importing.book_file import BookFile
    from api.importing.folder import Amounts
    from api.importing.shape import Lines


def passed_over(lines: Lines) -> list[Phrase]:
    """Name the rows of a table that were not read, by what they are."""
    kinds = (
        (lines.headers, Phrase("重复的表头和页眉", "repeated headers and titles of pages")),
        ([one.row for one in lines.totals], Phrase("合计、累计、余额行", "rows of totals and balances")),
        (
            lines.footers,
            Phrase("签章、页脚、备注等行", "rows of signatures, page feet, remarks"),
        ),
    )
    return [passed(rows, kind) for rows, kind in kinds if rows]


def beside(rows: Sequence[Row]) -> list[Phrase]:
    """Say that counterparties become public, and that quantities without a column of their units were not read."""
    file = rows[0].file if rows else ""
    parties = {row.cells.get("party", "") for row in rows} - {""}
    told = []
    if parties:
        told.append(
            Phrase(
                f"{file} 中有 {len(parties)} 个往来单位，会随凭证公开，不能再删；不该公开的个人姓名请先从表中删去",
                f"{file}: {len(parties)} counterparties become public with their vouchers, for good; take names of "
                "persons who should not be named out of the table first",
            )
        )
    if any(row.cells.get("quantity") for row in rows if "unit" not in row.cells):
        told.append(
            Phrase(
                f"{file} 有「数量」而没有「计量单位」列，数量没有读；要读就补上这一列",
                f"{file}: quantities were not read, for want of a column of their units (计量单位, unit); add one",
            )
        )
    return told


def codes_joined(rows: Sequence[Row]) -> list[Phrase]:
    """Say which accounts' codes were read without the separators between their levels."""
    joined = [row for row in rows if joined_code(row.cells["code"]) != bare(row.cells["code"])]
    if not joined:
        return []
    read = [(row.place, bare(row.cells["code"]), joined_code(row.cells["code"])) for row in joined]
    zh = listed([f"{place.zh} {written} 读作 {code}" for place, written, code in read])[0]
    en = listed([f"{place.en} {written} as {code}" for place, written, code in read])[1]
    return [
        Phrase(
            f"{joined[0].file} 中有 {len(joined)} 行的科目编码带分隔符，去掉后读取：{zh}",
            f"{joined[0].file}: {len(joined)} rows have separators in the account's code, which were left out: {en}",
        )
    ]


def without_attachments(rows: Sequence[Row]) -> list[Phrase]:
    """Say that the vouchers of a journal without a column of their attachments have none."""
    bare = [row for row in rows if "date" in row.cells and "attachments" not in row.cells]
    if not bare:
        return []
    file = bare[0].file
    return [
        Phrase(
            f"{file} 没有「附件数」一列，凭证的附件数都记为 0，入账后不能再改；要写明就加上这一列",
            f"{file} has no column of attachments (附件数, attachments): vouchers are booked with none, for good; "
            "add the column to say how many",
        )
    ]


def nothing_at_opening(opening: Sequence[Amounts], read: Rows) -> list[Phrase]:
    """Say that a book begins with nothing, where its opening balances were read and are all nil."""
    if not read.file or any(one.debit_fen or one.credit_fen for one in opening):
        return []
    return [
        Phrase(
            f"{read.file} 里没有一个科目有期初余额，账套从零开始，入了凭证以后不能再补；有余额的请填好再导入",
            f"{read.file}: no account has an opening balance, so the book begins with nothing, which cannot be made up "
            "for once vouchers are posted; fill in what there is, and import again",
        )
    ]


def result_at_opening(opening: Sequence[Amounts], opened: str) -> list[Phrase]:
    """Say what a balance of 本年收益 means to a book that is opened in the middle of a year, or at its beginning."""
    fen = sum(one.credit_fen - one.debit_fen for one in opening if one.code.startswith(RESULT_ACCOUNT))
    if not fen:
        return []
    amount, in_mid_year = format_fen(fen), opened_on(opened, opened)
    said = OPENED_RESULT(amount=amount) if in_mid_year else RESULT_LEFT(amount=amount, opened=opened)
    return [Phrase(said.zh, said.en)]


def distributions_at_opening(opening: Sequence[Amounts], book: BookFile) -> list[Phrase]:
    """Say what a distribution before its opening means to a book that is opened in the middle of a year."""
    if not opened_on(book.opened, book.opened):
        return []
    usual = chart(book.chart).accounts if book.chart in CHARTS else {}
    names, balances = {code: account.name for code, account in usual.items()}, Counter[str]()
    for one in opening:
        balances[one.code] += one.debit_fen - one.credit_fen
        if one.name:
            names[one.code] = one.name.rpartition("/")[2]
    found = distributed_at_opening(balances, names)
    return [Phrase(said.zh, said.en) for _, said in found]


def dated_ahead(amounts: Sequence[Amounts], today: str) -> list[Phrase]:
    """Say how many rows are dated after today: most likely a slip in the year or the month."""
    ahead = [one for one in amounts if one.date > today]
    if not ahead:
        return []
    latest = max(ahead, key=lambda one: one.date)
    file, count = latest.row.file, len(ahead)
    return [
        Phrase(
            f"{file} 中有 {count} 行的日期晚于今天（{today}），最晚的是{latest.row.place.zh}的 {latest.date}；"
            "入账后日期不能改，请核对",
            f"{file}: {count} rows are dated after today ({today}), the latest is {latest.date} in "
            f"{latest.row.place.en}; a date cannot be changed once it is booked, so check them",
        )
    ]


def passed(rows: Sequence[Row], kind: Phrase, lines: str = "分录") -> Phrase:
    """Name rows of a kind that were passed over, since they are no lines of a voucher or, in Chinese, `lines`."""
    places = [row.place for row in rows]
    zh, en = listed([place.zh for place in places])[0], listed([place.en for place in places])[1]
    return Phrase(
        f"{rows[0].file} 中{kind.zh}不是{lines}，跳过了 {len(rows)} 行：{zh}",
        f"{rows[0].file}: passed over {len(rows)} {kind.en}: {en}",
    )


def totals_that_disagree(lines: Lines, amounts: Sequence[Amounts]) -> list[Phrase]:
    """Name the rows of totals that are not the sums of the lines above them: a line may be missing, or wrong."""
    wrong = disagreeing(lines.totals, amounts)
    if not wrong:
        return []
    zh, en = listed([one.zh for one in wrong])[0], listed([one.en for one in wrong])[1]
    file = lines.totals[0].row.file
    return [
        Phrase(
            f"{file} 中的合计与分录不符，请核对是否漏了行或改错了数：{zh}",
            f"{file}: totals disagree with their lines; see whether a line is missing or an amount wrong: {en}",
        )
    ]


USUAL = re.compile(
    r"制单(?:人|员)?|制表(?:人)?|审核(?:人|员)?|复核(?:人|员)?|记账(?:人|员)?|过账(?:人|员)?|出纳(?:人|员|签字)?|会计(?:主管)?"
    r"|财务主管|主管|经办(?:人)?|操作员|录入(?:人|员)|摘要编[码号]|摘要代码|序号|行号|行次|分录(?:序?号|行号)|编号|会计期间|期间"
    r"|会计年度|年度|年份|月份|币[种别]|汇率|科目(?:级次|级别|类[别型]|性质|全称)|级次|账套(?:名称|号)?|no\.?",
    re.IGNORECASE,
)
"""Headers of columns that every program has and that say nothing of what is booked."""


EXAMPLE_MAX = 20
"""The most characters that are shown of a cell that was not read."""


def columns_unread(read: Rows) -> list[Phrase]:
    """Name the columns that have something and were not read: the usual ones in a line, others with what they have."""
    file, unread = read.rows[0].file if read.rows else "", read.unread
    usual = [one.header for one in unread if USUAL.fullmatch(plain_name(one.header))]
    others = [one for one in unread if one.header not in usual]
    told = []
    if others:
        zh = "、".join(f"「{one.header}」（{one.rows} 行，如 {_short(one.example)}）" for one in others)
        en = ", ".join(f"'{one.header}' ({one.rows} rows, such as {_short(one.example)})" for one in others)
        told.append(
            Phrase(
                f"{file} 中这些列没有读：{zh}；要读的请照 README 改表头，或在 book.toml 里写明",
                f"{file}: these columns were not read: {en}; to have them read, give them a header that README names, "
                "or name them in book.toml",
            )
        )
    if usual:
        told.append(
            Phrase(
                f"{file} 中不用的列没有读：{'、'.join(usual)}",
                f"{file}: columns that are not needed were not read: {', '.join(usual)}",
            )
        )
    return told


def _short(example: str) -> str:
    shown = mask_personal(" ".join(example.split()))
    return shown if len(shown) <= EXAMPLE_MAX else f"{shown[:EXAMPLE_MAX]}…"
