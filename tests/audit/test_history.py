"""A figure traced in a log that was verified: what the server says of it, and nothing that was not verified."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit.heads import kept_size
from audit.history import compare, trace, witnessed_at
from audit.replay import Replay
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.cosignature import add_signature, cosign
from audit.verify import verify
from audit.witnessed import AHEAD_MAX_S, Asked
from domain.difference import Part
from domain.history import Span
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey
from projections.history import Wanted, difference, history
from tests.audit.conftest import BUNDLE, MemorySource
from tests.audit.keyed import Keyed
from tests.audit.test_witnessed import KEYS, TIME_S, head, policy

if TYPE_CHECKING:
    from api.composition import Service
    from audit.tlog.policy import Policy
    from domain.book import Book
    from tests.audit.conftest import Export, Log

CODES = (
    "101",
    "102",
    "10201",
    "301",
    "51401",
    "money",
    "current_assets",
    "assets",
    "payables",
    "net_surplus",
)


@pytest.fixture
def source(log: Log) -> MemorySource:
    """The small sample village's log."""
    return MemorySource(log.files())


@pytest.fixture
def book(source: MemorySource) -> Book:
    """The book that an audit without findings replayed."""
    replay = Replay()
    assert verify(source, replay=replay).ok
    return replay.book


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("span", [Span(), Span("2026-03", "2026-03-31"), Span("", "2026-02-10")])
def test_it_is_what_the_server_shows(
    source: MemorySource, book: Book, village_service: Service, code: str, span: Span
) -> None:
    fold = trace(source, book, code)
    sums, rows = fold.over(span)
    with village_service.pool.connection() as connection:
        shown = history(connection, book.book, code, Wanted(span))
    assert (shown.sums, shown.root, shown.size) == (sums, book.root(), book.size)
    assert shown.on_sheet == fold.on_sheet(span)
    assert [(row.posting, row.balance_fen) for row in shown.rows] == [
        (row.posting, row.balance_fen) for row in rows
    ]


@pytest.mark.parametrize("sizes", [(0, None), (15, 18), (7, 7), (2, 19)])
def test_a_difference_is_what_the_server_shows(
    source: MemorySource, book: Book, village_service: Service, sizes: tuple[int, int | None]
) -> None:
    found = compare(source, book, sizes, TIME_S)
    with village_service.pool.connection() as connection:
        shown = difference(connection, book.book, sizes)
    timeless = [one._replace(recorded_at=None) for one in shown.added]
    heads = [head._replace(signed_at=None) for head in (shown.first, shown.last)]
    assert found == replace(shown, added=timeless, first=heads[0], last=heads[1])


def test_of_one_part_the_other_is_left_out(source: MemorySource, book: Book) -> None:
    whole = compare(source, book, (15, 19), TIME_S)
    accounts, entries = (compare(source, book, (15, 19), TIME_S, parts={part}) for part in Part)
    assert (accounts.changes, accounts.added) == (whole.changes, [])
    assert (entries.changes, entries.added) == ([], whole.added)


def test_sizes_that_the_log_never_had_are_refused(source: MemorySource, book: Book) -> None:
    for sizes, code in (((0, 99), "diff.beyond"), ((9, 8), "diff.backwards")):
        with pytest.raises(RuleViolation) as caught:
            compare(source, book, sizes, TIME_S)
        assert caught.value.rule.code == code


def size_of(book: Book, note: bytes) -> int:
    """Return the size of a checkpoint that was kept of a book's log."""
    return kept_size(note, book.log, book.size, book.root)


def test_a_kept_checkpoint_is_a_beginning_of_the_log_or_evidence(book: Book, log: Log) -> None:
    def kept(size: int, root: bytes, key: SigningKey = log.key) -> bytes:
        return sign_checkpoint(Checkpoint(log.key.name, size, root), key)

    assert size_of(book, kept(15, book.tree.root(15))) == 15
    for note, code in (
        (kept(15, bytes(32)), "diff.fork"),
        (kept(99, bytes(32)), "diff.rolled_back"),
        (kept(15, book.tree.root(15), SigningKey(log.key.name, bytes(32))), "checkpoint.signature"),
    ):
        with pytest.raises(RuleViolation) as caught:
            size_of(book, note)
        assert caught.value.rule.code == code


