"""Anchor lines: what is printed is read again however it is typed, and tells whether a log extends it."""

from __future__ import annotations

import base64
import unicodedata
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.anchor import ALPHABET, AnchorLine, anchor_of, check_extends, parse_anchor
from audit.files import UNREADABLE
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from domain.kernel.errors import RuleViolation
from domain.kernel.merkle import EMPTY_ROOT
from domain.kernel.note import SigningKey
from tests.audit.conftest import MemorySource
from tests.audit.tlog.conftest import ORIGIN, make_log

if TYPE_CHECKING:
    from collections.abc import Callable

LINE = AnchorLine(Checkpoint("zhangben.example.cn/Lo", 1024, bytes(range(32))), "2026-11-25")
HEADS = st.builds(
    Checkpoint,
    st.sampled_from(["a", "ledger.example.cn/books/N2330881MF0000013Y", "i.l/O0", "县级.example"]),
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
)


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(RuleViolation) as caught:
        action()
    return caught.value.rule.code


def crockford(data: bytes) -> str:
    standard = base64.b32encode(data).decode().rstrip("=")
    return standard.translate(str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET))


def test_the_line_as_it_is_printed() -> None:
    """The root is plain base 32 with another alphabet, so that any program can read it."""
    origin, size, date, *groups = LINE.text.split()
    assert (origin, size, date) == ("zhangben.example.cn/Lo", "1024", "2026-11-25")
    assert [len(group) for group in groups] == [4] * 14
    root = crockford(bytes(range(32)))
    folded = f"sunledger.anchor/v1\nZHANGBEN.EXAMP1E.CN/10\n1024\n2026-11-25\n{root}\n"
    assert "".join(groups) == root + crockford(sha256(folded.encode()).digest())[:4]
    assert len(LINE.text) < 120


@given(HEADS, st.dates().map(str))
def test_what_is_printed_is_read_again(head: Checkpoint, date: str) -> None:
    line = AnchorLine(head, date)
    assert parse_anchor(line.text) == line


@pytest.mark.parametrize(
    "typed",
    [
        LINE.text.lower(),
        LINE.text.upper(),
        LINE.text.replace("0", "O"),
        LINE.text.replace("0", "o").replace("1", "l"),
        LINE.text.replace("1", "I"),
        LINE.text.replace("1", "i").replace("/Lo", "/10"),
        f"  {LINE.text}\n",
        LINE.text.replace(" ", "\n"),
        LINE.text.replace(" ", "\u3000"),
        LINE.text.replace("-", "—").replace("2026—", "2026-"),
        "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in LINE.text),
        " ".join(LINE.text.split()[:3]) + " " + "-".join(LINE.text.split()[3:]),
        " ".join(LINE.text.split()[:3]) + " " + "".join(LINE.text.split()[3:]),
    ],
)
def test_a_person_may_type_it_in_many_ways(typed: str) -> None:
    read = parse_anchor(typed)
    assert (read.head.size, read.head.root, read.date) == (1024, bytes(range(32)), "2026-11-25")


def test_one_wrong_character_anywhere_is_named_as_mistyped() -> None:
    """Every place, with another letter or digit: never taken for a line, whose log would then be accused."""
    wrong = 0
    for place, character in enumerate(LINE.text):
        if not character.isalnum():
            continue
        other = "7" if character != "7" else "8"
        typed = LINE.text[:place] + other + LINE.text[place + 1 :]
        assert refused(lambda typed=typed: parse_anchor(typed)) in {"anchor.mistyped", "anchor.malformed"}  # type: ignore[misc]
        wrong += 1
    assert wrong > 80


def test_two_groups_in_the_wrong_order_are_mistyped() -> None:
    words = LINE.text.split()
    for place in range(3, 16):
        swapped = [*words[:place], words[place + 1], words[place], *words[place + 2 :]]
        assert refused(lambda: parse_anchor(" ".join(swapped))) == "anchor.mistyped"  # noqa: B023


def test_a_mistyped_line_shows_both_checks_and_what_was_read() -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_anchor(LINE.text.replace("1024", "1025"))
    assert LINE.text.split()[-1] in caught.value.zh
    assert " 1025 " in caught.value.en
    assert "group by group" in caught.value.en


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "a",
        "a 1 2026-01-01",
        LINE.text[:-1],
        f"{LINE.text}0",
        LINE.text.replace("000G", "U00G"),
        LINE.text.replace("2026-11-25", "2026-11-31"),
        LINE.text.replace("1024", "01024"),
        LINE.text * 100,
    ],
)
def test_what_is_no_line_is_refused_as_such(typed: str) -> None:
    assert refused(lambda: parse_anchor(typed)) == "anchor.malformed"


