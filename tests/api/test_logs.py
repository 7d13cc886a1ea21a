"""A log's key is rotated, retired and moved on a real database; a frozen log signs and takes nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from api.adapters.tlog_export import export_bundle
from api.clock import new_id, now
from api.logs import destroy_ended, draft_addition, draft_move, draft_retirement, freeze, held_keys, unfreeze
from api.recovery import diagnose
from audit.bundle import BundleSource
from audit.verify import verify
from domain.accounts import AccountAdded, NewAccount
from domain.book import Book
from domain.entry import AnyStatement, seal
from domain.kernel.errors import RuleViolation
from domain.ledger import read_entries
from domain.logkeys import LogKeyAdded, LogKeyRetired, LogMoved
from projections import log

if TYPE_CHECKING:
    from pathlib import Path

    from api.composition import Service
    from api.identity import Keyring
    from domain.kernel.statement import Statement

BOOK = "N2330881MF0000021R"
SPEAKERS = ("township", "head", "supervisor")
NEW = f"new.example.cn/books/{BOOK}"


class Village:
    """The small sample village on a server."""

    def __init__(self, service: Service, keyring: Keyring, folder: Path) -> None:
        """Sign with the sample's keys."""
        self.service, self._keyring, self._folder = service, keyring, folder

    def post(self, kind: type[Statement], data: object, *roles: str) -> None:
        """Sign and post an entry that has seen all before it, and fold it."""
        book = Book(BOOK)
        for entry in read_entries(self.service.recorder, BOOK):
            book.evolve(entry)
        statement = kind(at=now(), book=BOOK, data=data, id=new_id(), seen=book.seen())  # type: ignore[call-arg]
        note = seal(cast("AnyStatement", statement), [self._keyring.key(role) for role in roles or SPEAKERS])
        self.service.ledger.post(BOOK, [note])
        self.service.runner.catch_up([BOOK])

    def account(self, code: str) -> None:
        """Add an account."""
        self.post(AccountAdded, NewAccount(code=code, name="明细"), "accountant")

    def head(self) -> log.SignedCheckpoint:
        """Return the newest checkpoint."""
        with self.service.pool.connection() as connection:
            return log.latest_checkpoint(connection, BOOK)

    def lines(self) -> int:
        """Return how many keys signed it, after an audit that found nothing."""
        path = self._folder / "copy.zip"
        with self.service.pool.connection() as connection:
            export_bundle(connection, BOOK, path)
        report = verify(BundleSource(path), kept=self.head().note)
        assert report.ok, report.as_text()
        return len(self.head().note.split(b"\n\n")[1].splitlines())

    def problems(self) -> list[str]:
        """Return what the doctor finds."""
        return [found.problem.rule.code for found in diagnose(self.service) if found.problem]


@pytest.fixture
def village(xiaohe: Service, keyring: Keyring, tmp_path: Path) -> Village:
    return Village(xiaohe, keyring, tmp_path)


def test_a_rotation_overlaps_and_ends(village: Village) -> None:
    service = village.service
    draft = draft_addition(service, BOOK, "例行更换")
    assert draft_addition(service, BOOK, "例行更换") == draft  # a crash before posting loses nothing
    village.account("10290")
    assert village.lines() == 1
    village.post(LogKeyAdded, draft)
    assert village.lines() == 2
    with pytest.raises(RuleViolation, match="retire one first"):
        draft_addition(service, BOOK, "又换")
    village.post(LogKeyRetired, draft_retirement(service, BOOK, "已换新"))
    assert village.lines() == 1
    assert len(destroy_ended(service, BOOK)) == 1
    assert [key.held for key in held_keys(service, BOOK)] == [False, True]
    village.account("10291")
    assert (village.lines(), village.problems()) == (1, [])
    assert service.rebuild(swap=False).differences == []


def test_a_frozen_log_takes_only_its_move(village: Village) -> None:
    service, last = village.service, village.head()
    village.account("10290")
    freeze(service, BOOK, "失窃")
    assert village.problems() == ["log.frozen"]
    with pytest.raises(RuleViolation, match="frozen"):
        village.account("10291")
    village.post(LogMoved, draft_move(service, BOOK, NEW, "compromised", last.note))
    assert village.head().note.startswith(NEW.encode())
    village.account("10292")
    assert (village.lines(), village.problems()) == (1, [])
    assert service.rebuild(swap=False).differences == []


def test_an_unfrozen_log_goes_on(village: Village) -> None:
    freeze(village.service, BOOK, "演习")
    unfreeze(village.service, BOOK)
    village.account("10290")
    assert (village.lines(), village.problems()) == (1, [])
