"""The text that a key signs to sign in (登录): two lines like an entry's, which no reader takes for one.

    sunledger.session/v1
    {"book":"N2330881MF0000013Y","nonce":"…","origin":"books.example.cn"}

It is signed as a note by one key of the book. The nonce is good once, for minutes.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import msgspec

from api.sessions.rules import BAD_CHALLENGE, ELSEWHERE
from domain.kernel.errors import Phrase, RuleViolation
from domain.kernel.note import Signature, parse_note

if TYPE_CHECKING:
    from domain.kernel.note import SigningKey

HEADER = b"sunledger.session/v1\n"


class Challenge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed: for which book, once, at which server."""

    book: str
    nonce: str
    origin: str

    @property
    def text(self) -> bytes:
        """The bytes to be signed."""
        return HEADER + msgspec.json.encode(self, order="sorted") + b"\n"


def parse_challenge(text: bytes) -> Challenge:
    """Return what a text asks for; raises `session.challenge` for any other bytes."""
    try:
        challenge = msgspec.json.decode(text.removeprefix(HEADER), type=Challenge)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        challenge = None
    if challenge is None or challenge.text != text:
        raise BAD_CHALLENGE(problem=Phrase("不是登录文书", "it is no challenge of this program"))
    return challenge


def require_here(challenge: Challenge, book: str, host: str) -> None:
    """Raise `session.elsewhere` unless the server at a host itself asks for this book.

    Who stands in between hands on the challenge of another server, which names that one.
    """
    named = challenge.origin.partition("/")[0].partition(":")[0]
    if challenge.book != book or not (_is_this_machine(host) or host == named):
        raise ELSEWHERE(book=challenge.book, origin=challenge.origin, url=host)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def answer(text: bytes, key: SigningKey) -> bytes:
    """Return the note by which a key answers; raises `session.challenge` for a text that asks for anything else."""
    parse_challenge(text)
    return text + b"\n" + key.sign(text).line


def parse_answer(note: bytes) -> tuple[Challenge, Signature]:
    """Return what was signed, and by one key; nothing is verified."""
    try:
        parsed = parse_note(note)
    except RuleViolation as violation:
        raise BAD_CHALLENGE(problem=violation) from None
    if len(parsed.signatures) != 1:
        raise BAD_CHALLENGE(problem=Phrase("应有且只有一个签名", "one signature is expected"))
    return parse_challenge(parsed.text), parsed.signatures[0]
