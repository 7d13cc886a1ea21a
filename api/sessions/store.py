"""Who is at work: a token in a cookie, and for each book the key that signed for it."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from api.sessions.challenge import Challenge, parse_answer
from api.sessions.rules import BAD_CHALLENGE, ENDED, NEEDED, NO_OFFICE
from domain.kernel.errors import Phrase
from domain.roles import check_signatures, find_signers

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from psycopg_pool import ConnectionPool

    from domain.roles import Key, Roles

MEMBER = "member"
"""The role that has no part in drafts and originals: all others keep, approve or supervise."""

CHALLENGE_SECONDS = 300
SESSION_SECONDS = 12 * 3600
"""A working day: whoever comes back the next morning signs in again."""

CHALLENGES_MAX = 1_000
"""Of one book, and not answered yet: when more are asked for, the oldest is forgotten."""

DELETE_EXPIRED_CHALLENGES = "DELETE FROM challenges WHERE book = %s AND expires < now()"
DELETE_OLDEST_CHALLENGES = """
    DELETE FROM challenges WHERE book = %(book)s AND nonce IN (
        SELECT nonce FROM challenges WHERE book = %(book)s ORDER BY expires DESC OFFSET %(limit)s
    )
"""
INSERT_CHALLENGE = "INSERT INTO challenges VALUES (%s, %s, now() + make_interval(secs => %s))"
TAKE_CHALLENGE = "DELETE FROM challenges WHERE book = %s AND nonce = %s AND expires >= now() RETURNING nonce"
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
        self._origin = origin

    def challenge(self, book: str) -> Challenge:
        """Return what a key of the book is to sign, once, within five minutes; raises `book.*`."""
        self._roles(book)
        made = Challenge(book, secrets.token_urlsafe(24), self._origin)
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(DELETE_EXPIRED_CHALLENGES, (book,))
            connection.execute(DELETE_OLDEST_CHALLENGES, {"book": book, "limit": CHALLENGES_MAX - 1})
            connection.execute(INSERT_CHALLENGE, (book, made.nonce, CHALLENGE_SECONDS))
        return made

    def begin(self, book: str, note: bytes, token: str = "") -> Begun:
        """Let the key that signed a challenge be at work; what `token` stands for moves to the new token.

        Raises `session.challenge`, `session.no_office`, `key.*` and `signature.invalid`.
        """
        challenge, signature = parse_answer(note)
        if challenge.book != book or challenge.origin != self._origin:
            problem = Phrase("它是给别的账套或别的服务器的", "it is for another book or another server")
            raise BAD_CHALLENGE(problem=problem)
        with self._pool.connection() as connection, connection.transaction():
            if connection.execute(TAKE_CHALLENGE, (book, challenge.nonce)).fetchone() is None:
                raise BAD_CHALLENGE(problem=Phrase("已过期或已用过", "it has expired, or was used before"))
            roles = self._roles(book)
            signers = find_signers(roles, [signature], _NOW)
            check_signatures(signers, challenge.text, [signature])
            if signers[0].role == MEMBER:
                raise NO_OFFICE(key=signature.name)
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
