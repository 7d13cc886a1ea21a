"""The steps of an import: statements that are still to be signed and posted, and the keys that sign them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.importing.rules import NO_KEY
from domain.kernel.errors import Phrase
from domain.roles import ROLES
from domain.vouchers import VoucherPosted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.identity import Keyring
    from domain.book import Book
    from domain.entry import AnyStatement
    from domain.kernel.note import SigningKey
    from domain.kernel.statement import Statement


@dataclass(frozen=True)
class Step:
    """One statement to post: its type and data, its id, and the roles that sign it."""

    type: type[Statement]
    data: Any
    id: str
    roles: tuple[str, ...]

    def statement(self, book: Book, at: str) -> AnyStatement:
        """Return the statement as it would be signed now, on top of `book`."""
        return self.type(at=at, book=book.book, data=self.data, id=self.id, seen=book.seen())  # type: ignore[call-arg,return-value]


@dataclass(frozen=True)
class Plan:
    """The steps that are new, how many vouchers were there already, and what is posted but not in the sheets any more.

    `absent` holds (date, number) of imported vouchers of the months that the sheets have; 期初余额 is the opening's.
    `plainer` holds those that were posted without what now stands beside their amounts.
    """

    steps: list[Step]
    vouchers_there: int
    absent: tuple[tuple[str, str], ...] = ()
    plainer: tuple[tuple[str, str], ...] = ()

    @property
    def vouchers(self) -> int:
        """How many vouchers are to be posted."""
        return sum(step.type is VoucherPosted for step in self.steps)


def signing_keys(book: Book, keyring: Keyring, roles: Iterable[str]) -> list[SigningKey]:
    """Return the keyring's keys that may sign the book's next entry in these roles; raises `import.no_key`."""
    keys = []
    for role in roles:
        active = (key.name for key in book.roles.active() if key.role == role)
        name = next((name for name in active if keyring.holds(name)), None)
        if book.size == 0:
            name = f"{book.book}/{role}/1"
        if name is None:
            raise NO_KEY(role=Phrase(ROLES.get(role, role), role), folder=keyring.folder)
        keys.append(keyring.named(name))
    return keys
