"""The log asks its witnesses after each checkpoint: whatever they do, posting goes on, and only good lines are kept."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from api.recovery import diagnose
from api.witnessing import Target, Witnesses
from audit.tlog.checkpoint import Checkpoint, open_checkpoint
from audit.tlog.cosignature import cosign
from domain.kernel.errors import RuleViolation
from domain.kernel.note import parse_note
from projections import log
from tests.api.witnessing.conftest import BOOK, NAMES, ORIGIN, line, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.composition import Service
    from tests.api.witnessing.conftest import Village


@contextmanager
def running(village: Village) -> Iterator[Service]:
    """Run the program with its couriers."""
    with village.service() as service:
        service.runner.start()
        service.witnesses.start()
        yield service


def opened(village: Village, service: Service) -> None:
    """Import the village of 6 entries and let all witnesses cosign it."""
    assert village.import_(service) == 6
    village.trust(service)
    until(lambda: village.cosigned(service)[-1:] == [(6, 3)])


def published(service: Service) -> bytes:
    with service.pool.connection() as connection:
        return log.published_checkpoint(connection, BOOK).note


def test_three_witnesses_cosign_each_checkpoint(village: Village) -> None:
    with running(village) as service:
        opened(village, service)
        assert village.import_(service, line(2)) == 7
        until(lambda: village.cosigned(service)[-1:] == [(7, 3)])
        note = published(service)
        key = service.log_keys.key_of(ORIGIN)
        assert key is not None
        checkpoint = open_checkpoint(note, key.verifier)
        assert service.witnesses.policy is not None
        verdict = service.witnesses.policy.judge(checkpoint, parse_note(note).signatures, int(time.time()))
        assert verdict.reached
        assert set(verdict.signed) == set(NAMES)
        assert not verdict.bad
        for witness in village.witnesses.values():
            assert witness.seen[ORIGIN][0] == checkpoint
            assert witness.asked[-1] == 6, "the second time it is led on from where it stood"


def test_a_witness_that_does_not_know_the_log_yet_is_asked_again(village: Village) -> None:
    with running(village) as service:
        village.import_(service)
        until(lambda: all(service.witnesses.problem(BOOK, name) for name in NAMES))
        problem = service.witnesses.problem(BOOK, "town")
        assert problem
        assert problem.rule.code == "witnessing.refused"
        assert "404" in problem.zh
        village.trust(service)
        until(lambda: village.cosigned(service)[-1:] == [(6, 3)])
        until(lambda: service.witnesses.problem(BOOK, "town") is None)


def test_a_problem_goes_with_its_cause_though_another_process_got_the_signature(village: Village) -> None:
    """Nothing is due any more, and what was said is asked about again all the same."""
    target = Target(BOOK, ORIGIN)
    with village.service() as service:
        village.import_(service)
        village.trust(service)
        village.witnesses["town"].says = (500, b"")
        service.witnesses.ask([target])
        assert service.witnesses.problem(BOOK, "town")
        village.witnesses["town"].says = None
        with village.service() as other:
            other.witnesses.ask([target])
        assert village.cosigned(service) == [(6, 3)]
        service.witnesses.start()
        until(lambda: service.witnesses.problem(BOOK, "town") is None, 10)


def test_the_size_is_learned_from_the_witness(village: Village) -> None:
    """A log that lost track of what was cosigned, as after moving to another database, asks with 0 and hears 6."""
    with running(village) as service:
        opened(village, service)
        village.import_(service, line(2))
        until(lambda: village.cosigned(service)[-1:] == [(7, 3)])
        with psycopg.connect(village.url, autocommit=True) as connection:
            connection.execute("ALTER TABLE cosignatures DISABLE TRIGGER USER")
            connection.execute("DELETE FROM cosignatures")
        village.import_(service, line(2) + line(3))
        until(lambda: village.cosigned(service)[-1:] == [(8, 3)])
        assert village.witnesses["town"].asked[-2:] == [0, 7]


def test_a_hanging_witness_slows_nothing_down(village: Village) -> None:
    with running(village) as service:
        opened(village, service)
        village.witnesses["county"].held.clear()
        begin = time.monotonic()
        for number in range(2, 7):
            assert village.import_(service, "".join(line(n) for n in range(2, number + 1))) == 5 + number
        seconds = time.monotonic() - begin
        until(lambda: village.cosigned(service)[-1:] == [(11, 2)])
        assert seconds < 5, "five postings do not wait for the 10 seconds that an answer may take"
        village.witnesses["county"].held.set()
        until(lambda: village.cosigned(service)[-1:] == [(11, 3)])


def test_who_is_still_asked_about_when_all_is_closed_is_left_without_a_word(
    village: Village, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that is done closes the database, and waits for no witness."""
    asked, closed = threading.Event(), threading.Event()
    with village.service() as service:
        village.import_(service)
        courier = service.witnesses.couriers[0]
        run = courier._exchange.run

        def late(book: str, origin: str) -> object:
            """Go on only when the database is closed."""
            asked.set()
            closed.wait(30)
            return run(book, origin)

        monkeypatch.setattr(courier._exchange, "run", late)
        visit = threading.Thread(target=courier.visit, args=([Target(BOOK, ORIGIN)],))
        visit.start()
        assert asked.wait(30)
    closed.set()
    visit.join()
    assert [record.message for record in caplog.records if "database is away" in record.message] == []


