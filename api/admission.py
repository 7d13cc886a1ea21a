"""What stands against an entry from outside before the book's rules are asked: whose log, whose number, which time.

The rules of a book judge an entry by the book alone, the same on every machine and at any later time. What depends on
this server, on what it holds and on its clock, is asked at its door.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from api.clock import CHINA
from domain.entry import HEADER, parse_entry
from domain.founding import BookOpened, check_origin
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.logkeys import LogMoved
from domain.privacy import check_clear_fields, may_name_a_person
from domain.vouchers import check_told, may_be_blank

if TYPE_CHECKING:
    from domain.founding import Log
    from projections.log import LogKeys

BOOK_OPENED = b"book.opened/"
LOG_MOVED = b"log.moved/"

AHEAD = timedelta(hours=1)
"""How far the clock of whoever signs may be ahead of ours."""

_AT = len(HEADER) + len('{"at":"')
"""Where a canonical entry says when it was signed: in the first of its fields, up to the next quotation mark."""
_AT_MAX = len("2026-03-05T10:12:33+08:00")
"""A time is as long as this, or shorter: it may end in `Z`."""

NOT_ADMITTED = rule(
    "book.not_admitted",
    Kind.FORBIDDEN,
    "本服务器没有日志 {origin} 的密钥；新账套须由管理员在服务器上建立",
    "this server holds no key for the log {origin}; a new book is opened on the server by its operator",
    "ADR 0005",
)
FROM_THE_FUTURE = rule(
    "entry.from_the_future",
    Kind.REFUSED,
    "记录写明签于 {at}，而现在才 {now}：请校准签名所用机器的时钟和时区，重新签名",
    "the entry says that it was signed at {at}, and now it is {now}: set the clock and time zone of the machine that"
    " signed it, and sign anew",
    "ADR 0005",
)


def objection(note: bytes, keys: LogKeys, now: datetime) -> RuleViolation | None:
    """Return what stands against taking an entry in: `book.*`, `privacy.*`, `voucher.blank_text` or `entry.*`.

    A book is opened only for a log whose key this server holds: otherwise anyone could open one under any
    organisation's id, with a township of their own. A log's origin stays for good, and so is written as an address. No
    text may have what looks like a person's number, and no voucher a summary in which nothing is to be seen. Raises
    what `parse_entry` raises.
    """
    early = _from_the_future(note, now)
    names_a_log = BOOK_OPENED in note or LOG_MOVED in note
    if early or not (names_a_log or may_name_a_person(note) or may_be_blank(note)):
        return early
    statement = parse_entry(note).statement
    try:
        check_clear_fields(statement.data)
        check_told(statement.data)
        if isinstance(statement, BookOpened):
            check_origin(statement.data.log.origin)
            _check_log(statement.data.log, keys)
        elif isinstance(statement, LogMoved):
            check_origin(statement.data.origin)
    except RuleViolation as violation:
        return violation
    return None


def _from_the_future(note: bytes, now: datetime) -> RuleViolation | None:
    written = note[_AT : _AT + _AT_MAX].partition(b'"')[0].decode(errors="replace")
    try:
        at = datetime.fromisoformat(written)
    except ValueError:  # the entry's own rules say what is wrong
        return None
    if at.tzinfo is None or at <= now + AHEAD:
        return None
    return FROM_THE_FUTURE(at=written, now=now.astimezone(CHINA).isoformat(timespec="seconds"))


def _check_log(log: Log, keys: LogKeys) -> None:
    key = keys.key_of(log.origin)
    if key is None or key.verifier.vkey != log.vkey:
        raise NOT_ADMITTED(origin=log.origin)
