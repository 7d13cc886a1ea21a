"""The door for signed entries, and every entry, proof and tile at its address, over a real server."""

from __future__ import annotations

import base64
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from audit.source import HttpSource
from audit.tlog.checkpoint import open_checkpoint
from audit.tlog.proof_file import parse_proof_file
from audit.tlog.tiles import decode_bundle, encode_bundle
from audit.verify import verify
from domain.kernel.merkle import leaf_hash
from domain.kernel.note import parse_vkey
from domain.vouchers import Attachments, Reversal, VoucherPosted, VoucherReversed, mirrored
from tests.api.http.conftest import BOOK, PROBLEM, voucher

if TYPE_CHECKING:
    from domain.kernel.note import VerifierKey
    from tests.api.http.conftest import Door

IMMUTABLE = "public, max-age=31536000, immutable"


@pytest.fixture
def vkey(door: Door) -> VerifierKey:
    """The log's key, as the server gives it."""
    return parse_vkey(door.get("log.vkey").text.strip())


# --- posting


def test_posted_entry_is_stored_and_gets_a_receipt(door: Door) -> None:
    note, size = door.note(), door.book().size
    answer = door.post(note)
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    receipt = answer.json()
    assert set(receipt) == {"book", "index", "leaf_hash", "created", "proof", "warnings"}, (
        "a proof, if it is covered already"
    )
    assert receipt["warnings"] == []
    assert (receipt["book"], receipt["index"], receipt["created"]) == (BOOK, size, True)
    assert receipt["leaf_hash"] == base64.b64encode(leaf_hash(note)).decode()
    assert door.book().size == size + 1


def test_waiting_brings_a_proof_that_checks(door: Door, vkey: VerifierKey) -> None:
    note = door.note()
    receipt = door.post(note, wait=5).json()
    proof = parse_proof_file(receipt["proof"].encode())
    assert proof.index == receipt["index"]
    checkpoint = proof.check(note, vkey)
    assert checkpoint.size > receipt["index"]
    assert checkpoint.root == door.book().tree.root(checkpoint.size)


def test_same_bytes_again_get_the_same_receipt_with_200(door: Door) -> None:
    note = door.note()
    first, again = door.post(note), door.post(note)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() | {"proof": None} == first.json() | {"created": False, "proof": None}


def test_same_bytes_again_may_wait_for_their_proof(door: Door, vkey: VerifierKey) -> None:
    note = door.note()
    door.post(note)
    answer = door.post(note, wait=5)
    assert answer.status_code == 200
    parse_proof_file(answer.json()["proof"].encode()).check(note, vkey)


def test_what_a_checkpoint_covers_has_its_proof_without_waiting(door: Door, vkey: VerifierKey) -> None:
    """The same receipt, however often it is asked for; of several each has its own."""
    note = door.note()
    first = door.post(note, wait=5).json()
    again = door.post(note)
    assert again.status_code == 200
    assert again.json()["index"] == first["index"]
    parse_proof_file(again.json()["proof"].encode()).check(note, vkey)
    old, new = door.post(encode_bundle([note, door.note()])).json()["receipts"]
    assert (old["created"], new["created"]) == (False, True)
    parse_proof_file(old["proof"].encode()).check(note, vkey)


def test_bundle_is_stored_in_its_order(door: Door, vkey: VerifierKey) -> None:
    notes = [door.note(voucher(fen)) for fen in (100, 200, 300)]
    size = door.book().size
    answer = door.post(encode_bundle(notes), wait=5)
    receipts = answer.json()["receipts"]
    assert answer.status_code == 201
    assert [receipt["index"] for receipt in receipts] == [size, size + 1, size + 2]
    for note, receipt in zip(notes, receipts, strict=True):
        parse_proof_file(receipt["proof"].encode()).check(note, vkey)
    again = door.post(encode_bundle(notes))
    assert again.status_code == 200
    assert [receipt["index"] for receipt in again.json()["receipts"]] == [size, size + 1, size + 2]