def test_a_checkpoint_of_a_stolen_key_is_void_and_no_fork(log: Log) -> None:
    thief, owner = log.key, SigningKey("elsewhere.example.cn/books/" + log.book().book, bytes([6]) * 32)
    moved = Keyed(log, (thief,)).voucher().move(owner, 19).log.book()

    def kept(key: SigningKey, size: int) -> str:
        with pytest.raises(RuleViolation) as caught:
            size_of(moved, sign_checkpoint(Checkpoint(key.name, size, bytes(32)), key))
        return caught.value.rule.code

    assert [kept(thief, size) for size in (19, 20, 99)] == ["diff.fork", "audit.kept_void", "audit.kept_void"]
    assert [kept(owner, size) for size in (21, 99)] == ["diff.fork", "diff.rolled_back"]


def test_an_unknown_account_is_refused(source: MemorySource, book: Book) -> None:
    with pytest.raises(RuleViolation) as caught:
        trace(source, book, "999")
    assert caught.value.rule.code == "history.unknown_account"


def test_other_entries_the_second_time_are_not_taken(
    source: MemorySource, book: Book, log: Log, exported: Export
) -> None:
    assert exported.log.entries == log.entries
    swapped = (*log.entries[:-2], log.entries[-1], log.entries[-2])
    for files in (
        log.with_entries(swapped).files(),
        {path: data for path, data in source.files.items() if path != BUNDLE},
    ):
        with pytest.raises(RuleViolation) as caught:
            trace(replace(source, files=files), book, "101")
        assert caught.value.rule.code == "audit.changed_meanwhile"


# --------------------------------------------------------------------------------------------- when witnessed


def cosigned(exported: Export, *signed: tuple[str, int]) -> dict[str, bytes]:
    """Return the log's files, their checkpoint cosigned by these witnesses, each so many seconds after `TIME_S`."""
    lines = [cosign(head(exported), KEYS[name], TIME_S + seconds) for name, seconds in signed]
    note = exported.files["checkpoint"]
    for line in lines:
        note = add_signature(note, line)
    return exported.files | {"checkpoint": note}


def seconds_until(files: dict[str, bytes], wanted: Policy | None = None) -> int | None:
    """Return how many seconds after `TIME_S` a log, which is verified first, says that it was witnessed."""
    source, replay = MemorySource(files), Replay()
    assert verify(source, asked=Asked(wanted, TIME_S) if wanted else None, replay=replay).ok
    at = witnessed_at(source, replay.book, TIME_S, wanted)
    return int(at.timestamp()) - TIME_S if at else None


def test_a_log_was_witnessed_when_the_last_that_its_quorum_needed_had_signed(exported: Export) -> None:
    assert seconds_until(cosigned(exported, ("town", 50), ("county", 90), ("peer", 70)), policy()) == 70


def test_the_policy_beside_the_log_is_asked_when_the_reader_has_none(exported: Export) -> None:
    files = cosigned(exported, ("town", 50), ("county", 90))
    assert seconds_until(files) is None
    assert seconds_until(files | {"policy": policy().text}) == 90
    generous = policy().text.replace(b"quorum q", b"quorum town")
    assert seconds_until(files | {"policy": generous}) == 50
    assert seconds_until(files | {"policy": generous}, policy()) == 90


def test_a_log_without_a_quorum_was_not_witnessed(exported: Export) -> None:
    beside = {"policy": policy().text}
    assert seconds_until(exported.files | beside) is None
    assert seconds_until(cosigned(exported, ("town", 50)) | beside) is None


def test_what_is_dated_in_the_future_witnesses_nothing(exported: Export) -> None:
    beside = {"policy": policy().text}
    assert seconds_until(cosigned(exported, ("town", 50), ("county", AHEAD_MAX_S)) | beside) == AHEAD_MAX_S
    assert seconds_until(cosigned(exported, ("town", 50), ("county", AHEAD_MAX_S + 1)) | beside) is None


def test_a_checkpoint_of_another_size_says_nothing_of_what_was_verified(
    exported: Export, source: MemorySource, book: Book
) -> None:
    other = replace(head(exported), size=18)
    note = add_signature(sign_checkpoint(other, exported.log.key), cosign(other, KEYS["town"], TIME_S))
    files = source.files | {"checkpoint": note, "policy": policy().text.replace(b"quorum q", b"quorum town")}
    assert witnessed_at(MemorySource(files), book, TIME_S) is None
