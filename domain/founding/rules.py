"""When a book may be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chart import chart
from domain.kernel.errors import Kind, rule
from domain.kernel.note import is_valid_public_key, parse_vkey
from domain.kernel.organisation import check_organisation
from domain.kernel.period import check_near, parse_period
from domain.roles import Key, Roles, check_grant, require_roles

if TYPE_CHECKING:
    from domain.founding.events import BookOpened, Log

WRONG_ORGANISATION = rule(
    "book.wrong_organisation",
    Kind.REFUSED,
    "账套编号 {book} 与组织代码 {organisation} 不一致",
    "the book is {book} but the organisation is {organisation}",
    "ADR 0001",
)
BAD_LOG_KEY = rule(
    "book.log_key",
    Kind.REFUSED,
    "日志密钥的名称须等于日志来源 {origin}，且为合格的 Ed25519 公钥；读到 {key}",
    "the log's key must be a sound Ed25519 key named {origin}; read {key}",
    "C2SP tlog-checkpoint: the origin is the log key's name",
)


BAD_ORIGIN = rule(
    "book.origin",
    Kind.REFUSED,
    "日志来源 {origin} 须以「/{book}」结尾，使每本账有自己的日志和密钥",
    "the log's origin {origin} must end in '/{book}', so that each book has a log and a key of its own",
    "C2SP tlog-checkpoint: an origin is one log",
)


def decide_open(statement: BookOpened, signers: list[Key]) -> None:
    """A book is opened by the township for an organisation with a valid code, a known chart and sound keys."""
    opened = statement.data
    check_organisation(opened.organisation.id)
    if opened.organisation.id != statement.book:
        raise WRONG_ORGANISATION(book=statement.book, organisation=opened.organisation.id)
    chart(opened.chart)
    check_near(parse_period(opened.first_period), statement.at)
    check_log(opened.log, statement.book)
    _check_first_keys(statement)
    require_roles(signers, ["township"])


def check_log(log: Log, book: str) -> None:
    """Check the origin of a book's log, and that its key is a sound one of that name."""
    if not log.origin.endswith(f"/{book}"):
        raise BAD_ORIGIN(origin=log.origin, book=book)
    key = parse_vkey(log.vkey)
    if key.name != log.origin or not is_valid_public_key(key.public_key):
        raise BAD_LOG_KEY(origin=log.origin, key=key.name)


def _check_first_keys(statement: BookOpened) -> None:
    registry = Roles()
    for grant in statement.data.keys:
        check_grant(registry, grant, statement.book)
        registry.grant(grant, 0)
