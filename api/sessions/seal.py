"""Challenges that are kept nowhere: each carries the time until which it is good, under the server's seal.

So whoever asks for many takes nothing that another needs. The secret lives as long as the program: what was asked for
before it was started anew is asked for again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time

from api.sessions.challenge import Challenge
from api.sessions.rules import BAD_CHALLENGE
from domain.kernel.errors import Phrase

CHALLENGE_SECONDS = 300
NUMBER_BYTES = 18
SECRET_BYTES = 32


class ChallengeSeal:
    """What makes the challenges of one server and knows them again; a nonce is `expires.number.seal`."""

    def __init__(self, origin: str) -> None:
        """Begin with a secret that nobody else has, for the server that calls itself `origin`."""
        self._secret = secrets.token_bytes(SECRET_BYTES)
        self._origin = origin

    def challenge(self, book: str) -> Challenge:
        """Return a challenge for a book, good for some minutes."""
        expires = int(time.time()) + CHALLENGE_SECONDS
        stem = f"{expires}.{secrets.token_urlsafe(NUMBER_BYTES)}"
        return Challenge(book, f"{stem}.{self._seal(book, stem)}", self._origin)

    def require_own(self, challenge: Challenge, book: str) -> int:
        """Return until when a challenge is good, in seconds since 1970; raises `session.challenge`."""
        if challenge.book != book or challenge.origin != self._origin:
            problem = Phrase("它是给别的账套或别的服务器的", "it is for another book or another server")
            raise BAD_CHALLENGE(problem=problem)
        stem, _, seal = challenge.nonce.rpartition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(book, stem).encode()):
            problem = Phrase(
                "不是本服务器给的，或者服务器重新启动过",
                "this server did not give it, or was started anew since",
            )
            raise BAD_CHALLENGE(problem=problem)
        expires = int(stem.partition(".")[0])
        if expires < time.time():
            raise BAD_CHALLENGE(problem=Phrase("已过期", "it has expired"))
        return expires

    def _seal(self, book: str, stem: str) -> str:
        sealed = Challenge(book, stem, self._origin).text
        digest = hmac.new(self._secret, sealed, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
