"""What is collected of the books, and what is refused: each book by itself."""

from __future__ import annotations

import hashlib
from binascii import a2b_base64
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit.county import verify_county
from audit.files import UNREADABLE
from audit.source import FolderSource
from audit.tlog.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from audit.tlog.cosignature import add_signature, cosign
from audit.tlog.proof import check_consistency
from domain.kernel.note import SigningKey, parse_note, verifier_key
from tests.audit.conftest import MemorySource
from tests.audit.county.conftest import COUNTY, Book, County, book
from tests.audit.dying_disk import Crash, DyingDisk, Mode
from tests.audit.keyed import Keyed
from tests.audit.test_command import write

if TYPE_CHECKING:
    from pathlib import Path

    from audit.county import Outcome
    from tests.audit.conftest import Log

WITNESS = SigningKey("witness.example.cn/town", b"\x02" * 32)


def found(outcomes: list[Outcome]) -> list[str]:
    """Return the rule of each outcome's finding, "+" for what was appended, "=" for what was there."""
    return [
        "?" if one.unreadable else one.finding.rule if one.finding else "+" if one.appended else "="
        for one in outcomes
    ]


def without(source: MemorySource, *paths: str) -> MemorySource:
    return MemorySource({path: data for path, data in source.files.items() if path not in paths})


def test_one_root_commits_to_all_books(county: County) -> None:
    books = [book(number, number * 100) for number in (1, 2, 3)]
    assert found(county.collect(*books)) == ["+", "+", "+"]
    assert county.leaves() == [one.note for one in books]
    assert county.head.size == 3


def test_what_did_not_change_is_not_appended(county: County) -> None:
    county.collect(book(1, 5), book(2, 0))
    before = county.head
    assert found(county.collect(book(1, 5), book(2, 0))) == ["=", "="]
    assert county.head == before


def test_a_book_that_grew_is_appended_by_a_proof_from_its_own_tiles(county: County) -> None:
    sizes = (0, 1, 2, 255, 256, 300, 1000)
    for size in sizes:
        assert found(county.collect(book(1, size), book(2, 5)))[0] == "+"
    assert [parse_checkpoint(parse_note(leaf).text).size for leaf in county.leaves()] == [0, 5, *sizes[1:]]
    assert county.verify().ok


def test_cosignatures_are_left_out_so_that_equal_checkpoints_give_equal_entries(county: County) -> None:
    one = book(1, 7)
    head = Checkpoint(one.origin, 7, one.tree.root())
    cosigned = add_signature(one.note, cosign(head, WITNESS, 1_767_225_600))
    assert found(county.collect(one.source(checkpoint=cosigned), one)) == ["+", "="]
    assert county.leaves() == [one.note]


def test_two_copies_of_one_book_in_one_run(county: County) -> None:
    one = book(1, 300)
    assert found(county.collect(one.forked(5, 5), one, one.grown(400), one.forked(2, 500))) == [
        "+",
        "+",
        "+",
        "county.fork",
    ]
    assert [parse_checkpoint(parse_note(leaf).text).size for leaf in county.leaves()] == [5, 300, 400]


# --- forks, roll-backs, withheld tiles


