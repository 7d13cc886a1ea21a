"""A village that had witnesses, and a program to which nobody says so: it refuses what needs them, and tells."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest

from api.composition import service_on
from api.logs import draft_move, draft_retirement
from api.recovery import diagnose, remedy
from api.serving import free_port, serving
from api.settings import Settings
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey
from projections import log
from tests.api.witnessing.conftest import BOOK, QUICK, until
from tests.api.witnessing.test_guard import problems
from tests.api.witnessing.test_moved import NEW, Witnessed
from tests.api.witnessing.test_unlisted import QUORUM, rotated

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from api.composition import Service
    from tests.api.witnessing.conftest import Village

MISSING = "witnessing.policy_missing"
OTHER_VILLAGE = SigningKey("example.com/books/N2330881MF0000021R", b"\x01" * 32).verifier.vkey


def without_policy(village: Village) -> AbstractContextManager[Service]:
    """Run the program as a shell does that lacks the server's settings."""
    return service_on(Settings(home=village.home, database_url=village.url), village.url)


@pytest.fixture
def cosigned(village: Village) -> Village:
    """The village, its 6 entries cosigned by all."""
    with village.service() as service:
        assert village.import_(service) == 6
        village.trust(service)
        service.witnesses.start()
        until(lambda: village.cosigned(service)[-1:] == [(6, 3)])
    return village


def told(caplog: pytest.LogCaptureFixture, code: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if code in record.getMessage()]


def refused(service: Service) -> list[str]:
    """Return by which rules neither a retirement nor a move is drafted."""
    codes = []
    for draft in (
        lambda: draft_retirement(service, BOOK, "已换新"),
        lambda: draft_move(service, BOOK, NEW, "lost"),
    ):
        with pytest.raises(RuleViolation) as caught:
            draft()
        codes.append(caught.value.rule.code)
        assert "SUNLEDGER_WITNESSES" in caught.value.zh
        assert "quorum none" in caught.value.zh
        assert "SUNLEDGER_WITNESSES" in caught.value.en
    return codes


def test_without_the_policy_no_key_is_retired_and_no_log_moved(cosigned: Village) -> None:
    with without_policy(cosigned) as service:
        assert refused(service) == [MISSING, MISSING]
        assert service.log_keys.held(NEW) == [], "no key is made for a move that is refused"
    cosigned.write_policy(f"log {OTHER_VILLAGE}", *QUORUM)
    with cosigned.service() as service:
        assert refused(service) == [MISSING, MISSING]
    cosigned.write_policy()
    with cosigned.service() as service:
        assert draft_move(service, BOOK, NEW, "lost").last.n == 6


def test_a_checkpoint_that_is_named_needs_no_policy(cosigned: Village) -> None:
    with without_policy(cosigned) as service:
        with service.pool.connection() as connection:
            last = log.latest_checkpoint(connection, BOOK).note
        assert draft_move(service, BOOK, NEW, "lost", last).last.n == 6


def test_a_policy_of_nobody_says_that_the_village_has_given_up_on_witnesses(cosigned: Village) -> None:
    cosigned.policy.write_text("quorum none\n", encoding="utf-8")
    with cosigned.service() as service:
        assert draft_retirement(service, BOOK, "已换新").reason == "已换新"
        assert draft_move(service, BOOK, NEW, "lost").last.n == 6
        assert problems(service) == []


def test_a_village_that_never_had_witnesses_needs_no_policy(village: Village) -> None:
    with without_policy(village) as service:
        assert village.import_(service) == 6
        assert draft_retirement(service, BOOK, "已换新").reason == "已换新"
        assert draft_move(service, BOOK, NEW, "lost").last.n == 6
        assert problems(service) == []


def test_the_doctor_and_the_pages_say_so(cosigned: Village) -> None:
    with without_policy(cosigned) as service:
        (found,) = diagnose(service)
        assert found.problem
        assert found.problem.rule.code == MISSING
        assert "quorum none" in remedy(found.problem, BOOK)
        with serving(service, free_port("127.0.0.1", 0)) as url, httpx.Client(base_url=url) as client:
            for page in (f"/books/{BOOK}", f"/books/{BOOK}/signers"):
                text = client.get(page, headers={"Accept": "text/html"}).text
                assert "见证中断" in text
                assert "还没有请见证人" not in text


def test_a_server_that_runs_says_so_without_a_new_checkpoint(
    cosigned: Village, caplog: pytest.LogCaptureFixture
) -> None:
    with without_policy(cosigned) as service:
        service.witnesses.start()
        until(lambda: told(caplog, MISSING))
        time.sleep(5 * QUICK.watch_seconds)
        assert len(told(caplog, MISSING)) == 1


def test_the_watch_outlives_an_error(
    cosigned: Village, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with without_policy(cosigned) as service:
        monkeypatch.setattr("api.witnessing.witnesses.cosigned_books", lambda _: 1 / 0)
        service.witnesses.start()
        until(lambda: told(caplog, "will look again"))
        monkeypatch.undo()
        until(lambda: told(caplog, MISSING))


def test_a_server_that_runs_says_that_its_policy_has_fallen_behind_without_a_new_checkpoint(
    village: Village, caplog: pytest.LogCaptureFixture
) -> None:
    """The key was changed by another process, which alone heard of the new checkpoints."""
    with village.service() as other:
        assert village.import_(other) == 6
        village.write_policy(f"log {Witnessed(village, other).key().verifier.vkey}", *QUORUM)
        with village.service() as service:
            service.witnesses.start()
            keys = rotated(village, other)
            until(lambda: told(caplog, "witnessing.key_not_listed"))
            assert keys.new in told(caplog, "witnessing.key_not_listed")[0]
