"""The audit of a county's log, and the proof of a book in it: whatever is damaged is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.county import prove_book, verify_county
from audit.files import UNREADABLE
from audit.tlog.proof_file import parse_proof_file
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey, format_note
from tests.audit.conftest import MemorySource, read_files
from tests.audit.county.conftest import COUNTY, Book, County, book, tree_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.county import CountyReport

VKEY = COUNTY.verifier.vkey
BOOKS = [book(number, number) for number in range(1, 131)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A county's log of 130 books, most of which grew: 264 entries in two bundles."""
    county = County(tmp_path_factory.mktemp("county")).create()
    county.collect(*BOOKS)
    county.collect(*(one.grown(len(one.entries) + 1) for one in BOOKS[:128]))
    county.collect(*(one.grown(len(one.entries) + 2) for one in BOOKS[:6]))
    return read_files(county.folder)


def log_of(entries: Sequence[bytes]) -> dict[str, bytes]:
    """Return the files of a log that the county's key signed over these entries, whatever they are."""
    return Book(COUNTY, tuple(entries), tree_of(entries)).files()


def rules(report: CountyReport) -> set[tuple[str, int | None]]:
    return {(found.rule, found.entry) for found in report.findings}


def test_a_good_log(files: dict[str, bytes]) -> None:
    heard: list[tuple[int, int]] = []
    report = verify_county(MemorySource(files), VKEY, lambda done, of: heard.append((done, of)))
    assert (report.ok, report.entries, report.books) == (True, 264, 130)
    assert (report.book, report.anchored, report.caution) == (COUNTY.name, True, "")
    assert {check.name: check.count for check in report.checks} == {
        "checkpoint": 1,
        "entries": 264,
        "growth": 264,
        "signatures": 264,
        "root": 264,
        "tiles": 3,
    }
    assert heard == [(256, 264), (264, 264)]
    assert report.as_object()["books"] == 130


def test_without_a_key_the_report_says_so(files: dict[str, bytes]) -> None:
    report = verify_county(MemorySource(files))
    assert report.ok
    assert "--key" in report.as_text()
    assert "--anchor" not in report.as_text()


def test_without_the_published_keys_the_rest_is_verified(files: dict[str, bytes]) -> None:
    for damage in (None, b"{", b'{"entries":1,"books":{"a":{"index":0,"size":0,"root":"","keys":["x"]}}}'):
        there = {path: data for path, data in files.items() if path != "books.json"}
        report = verify_county(MemorySource(there | ({"books.json": damage} if damage else {})), VKEY)
        assert report.ok
        assert {check.name: check.mark for check in report.checks}["signatures"] == "–"


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001.p/8", "tile/1/000.p/1"])
def test_a_tile_that_is_damaged_or_withheld(files: dict[str, bytes], path: str) -> None:
    damaged = bytearray(files[path])
    damaged[-1] ^= 1
    assert rules(verify_county(MemorySource(files | {path: bytes(damaged)}))) == {("audit.tile", None)}
    del (gone := dict(files))[path]
    assert rules(verify_county(MemorySource(gone))) == {("audit.tile_missing", None)}


@pytest.mark.parametrize(("path", "first"), [("tile/entries/000", 0), ("tile/entries/001.p/8", 256)])
def test_a_bundle_that_is_damaged_or_withheld(files: dict[str, bytes], path: str, first: int) -> None:
    cut = verify_county(MemorySource(files | {path: files[path][:-1]}))
    assert ("county.bundle", first) in rules(cut)
    del (gone := dict(files))[path]
    report = verify_county(MemorySource(gone))
    assert {("county.bundle", first), ("audit.root", None)} <= rules(report)
    assert report.entries == first


def test_one_flipped_bit_in_an_entry(files: dict[str, bytes]) -> None:
    bundle = files["tile/entries/000"].replace(b"books.example.cn/7\n7\n", b"books.example.cn/7\n6\n")
    report = verify_county(MemorySource(files | {"tile/entries/000": bundle}))
    assert {("checkpoint.signature", 6), ("audit.root", None)} <= rules(report)


def test_a_checkpoint_that_another_key_signed(files: dict[str, bytes]) -> None:
    other = SigningKey(COUNTY.name, b"\x05" * 32).verifier.vkey
    assert rules(verify_county(MemorySource(files), other)) == {("checkpoint.signature", None)}
    assert rules(verify_county(MemorySource(files | {"checkpoint": b"x"}))) == {("note.malformed", None)}


