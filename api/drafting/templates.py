"""Voucher templates (常用凭证): what the form is filled with, and which of them come again (定期凭证) and are due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import msgspec

from api.clock import local_minute, new_id
from api.drafting import store
from api.drafting.naming import holder
from api.drafting.rules import require_maker
from domain.kernel.errors import Kind, rule
from domain.kernel.period import last_day, parse_period, period_of
from domain.kernel.statement import OptionalText, Text
from domain.vouchers import MAX_LINES, Line, Voucher, is_blank
from projections import register

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection
    from psycopg_pool import ConnectionPool

    from api.sessions import Session
    from domain.drafts import Draft

TEMPLATES_MAX = 200
"""Of one book; a list of more helps nobody."""

UNKNOWN = rule(
    "template.unknown",
    Kind.UNKNOWN,
    "账套 {book} 没有常用凭证 {template}，也许已被删去",
    "the book {book} has no voucher template {template}; perhaps it was deleted",
    "ADR 0035",
)
CHANGED = rule(
    "template.changed",
    Kind.CONFLICT,
    "常用凭证「{name}」已由{by}于 {at} 改动，请重新打开再改",
    "the {by} changed the voucher template '{name}' at {at}; open it again",
    "ADR 0035",
)
TOO_MANY = rule(
    "template.too_many",
    Kind.REFUSED,
    "账套 {book} 已有 {limit} 张常用凭证，请先删去一些",
    "the book {book} has {limit} voucher templates; delete some first",
    "ADR 0035",
)

NO_NAME = rule(
    "template.name",
    Kind.REFUSED,
    "请给常用凭证起一个名称，如「路灯电费」：名称里没有字，或只有空格和看不见的字符",
    "give the voucher template a name, such as 'street lamps': its name is empty, or has nothing but blanks or"
    " characters that nobody sees",
    "ADR 0035",
)

MONTHS = {"month": 1, "quarter": 3, "year": 12}

_SELECT = """
    SELECT id, revision, content, changed_by, changed_at FROM voucher_templates WHERE book = %s
"""
SELECT_ALL = f"{_SELECT} ORDER BY id"
LOCK_ONE = f"{_SELECT} AND id = %s FOR UPDATE"
COUNT = "SELECT count(*) FROM voucher_templates WHERE book = %s"
INSERT = """
    INSERT INTO voucher_templates (book, id, revision, content, changed_by) VALUES (%s, %s, 1, %s, %s)
"""
UPDATE = """
    UPDATE voucher_templates SET content = %s, revision = revision + 1, changed_by = %s, changed_at = now()
    WHERE book = %s AND id = %s
"""
DELETE = "DELETE FROM voucher_templates WHERE book = %s AND id = %s"
USE = """
    INSERT INTO voucher_template_uses (book, template, period, draft)
    SELECT book, id, %(period)s, %(draft)s FROM voucher_templates WHERE book = %(book)s AND id = %(template)s
"""
MOVE_USE = "UPDATE voucher_template_uses SET period = %s WHERE book = %s AND draft = %s"
SELECT_USED = """
    SELECT template FROM voucher_template_uses
    JOIN drafts ON drafts.book = voucher_template_uses.book AND drafts.id = draft
    WHERE voucher_template_uses.book = %s AND period = %s AND state <> 'withdrawn'
"""


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A voucher to begin with: amounts may be missing; `every` tells how often it comes, from `first_period` on."""

    name: OptionalText
    summary: Text
    lines: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=MAX_LINES)]
    resolution: OptionalText = ""
    every: Literal["", "month", "quarter", "year"] = ""
    first_period: str = ""
    day: Annotated[int, msgspec.Meta(ge=1, le=31)] = 31

    def comes_in(self, period: str) -> bool:
        """Tell whether it is to be made in a period."""
        if not self.every:
            return False
        months = _months(period) - _months(self.first_period)
        return months >= 0 and months % MONTHS[self.every] == 0

    def date_in(self, period: str) -> str:
        """Return its date in a period: its day, or the last if the month is shorter."""
        return min(f"{period}-{self.day:02d}", last_day(period))


def _months(period: str) -> int:
    year, month = map(int, period.split("-"))
    return 12 * year + month


