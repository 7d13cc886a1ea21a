"""The monitor reads and verifies only what is new, remembers where a book was good, and says each finding once."""

from __future__ import annotations

import json
import os
import random
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from audit.files import UNREADABLE
from audit.monitor import StateStore, follow
from audit.monitor import store as stores
from audit.monitor.database import STATE, Fact, _sealed
from audit.tlog.tiles import TILE_WIDTH
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey
from tests.audit.conftest import MemorySource
from tests.audit.test_verify import by_another_hand, reversed_once, then_voucher, voucher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audit.monitor import Outcome
    from tests.audit.conftest import Export, Log

SEED = 31
ADDRESS = "http://village/books/N2330881MF0000021R"


@dataclass(frozen=True)
class CountingSource(MemorySource):
    """A log in memory that tells which of its files were read."""

    fetched: list[str] = field(default_factory=list)

    def fetch(self, path: str) -> bytes:
        """Return a file and remember its path."""
        self.fetched.append(path)
        return super().fetch(path)


@pytest.fixture
def store(tmp_path: Path) -> StateStore:
    return StateStore(tmp_path / "monitor")


def look(store: StateStore, files: dict[str, bytes], *, anchor: str = "") -> Outcome:
    """Run the monitor once on these files."""
    (outcome,) = follow([ADDRESS], store, {ADDRESS: anchor}, opened=lambda _: MemorySource(files))
    return outcome


def rules(outcome: Outcome) -> list[tuple[str, int | None]]:
    """Return rule and entry of the findings that are told for the first time."""
    return [(found.rule, found.entry) for found in outcome.fresh]


def grown(log: Log, count: int = 1) -> Log:
    """Return the log with some more vouchers."""
    for number in range(count):
        log = then_voucher(log, voucher("2026-04-02", 1_000 + number))
    return log


def test_only_what_is_new_is_verified(store: StateStore, log: Log) -> None:
    long = grown(log, TILE_WIDTH)
    first = look(store, long.files())
    assert (first.entries, first.new, rules(first)) == (275, 275, [])
    source = CountingSource(grown(long).files())
    (second,) = follow([ADDRESS], store, opened=lambda _: source)
    assert (second.entries, second.new, rules(second)) == (276, 1, [])
    assert source.fetched == [
        "checkpoint",
        "tile/entries/001.p/20",
        "log.vkey",
        "tile/0/001.p/20",
    ]
    assert look(store, grown(long).files()).new == 0


def test_a_book_is_verified_like_one_that_is_read_at_once(store: StateStore, log: Log) -> None:
    steps = [grown(log, count) for count in (0, 1, 3, 4)]
    assert [look(store, step.files()).new for step in steps] == [19, 1, 2, 1]
    whole = steps[-1].book()
    with store:
        replayed = store.load(ADDRESS).replay.book
        assert [replayed.root(size) for size in range(24)] == [whole.root(size) for size in range(24)]
        assert {id_: replayed.ids[id_] for id_ in whole.ids} == whole.ids
        posted = whole.vouchers.posted
        assert {id_: replayed.vouchers.posted[id_] for id_ in posted} == posted
    replayed.vouchers.posted = posted
    for name in vars(whole).keys() - {"ids", "tree", "_seen"}:
        assert getattr(replayed, name) == getattr(whole, name), name


def test_an_id_and_a_voucher_of_an_earlier_run_are_known(store: StateStore, log: Log) -> None:
    look(store, log.files())
    again = look(store, log.with_entries([*log.entries, log.entries[-1]]).files())
    assert ("entry.id_used", 19) in rules(again)


@pytest.mark.parametrize("pinned", [True, False])
def test_a_forgery_that_came_first_does_not_stand_in_the_true_log_s_place(
    store: StateStore, log: Log, *, pinned: bool
) -> None:
    """Its first entry bears the township's name and no signature of the township's; its log is anybody's."""
    anchor = log.roles("township")[0].verifier.vkey if pinned else ""
    thief = SigningKey.generate(log.key.name)
    old, new = (key.verifier.vkey.encode() for key in (log.key, thief))
    forged = replace(log, key=thief).with_entries([log.entries[0].replace(old, new), *log.entries[1:]])
    first = look(store, forged.files(), anchor=anchor)
    assert ("signature.invalid", 0) in rules(first)
    assert (first.anchored, ("audit.anchor", 0) in rules(first)) == (False, pinned)
    second = look(store, log.files(), anchor=anchor)
    assert (second.findings, second.new, second.anchored) == ([], 19, pinned)
    assert look(store, forged.files(), anchor=anchor).findings, "the true log is what is remembered"
    assert look(store, grown(log).files(), anchor=anchor).findings == []


