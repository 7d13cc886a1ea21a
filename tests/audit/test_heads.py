"""A log whose key is rotated, lost or stolen: what readers, monitors and those who kept a checkpoint notice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit.monitor import StateStore, follow
from audit.verify import verify
from domain.kernel.note import SigningKey
from tests.audit.conftest import MemorySource
from tests.audit.keyed import Keyed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from audit.monitor import Outcome
    from audit.report import Report
    from tests.audit.conftest import Log

ADDRESS = "http://village/books/N2330881MF0000021R"


@pytest.fixture
def first(log: Log) -> Keyed:
    """The small sample village's log: 19 entries, one key."""
    return Keyed(replace(log, published={}), (log.key,))


@pytest.fixture
def second(log: Log) -> SigningKey:
    """A key to follow the first."""
    return SigningKey(log.key.name, bytes([2]) * 32)


@pytest.fixture
def elsewhere(log: Log) -> SigningKey:
    """A key of a new origin."""
    return SigningKey(f"new.example.cn/books/{log.book().book}", bytes([3]) * 32)


def audit(files: dict[str, bytes], kept: bytes = b"") -> Report:
    return verify(MemorySource(files), kept=kept)


def rules(report: Report) -> list[str]:
    return [found.rule for found in report.findings]


# --- rotation


def test_a_log_verifies_before_in_and_after_the_overlap(first: Keyed, second: SigningKey) -> None:
    old = first.keys[0]
    both = first.add(second)
    after = both.voucher().retire(old)
    for then in (first, both, both.voucher(), after, after.voucher()):
        assert audit(then.files).ok, audit(then.files).as_text()
    lines = both.files["checkpoint"].split(b"\n\n")[1].splitlines()
    assert len(lines) == 2
    assert len(after.files["checkpoint"].split(b"\n\n")[1].splitlines()) == 1


def test_in_the_overlap_both_keys_sign(first: Keyed, second: SigningKey) -> None:
    both = first.add(second)
    report = audit(both.signed_by(second))
    assert rules(report) == ["audit.log_key_missing"]
    assert first.keys[0].verifier.vkey in report.findings[0].message
    assert rules(audit(both.signed_by(first.keys[0]))) == ["audit.log_key_missing"]


def test_a_bad_line_of_either_key_is_found(first: Keyed, second: SigningKey) -> None:
    both = first.add(second)
    size = len(both.log.entries)
    good = both.head(size)
    other = both.head(size - 1)
    for number in (0, 1):
        lines = [note.split(b"\n\n")[1].splitlines(keepends=True) for note in (good, other)]
        lines[0][number] = lines[1][number]
        files = both.files | {"checkpoint": good.split(b"\n\n")[0] + b"\n\n" + b"".join(lines[0])}
        assert rules(audit(files)) == ["checkpoint.signature"]


def test_a_line_of_an_unknown_key_is_passed_over(first: Keyed) -> None:
    assert audit(first.signed_by(first.keys[0], SigningKey(first.keys[0].name, bytes([9]) * 32))).ok


def test_the_new_key_does_not_sign_what_was_before_it(first: Keyed, second: SigningKey) -> None:
    assert rules(audit(first.signed_by(second))) == ["checkpoint.signature"]


def test_a_retired_key_signs_no_more(first: Keyed, second: SigningKey) -> None:
    old = first.keys[0]
    after = first.add(second).retire(old).voucher()
    report = audit(after.signed_by(old))
    assert rules(report) == ["audit.log_key_ended"]
    assert "entry 20 retired" in report.findings[0].message


def test_either_key_stands_in_log_vkey(first: Keyed, second: SigningKey) -> None:
    both = first.add(second)
    for key in both.keys:
        assert audit(both.files | {"log.vkey": f"{key.verifier.vkey}\n".encode()}).ok
    after = both.retire(first.keys[0])
    stale = after.files | {"log.vkey": f"{first.keys[0].verifier.vkey}\n".encode()}
    assert rules(audit(stale)) == ["audit.vkey"]


def test_kept_checkpoints_are_good_by_the_keys_of_their_time(first: Keyed, second: SigningKey) -> None:
    both = first.add(second)
    after = both.retire(first.keys[0]).voucher()
    for kept in (first.head(19), first.head(5), both.head(20), after.head(21)):
        assert audit(after.files, kept).ok
    assert rules(audit(after.files, after.head(22, first.keys[0]))) == ["audit.log_key_ended"]
    [foreign] = audit(first.files, first.head(19, second)).findings
    assert foreign.rule == "audit.kept_foreign"
    assert "更换密钥之前的旧副本" in foreign.zh
    assert "an old copy from before a change of keys" in foreign.en


def test_a_fork_by_a_retired_key_that_was_kept_is_named(first: Keyed, second: SigningKey) -> None:
    old = first.keys[0]
    after = first.add(second).retire(old).voucher()
    fork = first.voucher(1).voucher(2).voucher(3).voucher(4)
    assert rules(audit(after.files, fork.head(23, old))) == ["audit.log_key_ended"]
    assert rules(audit(after.files, fork.head(20, old))) == ["audit.not_extended"]


# --- a lost or stolen key


@pytest.mark.parametrize("reason", ["compromised", "lost"])
def test_a_moved_log_verifies_and_extends_what_was_kept(
    first: Keyed, elsewhere: SigningKey, reason: str
) -> None:
    moved = first.voucher().move(elsewhere, 19, reason=reason)
    for then in (moved, moved.voucher()):
        assert audit(then.files).ok, audit(then.files).as_text()
        for kept in (first.head(19), first.voucher().head(20), then.files["checkpoint"]):
            assert audit(then.files, kept).ok


