"""Drafts in the database: each with its text, its signatures and what was done with it."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from api.drafting.rules import UNKNOWN, WITHDRAWN
from domain.drafts import ALREADY_POSTED, Draft
from domain.kernel.note import Signature
from domain.kernel.period import period_of
from domain.vouchers import Reversal, Voucher

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection

SELECT_DRAFT = """
    SELECT id, revision, text, state, entry, made_by, changed_at, despite FROM drafts WHERE book = %s AND id = %s
"""
LOCK_DRAFT = f"{SELECT_DRAFT} FOR UPDATE"
SELECT_OPEN = """
    SELECT id, revision, text, state, entry, made_by, changed_at, despite FROM drafts
    WHERE book = %s AND state = 'open' ORDER BY id
"""
SELECT_SIGNATURES = """
    SELECT draft, key, key_id, signature FROM draft_signatures WHERE book = %s AND draft = ANY(%s) ORDER BY key
"""
SELECT_STEPS = """
    SELECT draft, number, step, revision, key, words, at FROM draft_steps
    WHERE book = %s AND draft = ANY(%s) ORDER BY draft, number
"""
INSERT_DRAFT = """
    INSERT INTO drafts (book, id, revision, text, state, made_by, despite) VALUES (%s, %s, 1, %s, 'open', %s, %s)
"""
UPDATE_TEXT = """
    UPDATE drafts SET text = %s, despite = %s, revision = revision + 1, changed_at = now()
    WHERE book = %s AND id = %s
"""
UPDATE_STATE = "UPDATE drafts SET state = %s, entry = %s, changed_at = now() WHERE book = %s AND id = %s"
DELETE_SIGNATURES = "DELETE FROM draft_signatures WHERE book = %s AND draft = %s RETURNING key"
DELETE_SIGNATURES_OF = "DELETE FROM draft_signatures WHERE book = %s AND draft = %s AND key = ANY(%s)"
INSERT_SIGNATURE = """
    INSERT INTO draft_signatures (book, draft, key, key_id, signature) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (book, draft, key) DO NOTHING
"""
INSERT_STEP = """
    INSERT INTO draft_steps (book, draft, number, step, revision, key, words)
    SELECT %(book)s, %(draft)s, coalesce(max(number), 0) + 1, %(step)s, %(revision)s, %(key)s, %(words)s
    FROM draft_steps WHERE book = %(book)s AND draft = %(draft)s
"""
SELECT_MAKERS = """
    SELECT DISTINCT ON (draft) draft, key FROM draft_steps
    WHERE book = %s AND draft = ANY(%s) AND step IN ('made', 'changed') ORDER BY draft, number DESC
"""
COUNT_OPEN = "SELECT count(*) FROM drafts WHERE book = %s AND state = 'open'"

TEXT_CHANGED = "内容已改动 / the text was changed"
NOT_POSTED = "不在入账的签名之中 / not among those that were posted"
"""Why a signature fell away, as its step says."""


class Done(NamedTuple):
    """What is done with a draft (`step`), at which revision, by which key, in which words."""

    step: str
    revision: int
    key: str
    words: str = ""


class Posted(NamedTuple):
    """Where in the log a draft stands, by which keys it is signed there, and what is to be said of it."""

    entry: int
    signers: tuple[str, ...]
    words: str = ""


class Refusal(NamedTuple):
    """By which key one refuses, all keys that one has had for that role, and why."""

    key: str
    own: list[str]
    reason: str


class Despite(NamedTuple):
    """What the draft of a closing is made despite: in words for its steps, and each thing as the checklist says it."""

    words: str = ""
    stops: tuple[str, ...] = ()


NOTHING = Despite()


class Step(NamedTuple):
    """What was done with a draft, as `Done` has it, in which order and when."""

    number: int
    step: str
    revision: int
    key: str
    words: str
    at: datetime


class Waiting(NamedTuple):
    """A draft as it is kept; `entry` is where it stands in the log, once posted.

    `despite` is what a closing was made despite, as the checklist said it.
    """

    id: str
    revision: int
    draft: Draft
    state: str
    entry: int | None
    made_by: str
    changed_at: datetime
    steps: list[Step]
    despite: tuple[str, ...] = ()

    def require_open(self) -> None:
        """Raise `draft.posted` or `draft.withdrawn` when nothing can be done with it any more."""
        if self.entry is not None:
            raise ALREADY_POSTED(entry=self.entry)
        if self.state != "open":
            raise WITHDRAWN()

    @property
    def voucher(self) -> Voucher | Reversal | None:
        """The voucher that is to be signed, if it is one."""
        data = self.draft.statement.data
        return data if isinstance(data, (Voucher, Reversal)) else None

    @property
    def period(self) -> str:
        """The period of its voucher, "" of any other entry."""
        return period_of(self.voucher.date) if self.voucher else ""

    @property
    def last(self) -> Step:
        """The step that gave it its present text."""
        return next(step for step in reversed(self.steps) if step.step in {"made", "changed"})


def unkept(draft: Draft, key: str) -> Waiting:
    """Return a statement that is kept nowhere as the draft that it would be, were it made by a key."""
    statement = draft.statement
    return Waiting(statement.id, 1, draft, "open", None, key, datetime.fromisoformat(statement.at), [])


def open_drafts(connection: Connection[Any], book: str) -> list[Waiting]:
    """Return the drafts that wait, the oldest first."""
    return _read(connection, book, connection.execute(SELECT_OPEN, (book,)).fetchall())


def count_open(connection: Connection[Any], book: str) -> int:
    """Return how many drafts wait."""
    ((count,),) = connection.execute(COUNT_OPEN, (book,)).fetchall()
    return int(count)


def makers(connection: Connection[Any], book: str, ids: Iterable[str]) -> dict[str, str]:
    """Return by which key the drafts among some ids got their last text; an entry has its draft's id."""
    return dict(connection.execute(SELECT_MAKERS, (book, list(ids))).fetchall())


