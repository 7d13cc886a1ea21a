"""Every answer of the specification, in its order, from the same state: 7 of 12 entries were cosigned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.tlog.witness_request import SIZE_TYPE, WitnessRequest, parse_size
from domain.kernel.errors import Kind
from domain.kernel.note import Signature, SigningKey, format_note, parse_note
from tests.audit.witness.conftest import NOW, Post, Village, open_post

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STRANGER = SigningKey("stranger.example.cn", b"\x09" * 32)
IMPOSTOR = SigningKey("ledger.example.cn/440111/shalong", b"\x08" * 32)


def signed(village: Village, text: bytes, old: int = 7, hashes: tuple[bytes, ...] = ()) -> bytes:
    """Return a request about any text that the log signed."""
    return WitnessRequest(old, hashes, format_note(text, [village.key.sign(text)])).encode()


def with_lines(village: Village, *lines: Signature) -> bytes:
    """Return the good request 7 -> 12 with these signature lines."""
    return WitnessRequest(7, village.proof(7, 12), format_note(village.text(12), lines)).encode()


def own(village: Village) -> Signature:
    """Return the log's good line over 12 entries."""
    return village.key.sign(village.text(12))


def bad(village: Village) -> Signature:
    """Return a line that claims to be the log's, over another text."""
    return village.key.sign(village.text(11))


MATRIX: list[tuple[str, int, str, Callable[[Village], bytes]]] = [
    # --- 400: what cannot be read
    ("nothing", 400, "witness.request_malformed", lambda _: b""),
    ("no checkpoint", 400, "witness.request_malformed", lambda _: b"old 7\n\n"),
    ("no note", 400, "note.malformed", lambda v: WitnessRequest(7, (), v.text(12)).encode()),
    ("no head", 400, "checkpoint.malformed", lambda v: signed(v, b"one line\n")),
    ("no origin", 400, "checkpoint.malformed", lambda v: signed(v, b"\n12\n" + b"A" * 43 + b"=\n")),
    (
        "a size with a zero in front",
        400,
        "checkpoint.malformed",
        lambda v: signed(v, v.text(12).replace(b"12", b"012")),
    ),
    ("a short root", 400, "checkpoint.malformed", lambda v: signed(v, v.text(12, bytes(31)))),
    (
        "an empty line in the text",
        400,
        "checkpoint.malformed",
        lambda v: signed(v, v.text(12, None, "", "x")),
    ),
    ("old beyond the size", 400, "witness.old_size", lambda v: WitnessRequest(13, (), v.note(12)).encode()),
    # --- 404 comes before any signature is looked at, and after 400
    ("another log", 404, "witness.unknown_log", lambda _: Village.of_size(12, STRANGER).request(7, 12)),
    (
        "another log, old beyond",
        400,
        "witness.old_size",
        lambda _: WitnessRequest(13, (), Village.of_size(12, STRANGER).note(12)).encode(),
    ),
    # --- 403 comes before 409
    ("signed by a stranger", 403, "witness.signature", lambda v: with_lines(v, STRANGER.sign(v.text(12)))),
    (
        "the right name, another key",
        403,
        "witness.signature",
        lambda v: with_lines(v, IMPOSTOR.sign(v.text(12))),
    ),
    ("a bad line of the log's key", 403, "witness.signature", lambda v: with_lines(v, bad(v))),
    ("a good and a bad line", 403, "witness.signature", lambda v: with_lines(v, own(v), bad(v))),
    ("the bad line first", 403, "witness.signature", lambda v: with_lines(v, bad(v), own(v))),
    (
        "unsigned and another old",
        403,
        "witness.signature",
        lambda v: WitnessRequest(3, v.proof(3, 12), format_note(v.text(12), [bad(v)])).encode(),
    ),
    # --- 409 comes before 422
    ("old 0, to learn the size", 409, "witness.size", lambda v: v.request(0, 12)),
    ("old below", 409, "witness.size", lambda v: v.request(3, 12)),
    ("old above", 409, "witness.size", lambda v: v.request(9, 12)),
    ("a head from the past", 409, "witness.size", lambda v: v.request(3, 5)),
    ("another old and no proof", 409, "witness.size", lambda v: WitnessRequest(3, (), v.note(12)).encode()),
    ("another old, other root of the same size", 409, "witness.size", lambda v: v.fork(2, 7).request(0, 7)),
    # --- 422
    ("no proof", 422, "witness.proof", lambda v: WitnessRequest(7, (), v.note(12)).encode()),
    (
        "a hash too few",
        422,
        "witness.proof",
        lambda v: WitnessRequest(7, v.proof(7, 12)[:-1], v.note(12)).encode(),
    ),
    (
        "a hash too many",
        422,
        "witness.proof",
        lambda v: WitnessRequest(7, (*v.proof(7, 12), bytes(32)), v.note(12)).encode(),
    ),
    ("another proof", 422, "witness.proof", lambda v: WitnessRequest(7, v.proof(6, 12), v.note(12)).encode()),
    (
        "a proof at equal sizes",
        422,
        "witness.proof",
        lambda v: WitnessRequest(7, (bytes(32),), v.note(7)).encode(),
    ),
    ("another root of the same size", 422, "witness.fork", lambda v: v.fork(2, 7).request(7, 7)),
    ("another log below 7, proved", 422, "witness.fork", lambda v: v.fork(2, 12).request(7, 12)),
    (
        "another log below 7, proved for ours",
        422,
        "witness.proof",
        lambda v: WitnessRequest(7, v.proof(7, 12), v.fork(2, 12).note(12)).encode(),
    ),
    # --- 200
    ("the next head", 200, "", lambda v: v.request(7, 12)),
    ("the same head", 200, "", lambda v: v.request(7, 7)),
    (
        "lines of strangers are passed over",
        200,
        "",
        lambda v: with_lines(v, STRANGER.sign(v.text(12)), own(v), IMPOSTOR.sign(v.text(12))),
    ),
    ("the log's line twice", 200, "", lambda v: with_lines(v, own(v), own(v))),
    ("extension lines", 200, "", lambda v: signed(v, v.text(12, None, "Timestamp: 1"), 7, v.proof(7, 12))),
]

