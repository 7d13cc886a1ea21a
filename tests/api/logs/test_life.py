"""A log's key is rotated, retired and moved on a real database; a frozen log signs and takes nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from api.identity.logkeys import LogKeyFolder
from api.logs import (
    destroy_ended,
    draft_addition,
    draft_move,
    draft_retirement,
    encode_request,
    freeze,
    held_keys,
    read_request,
    unfreeze,
)
from api.recovery import diagnose, remedy
from audit.tlog.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from domain.accounts import AccountAdded, NewAccount
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey, parse_note
from domain.logkeys import LogKeyAdded, LogKeyRetired, LogMoved
from projections import log
from projections.history import kept_size
from tests.api.logs.conftest import BOOK, NEW, ORIGIN

if TYPE_CHECKING:
    from tests.api.logs.conftest import Village


# --- rotation


def test_a_rotation_overlaps_and_ends(village: Village) -> None:
    service = village.service
    village.account("10290")
    assert village.lines() == 1
    village.post(LogKeyAdded, draft_addition(service, BOOK, "例行更换"))
    assert village.lines() == 2
    with pytest.raises(RuleViolation, match="retire one first"):
        draft_addition(service, BOOK, "又换")
    village.post(LogKeyRetired, draft_retirement(service, BOOK, "已换新"))
    assert village.lines() == 1
    assert len(destroy_ended(service, BOOK)) == 1
    assert [key.held for key in held_keys(service, BOOK)] == [False, True]
    village.account("10291")
    assert (village.lines(), village.problems()) == (1, [])
    assert service.rebuild(swap=False).differences == []


def test_a_crash_between_the_key_and_its_entry_loses_nothing(village: Village) -> None:
    draft = draft_addition(village.service, BOOK, "例行更换")
    with village.restarted() as again:
        assert [(key.vkey, key.row) for key in held_keys(again.service, BOOK)][-1] == (draft.vkey, None)
        again.account("10290")
        assert (again.lines(), again.problems()) == (1, []), "a draft signs nothing"
        assert draft_addition(again.service, BOOK, "例行更换") == draft
        again.store(LogKeyAdded, draft)
    with village.restarted() as again:  # it crashed before the entry was folded
        again.service.runner.catch_up([BOOK])
        assert again.lines() == 2
        assert [key.row is None for key in held_keys(again.service, BOOK)] == [False, False]


def test_a_crash_before_a_move_is_posted_loses_nothing(village: Village) -> None:
    draft = draft_move(village.service, BOOK, NEW, "lost")
    with village.restarted() as again:
        assert draft_move(again.service, BOOK, NEW, "lost") == draft
        again.post(LogMoved, draft)
        assert again.head().note.startswith(NEW.encode())


def test_what_the_signers_get_is_what_was_drafted(village: Village) -> None:
    for draft in (
        draft_addition(village.service, BOOK, "例行更换"),
        draft_retirement(village.service, BOOK, "已换新"),
        draft_move(village.service, BOOK, NEW, "lost"),
    ):
        assert read_request("request", encode_request(draft))[1] == draft
    with pytest.raises(RuleViolation) as caught:
        read_request("request", b'{"data":{},"type":"voucher.posted/1"}')
    assert caught.value.rule.code == "post.data"


# --- the freeze


def test_a_frozen_log_takes_only_its_move(village: Village) -> None:
    service, last = village.service, village.head()
    village.account("10290")
    freeze(service, BOOK, "失窃")
    assert village.problems() == ["log.frozen"]
    assert village.refusal("10291") == "log.frozen"
    village.post(LogMoved, draft_move(service, BOOK, NEW, "compromised", last.note))
    assert village.head().note.startswith(NEW.encode())
    village.account("10292")
    assert (village.lines(), village.problems()) == (1, [])
    assert service.rebuild(swap=False).differences == []


def test_an_unfrozen_log_signs_what_had_waited(village: Village) -> None:
    before = village.head().size
    village.store(AccountAdded, NewAccount(code="10290", name="明细"), "accountant")
    freeze(village.service, BOOK, "演习")
    village.service.runner.catch_up([BOOK])
    assert village.head().size == before
    unfreeze(village.service, BOOK)
    assert village.head().size == before + 1
    village.account("10291")
    assert (village.lines(), village.problems()) == (1, [])


def test_a_server_that_runs_hears_of_each_freeze(village: Village) -> None:
    """The move and the second freeze are made by other processes, such as the commands."""
    village.account("10290")
    with village.restarted() as other:
        other.post(LogMoved, draft_move(other.service, BOOK, NEW, "lost"))
    with village.restarted() as other:
        freeze(other.service, BOOK, "又失窃")
    assert village.refusal("10291") == "log.frozen"
    with village.restarted() as other:
        unfreeze(other.service, BOOK)
    village.account("10291")
    assert village.head().note.startswith(NEW.encode())


# --- a lost key


def test_a_log_whose_key_is_lost_signs_nothing_until_it_has_moved(village: Village) -> None:
    village.account("10290")
    last = village.head()
    for key in (village.service.settings.home / "logkeys").glob("*.key"):
        key.unlink()
    with village.restarted() as again:
        again.account("10291")
        assert again.head() == last
        (found,) = diagnose(again.service)
        assert found.problem
        assert found.problem.rule.code == "log.key_not_held"
        assert "--reason lost" in remedy(found.problem, BOOK)
        again.post(LogMoved, draft_move(again.service, BOOK, NEW, "lost"))
        head = again.head()
        assert (head.size, head.note.startswith(NEW.encode())) == (last.size + 2, True)
        assert (again.lines(), again.problems()) == (1, [])
        with again.service.pool.connection() as connection:
            assert kept_size(connection, BOOK, last.note) == last.size


def test_a_key_that_comes_back_signs_what_had_waited(village: Village) -> None:
    (path,) = (village.service.settings.home / "logkeys").glob("*.key")
    key = path.read_bytes()
    path.unlink()
    with village.restarted() as again:
        again.account("10290")
        size = again.head().size
        path.write_bytes(key)
        again.account("10291")
        assert (again.head().size, again.lines()) == (size + 2, 1)


def test_a_locked_key_stops_its_log(village: Village) -> None:
    (path,) = (village.service.settings.home / "logkeys").glob("*.key")
    key = LogKeyFolder(path.parent).key_of(ORIGIN)
    assert key
    path.unlink()
    LogKeyFolder(path.parent, "村口老樟树").keep(key)
    with village.restarted() as again:
        assert again.problems() == ["serverkey.locked"]
        assert again.refusal("10290") == "serverkey.locked"


# --- what was kept


def test_checkpoints_of_each_key_and_origin_are_beginnings_of_the_log(village: Village) -> None:
    service, kept = village.service, [village.head()]
    village.post(LogKeyAdded, draft_addition(service, BOOK, "例行更换"))
    kept.append(village.head())
    village.post(LogKeyRetired, draft_retirement(service, BOOK, "已换新"))
    kept.append(village.head())
    village.post(LogMoved, draft_move(service, BOOK, NEW, "lost"))
    kept.append(village.head())
    with service.pool.connection() as connection:
        assert [kept_size(connection, BOOK, one.note) for one in kept] == [19, 20, 21, 22]


def another(key: SigningKey, size: int) -> bytes:
    """Return a checkpoint of another history, by a key that the log has or had."""
    return sign_checkpoint(Checkpoint(key.name, size, bytes(32)), key)


def test_a_thiefs_checkpoint_is_void_and_no_fork_of_the_log(village: Village) -> None:
    """Of the old origin nothing beyond the last checkpoint counts; up to there another history is a fork as before."""
    service, last = village.service, village.head().size
    thief = service.log_keys.key_of(ORIGIN)
    assert thief
    village.post(LogMoved, draft_move(service, BOOK, NEW, "compromised"))
    now = village.head().size
    owner = service.log_keys.key_of(NEW)
    assert owner
    with service.pool.connection() as connection:
        for key, size, code in (
            (thief, last, "diff.fork"),
            (thief, now, "audit.kept_void"),
            (thief, now + 9, "audit.kept_void"),
            (owner, now, "diff.fork"),
            (owner, now + 9, "diff.rolled_back"),
        ):
            with pytest.raises(RuleViolation) as caught:
                kept_size(connection, BOOK, another(key, size))
            assert caught.value.rule.code == code
        assert log.log_origins(connection, BOOK) == village.book().log
        void = sign_checkpoint(
            replace(parse_checkpoint(parse_note(village.head().note).text), origin=ORIGIN), thief
        )
        assert kept_size(connection, BOOK, void) == now, "what is void and true is true"


def test_a_key_that_was_retired_proves_nothing_against_the_log(village: Village) -> None:
    service = village.service
    old = service.log_keys.key_of(ORIGIN)
    assert old
    village.post(LogKeyAdded, draft_addition(service, BOOK, "例行更换"))
    village.post(LogKeyRetired, draft_retirement(service, BOOK, "已换新"))
    with service.pool.connection() as connection:
        assert log.log_origins(connection, BOOK) == village.book().log
        with pytest.raises(RuleViolation) as caught:
            kept_size(connection, BOOK, another(old, village.head().size))
    assert caught.value.rule.code == "audit.log_key_ended"


@pytest.mark.parametrize("origin", [f"https://x.cn/books/{BOOK}", f"x.cn//{BOOK}", f"/x.cn/{BOOK}"])
def test_a_log_moves_to_no_origin_that_is_no_address(village: Village, origin: str) -> None:
    """Neither is such an entry drafted, nor taken in when somebody signed it elsewhere."""
    service = village.service
    before = held_keys(service, BOOK)
    with pytest.raises(RuleViolation) as caught:
        draft_move(service, BOOK, origin, "lost")
    assert caught.value.rule.code == "book.origin_form"
    assert held_keys(service, BOOK) == before
    good = draft_move(service, BOOK, NEW, "lost")
    [bad, fine] = service.objections(
        [
            village.signed(LogMoved, msgspec.structs.replace(good, origin=origin)),
            village.signed(LogMoved, good),
        ]
    )
    assert bad
    assert (bad.rule.code, fine) == ("book.origin_form", None)