def test_the_old_key_signs_nothing_after_the_move(first: Keyed, elsewhere: SigningKey) -> None:
    moved = first.voucher().move(elsewhere, 19)
    report = audit(moved.signed_by(first.keys[0]))
    assert rules(report) == ["audit.old_origin"]
    assert "entry 20 moved the log away (its key is compromised)" in report.findings[0].message
    new = SigningKey(elsewhere.name, first.keys[0].seed)
    assert rules(audit(moved.signed_by(new))) == ["checkpoint.signature"]
    stranger = SigningKey(first.keys[0].name, bytes([9]) * 32)
    assert rules(audit(moved.signed_by(stranger))) == ["checkpoint.signature"]


def test_a_thiefs_fork_that_a_reader_kept_is_named_and_void(first: Keyed, elsewhere: SigningKey) -> None:
    """The thief of the key shows a reader a log without the last entry; the village moves; the reader looks again."""
    thief = first.keys[0]
    moved = first.voucher().voucher().move(elsewhere, 19).voucher()
    fork = Keyed(first.log, (thief,)).voucher(7)
    report = audit(moved.files, fork.head(20, thief))
    assert rules(report) == ["audit.kept_void"]
    assert "entry 21" in report.findings[0].message
    assert "up to 19 entries" in report.findings[0].message
    longer = fork.voucher(8).voucher(9).voucher(10).voucher(11)
    assert rules(audit(moved.files, longer.head(24, thief))) == ["audit.kept_void"]
    shorter = Keyed(first.log.with_entries(first.log.entries[:17]), (thief,)).voucher(7)
    assert rules(audit(moved.files, shorter.head(18, thief))) == ["audit.not_extended"]


def test_who_kept_the_new_origin_is_not_led_back_to_the_old(first: Keyed, elsewhere: SigningKey) -> None:
    """The thief serves the log as it was before the move, with his own checkpoint."""
    moved = first.voucher().move(elsewhere, 19)
    kept = moved.files["checkpoint"]
    report = audit(first.voucher().files, kept)
    assert rules(report) == ["audit.unknown_origin"]
    assert elsewhere.name in report.findings[0].message


# --- a monitor


class Monitor:
    """Follows one address, and remembers."""

    def __init__(self, folder: Path) -> None:
        """Keep the state in a folder."""
        self._store = StateStore(folder)

    def look(self, files: dict[str, bytes]) -> Outcome:
        """Run once."""
        (outcome,) = follow([ADDRESS], self._store, opened=lambda _: MemorySource(files))
        return outcome


def told(outcome: Outcome) -> Sequence[str]:
    return [found.rule for found in outcome.fresh]


@pytest.fixture
def monitor(tmp_path: Path) -> Monitor:
    return Monitor(tmp_path / "monitor")


def test_a_monitor_follows_a_rotation_and_a_move(
    monitor: Monitor, first: Keyed, second: SigningKey, elsewhere: SigningKey
) -> None:
    both = first.add(second)
    after = both.retire(first.keys[0])
    moved = after.voucher().move(elsewhere, 21)
    seen = [monitor.look(then.files) for then in (first, both, after, moved, moved.voucher())]
    assert [outcome.new for outcome in seen] == [19, 1, 1, 2, 1]
    assert [told(outcome) for outcome in seen] == [[]] * 5
    assert told(monitor.look(after.files)) == ["audit.rolled_back"]


def test_a_monitor_tells_when_a_key_is_missing_or_ended(
    monitor: Monitor, first: Keyed, second: SigningKey
) -> None:
    both = first.add(second)
    after = both.retire(first.keys[0])
    assert not told(monitor.look(both.files))
    assert told(monitor.look(after.signed_by(first.keys[0]))) == ["audit.log_key_ended"]
    assert not told(monitor.look(after.files))


def test_a_monitor_is_not_led_back_to_the_old_origin(
    monitor: Monitor, first: Keyed, elsewhere: SigningKey
) -> None:
    moved = first.voucher().move(elsewhere, 19)
    assert not told(monitor.look(moved.files))
    thief = first.voucher().voucher(7).voucher(8).voucher(9)
    assert {"audit.old_origin", "audit.not_extended"} <= set(told(monitor.look(thief.files)))
    assert told(monitor.look(first.voucher().files)) == ["audit.rolled_back"]
    assert monitor.look(moved.voucher().files).findings == []


def test_a_monitor_that_followed_the_thief_tells_so(
    monitor: Monitor, first: Keyed, elsewhere: SigningKey
) -> None:
    fork = first.voucher(7).voucher(8).voucher(9)
    assert not told(monitor.look(fork.files))
    moved = first.voucher().move(elsewhere, 19).voucher().voucher()
    assert {"audit.unknown_origin", "audit.not_extended"} <= set(told(monitor.look(moved.files)))
    late = first.voucher().voucher().voucher().move(elsewhere, 19).voucher()
    assert "audit.not_extended" in [found.rule for found in monitor.look(late.files).findings]


def test_tiles_of_no_form_do_not_end_a_monitors_run(
    monitor: Monitor, first: Keyed, elsewhere: SigningKey
) -> None:
    assert not told(monitor.look(first.voucher(7).files))
    moved = first.voucher().move(elsewhere, 19)
    served = {path: data[:-1] if "tile/0" in path else data for path, data in moved.files.items()}
    assert {"audit.tile", "audit.root"} <= set(told(monitor.look(served)))
