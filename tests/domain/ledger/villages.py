"""Villages under numbers, so that one database can hold many books; and the key of the log they share."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from domain.entry import seal
from domain.kernel.note import SigningKey
from domain.kernel.organisation import make_organisation
from tests.domain.conftest import ORIGIN, Village

if TYPE_CHECKING:
    from domain.kernel.statement import Statement


def book_number(number: int) -> str:
    """Return the id of the village with that number."""
    return make_organisation(f"N2330881MF{number:07d}")


def village_number(number: int) -> Village:
    """Return the village with that number before its first entry; its keys bear its own id."""

    class Numbered(Village):
        @staticmethod
        def key(name: str, book: str = book_number(number)) -> SigningKey:
            return Village.key(name, book)

    return Numbered(book_number(number))


def sign(village: Village, kind: type[Statement], data: object, by: str, **fields: Any) -> bytes:  # noqa: ANN401
    """Return the bytes of an entry that may or may not follow: unlike the village's own methods, nothing is checked."""
    statement = village.statement(kind, data, **fields)
    return seal(statement, [village.key(name) for name in by.split()])


class LogKey:
    """The private key of the log of every `Village`, and what it signed last."""

    def __init__(self) -> None:
        """Begin with nothing signed."""
        self._signed: dict[str, bytes] = {}

    def last_signed(self, origin: str) -> bytes:
        """Return the newest checkpoint of a log."""
        return self._signed.get(origin, b"")

    def remember_signed(self, origin: str, checkpoint: bytes) -> None:
        """Remember a log's newest checkpoint."""
        self._signed[origin] = checkpoint

    def signing_key(self, vkey: str) -> SigningKey | None:
        """Return the key of that name."""
        return self.key_of(vkey.partition("+")[0])

    def held(self, origin: str) -> list[SigningKey]:
        """Return the key of that origin."""
        return [key for key in [self.key_of(origin)] if key]

    def frozen(self, origin: str) -> str:
        """Return nothing: no log is frozen."""
        del origin
        return ""

    def key_of(self, origin: str) -> SigningKey | None:
        """Return the key of that origin."""
        return SigningKey(origin, sha256(origin.encode()).digest()) if origin.startswith(ORIGIN) else None