STATUS = {Kind.MALFORMED: 400, Kind.UNKNOWN: 404, Kind.FORBIDDEN: 403, Kind.CONFLICT: 409, Kind.REFUSED: 422}


@pytest.fixture
def at_seven(post: Post, village: Village) -> Post:
    """The witness after it cosigned 7 entries."""
    assert post.ask(village, 0, 7) == ""
    return post


@pytest.mark.parametrize(
    ("status", "code", "make"), [row[1:] for row in MATRIX], ids=[row[0] for row in MATRIX]
)
def test_the_matrix(
    at_seven: Post, village: Village, status: int, code: str, make: Callable[[Village], bytes]
) -> None:
    before = at_seven.witness.checkpoint(at_seven.log_folder().name)
    answer = at_seven.witness.answer(make(village), NOW + 1)
    refusal = answer.refusal
    assert ((STATUS[refusal.rule.kind], refusal.rule.code) if refusal else (200, "")) == (status, code)
    if status == 200:
        assert answer.body.startswith("— witness.example.cn/town ".encode())
        assert answer.body.count(b"\n") == 1
        assert at_seven.newest()[1] == NOW + 1
    else:
        assert at_seven.witness.checkpoint(at_seven.log_folder().name) == before
    if status == 409:
        assert (answer.media_type, answer.body) == (SIZE_TYPE, b"7\n")
        assert parse_size(answer.body) == 7
    elif status != 200:
        assert refusal is not None
        assert answer.body.decode().splitlines() == [refusal.zh, refusal.en, f"[{code}]"]


@pytest.mark.parametrize(
    ("old", "hashes", "size", "code"),
    [
        (0, (), 12, ""),
        (0, (), 0, ""),
        (0, (bytes(32),), 12, "witness.proof"),
        (0, (bytes(32),), 0, "witness.proof"),
        (3, (), 12, "witness.size"),
    ],
)
def test_the_first_head(
    post: Post, village: Village, old: int, hashes: tuple[bytes, ...], size: int, code: str
) -> None:
    assert post.send(WitnessRequest(old, hashes, village.note(size)).encode()) == code