def draft_of(connection: Connection[Any], book: str, id_: str, *, lock: bool = False) -> Waiting:
    """Return a draft, with `lock` held against others until the transaction ends; raises `draft.unknown`."""
    found = find(connection, book, id_, lock=lock)
    if found is None:
        raise UNKNOWN(book=book, draft=id_)
    return found


def find(connection: Connection[Any], book: str, id_: str, *, lock: bool = False) -> Waiting | None:
    """Return a draft if there is one, as `draft_of` does."""
    found = connection.execute(LOCK_DRAFT if lock else SELECT_DRAFT, (book, id_)).fetchall()
    return _read(connection, book, found)[0] if found else None


def _read(connection: Connection[Any], book: str, rows: Iterable[tuple[Any, ...]]) -> list[Waiting]:
    rows = list(rows)
    ids = [row[0] for row in rows]
    signatures: dict[str, list[Signature]] = {id_: [] for id_ in ids}
    steps: dict[str, list[Step]] = {id_: [] for id_ in ids}
    for draft, key, key_id, signature in connection.execute(SELECT_SIGNATURES, (book, ids)).fetchall():
        signatures[draft].append(Signature(key, key_id, bytes(signature)))
    for draft, *step in connection.execute(SELECT_STEPS, (book, ids)).fetchall():
        steps[draft].append(Step(*step))
    return [
        Waiting(
            id_,
            revision,
            Draft(bytes(text), tuple(signatures[id_])),
            state,
            entry,
            made_by,
            changed_at,
            steps[id_],
            tuple(despite),
        )
        for id_, revision, text, state, entry, made_by, changed_at, despite in rows
    ]


def insert(
    connection: Connection[Any], book: str, draft: Draft, key: str, despite: Despite = NOTHING
) -> None:
    """Keep a new draft of a maker's key, and what it is made despite."""
    id_ = draft.statement.id
    connection.execute(INSERT_DRAFT, (book, id_, draft.text, key, [*despite.stops]))
    _step(connection, book, id_, Done("made", 1, key, despite.words))


def change(
    connection: Connection[Any], book: str, was: Waiting, text: bytes, key: str, despite: Despite = NOTHING
) -> None:
    """Give a draft another text: the signatures fall away, and those who had signed will see it."""
    connection.execute(UPDATE_TEXT, (text, [*despite.stops], book, was.id))
    dropped = connection.execute(DELETE_SIGNATURES, (book, was.id)).fetchall()
    _step(connection, book, was.id, Done("changed", was.revision + 1, key, despite.words))
    for (name,) in sorted(dropped):
        _step(connection, book, was.id, Done("dropped", was.revision + 1, name, TEXT_CHANGED))


def keep_signatures(connection: Connection[Any], book: str, was: Waiting, signed: Draft) -> None:
    """Keep the signatures that a draft did not have yet."""
    known = {one.name for one in was.draft.signatures}
    for one in signed.signatures:
        if one.name not in known:
            connection.execute(INSERT_SIGNATURE, (book, was.id, one.name, one.key_id, one.signature))
            _step(connection, book, was.id, Done("signed", was.revision, one.name))


def refuse(connection: Connection[Any], book: str, was: Waiting, refusal: Refusal) -> None:
    """Keep a refusal; what the same person signed falls away."""
    connection.execute(DELETE_SIGNATURES_OF, (book, was.id, refusal.own))
    _step(connection, book, was.id, Done("refused", was.revision, refusal.key, refusal.reason))


def withdraw(connection: Connection[Any], book: str, was: Waiting, key: str) -> None:
    """Take a draft back: it can no longer be signed here."""
    connection.execute(UPDATE_STATE, ("withdrawn", None, book, was.id))
    _step(connection, book, was.id, Done("withdrawn", was.revision, key))


def post(connection: Connection[Any], book: str, was: Waiting, posted: Posted) -> None:
    """Remember where in the log a draft stands now, posted by whoever signed last; what the log has not falls away."""
    connection.execute(UPDATE_STATE, ("posted", posted.entry, book, was.id))
    unposted = sorted({one.name for one in was.draft.signatures} - {*posted.signers})
    connection.execute(DELETE_SIGNATURES_OF, (book, was.id, unposted))
    for name in unposted:
        _step(connection, book, was.id, Done("dropped", was.revision, name, NOT_POSTED))
    signed = {step.key: step.number for step in was.steps if step.step == "signed"}
    last = max(
        posted.signers, key=lambda name: signed.get(name, math.inf)
    )  # whoever did not sign here came with it
    _step(connection, book, was.id, Done("posted", was.revision, last, posted.words))


def _step(connection: Connection[Any], book: str, draft: str, done: Done) -> None:
    connection.execute(INSERT_STEP, {"book": book, "draft": draft, **done._asdict()})
