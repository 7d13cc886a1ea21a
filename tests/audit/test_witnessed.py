"""The check "witnesses": the checkpoint's cosignatures against the policy of the reader, never of the server."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from audit.monitor import StateStore, follow
from audit.tlog.checkpoint import Checkpoint, parse_checkpoint
from audit.tlog.cosignature import MAX_TIME_S, add_signature, cosign, witness_verifier
from audit.tlog.policy import Policy, parse_policy
from audit.verify import verify
from audit.witnessed import AHEAD_MAX_S, Asked
from domain.kernel.note import Signature, SigningKey, parse_note
from tests.audit.conftest import MemorySource
from tests.audit.test_command import audit

if TYPE_CHECKING:
    from pathlib import Path

    from audit.monitor.store import State
    from audit.report import Report
    from tests.audit.conftest import Export

KEYS = {
    name: SigningKey(f"example.com/{name}", bytes([i]) * 32)
    for i, name in enumerate(("town", "county", "peer"), 2)
}
TIME_S = 1_767_225_600
AT = "2026-01-01T00:00:00+00:00"


def policy(*more: str) -> Policy:
    """Return the policy of two of three, after some further lines."""
    lines = [*more, *(f"witness {name} {witness_verifier(key).vkey}" for name, key in KEYS.items())]
    text = "".join(f"{line}\n" for line in (*lines, "group q 2 town county peer", "quorum q"))
    return parse_policy(text.encode())


def head(exported: Export) -> Checkpoint:
    return parse_checkpoint(parse_note(exported.files["checkpoint"]).text)


def cosigned(exported: Export, *lines: Signature) -> dict[str, bytes]:
    """Return the log's files with these lines behind its checkpoint."""
    note = exported.files["checkpoint"]
    for line in lines:
        note = add_signature(note, line)
    return exported.files | {"checkpoint": note}


def signed_by(exported: Export, *names: str) -> dict[str, bytes]:
    return cosigned(exported, *(cosign(head(exported), KEYS[name], TIME_S) for name in names))


def look(files: dict[str, bytes], wanted: Policy, now_s: int = TIME_S) -> Report:
    return verify(MemorySource(files), asked=Asked(wanted, now_s))


def check(report: Report) -> tuple[bool, int, list[str]]:
    """Return whether the check passed, what it counted, and the rules that were found broken."""
    (found,) = [check for check in report.checks if check.name == "witnesses"]
    return found.ok, found.count, [finding.rule for finding in report.findings]


def test_a_quorum_is_good_and_told(exported: Export) -> None:
    report = look(signed_by(exported, "town", "peer"), policy())
    assert report.ok
    assert check(report) == (True, 2, [])
    assert report.as_object()["witnesses"] == {
        "quorum": True,
        "signed": {"town": AT, "peer": AT},
        "missing": [],
    }
    assert f"见证 cosigned: town {AT}" in report.as_text()


def test_too_few_are_a_finding_that_names_the_missing(exported: Export) -> None:
    for names in ((), ("county",)):
        report = look(signed_by(exported, *names), policy())
        assert check(report)[2] == ["audit.no_quorum"]
        missing = [name for name in KEYS if name not in names]
        assert report.findings[0].en.endswith(", ".join(missing))
        assert report.witnesses
        assert (report.witnesses.quorum, report.witnesses.missing) == (False, missing)


def test_one_witness_twice_counts_once(exported: Export) -> None:
    lines = [cosign(head(exported), KEYS["town"], TIME_S + second) for second in (0, 1)]
    assert check(look(cosigned(exported, *lines), policy()))[2] == ["audit.no_quorum"]


def test_a_bad_line_of_a_known_witness_is_a_finding_even_with_a_quorum(exported: Export) -> None:
    bad = cosign(replace(head(exported), size=18), KEYS["county"], TIME_S)
    good = [cosign(head(exported), KEYS[name], TIME_S) for name in ("town", "peer")]
    report = look(cosigned(exported, *good, bad), policy())
    assert check(report)[2] == ["checkpoint.cosignature"]
    assert "county" in report.findings[0].zh


def test_a_wrong_key_under_the_right_name_counts_for_nothing(exported: Export) -> None:
    forger = SigningKey(KEYS["county"].name, b"\x77" * 32)
    lines = [cosign(head(exported), key, TIME_S) for key in (KEYS["town"], forger)]
    assert check(look(cosigned(exported, *lines), policy()))[2] == ["audit.no_quorum"]


def test_the_policy_pins_the_logs_key(exported: Export) -> None:
    files = signed_by(exported, "town", "peer")
    assert look(files, policy(f"log {exported.log.key.verifier.vkey}")).ok
    other = SigningKey(exported.log.key.name, b"\x09" * 32).verifier.vkey
    assert check(look(files, policy(f"log {other}")))[2] == ["audit.log_not_in_policy"]