def evidence(county: County, one: Book) -> dict[str, bytes]:
    folder = county.folder / "forks" / hashlib.sha256(one.origin.encode()).hexdigest()
    return {path.suffix: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


@pytest.mark.parametrize("size", [300, 301, 1000])
@pytest.mark.parametrize("collected", [256, 300])
def test_a_fork_is_kept_as_evidence_and_holds_up_nobody(county: County, collected: int, size: int) -> None:
    one, two = book(1, collected), book(2, 4)
    county.collect(one, two)
    other = one.forked(100, size)
    assert found(county.collect(other, two.grown(9))) == ["county.fork", "+"]
    kept = evidence(county, one)
    head, old = (open_checkpoint(kept[name], one.key.verifier) for name in (".served", ".collected"))
    assert (old.size, head.size) == (collected, size)
    if size == collected:
        assert old.root != head.root
        assert ".proof" not in kept
    else:  # a third person sees from the proof alone which other root the served head has in the collected one's place
        shown, *proof = map(a2b_base64, kept[".proof"].splitlines())
        check_consistency(old.size, shown, head.size, head.root, proof)
        assert shown != old.root
    county.collect(other)
    assert evidence(county, one) == kept
    assert county.verify().ok


def test_many_copies_of_one_fork_are_one_piece_of_evidence(county: County) -> None:
    one = book(1, 300)
    county.collect(one)
    other = one.forked(7, 400)
    assert found(county.collect(*[other] * 20)) == ["county.fork"] * 20
    assert set(evidence(county, one)) == {".collected", ".served", ".proof"}


def test_a_roll_back_is_said_and_nothing_more(county: County) -> None:
    one = book(1, 300)
    county.collect(one)
    assert found(county.collect(book(1, 200), one.forked(5, 299))) == ["county.rolled_back"] * 2
    assert evidence(county, one) == {}
    assert county.head.size == 1
    assert found(county.collect(one.grown(301))) == ["+"]


def test_an_unsigned_head_accuses_nobody(county: County) -> None:
    """Anyone could serve it: it is no finding of a fork or roll-back."""
    one = book(1, 300)
    county.collect(one)
    stranger = SigningKey(one.origin, b"\x77" * 32)
    for other in (one.forked(5, 300), one.forked(5, 20)):
        forged = sign_checkpoint(Checkpoint(one.origin, other.tree.size, other.tree.root()), stranger)
        assert found(county.collect(other.source(checkpoint=forged))) == ["county.other_key"]
    assert evidence(county, one) == {}


@pytest.mark.parametrize(
    ("size", "path"), [(400, "tile/0/001.p/144"), (400, "tile/1/000.p/1"), (600, "tile/0/001")]
)
def test_tiles_that_are_withheld_or_wrong_prove_no_fork_and_no_growth(
    county: County, size: int, path: str
) -> None:
    """Also where the root does not need the tile, and only the proof does."""
    one = book(1, 300)
    county.collect(one)
    grown = one.grown(size)
    for place in (
        without(grown.source(), path),
        MemorySource(grown.files() | {path: grown.files()[path][::-1]}),
        MemorySource(grown.files() | {path: b""}),
    ):
        assert found(county.collect(place)) == ["county.not_shown"]
    assert set(evidence(county, one)) == {".collected", ".served"}
    assert found(county.collect(grown)) == ["+"]


# --- keys


def test_the_key_is_pinned_when_a_book_is_first_collected(county: County) -> None:
    one = book(1, 3)
    county.collect(one)
    other = Book(SigningKey(one.origin, b"\x55" * 32)).grown(9)
    assert found(county.collect(other)) == ["county.other_key"]
    mixed = MemorySource(one.grown(9).files() | {"log.vkey": other.files()["log.vkey"]})
    assert found(county.collect(mixed)) == ["+"]  # what is served beside it has no say any more


def test_a_new_key_is_taken_from_the_operator_alone(county: County) -> None:
    one = book(1, 3)
    county.collect(one)
    rotated = Book(SigningKey(one.origin, b"\x55" * 32), one.entries, one.tree).grown(9)
    assert found(county.collect(rotated)) == ["county.other_key"]
    assert found(county.collect(rotated, keys=[rotated.key.verifier.vkey])) == ["+"]
    assert found(county.collect(rotated.grown(10), one.grown(11))) == ["+", "county.other_key"]
    report = county.verify()
    assert report.ok, report.findings
    assert [check.count for check in report.checks if check.name == "signatures"] == [3]


def test_a_key_given_by_the_operator_holds_from_the_first_time_on(county: County) -> None:
    one = book(1, 3)
    other = SigningKey(one.origin, b"\x55" * 32).verifier.vkey
    assert found(county.collect(one, keys=[other])) == ["county.given_key"]
    assert found(county.collect(one, keys=[one.key.verifier.vkey])) == ["+"]


def test_a_given_key_that_was_replaced_is_told_as_such(county: County) -> None:
    """The list has the key of before the rotation still."""
    one = book(1, 3)
    old = one.key.verifier.vkey
    county.collect(one)
    rotated = Book(SigningKey(one.origin, b"\x55" * 32), one.entries, one.tree).grown(9)
    new = rotated.key.verifier.vkey
    (early,) = county.collect(rotated, keys=[old])
    assert early.finding
    assert early.finding.rule == "county.given_key", "the county has not heard of the new one yet"
    assert "可能已经停用" in early.finding.zh
    assert found(county.collect(rotated, keys=[old, new])) == ["+"], "one of those given has signed"
    assert found(county.collect(rotated.grown(10), keys=[new, old])) == ["+"]
    (late,) = county.collect(rotated.grown(11), keys=[old])
    assert late.finding
    assert late.finding.rule == "county.retired_key"
    for words in (late.finding.zh, late.finding.en):
        assert old in words
        assert new in words
    assert found(county.collect(rotated.grown(11))) == ["+"]


def test_without_the_file_of_keys_the_entries_tell_the_right_one(county: County) -> None:
    one = book(1, 3)
    county.collect(one, book(2, 2))
    (county.folder / "books.json").unlink()
    other = Book(SigningKey(one.origin, b"\x55" * 32)).grown(9)
    assert found(county.collect(other, one, one.grown(5), other)) == [
        "county.other_key",
        "=",
        "+",
        "county.other_key",
    ]


def test_an_unchanged_book_has_its_key_noted_again(county: County) -> None:
    county.collect(book(1, 3), book(2, 2))
    (county.folder / "books.json").unlink()
    county.collect(book(1, 3))
    signatures = next(check for check in county.verify().checks if check.name == "signatures")
    assert (signatures.ok, signatures.count) == (True, 1)


def test_a_damaged_file_of_books_is_made_anew(county: County) -> None:
    county.collect(book(1, 3), book(2, 2))
    for damage in (b"", b"{", b'{"entries":99,"books":{}}', b'{"entries":1,"books":{"a":1}}'):
        (county.folder / "books.json").write_bytes(damage)
        assert found(county.collect(book(1, 3), book(2, 1))) == ["=", "county.rolled_back"]


# --- what cannot be collected


def test_what_cannot_be_read_is_no_verdict_and_holds_up_nobody(county: County) -> None:
    class Away(MemorySource):
        def fetch(self, path: str) -> bytes:
            """Fail."""
            raise UNREADABLE(place=path, problem="HTTP 500")

    one = book(1, 3)
    places = (Away({}), MemorySource({}), without(one.source(), "log.vkey"), book(2, 2))
    assert found(county.collect(*places)) == ["?", "?", "?", "+"]
    first = county.collect(Away({}))[0]
    assert (first.as_object()["ok"], first.finding) == (False, None)
    assert "HTTP 500" in first.unreadable


@pytest.mark.parametrize(
    ("note", "rule"),
    [
        (b"", "note.malformed"),
        (b"a\n1\n\n\xe2\x80\x94 a AAAAAAA=\n", "checkpoint.malformed"),
        (book(2, 2).note, "checkpoint.signature"),
    ],
)
def test_what_is_no_checkpoint_of_this_log_is_a_finding(county: County, note: bytes, rule: str) -> None:
    assert found(county.collect(book(1, 1).source(checkpoint=note))) == [rule]
    assert county.head.size == 0


def test_a_weak_key_is_not_pinned(county: County) -> None:
    weak = verifier_key("books.example.cn/1", bytes(32)).vkey
    place = MemorySource(book(1, 1).files() | {"log.vkey": weak.encode()})
    assert found(county.collect(place)) == ["county.bad_key"]


def test_the_log_does_not_collect_itself(county: County) -> None:
    county.collect(book(1, 1))
    files = {path: county.source.fetch(path) for path in ("checkpoint", "log.vkey")}
    assert found(county.collect(MemorySource(files))) == ["county.own_log"]


# --- crashes, and many books


@pytest.mark.parametrize("mode", Mode)
def test_a_crash_at_any_step_of_a_run_loses_nothing(tmp_path: Path, mode: Mode) -> None:
    one, two = book(1, 300), book(2, 5)
    counted = County(tmp_path / "count").create()
    counted.collect(one)
    disk = DyingDisk()
    assert found(counted.collect(one.grown(301), two, disk=disk)) == ["+", "+"]
    for step in range(len(disk.done)):
        county = County(tmp_path / f"{step}").create()
        county.collect(one)
        with pytest.raises(Crash):
            county.collect(one.grown(301), two, disk=DyingDisk(step, mode))
        size = county.head.size
        again = found(county.collect(one.grown(301), two))
        assert again in (["+", "+"], ["=", "="]), (step, size)
        assert county.leaves() == [one.note, one.grown(301).note, two.note]
        assert county.verify().ok


def test_300_books_in_folders_grow_for_three_days(county: County, tmp_path: Path) -> None:
    books = [book(number, 1 + number % 40) for number in range(1, 301)]
    for _day in range(3):
        books = [one.grown(len(one.entries) + 1) for one in books]
        folders = [write(tmp_path / "books" / str(i), one.files()) for i, one in enumerate(books)]
        outcomes = county.collect(*map(FolderSource, folders))
        assert found(outcomes) == ["+"] * 300
    assert county.head.size == 900
    report = verify_county(county.source, COUNTY.verifier.vkey)
    assert (report.ok, report.books, report.entries) == (True, 300, 900)


# --- a second log of a book


def elsewhere(one: Book, size: int) -> Book:
    """Return a log of the same book under another origin, with a key of its own."""
    name = one.origin.replace("books.example.cn", "other.example.cn")
    return Book(SigningKey(name, b"\x66" * 32)).grown(size, "other")


def test_a_second_log_of_a_collected_book_is_a_finding_and_not_appended(county: County) -> None:
    one = book(1, 5)
    other = elsewhere(one, 9)
    assert found(county.collect(one, other)) == ["+", "county.second_log"]
    assert found(county.collect(other)) == ["county.second_log"]
    assert county.leaves() == [one.note]


def test_the_operator_may_name_the_key_of_a_second_log(county: County) -> None:
    one = book(1, 5)
    other = elsewhere(one, 9)
    county.collect(one)
    assert found(county.collect(other, keys=[other.key.verifier.vkey])) == ["+"]
    assert found(county.collect(other.grown(10), one, one.grown(6))) == ["+", "=", "county.second_log"]
    report = county.verify()
    assert report.ok
    assert f"{one.origin} → {other.origin}" in report.caution


def test_a_log_that_its_own_entries_move_is_collected_at_its_new_origin(county: County, log: Log) -> None:
    before = Keyed(replace(log, published={}), (log.key,))
    assert found(county.collect(MemorySource(before.files))) == ["+"]
    name = f"new.example.cn/books/{log.book().book}"
    stranger, new = (SigningKey(name, bytes([i]) * 32) for i in (7, 3))
    grown = before.voucher()
    assert found(county.collect(MemorySource(Keyed(grown.log, (stranger,)).files))) == ["county.second_log"]
    moved = grown.move(new, 19)
    assert found(county.collect(MemorySource(moved.files))) == ["+"]
    assert found(county.collect(MemorySource(grown.files))) == ["county.second_log"], (
        "the old origin grows no more"
    )
    assert county.head.size == 2


# --- a lost file of books


def test_a_lost_file_of_books_is_told_and_accuses_nobody(
    county: County, caplog: pytest.LogCaptureFixture
) -> None:
    one = book(1, 3)
    county.collect(one)
    rotated = Book(SigningKey(one.origin, b"\x55" * 32), one.entries, one.tree).grown(9)
    county.collect(rotated, keys=[rotated.key.verifier.vkey])
    assert not caplog.messages
    (county.folder / "books.json").unlink()
    assert found(county.collect(rotated.grown(10))) == ["+"]
    assert any("books.json" in message and "made anew" in message for message in caplog.messages)
    report = county.verify()
    assert report.ok, report.findings
    assert report.unchecked == 1
    assert "books.json" in report.caution