@given(st.text(max_size=200) | st.lists(st.sampled_from(LINE.text.split()), max_size=20).map(" ".join))
def test_any_text_is_refused_or_is_a_line(typed: str) -> None:
    try:
        line = parse_anchor(typed)
    except RuleViolation as violation:
        assert violation.rule.code in {"anchor.malformed", "anchor.mistyped"}
    else:
        assert unicodedata.normalize("NFKC", line.text)


# --- held against a log

KEY = SigningKey(ORIGIN, b"\x01" * 32)


def source_of(size: int) -> MemorySource:
    return MemorySource(make_log(size).files() | {"log.vkey": f"{KEY.verifier.vkey}\n".encode()})


def printed(size: int) -> AnchorLine:
    return anchor_of(source_of(size), "2026-11-25")


@pytest.mark.parametrize(
    ("old", "new"), [(1, 1), (0, 0), (0, 5), (1, 2), (256, 257), (255, 1000), (777, 777)]
)
def test_a_log_that_is_or_extends_the_printed_one(old: int, new: int) -> None:
    line = (
        parse_anchor(printed(old).text)
        if old
        else AnchorLine(Checkpoint(ORIGIN, 0, EMPTY_ROOT), "2026-11-25")
    )
    assert check_extends(line, source_of(new)).size == new


def test_a_log_that_was_rolled_back_or_an_old_copy_of_it() -> None:
    with pytest.raises(RuleViolation, match=r"anchor\.rolled_back") as caught:
        check_extends(printed(300), source_of(299))
    assert "旧的副本" in caught.value.zh
    assert "an old copy" in caught.value.en


@pytest.mark.parametrize("size", [300, 301, 1000])
def test_a_log_whose_history_was_rewritten(size: int) -> None:
    head = printed(300).head
    line = AnchorLine(Checkpoint(head.origin, 300, head.root[::-1]), "2026-11-25")
    assert refused(lambda: check_extends(line, source_of(size))) == "anchor.rewritten"


def test_withheld_or_damaged_tiles_show_nothing() -> None:
    source = source_of(1000)
    assert check_extends(printed(300), source).size == 1000
    for path in ("tile/0/001", "tile/1/000.p/3"):
        gone = MemorySource({name: data for name, data in source.files.items() if name != path})
        assert refused(lambda gone=gone: check_extends(printed(300), gone)) == "anchor.rewritten"  # type: ignore[misc]
        bad = MemorySource(source.files | {path: source.files[path][::-1]})
        assert refused(lambda bad=bad: check_extends(printed(300), bad)) == "anchor.rewritten"  # type: ignore[misc]
    assert refused(lambda: anchor_of(bad, "2026-11-25")) == "tlog.bad_proof"


def test_the_printed_head_needs_no_tiles_to_be_known_again() -> None:
    files = {path: data for path, data in source_of(300).files.items() if not path.startswith("tile")}
    assert check_extends(printed(300), MemorySource(files)).size == 300


def test_another_log_at_the_place() -> None:
    other = SigningKey("other.example", b"\x05" * 32)
    note = sign_checkpoint(Checkpoint(other.name, 300, printed(300).head.root), other)
    files = source_of(300).files | {"checkpoint": note, "log.vkey": other.verifier.vkey.encode()}
    assert refused(lambda: check_extends(printed(300), MemorySource(files))) == "anchor.other_log"


def test_a_head_that_is_not_signed_by_the_trusted_key_is_not_printed() -> None:
    trusted = SigningKey(ORIGIN, b"\x05" * 32).verifier.vkey
    assert refused(lambda: anchor_of(source_of(5), "2026-11-25", trusted)) == "checkpoint.signature"
    assert anchor_of(source_of(5), "2026-11-25", KEY.verifier.vkey).head.size == 5


def test_a_server_that_is_away_is_no_verdict() -> None:
    class Away(MemorySource):
        def fetch(self, path: str) -> bytes:
            """Fail to read the tiles."""
            if path.startswith("tile"):
                raise UNREADABLE(place=path, problem="HTTP 500")
            return super().fetch(path)

    assert refused(lambda: check_extends(printed(300), Away(source_of(1000).files))) == "audit.unreadable"
    assert refused(lambda: check_extends(printed(300), MemorySource({}))) == "audit.unreadable"
