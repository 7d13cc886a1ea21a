"""No original is booked twice (重复入账): what a draft attaches is attached to no other voucher that stands.

An invoice is known by its number, which its voucher names: the same one as PDF and as OFD are two files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.drafting.naming import known, page_of
from api.invoices import read_invoice
from domain.entry import parse_entry, parse_text
from domain.kernel.errors import Kind, rule
from domain.kernel.money import format_fen
from domain.vouchers import VoucherPosted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from api.attachments import Attachments
    from domain.book import Book
    from domain.vouchers import Attachments as Attached
    from domain.vouchers import File, Invoice

BOOKED = rule(
    "attachment.booked",
    Kind.CONFLICT,
    "附件「{name}」已附在第 {entry} 号记录的凭证上，同一份原始凭证不能入账两次；那张凭证记错了，先冲销它",
    "the attachment '{name}' belongs to the voucher of entry {entry}, and no original is booked twice; if that voucher "
    "is wrong, reverse it first",
    "财会〔2020〕6号 art. 3",
)
DRAFTED = rule(
    "attachment.drafted",
    Kind.CONFLICT,
    "附件「{name}」已附在另一张待签凭证上（{known}），同一份原始凭证不能入账两次",
    "the attachment '{name}' belongs to another draft, {known}, and no original is booked twice",
    "财会〔2020〕6号 art. 3",
)
INVOICE_DRAFTED = rule(
    "invoice.drafted",
    Kind.CONFLICT,
    "发票 {number} 已写在另一张待签凭证上（{known}），同一张发票不能入账两次",
    "the invoice {number} stands on another draft, {known}, and none is booked twice",
    "财会〔2020〕6号 art. 3",
)
UNNAMED = rule(
    "invoice.unnamed",
    Kind.REFUSED,
    "附件「{name}」是发票 {number}（{date}，价税合计 {total} 元），请照此写进凭证的发票栏；不该附的，把这个附件去掉",
    "the attachment '{name}' is the invoice {number} of {date} over {total} yuan; name it so on the voucher, or"
    " take the attachment off if it does not belong here",
    "财会〔2020〕6号 art. 3",
)

NAMED_IN_ENTRIES = """
    SELECT originator_version, state FROM events
    WHERE originator_id = %s AND topic IN ('voucher.posted/1', 'voucher.posted/2')
      AND position(convert_to(%s, 'UTF8') IN state) > 0
    ORDER BY originator_version
"""
NAMED_IN_DRAFTS = """
    SELECT id, text FROM drafts
    WHERE book = %s AND state = 'open' AND id <> %s AND position(convert_to(%s, 'UTF8') IN text) > 0
    ORDER BY id LIMIT 1
"""


TURN = 0x6F726967
TAKE_TURN = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"


def take_turn(connection: Connection[Any], book: str) -> None:
    """Let those who make or change a draft of a book wait for one another, until the transaction ends."""
    connection.execute(TAKE_TURN, (TURN, book))


def require_kept(originals: Attachments, book: str, attached: Attached) -> None:
    """Raise unless each attached file is kept, as `Attachments.require` has it, and is named if it is an invoice.

    `invoice.unnamed` is one that does not stand among the voucher's invoices as it says.
    """
    for file in attached.files:
        found = read_invoice(originals.require(book, file))
        if found is not None and found.invoice not in attached.invoices:
            number, date, total = found.invoice.number, found.invoice.date, found.invoice.total_fen
            raise UNNAMED(name=file.name, number=number, date=date, total=format_fen(total))


def check_not_drafted(connection: Connection[Any], book: str, invoices: Sequence[Invoice], id_: str) -> None:
    """Raise `invoice.drafted` when another draft has an invoice of this one; the log's are the rules' affair."""
    for invoice in invoices:
        named = f'"number":"{invoice.number}"'
        for draft, text in connection.execute(NAMED_IN_DRAFTS, (book, id_, named)).fetchall():
            raise INVOICE_DRAFTED(number=invoice.number, **_other(book, draft, text))


def check_not_booked(connection: Connection[Any], book: Book, files: Sequence[File], id_: str) -> None:
    """Raise `attachment.booked` or `attachment.drafted` when another voucher has an original of the draft of an id.

    A voucher that was reversed gives its originals free, for the one that is to be right.
    """
    for file in files:
        for index, note in connection.execute(NAMED_IN_ENTRIES, (book.book, file.sha256)).fetchall():
            statement = parse_entry(bytes(note)).statement
            stands = statement.id not in book.vouchers.reversed_by and statement.id != id_
            if isinstance(statement, VoucherPosted) and stands:
                raise BOOKED(name=file.name, entry=index)
        for draft, text in connection.execute(NAMED_IN_DRAFTS, (book.book, id_, file.sha256)).fetchall():
            raise DRAFTED(name=file.name, **_other(book.book, draft, text))


def _other(book: str, draft: str, text: bytes) -> dict[str, object]:
    """Return what is told of another draft that has the original already."""
    return {"draft": draft, "known": known(parse_text(bytes(text))).words, "see": page_of(book, draft)}