class KeptTemplate(NamedTuple):
    """A template as it is kept."""

    id: str
    revision: int
    template: Template
    changed_by: str
    changed_at: datetime


class Templates:
    """The voucher templates of all books."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        """Use the tables through `pool`."""
        self._pool = pool

    def all(self, book: str) -> list[KeptTemplate]:
        """Return the templates of a book, the oldest first."""
        with self._pool.connection() as connection:
            return [_kept(row) for row in connection.execute(SELECT_ALL, (book,)).fetchall()]

    def due(self, book: str, period: str) -> list[KeptTemplate]:
        """Return those that are to be made in a period and of which no draft is made or posted yet."""
        with self._pool.connection() as connection:
            used = {template for (template,) in connection.execute(SELECT_USED, (book, period)).fetchall()}
        return [one for one in self.all(book) if one.template.comes_in(period) and one.id not in used]

    def make(self, session: Session, template: Template, draft: str = "") -> KeptTemplate:
        """Keep a template, made of the voucher of a draft if one is named, which is then the one of its period.

        Raises `draft.not_maker`, `template.name`, `template.too_many`, `period.malformed`, `draft.unknown`.
        """
        _check(session, template)
        id_ = new_id()
        with self._pool.connection() as connection, connection.transaction():
            ((count,),) = connection.execute(COUNT, (session.book,)).fetchall()
            if count >= TEMPLATES_MAX:
                raise TOO_MANY(book=session.book, limit=TEMPLATES_MAX)
            content = msgspec.json.encode(template)
            connection.execute(INSERT, (session.book, id_, content, session.key.name))
            if draft:
                use(connection, session.book, id_, store.draft_of(connection, session.book, draft).draft)
            return _locked(connection, session.book, id_)

    def change(self, session: Session, id_: str, revision: int, template: Template) -> KeptTemplate:
        """Give a template other content; raises as `make` does, and `template.unknown`, `template.changed`."""
        _check(session, template)
        with self._pool.connection() as connection, connection.transaction():
            _require(connection, session.book, _locked(connection, session.book, id_), revision)
            content = msgspec.json.encode(template)
            connection.execute(UPDATE, (content, session.key.name, session.book, id_))
            return _locked(connection, session.book, id_)

    def delete(self, session: Session, id_: str, revision: int) -> None:
        """Delete a template; raises `draft.not_maker`, `template.unknown`, `template.changed`."""
        require_maker(session)
        with self._pool.connection() as connection, connection.transaction():
            _require(connection, session.book, _locked(connection, session.book, id_), revision)
            connection.execute(DELETE, (session.book, id_))


def use(connection: Connection[Any], book: str, template: str, draft: Draft) -> None:
    """Remember that a draft was made of a template, for the period of its date; raises `template.unknown`."""
    facts = {"book": book, "template": template, "draft": draft.statement.id, "period": _period_of(draft)}
    if not connection.execute(USE, facts).rowcount:
        raise UNKNOWN(book=book, template=template)


def move_use(connection: Connection[Any], book: str, draft: Draft) -> None:
    """Remember that a draft may now be dated in another period."""
    connection.execute(MOVE_USE, (_period_of(draft), book, draft.statement.id))


def _period_of(draft: Draft) -> str:
    data = draft.statement.data
    return period_of(data.date) if isinstance(data, Voucher) else ""


def _check(session: Session, template: Template) -> None:
    require_maker(session)
    if is_blank(template.name):
        raise NO_NAME(field="name")
    if template.every:
        parse_period(template.first_period)


def _locked(connection: Connection[Any], book: str, id_: str) -> KeptTemplate:
    found = connection.execute(LOCK_ONE, (book, id_)).fetchone()
    if found is None:
        raise UNKNOWN(book=book, template=id_)
    return _kept(found)


def _require(connection: Connection[Any], book: str, kept: KeptTemplate, revision: int) -> None:
    if revision != kept.revision:
        by, at = holder(kept.changed_by, register.people(connection, book)), local_minute(kept.changed_at)
        raise CHANGED(name=kept.template.name, by=by, at=at, key=kept.changed_by)


def _kept(row: tuple[Any, ...]) -> KeptTemplate:
    id_, revision, content, changed_by, changed_at = row
    template = msgspec.json.decode(bytes(content), type=Template)
    return KeptTemplate(id_, revision, template, changed_by, changed_at)