def test_the_servers_own_policy_is_never_asked(exported: Export) -> None:
    theirs = {"policy": b"quorum none\n"}
    assert check(look(exported.files | theirs, policy()))[2] == ["audit.no_quorum"]
    report = verify(MemorySource(exported.files | {"policy": policy().text}))
    assert report.ok
    assert report.as_object()["witnesses"] is None


def test_cosignatures_do_not_mend_a_bad_log_signature(exported: Export) -> None:
    note = parse_note(exported.files["checkpoint"])
    forged = SigningKey(exported.log.key.name, b"\x09" * 32)
    checkpoint = parse_checkpoint(note.text)
    lines = [forged.sign(note.text), *(cosign(checkpoint, KEYS[name], TIME_S) for name in KEYS)]
    text = note.text + b"\n" + b"".join(line.line for line in lines)
    report = look(exported.files | {"checkpoint": text}, policy())
    assert check(report) == (True, 0, ["checkpoint.signature"])
    assert report.witnesses is None


def test_a_policy_without_witnesses_asks_for_none(exported: Export) -> None:
    assert look(exported.files, parse_policy(b"quorum none\n")).ok


def write(tmp_path: Path, files: dict[str, bytes]) -> Path:
    for path, data in files.items():
        (tmp_path / "log" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "log" / path).write_bytes(data)
    (tmp_path / "policy").write_bytes(policy().text)
    return tmp_path / "log"


@pytest.mark.parametrize(("names", "code"), [(("town", "peer"), 0), (("town",), 1)])
def test_the_command_takes_a_policy(
    exported: Export, tmp_path: Path, names: tuple[str, ...], code: int
) -> None:
    folder = write(tmp_path, signed_by(exported, *names))
    result = audit(folder, "--policy", tmp_path / "policy", "--format", "json")
    assert result.returncode == code, result.stderr
    report: dict[str, Any] = json.loads(result.stdout)
    assert report["witnesses"]["quorum"] is (code == 0)
    assert next(one for one in report["checks"] if one["name"] == "witnesses")["ok"] is (code == 0)


def test_a_bad_policy_is_told_before_anything_is_read(exported: Export, tmp_path: Path) -> None:
    folder = write(tmp_path, exported.files)
    (tmp_path / "policy").write_bytes(b"quorum town\n")
    for file in ("policy", "nothing"):
        result = audit(folder, "--policy", tmp_path / file)
        assert (result.returncode, result.stdout) == (2, "")
        assert " / " in result.stderr


def test_a_monitor_takes_a_policy(exported: Export, tmp_path: Path) -> None:
    store = StateStore(tmp_path / "state")
    assert monitored(store, exported.files) == ["audit.no_quorum"]
    assert monitored(store, signed_by(exported, "town", "county")) == []
    assert monitored(store, signed_by(exported, "town")) == ["audit.no_quorum"]


def monitored(store: StateStore, files: dict[str, bytes], now_s: int = TIME_S) -> list[str]:
    """Return the rules that a run of the monitor finds broken."""
    (outcome,) = follow(["log"], store, asked=Asked(policy(), now_s), opened=lambda _: MemorySource(files))
    return [found.rule for found in outcome.findings]


# ------------------------------------------------------------------------------ a checkpoint that stands still

DAY_S = 86_400


def aged(store: StateStore, files: dict[str, bytes], days: float, max_age_days: int = 8) -> list[str]:
    """Return the rules that a monitor newly finds broken so many days after `TIME_S`."""
    asked = Asked(policy(), int(TIME_S + days * DAY_S))
    (outcome,) = follow(
        ["log"], store, asked=asked, max_age_s=max_age_days * DAY_S, opened=lambda _: MemorySource(files)
    )
    assert outcome.entries == 19
    return [found.rule for found in outcome.fresh]


def remembered(store: StateStore) -> State:
    """Return what the last run has remembered of the log."""
    with store:
        return store.load("log")


def test_a_monitor_says_once_that_witnessing_stands_still(exported: Export, tmp_path: Path) -> None:
    store, files = StateStore(tmp_path / "state"), signed_by(exported, "town", "county")
    assert aged(store, files, 0) == aged(store, files, 8) == []
    assert aged(store, files, 8.1) == ["audit.stale"]
    assert aged(store, files, 9) == aged(store, files, 400) == []
    assert remembered(store).findings[0].zh.count("2026-01-01") == 1
    assert aged(store, files, 30, max_age_days=31) == []
    assert remembered(store).findings == []


def test_what_was_good_is_not_read_again_for_a_checkpoint_that_stands_still(
    exported: Export, tmp_path: Path
) -> None:
    store, files = StateStore(tmp_path / "state"), signed_by(exported, "town", "county")
    assert aged(store, files, 10) == ["audit.stale"]
    assert remembered(store).replay.size == 19


