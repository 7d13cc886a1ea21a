"""No original is booked twice (重复入账): what a draft attaches is attached to no other voucher that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.entry import parse_entry
from domain.kernel.errors import Kind, rule
from domain.vouchers import VoucherPosted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from domain.book import Book
    from domain.vouchers import File

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
    "附件「{name}」已附在另一张待签凭证 {draft} 上，同一份原始凭证不能入账两次",
    "the attachment '{name}' belongs to the draft {draft}, and no original is booked twice",
    "财会〔2020〕6号 art. 3",
)

NAMED_IN_ENTRIES = """
    SELECT originator_version, state FROM events
    WHERE originator_id = %s AND topic IN ('voucher.posted/1', 'voucher.posted/2')
      AND position(convert_to(%s, 'UTF8') IN state) > 0
    ORDER BY originator_version
"""
NAMED_IN_DRAFTS = """
    SELECT id FROM drafts
    WHERE book = %s AND state = 'open' AND id <> %s AND position(convert_to(%s, 'UTF8') IN text) > 0
    ORDER BY id LIMIT 1
"""


TURN = 0x6F726967
TAKE_TURN = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"


def take_turn(connection: Connection[Any], book: str) -> None:
    """Let drafts of a book that attach originals wait for one another, until the transaction ends."""
    connection.execute(TAKE_TURN, (TURN, book))


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
        for (draft,) in connection.execute(NAMED_IN_DRAFTS, (book.book, id_, file.sha256)).fetchall():
            raise DRAFTED(name=file.name, draft=draft)
