"""A line or a key from before the log moved or changed its key: it is followed, and a forged one is told as such."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from api.cli import anchoring
from api.cli.anchoring import CONTRADICTED, NOT_COMPARED
from audit.anchor import AnchorLine, check_extends
from audit.tlog.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey, parse_note
from tests.attack.history import figures
from tests.audit.conftest import MemorySource
from tests.audit.keyed import Keyed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.audit.conftest import Log

BOOK = "N2330881MF0000021R"
SECOND = SigningKey(f"sunledger.localhost/books/{BOOK}", bytes([7]) * 32)
THIRD = SigningKey(SECOND.name, bytes([8]) * 32)
NEW = SigningKey(f"new.example.cn/books/{BOOK}", bytes([3]) * 32)


@dataclass(frozen=True)
class Changing(MemorySource):
    """A log that shows other heads first, and then its own."""

    heads: list[bytes] = field(default_factory=list)

    def fetch(self, path: str) -> bytes:
        """Return a file; of heads the next one."""
        return self.heads.pop() if path == "checkpoint" and self.heads else super().fetch(path)


@pytest.fixture
def first(log: Log) -> Keyed:
    """The small sample village's log: 19 entries, one key."""
    return Keyed(replace(log, published={}), (log.key,))


def head_of(keyed: Keyed) -> Checkpoint:
    return parse_checkpoint(parse_note(keyed.files["checkpoint"]).text)


def line_of(keyed: Keyed) -> AnchorLine:
    return AnchorLine(head_of(keyed), "2026-03-01")


def source_of(keyed: Keyed) -> MemorySource:
    return MemorySource(keyed.files | figures(keyed.files))


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(RuleViolation) as caught:
        action()
    return caught.value.rule.code


def test_the_true_line_is_followed_to_the_new_origin(first: Keyed) -> None:
    moved = first.voucher().move(NEW, 19)
    found = check_extends(line_of(first), source_of(moved))
    assert (found.size, found.left) == (21, 20)
    assert check_extends(line_of(first.voucher()), source_of(moved.voucher())).left == 20
    assert check_extends(line_of(moved), source_of(moved.voucher())).left is None


def test_a_forged_line_of_the_old_origin_is_told(first: Keyed) -> None:
    moved = first.voucher().move(NEW, 19)
    true = line_of(first)
    forged = replace(true, head=replace(true.head, root=true.head.root[::-1]))
    assert refused(lambda: check_extends(forged, source_of(moved))) == "anchor.rewritten"


def test_what_the_thief_had_printed_is_void(first: Keyed) -> None:
    moved = first.voucher().move(NEW, 19)
    stolen = first.voucher(7)
    assert refused(lambda: check_extends(line_of(stolen), source_of(moved))) == "audit.kept_void"
    longer = stolen.voucher().voucher()
    assert refused(lambda: check_extends(line_of(longer), source_of(moved))) == "audit.kept_void"


def test_an_origin_that_the_log_never_had_is_another_log(first: Keyed) -> None:
    line = line_of(first)
    other = replace(line, head=replace(line.head, origin=f"third.example.cn/books/{BOOK}"))
    assert refused(lambda: check_extends(other, source_of(first.move(NEW, 19)))) == "anchor.other_log"


def test_without_a_log_that_verifies_nothing_can_be_said(first: Keyed) -> None:
    moved = source_of(first.voucher().move(NEW, 19))
    gone = {path: data for path, data in moved.files.items() if not path.startswith("tile/entries")}
    assert refused(lambda: check_extends(line_of(first), MemorySource(gone))) == "anchor.not_followed"


def test_the_key_that_was_printed_is_followed_through_a_rotation(first: Keyed) -> None:
    old, line = first.log.key, line_of(first)
    both = first.voucher().add(SECOND)
    assert check_extends(line, source_of(both), old.verifier.vkey).ended is None
    alone = both.retire(old)
    found = check_extends(line, source_of(alone), old.verifier.vkey)
    assert (found.size, found.left, found.ended) == (22, None, 21)
    assert check_extends(line, source_of(alone), SECOND.verifier.vkey).ended is None
    again = alone.voucher().add(THIRD).retire(SECOND)
    assert check_extends(line, source_of(again), old.verifier.vkey).ended == 21
    assert check_extends(line_of(alone), source_of(again), SECOND.verifier.vkey).ended == 24
    moved = source_of(first.voucher().move(NEW, 19))
    found = check_extends(line, moved, old.verifier.vkey)
    assert (found.left, found.ended) == (20, 20)


def test_a_key_that_the_log_never_had_or_had_only_later_vouches_for_nothing(first: Keyed) -> None:
    rotated = first.add(SECOND).retire(first.log.key)
    unknown, line = THIRD.verifier.vkey, line_of(first)
    assert refused(lambda: check_extends(line, source_of(rotated), unknown)) == "checkpoint.signature"
    assert refused(lambda: check_extends(line, source_of(first), unknown)) == "checkpoint.signature"
    again = source_of(rotated.add(THIRD).retire(SECOND))
    later = SECOND.verifier.vkey
    assert refused(lambda: check_extends(line_of(first), again, later)) == "anchor.later_key"