@pytest.mark.parametrize("hidden", ["", "tile/entries"])
@pytest.mark.parametrize("pinned", [True, False])
def test_a_fork_is_evidence_whatever_else_is_wrong(
    store: StateStore, log: Log, hidden: str, *, pinned: bool
) -> None:
    """Neither an entry that is withheld nor a key that was mistyped says anything of who founded the log."""
    assert look(store, grown(log).files()).findings == []
    shorter = log.with_entries(log.entries[:-1])
    fork = grown(then_voucher(shorter, voucher("2026-03-02", 7)), 2).files()
    served = {path: data for path, data in fork.items() if not hidden or not path.startswith(hidden)}
    found = look(
        store,
        served,
        anchor=SigningKey.generate(f"{log.book().book}/township/1").verifier.vkey if pinned else "",
    )
    assert "audit.not_extended" in {one.rule for one in found.findings}
    assert (found.forks, found.evidence != "") == (1, True)


def test_a_bad_entry_is_told_once_and_the_audit_goes_on_behind_it(store: StateStore, log: Log) -> None:
    look(store, log.files())
    forged = grown(log)
    forged = forged.with_entries([*forged.entries[:-1], by_another_hand(forged.entries[-1])])
    second = look(store, forged.files())
    assert rules(second) == [("signature.invalid", 19), ("signature.invalid", 19)]
    third = look(store, grown(forged).files())
    assert (third.new, rules(third), len(third.findings)) == (1, [], 2)


def test_a_roll_back_is_found_until_it_is_undone(store: StateStore, log: Log) -> None:
    long = grown(log, 3)
    look(store, long.files())
    for fresh in ([("audit.rolled_back", None)], []):
        outcome = look(store, grown(log).files())
        assert rules(outcome) == fresh
        assert [found.rule for found in outcome.findings] == ["audit.rolled_back"]
    healed = look(store, grown(long).files())
    assert (healed.new, healed.findings) == (1, [])


def test_another_history_of_the_same_length_is_found(store: StateStore, log: Log) -> None:
    look(store, grown(log).files())
    other = then_voucher(log, voucher("2026-04-03"))
    assert other.verify().ok
    assert ("audit.not_extended", None) in rules(look(store, other.files()))


def test_a_rewritten_history_that_has_grown_is_found(store: StateStore, log: Log) -> None:
    look(store, grown(log).files())
    other = grown(then_voucher(log, voucher("2026-04-03")), 3)
    assert other.verify().ok
    outcome = look(store, other.files())
    assert {("audit.not_extended", None), ("audit.root", None)} <= set(rules(outcome))
    assert look(store, grown(log, 2).files()).findings == []


@pytest.mark.parametrize("cut", [1, 32, 32 * 20])
def test_a_rewritten_history_with_a_tile_of_another_length_ends_no_run(
    store: StateStore, log: Log, cut: int
) -> None:
    look(store, grown(log).files())
    files = then_voucher(log, voucher("2026-04-03")).files()
    path = "tile/0/000.p/20"
    outcome = look(store, files | {path: files[path][:-cut]})
    assert ("audit.root", None) in rules(outcome)
    assert look(store, grown(log, 2).files()).findings == []


def test_a_changed_statement_is_found_though_the_log_did_not_grow(
    store: StateStore, exported: Export
) -> None:
    assert look(store, exported.files).findings == []
    path = max(path for path in exported.files if path.startswith("trial-balance/"))
    trial = json.loads(exported.files[path])
    trial["rows"][0]["closing_debit_fen"] += 100
    outcome = look(store, exported.files | {path: json.dumps(trial).encode()})
    assert rules(outcome) == [("audit.published", None)]
    assert "101" in outcome.fresh[0].en


def test_the_anchor_is_held_against_each_look(store: StateStore, log: Log) -> None:
    good = log.keyring.key("township").verifier.vkey
    bad = log.keyring.key("head").verifier.vkey
    assert look(store, log.files(), anchor=good).findings == []
    assert rules(look(store, log.files(), anchor=bad)) == [("audit.anchor", 0)]


def test_one_book_that_cannot_be_read_does_not_hold_up_the_others(store: StateStore, log: Log) -> None:
    def opened(address: str) -> MemorySource:
        if address != ADDRESS:
            raise UNREADABLE(place=address, problem="refused")
        return MemorySource(log.files())

    away, there = follow(["http://away", ADDRESS], store, opened=opened)
    assert "refused" in away.unreadable
    assert (there.entries, there.unreadable) == (19, "")
    first, *_ = away.as_lines()
    assert first["ok"] is False


# --- the state that is kept


