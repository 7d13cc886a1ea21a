"""What a monitor keeps beside its state: the newest good checkpoint, and every signed one that does not fit."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.disk import Disk
from audit.monitor import StateStore, follow
from audit.monitor import heads as heads_module
from audit.monitor import store as stores
from audit.monitor.budget import BudgetedSource
from audit.monitor.database import STATE, Database, Fact, _sealed
from audit.monitor.heads import NEWEST, Heads
from audit.report import FINDINGS_MAX
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.tiles import TILE_WIDTH
from domain.kernel.note import SigningKey, format_note
from tests.audit.conftest import MemorySource
from tests.audit.monitor.test_monitor import ADDRESS, grown, look, rules
from tests.audit.test_verify import then_voucher, voucher

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.audit.conftest import Log


@pytest.fixture
def store(tmp_path: Path) -> StateStore:
    return StateStore(tmp_path / "monitor")


def line(outcome: object) -> dict[str, object]:
    """Return the first JSON line of an outcome."""
    return next(outcome.as_lines())  # type: ignore[attr-defined]


# --- evidence


def test_a_signed_head_that_does_not_fit_is_kept_and_named(store: StateStore, log: Log) -> None:
    long, short = grown(log, 3).files(), grown(log).files()
    look(store, long)
    bad = look(store, short)
    evidence = Path(bad.evidence)
    assert line(bad)["evidence"] == bad.evidence
    assert (evidence.read_bytes(), evidence.with_suffix(".kept").read_bytes()) == (
        short["checkpoint"],
        long["checkpoint"],
    )
    good = look(store, long)
    assert (good.findings, good.evidence, good.forks) == ([], "", 1)
    assert line(good)["forks"] == 1
    assert evidence.read_bytes() == short["checkpoint"]


def test_another_history_is_kept_once(store: StateStore, log: Log) -> None:
    look(store, grown(log).files())
    other = then_voucher(log, voucher("2026-04-03")).files()
    first, second = look(store, other), look(store, other)
    assert (first.forks, second.forks, second.evidence) == (1, 1, first.evidence)


def test_a_signed_text_that_is_no_checkpoint_is_evidence_too(store: StateStore, log: Log) -> None:
    good = grown(log).files()
    look(store, good)
    text = good["checkpoint"].partition(b"\n\n")[0] + b"\n\n"
    signed = format_note(text, [log.key.sign(text)])
    found = look(store, {**good, "checkpoint": signed})
    assert set(rules(found)) == {("checkpoint.malformed", None)}
    assert Path(found.evidence).read_bytes() == signed
    assert found.forks == 1


def test_what_the_log_did_not_sign_is_no_evidence(store: StateStore, log: Log) -> None:
    look(store, grown(log, 3).files())
    forged = sign_checkpoint(Checkpoint(log.key.name, 19, bytes(32)), SigningKey.generate(log.key.name))
    outcome = look(store, log.files() | {"checkpoint": forged})
    assert "audit.rolled_back" in [rule for rule, _ in rules(outcome)]
    assert (outcome.evidence, outcome.forks) == ("", 0)


@pytest.mark.parametrize("count", [3, TILE_WIDTH])
def test_a_bundle_that_is_withheld_is_no_fork(store: StateStore, log: Log, count: int) -> None:
    """Of entries that were not read nobody knows whether they come to the root that the log signed."""
    look(store, log.files())
    long = grown(log, count).files()
    newest = max(path for path in long if path.startswith("tile/entries"))
    withheld = {path: data for path, data in long.items() if path != newest}
    for _ in range(2):
        outcome = look(store, withheld)
        assert "audit.bundle" in {found.rule for found in outcome.findings}
        assert (outcome.evidence, outcome.forks) == ("", 0)
    shorter = {path: data for path, data in grown(log, 2).files().items() if path != newest}
    rolled_back = {path: data for path, data in shorter.items() if not path.startswith("tile/entries")}
    assert look(store, rolled_back).forks == 1, "the log signed less than it had signed before"
    healed = look(store, long)
    assert (healed.findings, healed.new, healed.forks) == ([], count, 1)


def test_evidence_has_a_limit(tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads_module, "MAX_FORKS", 2)
    heads = Heads(tmp_path)
    notes = [sign_checkpoint(Checkpoint(log.key.name, size, bytes(32)), log.key) for size in (1, 2, 3)]
    assert [bool(heads.keep_fork(ADDRESS, note)) for note in notes] == [True, True, False]
    assert heads.keep_fork(ADDRESS, notes[0])
    assert heads.forks(ADDRESS) == 2


# --- the kept checkpoint


class RecordingDisk(Disk):
    """The real disk, and in order what became durable: what was appended, or a commit of the store's database."""

    def __init__(self) -> None:
        self.durable: list[str] = []

    def append(self, path: Path, end: int, data: bytes) -> None:
        """Append, and write it down."""
        super().append(path, end, data)
        self.durable.append(path.name)