def test_bundle_of_one_answers_as_a_bundle(door: Door) -> None:
    answer = door.post(encode_bundle([door.note()]))
    assert answer.status_code == 201
    assert len(answer.json()["receipts"]) == 1


def test_bundle_with_something_new_is_created(door: Door) -> None:
    old, new = door.note(), door.note()
    door.post(old)
    answer = door.post(encode_bundle([old, new]))
    assert answer.status_code == 201
    assert [receipt["created"] for receipt in answer.json()["receipts"]] == [False, True]


def test_bundle_is_stored_all_or_none(door: Door) -> None:
    good, bad = door.note(), door.note(voucher(date="2025-12-31"))
    size = door.book().size
    answer = door.post(encode_bundle([good, bad]))
    assert (answer.status_code, answer.json()["rule"]) == (422, "period.before_first")
    assert door.book().size == size
    assert door.post(good).status_code == 201


WRONG = (
    "by its rule",
    "by its signers",
    "at the door",
    "unknown field",
    "not canonical",
    "no json",
    "garbage",
)


def _wrong(door: Door) -> dict[str, tuple[bytes, str, bool]]:
    """Return notes that are refused, each at another step: note, rule, and whether its id can be read."""
    good = door.note()
    return {
        "by its rule": (door.note(voucher(date="2025-12-31")), "period.before_first", True),
        "by its signers": (door.note(None, VoucherPosted, "accountant"), "policy.roles_missing", True),
        "at the door": (door.note(at="2999-01-01T00:00:00+08:00"), "entry.from_the_future", True),
        "unknown field": (good.replace(b'"seen":', b'"seem":1,"seen":'), "entry.unknown_field", True),
        "not canonical": (good.replace(b'{"at":', b'{ "at":'), "entry.not_canonical", True),
        "no json": (good.replace(b'{"at":', b'{{"at":'), "entry.malformed", False),
        "garbage": (b"garbage", "note.malformed", False),
    }


@pytest.mark.parametrize("name", WRONG)
def test_which_of_a_bundle_is_refused_is_said(door: Door, name: str) -> None:
    bad, rule, readable = _wrong(door)[name]
    answer = door.post(encode_bundle([door.note(), door.note(), bad, door.note()])).json()
    assert answer["rule"] == rule
    assert answer["facts"]["position"] == 2
    assert "第 2 条" in answer["detail_zh"]
    assert "entry 2" in answer["detail"]
    assert ("id" in answer["facts"]) == readable
    if readable:
        [identity] = re.findall(rb'"id":"([0-9A-Z]{26})"', bad)
        assert answer["facts"]["id"] == identity.decode()
        assert identity.decode() in answer["detail"]
        assert identity.decode() in answer["detail_zh"]


def test_of_one_note_alone_no_position_is_said(door: Door) -> None:
    bad = door.note(voucher(date="2025-12-31"))
    for body in (bad, encode_bundle([bad])):
        answer = door.post(body).json()
        assert answer["rule"] == "period.before_first"
        assert "position" not in answer["facts"]
        assert "entry 0" not in answer["detail"]


def test_reversal_is_posted(door: Door) -> None:
    statement = door.statement(voucher(12_345))
    note = door.note(voucher(12_345), id=statement.id, at=statement.at)
    door.post(note)
    reversal = Reversal(
        attachments=Attachments(),
        date="2026-04-03",
        lines=mirrored(voucher(12_345).lines),
        reverses=statement.id,
        summary="冲销",
    )
    assert door.post(door.note(reversal, VoucherReversed)).status_code == 201


def test_posters_side_by_side_all_get_their_own_place(door: Door) -> None:
    notes = [door.note(voucher(fen)) for fen in range(1, 41)]
    size = door.book().size
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(door.post, notes))
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["index"] for answer in answers) == list(range(size, size + 40))
    for note, answer in zip(notes, answers, strict=True):
        index = answer.json()["index"]
        assert door.book().tree.leaf(index) == leaf_hash(note)


# --- reading entries and proofs


def test_note_is_the_posted_bytes_forever(door: Door) -> None:
    note = door.note()
    index = door.post(note, wait=5).json()["index"]
    answer = door.get(f"entries/{index}.note")
    assert answer.content == note
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == IMMUTABLE