def test_an_empty_log_has_one_root(post: Post, village: Village) -> None:
    assert post.send(signed(village, village.text(0, bytes(32)), old=0)) == "witness.empty_root"
    assert post.ask(village, 0, 0) == ""
    assert post.newest()[0] == 0
    assert post.ask(village, 0, 12) == ""
    assert post.send(signed(village, village.text(0, bytes(32)), old=0)) == "witness.size"


def test_every_flipped_bit_of_a_request_is_refused(at_seven: Post, village: Village) -> None:
    body = village.request(7, 12)
    before = at_seven.files()
    for place in range(8 * len(body)):
        changed = bytearray(body)
        changed[place // 8] ^= 1 << place % 8
        assert at_seven.send(bytes(changed)) != ""
    assert at_seven.files() == before


def test_the_answer_and_the_checkpoint_make_one_note(at_seven: Post, village: Village) -> None:
    answer = at_seven.witness.answer(village.request(7, 12), NOW)
    note = parse_note(village.note(12) + answer.body)
    assert [line.name for line in note.signatures] == [village.key.name, at_seven.witness.verifier.name]
    assert village.note(12) + answer.body == at_seven.witness.checkpoint(at_seven.log_folder().name)


def test_what_is_served_holds_no_line_of_a_stranger(at_seven: Post, village: Village) -> None:
    note = village.note(12, STRANGER)
    assert at_seven.send(WitnessRequest(7, village.proof(7, 12), note).encode()) == ""
    served = parse_note(at_seven.witness.checkpoint(at_seven.log_folder().name))
    assert [line.name for line in served.signatures] == [village.key.name, at_seven.witness.verifier.name]


def test_a_witness_never_signs_an_earlier_time(post: Post, village: Village) -> None:
    times = []
    for old, size, now_s in (
        (0, 7, NOW),
        (7, 7, NOW + 60),
        (7, 12, NOW - 86_400),
        (12, 12, 1),
        (12, 12, NOW + 61),
    ):
        assert post.ask(village, old, size, now_s) == ""
        times.append(post.newest()[1])
    assert times == [NOW, NOW + 60, NOW + 60, NOW + 60, NOW + 61]


def test_two_logs_do_not_touch_each_other(tmp_path: Path, village: Village) -> None:
    other = Village.of_size(12, SigningKey("ledger.example.cn/440111/xiaohe", b"\x04" * 32))
    post = open_post(tmp_path / "witness", village, other)
    assert post.ask(village, 0, 12, NOW + 100) == ""
    assert post.ask(other, 0, 3) == ""
    assert (post.newest(), post.newest(other.origin)) == ((12, NOW + 100), (3, NOW))
    # the other village's key signs a head of this one's log
    text = village.text(12)
    forged = WitnessRequest(12, (), format_note(text, [other.key.sign(text)])).encode()
    assert post.send(forged) == "witness.signature"


def test_a_log_with_spaces_in_its_origin_and_another_key_name(tmp_path: Path) -> None:
    foreign = Village(SigningKey("sum.example.org", b"\x05" * 32), [b"a", b"b"], "go.sum database tree")
    post = open_post(tmp_path / "witness", foreign)
    assert post.ask(foreign, 0, 1) == ""
    assert post.ask(foreign, 1, 2) == ""
    assert post.newest(foreign.origin) == (2, NOW)


def test_an_origin_that_nobody_knows_is_not_echoed_at_length(post: Post) -> None:
    foreign = Village(SigningKey("foreign", b"\x05" * 32), [b"a"], "\u202e\x9b2J" + "村" * 50_000)
    answer = post.witness.answer(foreign.request(0, 1), NOW)
    assert answer.refusal is not None
    assert answer.refusal.rule.code == "witness.unknown_log"
    assert len(answer.body) < 4_000
    assert b"\\u202e\\x9b2J" in answer.body