def test_a_run_makes_all_it_kept_durable_at_once_and_before_its_states(
    tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, store = RecordingDisk(), StateStore(tmp_path)
    commit = Database.commit

    def recorded(database: Database) -> None:
        commit(database)
        disk.durable.append("states")

    monkeypatch.setattr(Database, "commit", recorded)
    store.heads = Heads(tmp_path, disk)
    store.heads.keep("the first one, whose folder is made", log.files()["checkpoint"])
    store.heads.sync()
    places = [f"{ADDRESS}/{number}" for number in range(3)]
    disk.durable.clear()
    with store:
        for place in places:
            store.heads.keep(place, log.files()["checkpoint"])
        assert disk.durable == []
    assert disk.durable == [NEWEST, "states"]
    assert [store.heads.newest(place) for place in places] == [log.files()["checkpoint"]] * 3
    with store:
        store.heads.keep(places[0], log.files()["checkpoint"])  # which is there already
    assert disk.durable == [NEWEST, "states", "states"]


def lose_database(store_folder: Path, _: pytest.MonkeyPatch) -> None:
    """Lose the database."""
    (store_folder / stores.FILE).unlink()


def damage_database(store_folder: Path, _: pytest.MonkeyPatch) -> None:
    """Put something else in its place."""
    (store_folder / stores.FILE).write_bytes(b"no database" * 1_000)


def update_program(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look with another version of the program."""
    monkeypatch.setattr(stores, "_program", lambda: bytes(32))


@pytest.mark.parametrize("harm", [lose_database, damage_database, update_program])
def test_a_roll_back_is_found_though_the_state_is_gone(
    store: StateStore, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: object
) -> None:
    long = grown(log, 8)
    look(store, long.files())
    harm(tmp_path / "monitor", monkeypatch)  # type: ignore[operator]
    for fresh in ([("audit.rolled_back", None)], []):
        outcome = look(store, log.files())
        assert rules(outcome) == fresh
        assert [found.rule for found in outcome.findings] == ["audit.rolled_back"]
        assert outcome.forks == 1
    healed = look(store, long.files())
    assert (healed.new, healed.findings) == (27, [])
    assert look(store, long.files()).new == 0


@pytest.mark.parametrize("harm", [lose_database, damage_database, update_program])
def test_a_state_that_is_gone_is_told(
    store: StateStore, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: object
) -> None:
    first = look(store, log.files())
    assert line(first)["anew"] == ""
    harm(tmp_path / "monitor", monkeypatch)  # type: ignore[operator]
    again = look(store, grown(log).files())
    assert (again.new, again.findings) == (20, [])
    assert line(again)["anew"] != ""
    assert line(look(store, grown(log).files()))["anew"] == ""


def test_another_history_is_found_though_the_state_is_gone(
    store: StateStore, log: Log, tmp_path: Path
) -> None:
    look(store, grown(log).files())
    (tmp_path / "monitor" / stores.FILE).unlink()
    other = grown(then_voucher(log, voucher("2026-04-03")), 2)
    assert rules(look(store, other.files())) == [("audit.not_extended", None)]


def test_a_head_that_was_not_found_good_is_not_kept(store: StateStore, log: Log, tmp_path: Path) -> None:
    lie = sign_checkpoint(Checkpoint(log.key.name, 19, bytes(32)), log.key)
    assert ("audit.root", None) in rules(look(store, log.files() | {"checkpoint": lie}))
    assert Heads(tmp_path / "monitor").newest(ADDRESS) == b""
    assert look(store, log.files()).findings == []
    assert Heads(tmp_path / "monitor").newest(ADDRESS) == log.files()["checkpoint"]


def test_a_kept_checkpoint_that_is_damaged_ends_no_run(store: StateStore, log: Log, tmp_path: Path) -> None:
    look(store, log.files())
    kept = tmp_path / "monitor" / NEWEST
    kept.write_bytes(b"")
    assert look(store, grown(log).files()).findings == []
    assert Heads(tmp_path / "monitor").newest(ADDRESS) == grown(log).files()["checkpoint"]
    kept.unlink()
    assert look(store, grown(log).files()).findings == []


def empty(kept: Path) -> None:
    """Leave nothing in it, as a full disk does."""
    kept.write_bytes(b"")


def scramble(kept: Path) -> None:
    """Put something else in its place."""
    kept.write_bytes(bytes(300))


def flip(kept: Path) -> None:
    """Flip a bit in the last record."""
    data = bytearray(kept.read_bytes())
    data[-200] ^= 0x80
    kept.write_bytes(data)


def tear(kept: Path) -> None:
    """Lose the end."""
    kept.write_bytes(kept.read_bytes()[:-9])


def make_folder(kept: Path) -> None:
    """Put a folder in its place."""
    kept.unlink()
    kept.mkdir()


DAMAGES = [empty, scramble, flip, tear, make_folder]


def bilingual(text: object) -> bool:
    zh, slash, en = str(text).partition(" / ")
    return bool(slash) and any("\u4e00" <= one <= "\u9fff" for one in zh) and en[:1].isascii()


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("harm", [lose_database, damage_database, update_program])
def test_that_the_kept_checkpoint_is_damaged_too_is_told(
    store: StateStore,
    log: Log,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: object,
    damage: Callable[[Path], None],
) -> None:
    folder = tmp_path / "monitor"
    look(store, grown(log, 8).files())
    harm(folder, monkeypatch)  # type: ignore[operator]
    kept = folder / NEWEST
    damage(kept)
    older = look(store, log.files())
    assert (older.new, older.findings) == (19, []), "there is nothing left that could tell"
    said = str(line(older)["anew"])
    assert "留存的检查点已损坏，没有用它对照" in said
    assert "the kept checkpoint is damaged and was compared with nothing" in said
    assert bilingual(said)
    assert Heads(folder).newest(ADDRESS) == log.files()["checkpoint"]
    assert line(look(store, grown(log).files()))["anew"] == ""


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_older_checkpoint_that_was_kept_beside_evidence_still_tells(
    store: StateStore, log: Log, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    look(store, grown(log, 4).files())
    look(store, log.files())
    look(store, grown(log, 8).files())
    lose_database(tmp_path / "monitor", pytest.MonkeyPatch())
    kept = tmp_path / "monitor" / NEWEST
    damage(kept)
    outcome = look(store, grown(log, 2).files())
    assert rules(outcome) == [("audit.rolled_back", None)]
    said = str(line(outcome)["anew"])
    assert "最新留存的检查点已损坏，用较早的一个对照" in said
    assert "the newest kept checkpoint is damaged; an older one was used" in said


def test_a_kept_checkpoint_that_is_damaged_while_the_state_is_sound_needs_no_word(
    store: StateStore, log: Log, tmp_path: Path
) -> None:
    look(store, log.files())
    kept = tmp_path / "monitor" / NEWEST
    scramble(kept)
    assert line(look(store, grown(log).files()))["anew"] == ""
    assert Heads(tmp_path / "monitor").newest(ADDRESS) == grown(log).files()["checkpoint"]


@pytest.mark.parametrize("harm", [damage_database, update_program])
def test_why_all_is_verified_anew_is_said_in_both_languages(
    store: StateStore,
    log: Log,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    harm: object,
) -> None:
    look(store, log.files())
    harm(tmp_path / "monitor", monkeypatch)  # type: ignore[operator]
    assert bilingual(line(look(store, log.files()))["anew"])
    (told,) = (record.getMessage() for record in caplog.records)
    assert "从头核对" in told
    assert "verified anew" in told


def test_a_state_that_cannot_be_decoded_is_said_in_both_languages(
    store: StateStore, log: Log, tmp_path: Path
) -> None:
    look(store, log.files())
    with sqlite3.connect(tmp_path / "monitor" / stores.FILE) as file:
        state = _sealed(Fact(STATE, ADDRESS, stores._program() + b"\x93"))
        file.execute("UPDATE books SET state = ?", (state,))
    file.close()
    assert bilingual(line(look(store, log.files()))["anew"])


# --- bounds


@dataclass
class Clock:
    """A clock that goes on by a second with each look at it."""

    now_s: float = field(default=0.0)

    def __call__(self) -> float:
        """Tell the time."""
        self.now_s += 1
        return self.now_s


def test_a_book_that_takes_too_long_does_not_hold_up_the_others(store: StateStore, log: Log) -> None:
    def opened(address: str) -> BudgetedSource:
        seconds = 600 if address == ADDRESS else 3
        return BudgetedSource(MemorySource(grown(log, 600).files()), seconds, Clock())

    slow, quick = follow(["http://slow", ADDRESS], store, opened=opened)
    assert "monitor.budget" in slow.unreadable
    assert "3" in slow.unreadable
    assert (quick.entries, quick.unreadable) == (619, "")


def test_findings_of_many_runs_do_not_pile_up(store: StateStore, log: Log) -> None:
    again = [log.entries[-1]] * (FINDINGS_MAX + 1)
    runs = [look(store, log.with_entries([*log.entries, *again * count]).files()) for count in (1, 2, 3)]
    assert [len(run.findings) for run in runs] == [FINDINGS_MAX, 2 * FINDINGS_MAX, 2 * FINDINGS_MAX]
    assert all(line(run)["unlisted"] for run in runs)


# --- what is trusted


def test_the_line_says_whether_the_anchor_was_found(store: StateStore, log: Log) -> None:
    anchor = log.keyring.key("township").verifier.vkey
    assert line(look(store, log.files(), anchor=anchor))["anchored"] is True
    assert line(look(store, log.files()))["anchored"] is False


def test_a_malformed_anchor_is_a_finding_of_its_book_alone(store: StateStore, log: Log) -> None:
    sources = {ADDRESS: log.files(), "http://other": log.files()}
    wrong, other = follow(
        list(sources), store, {ADDRESS: "no key"}, opened=lambda address: MemorySource(sources[address])
    )
    assert (rules(wrong), wrong.entries, wrong.anchored) == ([("note.vkey_malformed", None)], 19, False)
    assert (other.findings, other.entries) == ([], 19)
    assert rules(look(store, log.files(), anchor="no key")) == []
    assert look(store, log.files()).findings == []