@contextmanager
def opened_file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database that a run has left."""
    connection = sqlite3.connect(tmp_path / "monitor" / stores.FILE)
    with connection:
        yield connection
    connection.close()


def flip(data: bytes, place: int) -> bytes:
    """Return data with one byte changed."""
    changed = bytearray(data)
    changed[place] ^= 0xFF
    return bytes(changed)


@pytest.mark.parametrize("place", [0, 40, 200, -1])
def test_a_damaged_state_means_that_all_is_verified_anew(
    store: StateStore, log: Log, tmp_path: Path, place: int
) -> None:
    look(store, log.files())
    with opened_file(tmp_path) as file:
        ((state,),) = file.execute("SELECT state FROM books").fetchall()
        file.execute("UPDATE books SET state = ?", (flip(state, place),))
    outcome = look(store, log.files())
    assert (outcome.entries, outcome.new, outcome.findings) == (19, 19, [])
    assert look(store, log.files()).new == 0


@pytest.mark.parametrize("kind", ["ids", "posted", "hashes"])
@pytest.mark.parametrize("place", [0, -1])
def test_damage_that_shows_while_entries_are_checked_means_that_all_is_verified_anew(
    store: StateStore, log: Log, tmp_path: Path, kind: str, place: int
) -> None:
    look(store, log.files())
    with opened_file(tmp_path) as file:
        for key, value in file.execute("SELECT key, value FROM facts WHERE kind = ?", (kind,)).fetchall():
            damaged = (flip(value, place), kind, key)
            file.execute("UPDATE facts SET value = ? WHERE kind = ? AND key = ?", damaged)
    once = reversed_once(log)
    outcome = look(store, once.with_entries([*once.entries, log.entries[-1]]).files())
    assert (outcome.entries, outcome.new) == (21, 21)
    assert ("entry.id_used", 20) in rules(outcome)


def test_hashes_that_are_gone_mean_that_all_is_verified_anew(
    store: StateStore, log: Log, tmp_path: Path
) -> None:
    look(store, log.files())
    with opened_file(tmp_path) as file:
        file.execute("DELETE FROM facts WHERE kind = 'hashes'")
    assert look(store, grown(log).files()).new == 20


def test_a_file_that_is_no_database_is_put_aside(store: StateStore, log: Log, tmp_path: Path) -> None:
    look(store, log.files())
    file = tmp_path / "monitor" / stores.FILE
    file.write_bytes(b"no database" * 1_000)
    assert look(store, log.files()).new == 19
    assert file.with_suffix(".damaged").read_bytes().startswith(b"no database")


def of_two_places(store: StateStore, files: dict[str, bytes]) -> list[Outcome]:
    """Run the monitor once on two addresses of one book."""
    return list(follow([ADDRESS, f"{ADDRESS}/"], store, opened=lambda _: MemorySource(files)))


def spoil(file: Path, place: int, change: int) -> None:
    """Change one byte of the database that a run has left."""
    data = bytearray(file.read_bytes())
    data[place] ^= change
    file.write_bytes(data)


@pytest.mark.parametrize(
    ("place", "change"),
    [(0, 1), (18, 1), (20, 1), (28, 255), (31, 1), (47, 1), (100, 255), (3592, 255), (3980, 1)],
    ids=["magic", "version", "room", "size", "pages", "format", "schema", "text", "table"],
)
def test_a_damaged_file_is_put_aside_wherever_it_shows(
    store: StateStore, log: Log, tmp_path: Path, place: int, change: int
) -> None:
    of_two_places(store, log.files())
    spoil(tmp_path / "monitor" / stores.FILE, place, change)
    for outcome in of_two_places(store, grown(log).files()):
        assert (outcome.entries, outcome.findings) == (20, [])
        assert (outcome.new == 20) == bool(outcome.anew)
    of_two_places(store, grown(log).files())  # what was saved before the damage showed is read again here
    assert [outcome.new for outcome in of_two_places(store, grown(log).files())] == [0, 0]


def test_any_changed_byte_of_the_file_ends_no_run(store: StateStore, log: Log, tmp_path: Path) -> None:
    of_two_places(store, log.files())
    file, chance = tmp_path / "monitor" / stores.FILE, random.Random(SEED)
    good, began_anew = file.read_bytes(), 0
    for place in [*chance.sample(range(112), 15), *chance.sample(range(112, len(good)), 25)]:
        file.write_bytes(good)
        spoil(file, place, chance.choice([1, 0x80, 0xFF]))
        outcomes = of_two_places(store, grown(log).files())
        assert [(outcome.entries, outcome.findings) for outcome in outcomes] == [(20, [])] * 2, place
        assert all(outcome.entries == 20 for outcome in of_two_places(store, grown(log).files())), place
        began_anew += any(outcome.anew for outcome in outcomes)
    assert began_anew


@pytest.mark.parametrize("table", ["books", "facts", "places"])
@pytest.mark.parametrize("page", ["first", "last"])
def test_damage_that_shows_while_a_run_goes_on_loses_nothing_that_it_checks(
    store: StateStore, log: Log, tmp_path: Path, table: str, page: str
) -> None:
    """What was put aside is remembered in no half: an id that was used is still known to be."""
    of_two_places(store, log.files())
    with opened_file(tmp_path) as file:
        ((root,),) = file.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,))
        ((size,),) = file.execute("PRAGMA page_size")
    path = tmp_path / "monitor" / stores.FILE
    pages = root if page == "first" else path.stat().st_size // size
    data = bytearray(path.read_bytes())
    data[(pages - 1) * size : pages * size] = b"\xff" * size
    path.write_bytes(data)
    once = reversed_once(log)
    twice = once.with_entries([*once.entries, log.entries[-1]]).files()
    for outcome in of_two_places(store, once.files()):
        assert (outcome.entries, outcome.findings) == (20, [])
    for outcome in of_two_places(store, twice):
        assert ("entry.id_used", 20) in rules(outcome)


def test_a_file_that_may_not_be_written_is_told_and_left(
    store: StateStore, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(store, log.files())
    spoil(tmp_path / "monitor" / stores.FILE, 18, 1)  # it says of itself that it is not to be written
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(RuleViolation, match=r"monitor\.unusable"):
        look(store, log.files())
    assert not (tmp_path / "monitor" / "states.damaged").exists()


def test_a_state_of_another_version_of_the_program_is_passed_over(
    store: StateStore, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(store, log.files())
    monkeypatch.setattr(stores, "_program", lambda: bytes(32))
    assert look(store, log.files()).new == 19


@pytest.mark.parametrize("rest", [b"", b"\x93", b"\x80", msgspec.msgpack.encode({"size": 19, "parts": {}})])
def test_a_state_that_is_something_else_is_passed_over(
    store: StateStore, log: Log, tmp_path: Path, rest: bytes
) -> None:
    look(store, log.files())
    with opened_file(tmp_path) as file:
        state = _sealed(Fact(STATE, ADDRESS, stores._program() + rest))
        file.execute("UPDATE books SET state = ?", (state,))
    assert look(store, log.files()).new == 19


def test_two_runs_do_not_write_at_once(
    store: StateStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.monitor.database.SECONDS_TO_WAIT", 0.0)
    with store, pytest.raises(RuleViolation, match=r"monitor\.busy"), StateStore(tmp_path / "monitor"):
        pass


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "monitor" / stores.FILE).mkdir(parents=True)
    with pytest.raises(RuleViolation, match=r"monitor\.unusable"), StateStore(tmp_path / "monitor"):
        pass


def test_a_run_that_an_error_ends_leaves_the_states_before(store: StateStore, log: Log) -> None:
    look(store, log.files())

    def opened(address: str) -> MemorySource:
        if address != ADDRESS:
            raise MemoryError
        return MemorySource(grown(log).files())

    with pytest.raises(MemoryError):
        list(follow([ADDRESS, "http://other"], store, opened=opened))
    assert look(store, grown(log).files()).new == 1


def test_a_run_that_is_not_followed_to_its_end_keeps_what_it_told(store: StateStore, log: Log) -> None:
    run = follow([ADDRESS, "http://other"], store, opened=lambda _: MemorySource(log.files()))
    assert next(run).new == 19
    run.close()
    assert look(store, log.files()).new == 0


def test_sums_beyond_all_measure_are_not_remembered_and_end_no_run(store: StateStore, log: Log) -> None:
    look(store, log.files())
    with store:
        state = store.load(ADDRESS)
        state.replay.figures.money_days["101", "2026-03-31"] = (2**64, 18)
        store.save(state)
    assert look(store, grown(log).files()).new == 1


def test_a_standing_finding_is_named_in_each_run(store: StateStore, log: Log) -> None:
    longer = grown(log)
    assert [one.get("rule") for one in look(store, longer.files()).as_lines()] == [None]
    told = [
        [(one["rule"], one["fresh"]) for one in look(store, log.files()).as_lines() if "rule" in one]
        for _ in range(2)
    ]
    assert told == [[("audit.rolled_back", True)], [("audit.rolled_back", False)]]
    first, *lines = look(store, log.files()).as_lines()
    assert (first["ok"], first["findings"]) == (False, len(lines))
