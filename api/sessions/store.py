"""Who is at work: a token in a cookie, and for each book the key that signed for it."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from api.sessions.challenge import parse_answer
from api.sessions.rules import BAD_CHALLENGE, ENDED, NEEDED, NO_OFFICE
from api.sessions.seal import ChallengeSeal
from domain.kernel.errors import Phrase
from domain.roles import check_signatures, find_signers

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from psycopg_pool import ConnectionPool

    from api.sessions.challenge import Challenge
    from domain.roles import Key, Roles

MEMBER = "member"
"""The role that has no part in drafts and originals: all others keep, approve or supervise."""

SESSION_SECONDS = 12 * 3600
"""A working day: whoever comes back the next morning signs in again."""

FORGET_CHALLENGES = "DELETE FROM challenges WHERE book = %s AND expires < now() - interval '1 minute'"
"""A little later than they expire: none is forgotten while its answer is on the way here a second time."""

USE_CHALLENGE = """
    INSERT INTO challenges VALUES (%s, %s, to_timestamp(%s)) ON CONFLICT (book, nonce) DO NOTHING RETURNING nonce
"""
RENAME_SESSIONS = "UPDATE sessions SET token = %s WHERE token = %s"
DELETE_EXPIRED_SESSIONS = "DELETE FROM sessions WHERE book = %s AND expires < now()"
INSERT_SESSION = """
    INSERT INTO sessions VALUES (%s, %s, %s, now() + make_interval(secs => %s))
    ON CONFLICT (book, token) DO UPDATE SET key = excluded.key, expires = excluded.expires
    RETURNING expires
"""
SELECT_SESSION = "SELECT key, expires, expires >= now() FROM sessions WHERE book = %s AND token = %s"
SELECT_SESSIONS = """
    SELECT book, key, expires FROM sessions WHERE token = %s AND expires >= now() ORDER BY book
"""
DELETE_SESSIONS = "DELETE FROM sessions WHERE token = %s"


class Session(NamedTuple):
    """A key at work in its book, until when."""

    book: str
    key: Key
    expires: datetime


class Begun(NamedTuple):
    """A session that has begun, and the token that stands for it, which is told once."""

    session: Session
    token: str


class Desk(NamedTuple):
    """A book in which a token is at work, by which key's name, until when."""

    book: str
    key: str
    expires: datetime


class Sessions:
    """The sessions of all books."""

    def __init__(self, pool: ConnectionPool[Any], roles: Callable[[str], Roles], origin: str) -> None:
        """Use `pool`; `roles` gives a book's keys as they are now, `origin` is what this server calls itself."""
        self._pool = pool
        self._roles = roles
        self._seal = ChallengeSeal(origin)

    def challenge(self, book: str) -> Challenge:
        """Return what a key of the book is to sign, once, within five minutes; raises `book.*`."""
        self._roles(book)
        return self._seal.challenge(book)

    def begin(self, book: str, note: bytes, token: str = "") -> Begun:
        """Let the key that signed a challenge be at work; what `token` stands for moves to the new token.

        Raises `session.challenge`, `session.no_office`, `key.*` and `signature.invalid`.
        """
        challenge, signature = parse_answer(note)
        expires_s = self._seal.require_own(challenge, book)
        signers = find_signers(self._roles(book), [signature], _NOW)
        check_signatures(signers, challenge.text, [signature])
        if signers[0].role == MEMBER:
            raise NO_OFFICE(key=signature.name)
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(FORGET_CHALLENGES, (book,))
            if connection.execute(USE_CHALLENGE, (book, challenge.nonce, expires_s)).fetchone() is None:
                raise BAD_CHALLENGE(problem=Phrase("已用过", "it was used before"))
            made = secrets.token_urlsafe(32)  # a new one each time: whoever planted the old one gains nothing
            connection.execute(RENAME_SESSIONS, (_hash(made), _hash(token)))
            connection.execute(DELETE_EXPIRED_SESSIONS, (book,))
            values = (book, _hash(made), signature.name, SESSION_SECONDS)
            ((expires,),) = connection.execute(INSERT_SESSION, values).fetchall()
        return Begun(Session(book, signers[0], expires), made)

    def at(self, book: str, token: str) -> Session:
        """Return who is at work in a book under a token; raises `session.needed`, `session.ended`."""
        with self._pool.connection() as connection:
            row = connection.execute(SELECT_SESSION, (book, _hash(token))).fetchone() if token else None
        if row is None:
            raise NEEDED()
        name, expires, current = row
        key = self._roles(book).keys.get(name)
        if not current or key is None or key.last is not None:
            raise ENDED(key=name)
        return Session(book, key, expires)

    def desks(self, token: str) -> list[Desk]:
        """Return the books in which a token is at work."""
        with self._pool.connection() as connection:
            rows = connection.execute(SELECT_SESSIONS, (_hash(token),)).fetchall()
        return [Desk(*row) for row in rows]

    def end(self, token: str) -> None:
        """Let a token stand for nobody any more."""
        with self._pool.connection() as connection:
            connection.execute(DELETE_SESSIONS, (_hash(token),))


_NOW = 2**62
"""Behind every entry: a key that has ended may not sign in."""


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