def test_under_an_empty_line_no_retired_key_vouches_for_a_log(first: Keyed) -> None:
    """Anybody founds a log that names another's key, and retires it."""
    empty = replace(line_of(first), head=replace(line_of(first).head, size=0, root=sha256(b"").digest()))
    rotated = source_of(first.add(SECOND).retire(first.log.key))
    assert refused(lambda: check_extends(empty, rotated, first.log.key.verifier.vkey)) == "anchor.later_key"


def test_a_copy_without_an_entry_is_not_contradicted_by_the_key_of_before(first: Keyed) -> None:
    rotated = source_of(first.voucher().add(SECOND).retire(first.log.key))
    gone = {path: data for path, data in rotated.files.items() if not path.startswith("tile/entries")}
    vkey = first.log.key.verifier.vkey
    assert refused(lambda: check_extends(line_of(first), MemorySource(gone), vkey)) == "anchor.not_followed"


@pytest.mark.parametrize("vkey", ["", THIRD.verifier.vkey])
def test_a_copy_whose_entries_are_damaged_says_nothing_of_a_key(first: Keyed, vkey: str) -> None:
    """The entry that retired the key cannot be read in it: the log contradicts nobody by that."""
    rotated = source_of(first.voucher().add(SECOND).retire(first.log.key))
    path = "tile/entries/000.p/22"
    before, retired, behind = rotated.files[path].rpartition(b"retired")
    rotated.files[path] = before + retired.upper() + behind
    vkey = vkey or first.log.key.verifier.vkey
    assert refused(lambda: check_extends(line_of(first), rotated, vkey)) == "anchor.not_followed"


@pytest.mark.parametrize(("size", "root"), [(10**6, bytes(32)), (5, bytes(32))])
def test_the_head_that_is_told_is_the_one_that_was_verified(first: Keyed, size: int, root: bytes) -> None:
    """A server may show one head, and then the log of another."""
    rotated = source_of(first.voucher().add(SECOND).retire(first.log.key))
    other = sign_checkpoint(Checkpoint(SECOND.name, size, root), SECOND)
    shown = Changing(rotated.files, heads=[other, other])
    vkey = first.log.key.verifier.vkey
    assert refused(lambda: check_extends(line_of(first), shown, vkey)) == "anchor.not_followed"


def test_a_retired_key_does_not_excuse_another_history(first: Keyed) -> None:
    rotated, vkey = first.voucher().add(SECOND).retire(first.log.key), first.log.key.verifier.vkey
    true = line_of(first)
    forged = replace(true, head=replace(true.head, root=true.head.root[::-1]))
    assert refused(lambda: check_extends(forged, source_of(rotated), vkey)) == "anchor.rewritten"
    longer = line_of(first.voucher().voucher().voucher().voucher())
    assert refused(lambda: check_extends(longer, source_of(rotated), vkey)) == "anchor.rolled_back"
    stranger = rotated.signed_by(THIRD)
    assert refused(lambda: check_extends(true, MemorySource(stranger | figures(stranger)), vkey)) == (
        "anchor.not_followed"
    )
    stranger = first.signed_by(THIRD)
    assert refused(lambda: check_extends(true, MemorySource(stranger | figures(stranger)), vkey)) == (
        "checkpoint.signature"
    )
    damaged = source_of(rotated)
    damaged.files["tile/0/000.p/22"] = bytes(32 * 22)
    assert refused(lambda: check_extends(true, damaged, vkey)) == "anchor.not_followed"


def test_the_command_says_that_the_key_was_changed(
    first: Keyed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rotated = source_of(first.add(SECOND).retire(first.log.key))
    monkeypatch.setattr(anchoring, "open_source", lambda _: rotated)
    assert anchoring._check(line_of(first), "there", first.log.key.verifier.vkey) == 0
    said = capsys.readouterr().out
    assert "第 20 号记录" in said
    assert "entry 20 retired the key" in said
    assert anchoring._check(line_of(first), "there", THIRD.verifier.vkey) == CONTRADICTED


def test_the_command_says_where_the_log_moved(
    first: Keyed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = source_of(first.voucher().move(NEW, 19))
    monkeypatch.setattr(anchoring, "open_source", lambda _: moved)
    assert anchoring._check(line_of(first), "there", "") == 0
    said = capsys.readouterr().out
    assert "第 20 号记录" in said
    assert NEW.name in said
    moved.files.pop("tile/entries/000.p/21")
    assert anchoring._check(line_of(first), "there", "") == NOT_COMPARED
    assert "sunledger verify" in capsys.readouterr().err
    assert CONTRADICTED == 1