def test_json_is_the_entry_decoded(door: Door) -> None:
    note = door.note(voucher(4_200))
    receipt = door.post(note, wait=5).json()
    entry = door.get(f"entries/{receipt['index']}.json").json()
    assert (entry["book"], entry["index"], entry["leaf_hash"]) == (
        BOOK,
        receipt["index"],
        receipt["leaf_hash"],
    )
    assert entry["statement"]["type"] == "voucher.posted/1"
    assert entry["statement"]["data"]["lines"][0] == {"account": "10201", "debit_fen": 4_200}
    assert [one["key"] for one in entry["signatures"]] == [f"{BOOK}/accountant/1", f"{BOOK}/head/1"]
    assert len(base64.b64decode(entry["signatures"][0]["signature"])) == 64


def test_every_entry_of_the_example_has_a_proof(door: Door, vkey: VerifierKey) -> None:
    for index in range(19):
        answer = door.get(f"proof/{index}")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        proof = parse_proof_file(answer.content)
        assert proof.index == index
        proof.check(door.get(f"entries/{index}.note").content, vkey)


@pytest.mark.parametrize("path", ["entries/{}.note", "entries/{}.json", "proof/{}"])
@pytest.mark.parametrize("index", ["100000", "9223372036854775807"])
def test_entry_that_is_not_there_yet_is_not_found(door: Door, path: str, index: str) -> None:
    answer = door.get(path.format(index))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["rule"] == "entry.unknown"


# --- the log's files


def test_checkpoint_is_signed_and_never_cached_for_long(door: Door, vkey: VerifierKey) -> None:
    door.post(door.note(), wait=5)
    answer = door.get("checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=1, must-revalidate"
    checkpoint = open_checkpoint(answer.content, vkey)
    book = door.book()
    assert (checkpoint.size, checkpoint.root) == (book.size, book.tree.root())
    assert checkpoint.origin == f"sunledger.localhost/books/{BOOK}"


def test_tiles_hold_the_leaf_hashes_at_any_width_reached(door: Door) -> None:
    tree = door.book().tree
    for width in (1, 5, 19):
        answer = door.get(f"tile/0/000.p/{width}")
        assert answer.content == b"".join(tree.leaf(index) for index in range(width))
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == IMMUTABLE


def test_bundles_hold_the_entries_at_any_width_reached(door: Door) -> None:
    for width in (1, 19):
        answer = door.get(f"tile/entries/000.p/{width}")
        assert [leaf_hash(note) for note in decode_bundle(answer.content, width)] == [
            door.book().tree.leaf(index) for index in range(width)
        ]
        assert answer.headers["cache-control"] == IMMUTABLE


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("0/000", "tile.unknown"),
        ("entries/000", "tile.unknown"),
        ("0/000.p/255", "tile.unknown"),
        ("entries/000.p/255", "tile.unknown"),
        ("0/001.p/1", "tile.unknown"),
        ("1/000.p/1", "tile.unknown"),
        ("0/000.p/0", "tlog.bad_path"),
        ("0/000.p/256", "tlog.bad_path"),
        ("0/0", "tlog.bad_path"),
        ("64/000", "tlog.bad_path"),
        ("entries/x000/000", "tlog.bad_path"),
        ("%2e%2e/checkpoint", "tlog.bad_path"),
        ("nonsense", "tlog.bad_path"),
    ],
)
def test_tile_that_is_not_there_is_not_found(door: Door, path: str, rule: str) -> None:
    answer = door.get(f"tile/{path}")
    assert (answer.status_code, answer.json()["rule"]) == (404, rule)
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_audit_over_http_is_green(door: Door) -> None:
    door.post(door.note(), wait=5)
    anchor = door.keyring.key("township").verifier.vkey
    report = verify(HttpSource(f"{door.url}/books/{BOOK}"), anchor=anchor)
    assert report.findings == []
    assert report.entries == door.book().size
    assert {check.name: check.count for check in report.checks}["balances"] == 16