def test_a_book_that_shrank_or_stands_twice() -> None:
    notes = [book(1, 5).note, book(2, 3).note, book(1, 4).note, book(2, 3).note, book(1, 5).note]
    report = verify_county(MemorySource(log_of(notes)), VKEY)
    assert rules(report) == {("county.shrunk", 2), ("county.shrunk", 3)}


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (b"", "note.malformed"),
        (b"no checkpoint", "note.malformed"),
        (format_note(b"a\nb\n", [COUNTY.sign(b"a\nb\n")]), "checkpoint.malformed"),
        (format_note(book(1, 2).note.split(b"\n\n")[0] + b"\n", [COUNTY.sign(b"x")]), "county.leaf"),
        (book(1, 2).note + book(1, 2).note.split(b"\n\n")[1], "county.leaf"),
    ],
)
def test_what_is_no_checkpoint_of_a_book(entry: bytes, rule: str) -> None:
    report = verify_county(MemorySource(log_of([book(3, 3).note, entry, book(4, 4).note])), VKEY)
    assert rules(report) == {(rule, 1)}
    assert report.books == 2


def test_an_empty_log_is_good(county: County) -> None:
    report = county.verify()
    assert (report.ok, report.entries, report.books) == (True, 0, 0)


def test_a_server_that_is_away_is_no_verdict(files: dict[str, bytes]) -> None:
    class Away(MemorySource):
        def fetch(self, path: str) -> bytes:
            """Fail to read what the test names."""
            if path.startswith(self.name):
                raise UNREADABLE(place=path, problem="HTTP 500")
            return super().fetch(path)

    for path in ("checkpoint", "log.vkey", "tile/entries", "tile/1"):
        with pytest.raises(RuleViolation, match="HTTP 500"):
            verify_county(Away(files, path))
    with pytest.raises(RuleViolation, match=r"audit\.unreadable"):
        verify_county(MemorySource({}))


# --- the proof of a book


@pytest.mark.parametrize(("number", "index"), [(1, 258), (6, 263), (7, 136), (128, 257), (129, 128)])
def test_the_proof_of_a_book_is_of_its_newest_entry(files: dict[str, bytes], number: int, index: int) -> None:
    source = MemorySource(files)
    proof = parse_proof_file(prove_book(source, f"books.example.cn/{number}", VKEY).encode())
    assert proof.index == index
    assert proof.check(proof.extra, COUNTY.verifier).size == 264
    more = 2 if number <= 6 else 1 if number <= 128 else 0
    assert proof.extra == BOOKS[number - 1].grown(number + more).note


def test_a_book_that_is_not_there(files: dict[str, bytes]) -> None:
    with pytest.raises(RuleViolation, match=r"county\.no_book"):
        prove_book(MemorySource(files), "books.example.cn/999")


def test_no_proof_is_given_that_does_not_hold(files: dict[str, bytes]) -> None:
    bundle = files["tile/entries/000"].replace(b"cn/129\n129\n", b"cn/129\n128\n")
    for damage in ({"tile/entries/000": bundle}, {"tile/1/000.p/1": bytes(32)}):
        with pytest.raises(RuleViolation, match=r"tlog\.bad_proof"):
            prove_book(MemorySource(files | damage), "books.example.cn/129")


def test_two_logs_of_one_book_that_grow_in_turn() -> None:
    other = Book(SigningKey("other.example.cn/1", b"\x66" * 32))
    notes = [book(1, 5).note, other.grown(6).note, book(1, 7).note]
    assert rules(verify_county(MemorySource(log_of(notes)), VKEY)) == {("county.two_logs", 2)}


def test_withheld_keys_are_counted_and_said(files: dict[str, bytes]) -> None:
    report = verify_county(
        MemorySource({path: data for path, data in files.items() if path != "books.json"}), VKEY
    )
    assert (report.ok, report.unchecked) == (True, 264)
    assert "264" in report.caution
    assert report.caution in report.as_text()


def test_a_key_that_is_not_published_is_told_from_a_bad_signature(files: dict[str, bytes]) -> None:
    stranger = Book(SigningKey(book(1, 0).origin, b"\x55" * 32)).grown(9)
    served = log_of([stranger.note]) | {"books.json": files["books.json"]}
    assert rules(verify_county(MemorySource(served), VKEY)) == {("county.unknown_key", 0)}


def test_each_remark_stands_on_a_line_of_its_own(files: dict[str, bytes]) -> None:
    report = verify_county(
        MemorySource({path: data for path, data in files.items() if path != "books.json"}), ""
    )
    text = report.as_text()
    assert "\\x0a" not in text
    assert [line[:3] for line in text.splitlines() if "--key" in line or "books.json" in line] == [
        "注意："
    ] * 2
