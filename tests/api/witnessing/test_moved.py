"""The log's key was stolen, and the thief let the witnesses cosign another history: the village's log goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pytest

from api.clock import new_id, now
from api.identity import Keyring
from api.logs import draft_addition, draft_move, draft_retirement, freeze
from api.recovery import diagnose
from audit.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from audit.tlog.witness_request import WitnessRequest
from domain.book import Book
from domain.entry import AnyStatement, seal
from domain.kernel.errors import RuleViolation
from domain.kernel.note import parse_vkey
from domain.ledger import read_entries
from domain.logkeys import LogKeyAdded, LogKeyRetired, LogMoved
from projections import log, register
from tests.api.witnessing.conftest import BOOK, ORIGIN, line, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.composition import Service
    from domain.kernel.note import SigningKey
    from domain.kernel.statement import Statement
    from tests.api.witnessing.conftest import Village

NEW = f"new.example.cn/books/{BOOK}"


@dataclass
class Witnessed:
    """The village, running, its 6 entries cosigned by all."""

    village: Village
    service: Service

    def post(self, kind: type[Statement], data: object) -> None:
        """Sign and post an entry about the log's key, and fold it."""
        book = Book(BOOK)
        for entry in read_entries(self.service.recorder, BOOK):
            book.evolve(entry)
        statement = kind(at=now(), book=BOOK, data=data, id=new_id(), seen=book.seen())  # type: ignore[call-arg]
        keyring = Keyring(self.service.settings.home / "keys", BOOK)
        note = seal(
            cast("AnyStatement", statement),
            [keyring.key(role) for role in ("township", "head", "supervisor")],
        )
        self.service.ledger.post(BOOK, [note])
        self.service.runner.catch_up([BOOK])

    def key(self, origin: str = ORIGIN) -> SigningKey:
        """Return the key that an origin began with."""
        key = self.service.log_keys.key_of(origin)
        assert key
        return key

    def fork(self, size: int, key: SigningKey) -> None:
        """Let every witness cosign so many entries of the thief's own."""
        note = sign_checkpoint(Checkpoint(ORIGIN, size, bytes(32)), key)
        for witness in self.village.witnesses.values():
            witness.seen.pop(ORIGIN)
            assert witness.add_checkpoint(WitnessRequest(0, (), note).encode())[0] == 200

    def problems(self) -> list[str]:
        """Return what the doctor finds."""
        return [found.problem.rule.code for found in diagnose(self.service) if found.problem]

    def refusal(self, more: str) -> str:
        """Return by which rule the village may not grow."""
        with pytest.raises(RuleViolation) as caught:
            self.village.import_(self.service, more)
        return caught.value.rule.code


@pytest.fixture
def witnessed(village: Village) -> Iterator[Witnessed]:
    with village.service() as service:
        assert village.import_(service) == 6
        village.trust(service)
        service.witnesses.start()
        until(lambda: village.cosigned(service)[-1:] == [(6, 3)])
        yield Witnessed(village, service)


def test_a_log_moves_away_from_what_the_thief_showed_its_witnesses(witnessed: Witnessed) -> None:
    village, service = witnessed.village, witnessed.service
    witnessed.fork(7, witnessed.key())
    assert village.import_(service, line(2)) == 7
    until(lambda: service.witnesses.contradicted(BOOK, ORIGIN))
    draft = draft_move(service, BOOK, NEW, "compromised")
    assert draft.last.n == 6, "of 7 entries that were signed, 6 have their quorum"
    with pytest.raises(RuleViolation) as caught:
        witnessed.post(LogMoved, draft)
    assert caught.value.rule.code == "log.witness_other", "only a frozen log moves past its witnesses"
    freeze(service, BOOK, "失窃")
    witnessed.post(LogMoved, draft)
    with service.pool.connection() as connection:
        head = log.latest_checkpoint(connection, BOOK)
        assert register.book(connection, BOOK).origin == NEW
    assert open_checkpoint(head.note, witnessed.key(NEW).verifier).size == 8
    assert witnessed.problems() == []
    for witness in village.witnesses.values():
        witness.logs[NEW] = witnessed.key(NEW).verifier
    assert village.import_(service, line(2) + line(3)) == 9
    until(lambda: village.cosigned(service)[-1:] == [(9, 3)])
    assert {witness.size(NEW) for witness in village.witnesses.values()} == {9}
    assert village.rows(service, "SELECT FROM witness_lapses") == [], "a new origin begins at nothing"
    assert {witness.size(ORIGIN) for witness in village.witnesses.values()} == {7}
    with village.service() as again:
        assert [found.problem for found in diagnose(again)] == [None]


def test_a_log_without_its_quorum_moves_by_a_checkpoint_that_is_named(village: Village) -> None:
    with village.service() as service:
        assert village.import_(service) == 6
        with pytest.raises(RuleViolation) as caught:
            draft_move(service, BOOK, NEW, "lost")
        assert caught.value.rule.code == "checkpoint.not_witnessed"
        with service.pool.connection() as connection:
            note = log.latest_checkpoint(connection, BOOK).note
        assert draft_move(service, BOOK, NEW, "lost", note).last.n == 6


def test_what_a_retired_key_signed_for_a_witness_is_evidence(witnessed: Witnessed) -> None:
    """The thief has the key that was retired; the witnesses still trust it."""
    village, service, old = witnessed.village, witnessed.service, witnessed.key()
    added = draft_addition(service, BOOK, "例行更换")
    witnessed.post(LogKeyAdded, added)
    until(lambda: village.cosigned(service)[-1:] == [(7, 3)])  # the old key signs no more of what comes after
    witnessed.post(LogKeyRetired, draft_retirement(service, BOOK, "已换新"))
    witnessed.fork(9, old)
    for witness in village.witnesses.values():
        witness.logs[ORIGIN] = parse_vkey(added.vkey)
    until(lambda: service.witnesses.contradicted(BOOK, ORIGIN))
    assert witnessed.problems() == ["log.witness_ahead"]
    assert witnessed.refusal(line(2)) == "log.witness_ahead"