def test_a_quorum_is_as_old_as_the_oldest_that_it_needs(exported: Export, tmp_path: Path) -> None:
    def at(*days: int) -> dict[str, bytes]:
        lines = [
            cosign(head(exported), key, TIME_S + day * DAY_S)
            for key, day in zip(KEYS.values(), days, strict=True)
        ]
        return cosigned(exported, *lines)

    assert aged(StateStore(tmp_path / "one"), at(0, 0, 20), 20) == ["audit.stale"]
    assert aged(StateStore(tmp_path / "two"), at(0, 19, 20), 20) == []


def test_without_a_quorum_its_age_is_no_matter(exported: Export, tmp_path: Path) -> None:
    store = StateStore(tmp_path / "state")
    assert aged(store, signed_by(exported, "town"), 20) == ["audit.no_quorum"]


# ------------------------------------------------------------------------------ a cosignature of the future


def dated(exported: Export, **seconds: int) -> dict[str, bytes]:
    """Return the log's files, cosigned by these witnesses, each so many seconds after `TIME_S`."""
    return cosigned(
        exported,
        *(cosign(head(exported), KEYS[name], TIME_S + ahead_s) for name, ahead_s in seconds.items()),
    )


def test_a_cosignature_may_be_a_day_ahead_and_no_second_more(exported: Export) -> None:
    assert AHEAD_MAX_S == DAY_S
    files = dated(exported, town=0, county=DAY_S)
    assert check(look(files, policy())) == (True, 2, [])
    report = look(files, policy(), TIME_S - 1)
    assert check(report) == (False, 1, ["witness.future", "audit.no_quorum"])
    assert report.witnesses
    assert (report.witnesses.signed, report.witnesses.missing) == ({"town": AT}, ["county", "peer"])
    assert report.findings[0].entry is None
    assert "见证人 county 的签名时间 2026-01-02T00:00:00+00:00 比现在晚一天以上" in report.findings[0].zh


def test_it_is_a_finding_even_with_a_quorum_of_others(exported: Export) -> None:
    report = look(dated(exported, town=0, peer=0, county=DAY_S + 1), policy())
    assert check(report) == (False, 2, ["witness.future"])
    assert report.witnesses
    assert report.witnesses.quorum


def test_a_witness_that_signed_now_as_well_counts_once(exported: Export) -> None:
    lines = [cosign(head(exported), KEYS["town"], TIME_S + ahead_s) for ahead_s in (0, DAY_S + 1)]
    report = look(cosigned(exported, *lines, cosign(head(exported), KEYS["peer"], TIME_S)), policy())
    assert check(report) == (False, 2, ["witness.future"])
    assert report.witnesses
    assert report.witnesses.signed == {"town": AT, "peer": AT}


def test_a_time_beyond_the_calendar_is_told_as_its_last_year(exported: Export) -> None:
    line = cosign(head(exported), KEYS["town"], MAX_TIME_S)
    assert "9999-01-01T00:00:00+00:00" in look(cosigned(exported, line), policy()).findings[0].en


def test_without_a_policy_nobody_looks_at_the_times(exported: Export) -> None:
    assert verify(MemorySource(dated(exported, town=400 * DAY_S))).ok


def test_the_command_goes_by_the_clock_of_its_machine(exported: Export, tmp_path: Path) -> None:
    now_s = int(time.time())
    for ahead_s, found in (
        (DAY_S - 600, []),
        (DAY_S + 600, ["witness.future", "witness.future", "audit.no_quorum"]),
    ):
        lines = [cosign(head(exported), KEYS[name], now_s + ahead_s) for name in ("town", "peer")]
        folder = write(tmp_path, cosigned(exported, *lines))
        result = audit(folder, "--policy", tmp_path / "policy", "--format", "json")
        assert [one["rule"] for one in json.loads(result.stdout)["findings"]] == found, result.stderr
        assert result.returncode == bool(found)


def test_a_monitor_says_that_it_is_dated_ahead_until_the_time_has_come(
    exported: Export, tmp_path: Path
) -> None:
    store, files = StateStore(tmp_path / "state"), dated(exported, town=30 * DAY_S, county=30 * DAY_S)
    assert monitored(store, files) == ["witness.future", "witness.future", "audit.no_quorum"]
    assert monitored(store, files, TIME_S + 29 * DAY_S) == []


def test_no_log_stays_fresh_by_a_date_in_the_future(exported: Export, tmp_path: Path) -> None:
    files = dated(exported, town=0, county=0, peer=400 * DAY_S)
    rules = aged(StateStore(tmp_path / "state"), files, 9)
    assert rules == ["witness.future", "audit.stale"]
