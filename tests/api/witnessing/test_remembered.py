"""What a witness said against a log is not forgotten by a restart: it counts until the witness cosigns again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from api.recovery import diagnose, recover, remedy
from api.witnessing.witnesses import sighting_of
from audit.bundle import BundleSource
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from domain.kernel.note import SigningKey
from projections.log import AHEAD, Alarm, Sighting
from projections.log import OTHER as OTHER_KIND
from tests.api.witnessing.conftest import BOOK, NAMES, ORIGIN, line, until
from tests.api.witnessing.test_guard import OTHER, Restored, problems, refusal, restored

if TYPE_CHECKING:
    from tests.api.witnessing.conftest import Village

__all__ = ["restored"]

AWAY = "http://127.0.0.1:9"
CLAIMS = [((409, b"1000\n"), "log.witness_ahead"), ((422, b""), "log.witness_other")]


def away(village: Village, *names: str) -> None:
    """Let these witnesses be where nobody answers."""
    for name in names:
        village.witnesses[name].url = AWAY
    village.write_policy()


@pytest.fixture
def urls(village: Village) -> dict[str, str]:
    """Where the witnesses really are."""
    return {name: witness.url for name, witness in village.witnesses.items()}


def back(village: Village, urls: dict[str, str]) -> None:
    """Let all witnesses be where they were."""
    for name, url in urls.items():
        village.witnesses[name].url = url
    village.write_policy()


def contradicted(village: Village, says: tuple[int, bytes]) -> None:
    """Let the running log grow to 7 entries while one witness of three says that it knows better."""
    with village.service() as service:
        service.witnesses.start()
        village.import_(service)
        village.trust(service)
        until(lambda: village.cosigned(service)[-1:] == [(6, 3)])
        village.witnesses["peer"].says = says
        assert village.import_(service, line(2)) == 7
        until(lambda: village.rows(service, "SELECT FROM witness_alarms"))


@pytest.mark.parametrize(("says", "rule"), CLAIMS)
def test_a_claim_stops_the_next_start_though_the_witness_is_away(
    village: Village, urls: dict[str, str], says: tuple[int, bytes], rule: str
) -> None:
    contradicted(village, says)
    away(village, "peer")
    with village.service() as service:
        assert refusal(village, service, line(2) + line(3)) == rule
        (found,) = diagnose(service)
        assert found.problem
        assert found.problem.rule.code == rule
        assert "peer" in found.problem.zh
        said = remedy(found.problem, BOOK)
        assert "重启不会忘记" in said
        assert "cosigns again" in said
    village.witnesses["peer"].says = None
    back(village, urls)
    with village.service() as service:
        service.witnesses.start()
        until(lambda: problems(service) == [])
        assert village.import_(service, line(2) + line(3)) == 8
    away(village, *NAMES)
    with village.service() as service:
        assert problems(service) == []
        assert village.import_(service, line(2) + line(3) + line(4)) == 9


def test_a_witness_that_was_taken_out_of_the_policy_stops_nothing(village: Village) -> None:
    contradicted(village, (409, b"1000\n"))
    village.witnesses = {name: village.witnesses[name] for name in NAMES[:2]}
    village.write_policy()
    with village.service() as service:
        assert problems(service) == []
        assert village.import_(service, line(2) + line(3)) == 8


def test_what_another_process_hears_frees_the_running_log(village: Village, urls: dict[str, str]) -> None:
    contradicted(village, (422, b""))
    away(village, "peer")
    with village.service() as stopped:
        assert refusal(village, stopped, line(2) + line(3)) == "log.witness_other"
        village.witnesses["peer"].says = None
        back(village, urls)
        with village.service() as other:
            assert problems(other) == []
        assert village.import_(stopped, line(2) + line(3)) == 8


def test_a_proof_stops_every_start_and_no_longer_once_the_entries_are_back(restored: Restored) -> None:
    village = restored.village
    with village.service(restored.url, restored.home) as service:
        assert problems(service) == ["log.witness_ahead"]
    away(village, *NAMES)
    with village.service(restored.url, restored.home) as service:
        assert refusal(village, service, OTHER) == "log.witness_ahead"
        done = recover(service, BundleSource(restored.copy), BOOK)
        assert (done.before, done.size, problems(service)) == (6, 7, [])
        assert village.import_(service, line(2) + line(3)) == 8


def test_a_fork_that_was_signed_stays_stopped(restored: Restored, urls: dict[str, str]) -> None:
    village = restored.village
    away(village, *NAMES)
    with village.service(restored.url, restored.home) as service:
        assert village.import_(service, OTHER) == 7
    back(village, urls)
    with village.service(restored.url, restored.home) as service:
        assert problems(service) == ["log.witness_other"]
    away(village, *NAMES)
    with village.service(restored.url, restored.home) as service:
        assert refusal(village, service, OTHER + line(3)) == "log.witness_other"


def test_what_was_shown_of_an_origin_that_the_log_left_counts_no_more() -> None:
    key = SigningKey(ORIGIN, bytes(32))
    note = sign_checkpoint(Checkpoint(ORIGIN, 9, bytes(32)), key)
    alarm = Alarm("vkey", OTHER_KIND, 9, 7, note, datetime(2026, 3, 1, tzinfo=UTC))
    assert sighting_of(alarm, "town", ORIGIN) == Sighting("town", 9, bytes(32))
    assert sighting_of(alarm, "town", "elsewhere.example/books/1") is None
    claim = alarm._replace(evidence=b"")
    assert sighting_of(claim, "town", ORIGIN) == Sighting("town", 9, other=True)
    assert sighting_of(claim._replace(kind=AHEAD), "town", ORIGIN) == Sighting("town", 9)
