"""What those who sign a draft are told though no rule forbids it: most likely a slip, or a wrong way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.accounts import AccountAdded, same_name
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.money import format_fen
from domain.vouchers import (
    Reversal,
    VoucherPosted,
    VoucherReversed,
    Way,
    booked_alike,
    lacks_code,
    original_of,
    total_fen,
    way_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.book import Book
    from domain.entry import AnyStatement
    from domain.vouchers import Voucher

DATED_AHEAD = rule(
    "draft.dated_ahead",
    Kind.REFUSED,
    "凭证日期 {date} 晚于制单的日子 {made}，入账后日期不能改；请核对年份和月份",
    "the voucher's date {date} lies after the day on which it was made, {made}, and cannot be changed once posted; "
    "check year and month",
    "会计基础工作规范 art. 51",
)
EARLIER_YEAR = rule(
    "draft.earlier_year",
    Kind.REFUSED,
    "这张红字凭证冲销的是 {original} 的凭证，属于以前年度；以前年度的差错应当用蓝字填制一张更正凭证{instead}",
    "this red voucher cancels one of {original}, an earlier year; an error of an earlier year is set right by one blue "
    "voucher{instead}",
    "会计基础工作规范 art. 51(5)",
)
EARLIER_YEAR_RED = rule(
    "draft.earlier_year_red",
    Kind.REFUSED,
    "这张凭证用负数（红字）更正 {original} 的凭证，它属于以前年度；以前年度的差错用蓝字更正："
    "金额都用正数，要减去的，把借贷方向对调来记{instead}",
    "this voucher sets one of {original} right by negative amounts (red), of an earlier year; an error of an earlier"
    " year is set right in blue: make all amounts positive, and swap debit and credit for what is to be taken off"
    "{instead}",
    "会计基础工作规范 art. 51(5)",
)

COUNT = rule(
    "draft.count",
    Kind.REFUSED,
    "凭证写明附件 {count} 张，附上的却有 {files} 个文件、{invoices} 张发票；请核对附件张数",
    "the voucher states {count} attachments, and has {files} files and {invoices} invoices; check the number",
    "会计基础工作规范 art. 51(1)",
)
INVOICE_LATER = rule(
    "draft.invoice_later",
    Kind.REFUSED,
    "发票 {number} 开于 {issued}，晚于凭证日期 {date}；请核对凭证日期",
    "the invoice {number} was issued on {issued}, after the voucher's date, {date}; check the voucher's date",
    "会计基础工作规范 art. 51",
)
INVOICE_TOTAL = rule(
    "draft.invoice_total",
    Kind.REFUSED,
    "{count} 张发票价税合计 {invoiced} 元，凭证合计 {booked} 元，{differs}，不必改；否则请核对金额",
    "the invoices ({count}) come to {invoiced} yuan with tax, and the voucher to {booked}: {differs}; otherwise check "
    "the amounts",
    "会计基础工作规范 art. 51(3)",
)
INVOICE_CODE = rule(
    "draft.invoice_code",
    Kind.REFUSED,
    "发票 {number} 只有 8 位：老发票的号码前面还有 10 或 12 位的发票代码，不同的销售方会有相同的号码；请改为代码加号码"
    "，全电发票是 20 位",
    "the invoice {number} has 8 digits: the number of an older one has its code of 10 or 12 digits before it, and"
    " invoices of different sellers have the same number; write code and number. A fully digital one has 20 digits",
    "财会〔2020〕6号 art. 3",
)
INVOICE_ALIKE = rule(
    "draft.invoice_alike",
    Kind.REFUSED,
    "发票 {number} 和已入账的发票 {other} 末尾相同（{date} 的凭证，第 {entry} 号记录），多半是同一张，一次写了发票代码"
    "、一次没写；请核对，同一张发票不能入账两次",
    "the invoice {number} ends as {other} does, which is booked (the voucher of {date}, entry {entry}): most likely it"
    " is the same, once with its code and once without; look at it, for none is booked twice",
    "财会〔2020〕6号 art. 3",
)


def remarks(book: Book, statement: AnyStatement) -> Iterator[RuleViolation]:
    """Yield what is to be known of a voucher, a reversal or an account before it is signed."""
    if isinstance(statement, AccountAdded):
        if called := same_name(book.accounts, statement.data):
            yield called
        return
    if not isinstance(statement, (VoucherPosted, VoucherReversed)):
        return
    date, made = statement.data.date, statement.at[:10]
    if date > made:
        yield DATED_AHEAD(date=date, made=made)
    yield from _unfit(statement.data)
    yield from _invoices(book, statement.data)
    yield from _earlier_year(book, statement.data)


def _earlier_year(book: Book, voucher: Voucher | Reversal) -> Iterator[RuleViolation]:
    """Yield that an error of an earlier year is set right in red: by a reversal, or by negative amounts."""
    original = book.vouchers.posted.get(original_of(voucher))
    if original is None or original.date[:4] >= voucher.date[:4]:
        return
    instead = _dated_back(original.date[:4], book.periods.next_to_close)
    if isinstance(voucher, Reversal):
        yield EARLIER_YEAR(original=original.date, instead=instead)
        return
    was_reversed = voucher.corrects in book.vouchers.reversed_by
    is_late = way_of(original.date, voucher.date, was_reversed=was_reversed) is Way.LATE
    if is_late and any(line.debit_fen < 0 or line.credit_fen < 0 for line in voucher.lines):
        yield EARLIER_YEAR_RED(original=original.date, instead=instead)


def _dated_back(year: str, open_period: str) -> Phrase:
    """Return what else may be done while the year of the error is not closed."""
    if year < open_period[:4]:
        return Phrase("", "")
    return Phrase(
        f"；{year} 年还没有结账，也可以把日期改到 {year} 年内，仍用红字",
        f"; {year} is not closed yet: dated in {year}, it may be red",
    )


def _unfit(voucher: Voucher | Reversal) -> Iterator[RuleViolation]:
    """Yield how the originals of a voucher do not fit it: more than it states, or of a later day."""
    attached = voucher.attachments
    files, invoices = len(attached.files), len(attached.invoices)
    if attached.count < max(files, invoices):
        yield COUNT(count=attached.count, files=files, invoices=invoices)
    for invoice in attached.invoices:
        if invoice.date > voucher.date:
            yield INVOICE_LATER(number=invoice.number, issued=invoice.date, date=voucher.date)
    yield from _unequal(voucher)


def _unequal(voucher: Voucher | Reversal) -> Iterator[RuleViolation]:
    """Yield that the invoices add up to another amount than the foot of the voucher (合计), be it red or blue.

    The sides of red are not told apart: money given back for a red invoice is booked in red, or in blue on the other
    side, and a reversal may name the invoice that it gives free.
    """
    invoices = voucher.attachments.invoices
    invoiced, booked = sum(invoice.total_fen for invoice in invoices), total_fen(voucher.lines)
    more = abs(invoiced) - abs(booked)
    if not invoices or not more:
        return
    amount = format_fen(abs(more))
    differs = (
        Phrase(
            f"发票多 {amount} 元；只付、只记其中一部分的",
            f"{amount} is invoiced and not booked, which is right where a part is paid or booked",
        )
        if more > 0
        else Phrase(
            f"发票少 {amount} 元；其余的另有原始凭证的",
            f"{amount} is booked and not invoiced, which is right where other originals are there for it",
        )
    )
    yield INVOICE_TOTAL(
        count=len(invoices), invoiced=format_fen(invoiced), booked=format_fen(booked), differs=differs
    )


def _invoices(book: Book, voucher: Voucher | Reversal) -> Iterator[RuleViolation]:
    """Yield which invoices of a voucher lack their code, or are most likely booked already; a reversal books none."""
    if isinstance(voucher, Reversal):
        return
    for invoice in voucher.attachments.invoices:
        number = invoice.number
        if lacks_code(number):
            yield INVOICE_CODE(number=number)
        for other, by in booked_alike(number, book.vouchers):
            date = book.vouchers.posted[by].date
            yield INVOICE_ALIKE(number=number, other=other, date=date, entry=book.ids[by])
