"""Two addresses of one book are held against each other: what one shows has to go on from what the other does."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.files import UNREADABLE
from audit.monitor import StateStore, follow
from audit.monitor import store as stores
from audit.tlog.checkpoint import open_checkpoint
from tests.api.cli.conftest import Commands
from tests.audit.conftest import MemorySource
from tests.audit.monitor.test_monitor import grown, rules
from tests.audit.test_command import write
from tests.audit.test_verify import then_voucher, voucher

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.monitor import Outcome
    from tests.audit.conftest import Log

HERE, THERE = "http://one/books/N2330881MF0000021R", "http://two/books/N2330881MF0000021R"
ELSEWHERE = "http://three/books/N2330881MF0000021R"
SPLIT = ("monitor.split_view", None)


@pytest.fixture
def store(tmp_path: Path) -> StateStore:
    return StateStore(tmp_path / "monitor")


def run(store: StateStore, shown: Mapping[str, Log | None]) -> list[Outcome]:
    """Run the monitor on what the addresses show; None is one that cannot be read."""

    def opened(address: str) -> MemorySource:
        log = shown[address]
        if log is None:
            raise UNREADABLE(place=address, problem="refused")
        return MemorySource(log.files())

    return list(follow(list(shown), store, opened=opened))


def forked(log: Log, count: int = 0) -> Log:
    """Return another history behind the log, signed by the same keys."""
    return grown(then_voucher(log, voucher("2026-04-03")), count)


@pytest.mark.parametrize("more", [0, 1, 4])
def test_two_histories_of_one_log_are_a_finding_that_names_both_addresses(
    store: StateStore, log: Log, more: int
) -> None:
    first, second = grown(log, 3), forked(log, more)
    good, bad = run(store, {HERE: first, THERE: second})
    assert (rules(good), rules(bad)) == ([], [SPLIT])
    (found,) = bad.findings
    for words in (found.zh, found.en):
        assert HERE in words
        assert THERE in words
        assert "19" in words, "the first entry that differs"
    evidence = Path(bad.evidence)
    notes = evidence.read_bytes(), evidence.with_suffix(".other").read_bytes()
    assert notes == (second.files()["checkpoint"], first.files()["checkpoint"])
    one, two = (open_checkpoint(note, log.key.verifier) for note in notes)
    assert (one.origin, one.root) != (two.origin, two.root)
    assert bad.forks == 1


def test_an_address_at_which_only_an_earlier_run_looked_counts_too(store: StateStore, log: Log) -> None:
    run(store, {HERE: grown(log, 3)})
    run(store, {ELSEWHERE: grown(log, 1)})
    (bad,) = run(store, {THERE: forked(log, 1)})
    assert rules(bad) == [SPLIT]
    assert HERE in bad.findings[0].en, "it is held against the longest"
    assert Path(bad.evidence).with_suffix(".other").read_bytes() == grown(log, 3).files()["checkpoint"]
    (good,) = run(store, {ELSEWHERE: grown(log, 2)})
    assert good.findings == [], "it goes on from the longest; what contradicts that was told"


def test_it_is_told_once_and_shown_as_long_as_it_lasts(store: StateStore, log: Log) -> None:
    run(store, {HERE: grown(log), THERE: forked(log)})
    again = run(store, {HERE: grown(log, 2), THERE: forked(log, 5)})[1]
    assert (rules(again), [found.rule for found in again.findings]) == ([], [SPLIT[0]])
    assert (Path(again.evidence).exists(), again.forks) == (True, 1)
    assert again.new == 5, "each history is followed all the same"


def test_an_address_that_is_behind_shows_no_other_history(store: StateStore, log: Log) -> None:
    for shown in (
        {HERE: grown(log, 3), THERE: log},
        {HERE: grown(log, 3), THERE: grown(log, 5), ELSEWHERE: log},
    ):
        assert [outcome.findings for outcome in run(store, shown)] == [[]] * len(shown)


def test_each_is_held_against_the_longest_before_it(store: StateStore, log: Log) -> None:
    """The first one is too short to show that the third differs from the second."""
    told = run(store, {HERE: log, THERE: grown(log, 3), ELSEWHERE: forked(log, 9)})
    assert [rules(outcome) for outcome in told] == [[], [], [SPLIT]]
    assert THERE in told[2].findings[0].zh
    assert HERE not in told[2].findings[0].zh


def test_what_was_verified_of_an_address_counts_though_it_is_away(store: StateStore, log: Log) -> None:
    assert run(store, {HERE: grown(log)})[0].findings == []
    away, bad = run(store, {HERE: None, THERE: forked(log)})
    assert away.unreadable
    assert rules(bad) == [SPLIT]
    assert Path(bad.evidence).with_suffix(".other").read_bytes() == grown(log).files()["checkpoint"]


def test_a_log_that_is_wrong_itself_is_held_against_no_other(store: StateStore, log: Log) -> None:
    """Its own findings tell; what it had shown before still counts."""
    run(store, {HERE: grown(log, 3), THERE: grown(log, 3)})
    _, bad = run(store, {HERE: grown(log, 4), THERE: forked(log, 4)})
    assert "audit.not_extended" in [found.rule for found in bad.findings]
    assert SPLIT[0] not in [found.rule for found in bad.findings]


def test_a_damaged_state_of_the_other_ends_no_run(store: StateStore, log: Log, tmp_path: Path) -> None:
    run(store, {HERE: grown(log), THERE: grown(log)})
    with sqlite3.connect(tmp_path / "monitor" / stores.FILE) as file:
        file.execute("UPDATE facts SET value = x'00' WHERE kind = 'hashes' AND book = 1")
    file.close()
    shown = {HERE: None, THERE: forked(grown(log))}
    assert [bool(outcome.unreadable) for outcome in run(store, shown)] == [True, False]
    shown[HERE] = grown(log, 3)
    assert rules(run(store, shown)[1]) == [SPLIT]


def test_two_folders_on_the_command_line(log: Log, tmp_path: Path) -> None:
    logs = {tmp_path / "one": grown(log, 2), tmp_path / "two": forked(log)}
    for folder, shown in logs.items():
        write(folder, shown.files())
    listed = tmp_path / "list"
    listed.write_text("".join(f"{folder}\n" for folder in logs), encoding="utf-8")
    result = Commands(tmp_path / "home").run("monitor", "--from", listed)
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 1, result.stderr
    assert [(line.get("ok"), line.get("rule")) for line in told] == [
        (True, None),
        (False, None),
        (None, SPLIT[0]),
    ]
    assert all(str(folder) in told[2]["message"] for folder in logs)
    assert Path(told[1]["evidence"]).exists()
