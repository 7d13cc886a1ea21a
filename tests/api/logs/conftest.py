"""The small sample village on a server whose log's keys change."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import pytest

from api.adapters.tlog_export import export_bundle
from api.clock import new_id, now
from api.composition import service_on
from api.recovery import diagnose
from audit.bundle import BundleSource
from audit.verify import verify
from domain.accounts import AccountAdded, NewAccount
from domain.book import Book
from domain.entry import AnyStatement, seal
from domain.kernel.errors import RuleViolation
from domain.ledger import read_entries
from projections import log

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.composition import Service
    from api.identity import Keyring
    from domain.kernel.statement import Statement

BOOK = "N2330881MF0000021R"
ORIGIN = f"sunledger.localhost/books/{BOOK}"
NEW = f"new.example.cn/books/{BOOK}"
SPEAKERS = ("township", "head", "supervisor")


@dataclass(frozen=True)
class Village:
    """The small sample village on a server, with its signers' keys and a folder for what is taken away."""

    service: Service
    keyring: Keyring
    folder: Path

    @contextmanager
    def restarted(self, url: str = "", home: Path | None = None) -> Iterator[Village]:
        """Run the program anew, on the same database and home or on others."""
        settings = self.service.settings
        settings = settings.model_copy(
            update={"database_url": url or settings.database_url, "home": home or settings.home}
        )
        with service_on(settings, settings.database_url) as service:
            yield replace(self, service=service)

    def book(self) -> Book:
        """Return the book as it is stored now."""
        book = Book(BOOK)
        for entry in read_entries(self.service.recorder, BOOK):
            book.evolve(entry)
        return book

    def signed(self, kind: type[Statement], data: object, *roles: str) -> bytes:
        """Return an entry that has seen all before it."""
        seen = self.book().seen()
        statement = kind(at=now(), book=BOOK, data=data, id=new_id(), seen=seen)  # type: ignore[call-arg]
        return seal(cast("AnyStatement", statement), [self.keyring.key(role) for role in roles or SPEAKERS])

    def store(self, kind: type[Statement], data: object, *roles: str) -> None:
        """Sign and post an entry that has seen all before it."""
        self.service.ledger.post(BOOK, [self.signed(kind, data, *roles)])

    def post(self, kind: type[Statement], data: object, *roles: str) -> None:
        """Sign and post an entry, and fold it."""
        self.store(kind, data, *roles)
        self.service.runner.catch_up([BOOK])

    def account(self, code: str) -> None:
        """Add an account."""
        self.post(AccountAdded, NewAccount(code=code, name="明细"), "accountant")

    def refusal(self, code: str) -> str:
        """Return by which rule an account may not be added; nothing is stored."""
        before = self.book().size
        with pytest.raises(RuleViolation) as caught:
            self.store(AccountAdded, NewAccount(code=code, name="明细"), "accountant")
        assert self.book().size == before
        return caught.value.rule.code

    def head(self) -> log.SignedCheckpoint:
        """Return the newest checkpoint."""
        with self.service.pool.connection() as connection:
            return log.latest_checkpoint(connection, BOOK)

    @property
    def copy(self) -> Path:
        """Where the log lies when it was taken away."""
        return self.folder / "copy.zip"

    def bundle(self) -> BundleSource:
        """Take the log away."""
        with self.service.pool.connection() as connection:
            export_bundle(connection, BOOK, self.copy)
        return BundleSource(self.copy)

    def lines(self) -> int:
        """Return how many keys signed the newest checkpoint, after an audit that found nothing."""
        report = verify(self.bundle(), kept=self.head().note)
        assert report.ok, report.as_text()
        return len(self.head().note.split(b"\n\n")[1].splitlines())

    def problems(self) -> list[str]:
        """Return what the doctor finds."""
        return [found.problem.rule.code for found in diagnose(self.service) if found.problem]


@pytest.fixture
def village(xiaohe: Service, keyring: Keyring, tmp_path: Path) -> Village:
    return Village(xiaohe, keyring, tmp_path)