def test_a_start_does_not_wait_for_a_hanging_witness(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.witnessing.witnesses.FIRST_SECONDS", 0.5)
    with running(village) as service:
        opened(village, service)
    village.witnesses["town"].held.clear()
    begin = time.monotonic()
    with village.service() as service:
        assert village.import_(service, line(2)) == 7
        assert time.monotonic() - begin < 5


def test_who_did_not_answer_is_named(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Witnesses.ask, "__defaults__", (0.5,))
    with running(village) as service:
        opened(village, service)
    village.witnesses["town"].held.clear()
    village.witnesses["peer"].url = "http://127.0.0.1:9"
    village.write_policy()
    with village.service() as service:
        assert [found.problem for found in diagnose(service)] == [None]
        assert service.witnesses.silent == ("town", "peer")
    village.witnesses["town"].held.set()
    with village.service() as service:
        assert [found.problem for found in diagnose(service)] == [None]
        assert service.witnesses.silent == ("peer",)


def test_an_unreachable_witness_stops_nothing(village: Village) -> None:
    away = village.witnesses["peer"]
    served_at, away.url = away.url, "http://127.0.0.1:9"
    village.write_policy()
    with running(village) as service:
        village.import_(service)
        village.trust(service)
        until(lambda: village.cosigned(service)[-1:] == [(6, 2)])
        problem = service.witnesses.problem(BOOK, "peer")
        assert problem
        assert problem.rule.code == "witnessing.unreachable"
        village.import_(service, line(2))
    away.url = served_at
    village.write_policy()
    with running(village) as service:
        until(lambda: village.cosigned(service)[-1:] == [(7, 3)])


def test_a_restart_resumes(village: Village) -> None:
    """A checkpoint that was signed while no courier ran is brought to the witnesses by the next process."""
    with running(village) as service:
        opened(village, service)
    with village.service() as service:
        village.import_(service, line(2))
    for witness in village.witnesses.values():
        witness.asked.clear()
    with running(village) as service:
        until(lambda: village.cosigned(service)[-1:] == [(7, 3)])
        assert {tuple(witness.asked) for witness in village.witnesses.values()} == {(6,)}


GARBAGE = [
    (200, b""),
    (200, b"hello\n"),
    (200, "— example.com/town AAAA\n".encode()),
    (200, b"\xff" * 2_000),
    (200, b"x" * 400_000),
    (409, b"six\n"),
    (409, b"6"),
    (409, b"99999999999999999999\n"),
    (500, b"6\n"),
    (301, b""),
    (204, b""),
]


@pytest.mark.parametrize("says", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_no_cosignature(village: Village, says: tuple[int, bytes]) -> None:
    village.witnesses["town"].says = says
    with running(village) as service:
        village.import_(service)
        village.trust(service)
        until(lambda: village.cosigned(service)[-1:] == [(6, 2)])
        until(lambda: service.witnesses.problem(BOOK, "town"))
        problem = service.witnesses.problem(BOOK, "town")
        assert problem
        assert problem.rule.code.startswith("witnessing.")
        assert village.import_(service, line(2)) == 7
        village.witnesses["town"].says = None
        until(lambda: village.cosigned(service)[-1:] == [(7, 3)])


def test_a_signature_over_something_else_is_not_kept(village: Village) -> None:
    town, county = village.witnesses["town"], village.witnesses["county"]
    now = int(time.time())
    with village.service() as service:
        village.import_(service)
        village.trust(service)
        with service.pool.connection() as connection:
            newest = log.latest_checkpoint(connection, BOOK)
    head = Checkpoint(ORIGIN, newest.size, newest.root)
    bad, future = "witnessing.bad_answer", "witness.future"
    lies = [
        (cosign(replace(head, size=7), town.key, now).line, bad),
        (cosign(replace(head, origin="example.com"), town.key, now).line, bad),
        (cosign(head, county.key, now).line, bad),
        (cosign(head, town.key, now).line + cosign(replace(head, size=7), town.key, now).line, bad),
        (cosign(head, town.key, now + 10 * 86_400).line, future),
        (cosign(head, town.key, 2**63 - 1).line, future),
        (b"\n" + cosign(head, town.key, now).line, bad),
    ]
    for lie, code in lies:
        town.says = (200, lie)
        with running(village) as service:
            until(lambda: service.witnesses.problem(BOOK, "town"))
            problem = service.witnesses.problem(BOOK, "town")
            assert problem
            assert problem.rule.code == code
            rows = village.rows(service, "SELECT vkey FROM cosignatures")
            assert (town.vkey,) not in rows
    town.says = (200, cosign(head, county.key, now).line + cosign(head, town.key, now).line)
    with running(village) as service:
        until(lambda: village.cosigned(service)[-1:] == [(6, 3)])
        assert village.rows(service, "SELECT count(*) FROM cosignatures WHERE vkey LIKE '%/county+%'") == [
            (1,)
        ]


def test_a_witness_that_was_set_back_is_led_on_again(village: Village) -> None:
    with running(village) as service:
        opened(village, service)
        del village.witnesses["town"].seen[ORIGIN]
        village.import_(service, line(2))
        until(lambda: village.cosigned(service)[-1:] == [(7, 3)])
        assert village.witnesses["town"].asked[-2:] == [6, 0]


def test_a_signature_is_refreshed_at_equal_size(village: Village) -> None:
    """A signature that is older than a day, here by the clock of its witness, is asked for again."""
    for witness in village.witnesses.values():
        witness.ahead_s = -90_000
    with village.service() as service:
        village.import_(service)
        village.trust(service)
        service.witnesses.start()
        until(lambda: village.cosigned(service)[-1:] == [(6, 3)])
        village.witnesses["town"].ahead_s = 0
        until(lambda: len(village.rows(service, "SELECT FROM cosignatures WHERE vkey LIKE '%/town+%'")) > 1)
        times = village.rows(service, "SELECT max(time_s) FROM cosignatures WHERE vkey LIKE '%/town+%'")
        assert abs(times[0][0] - time.time()) < 60
        town = village.witnesses["town"]
        assert town.asked[-1] == 6
        asked = len(town.asked)
        time.sleep(1)
        assert len(town.asked) == asked, "a fresh signature is not asked for again"
        lines = [part for part in parse_note(published(service)).signatures if part.name == town.key.name]
        assert [int.from_bytes(part.signature[:8], "big") for part in lines] == [times[0][0]]


def test_the_table_only_grows(village: Village) -> None:
    with running(village) as service:
        opened(village, service)
        for change in (
            "UPDATE cosignatures SET time_s = 1",
            "DELETE FROM cosignatures",
            "TRUNCATE cosignatures",
            "DELETE FROM witness_alarms",
            "TRUNCATE witness_alarms",
        ):
            with service.pool.connection() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(change.encode())
            with psycopg.connect(village.url) as connection, pytest.raises(psycopg.errors.RestrictViolation):
                connection.execute(change.encode())


def test_a_policy_for_other_logs_asks_nobody(village: Village) -> None:
    village.write_policy(f"log {village.witnesses['town'].key.verifier.vkey}", "quorum none")
    text = village.policy.read_text(encoding="utf-8").replace("witness town", "# witness town")
    village.policy.write_text(text, encoding="utf-8")
    with running(village) as service:
        village.import_(service)
        village.trust(service)
        time.sleep(1)
        assert village.cosigned(service) == []
        assert village.witnesses["county"].asked == []


@pytest.mark.parametrize(("text", "code"), [("quorum all\n", "tlog.policy"), (None, "audit.unreadable")])
def test_a_bad_policy_file_is_told_at_the_start(village: Village, text: str | None, code: str) -> None:
    village.policy.unlink()
    if text:
        village.policy.write_text(text, encoding="utf-8")
    with pytest.raises(RuleViolation) as caught, village.service():
        pass
    assert caught.value.rule.code == code


def test_an_address_that_is_none_is_told_at_the_start(village: Village) -> None:
    village.witnesses["town"].url = "file:///etc/passwd"
    village.write_policy()
    with pytest.raises(RuleViolation, match=r"witnessing\.url"), village.service():
        pass
