"""A county proof in a supervisor's hands: the book, the county's root, the printed line; and every way to tamper."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit.anchor import AnchorLine, parse_anchor
from audit.county import check_book, prove_book
from audit.tlog.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from audit.tlog.proof_file import ProofFile, parse_proof_file
from domain.kernel.errors import RuleViolation
from domain.kernel.merkle import leaf_hash
from domain.kernel.note import SigningKey, parse_note
from tests.audit.county.conftest import COUNTY, book

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.county.check import BookProof
    from tests.audit.county.conftest import County

DATE = "2026-11-25"
KEY = COUNTY.verifier.vkey
BOOK = book(2, 40)
BOOK_KEY = BOOK.key.verifier.vkey


@pytest.fixture
def file(county: County) -> ProofFile:
    """The proof of one of three books."""
    county.collect(book(1, 7), BOOK, book(3, 300))
    return prove_book(county.source, BOOK.origin, KEY)


@pytest.fixture
def line(file: ProofFile) -> AnchorLine:
    """The county's line as it was printed on the day of the proof."""
    return printed(file)


def printed(file: ProofFile) -> AnchorLine:
    return parse_anchor(AnchorLine(parse_checkpoint(parse_note(file.checkpoint).text), DATE).text)


def found(proof: BookProof) -> list[str]:
    return [finding.rule for finding in proof.findings]


def flipped(data: bytes, skip: Iterable[int] = ()) -> Iterable[bytes]:
    """Yield the data with each byte changed in turn, but for some."""
    for place in sorted(set(range(len(data))) - set(skip)):
        yield data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def holds(data: bytes, *, key: str = "", anchor: AnchorLine | None = None, book_key: str = "") -> bool:
    try:
        return check_book(data, key=key, anchor=anchor, book_key=book_key).ok
    except RuleViolation:
        return False


def test_it_is_said_in_words(file: ProofFile, line: AnchorLine) -> None:
    proof = check_book(file.encode(), key=KEY, anchor=line, book_key=BOOK_KEY)
    assert proof.ok
    text = proof.as_text()
    assert f"账套 book: {BOOK.origin}" in text
    assert "40 条 / entries" in text
    assert f"县级总日志 county's log: {COUNTY.name}" in text
    assert "第 1 号记录，共 3 条 / entry 1 of 3" in text
    assert text.count(" root: ") == 2
    assert f"{DATE} 印出的锚定行与县根一致 / the line printed on {DATE} has the county's root" in text
    assert "✗" not in text
    assert "注意" not in text
    assert proof.as_object()["county"] == {
        "origin": COUNTY.name,
        "index": 1,
        "entries": 3,
        "root": parse_proof_file(file.encode()).checkpoint.decode().split("\n")[2],
    }
    assert (proof.as_object()["book"], proof.as_object()["entries"]) == (BOOK.origin, 40)


@pytest.mark.parametrize(("key", "with_line"), [(KEY, False), ("", True), (KEY, True)])
def test_the_key_or_the_printed_line_suffices(
    file: ProofFile, line: AnchorLine, key: str, *, with_line: bool
) -> None:
    proof = check_book(file.encode(), key=key, anchor=line if with_line else None)
    assert proof.ok
    assert "--book-key" in proof.as_text()


def test_one_of_them_is_needed(file: ProofFile) -> None:
    with pytest.raises(RuleViolation) as caught:
        check_book(file.encode(), book_key=BOOK_KEY)
    assert caught.value.rule.code == "county.no_trust"


def test_no_byte_of_the_file_can_be_changed(file: ProofFile, line: AnchorLine) -> None:
    data = file.encode()
    assert holds(data, key=KEY, book_key=BOOK_KEY)
    assert not any(holds(other, key=KEY, book_key=BOOK_KEY) for other in flipped(data))
    # without the county's key the printed line vouches for all but the county's signature
    behind = data.index(parse_note(file.checkpoint).signatures[0].line)
    assert not any(holds(other, anchor=line) for other in flipped(data, range(behind, len(data))))


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        (lambda head: replace(head, root=bytes(32)), "anchor.other_root"),
        (lambda head: replace(head, origin="county.example.cn/other"), "anchor.other_log"),
    ],
)
def test_a_line_that_is_not_the_proofs(file: ProofFile, line: AnchorLine, changed: object, rule: str) -> None:
    assert callable(changed)
    proof = check_book(file.encode(), key=KEY, anchor=AnchorLine(changed(line.head), DATE))
    assert found(proof) == [rule]
    assert "✗" in proof.as_text()


def test_a_county_that_signs_a_second_history_is_betrayed_by_the_paper(
    file: ProofFile, line: AnchorLine
) -> None:
    forged = BOOK.forked(3, 40).note
    alone = Checkpoint(COUNTY.name, 1, leaf_hash(forged))
    other = ProofFile(0, (), sign_checkpoint(alone, COUNTY), forged).encode()
    assert holds(other, key=KEY, book_key=BOOK_KEY)
    assert not holds(other, key=KEY, anchor=line, book_key=BOOK_KEY)
    with pytest.raises(RuleViolation, match=r"anchor\.other_size"):
        check_book(other, key=KEY, anchor=line, book_key=BOOK_KEY)
    padded = Checkpoint(COUNTY.name, line.head.size, leaf_hash(forged))
    other = ProofFile(1, file.hashes, sign_checkpoint(padded, COUNTY), forged).encode()
    assert set(found(check_book(other, anchor=line))) == {"anchor.other_root", "tlog.bad_proof"}


# --- a line that was printed before the county's log grew


@pytest.fixture
def grown(county: County, line: AnchorLine) -> County:
    """The county's log two days after the line was printed."""
    assert line.head.size == 3
    county.collect(book(1, 8), BOOK.grown(41), book(4, 2))
    county.collect(book(5, 2))
    return county


def test_a_book_is_proved_under_the_line_in_an_old_newspaper(grown: County, line: AnchorLine) -> None:
    """The newest checkpoint of the book that the line commits to, under the county's newest signed root."""
    data = prove_book(grown.source, BOOK.origin, KEY, line).encode()
    proof = check_book(data, key=KEY, anchor=line, book_key=BOOK_KEY)
    assert (proof.ok, proof.entries, proof.leaf, proof.index) == (True, 40, BOOK.note, 1)
    said = proof.as_text()
    assert f"the county's root extends the 3 entries printed on {DATE}" in said
    assert "entry 1 of 7" in said
    assert holds(data, anchor=line)
    assert holds(data, key=KEY)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 255, 256, 257, 299, 300])
def test_a_line_of_any_size(county: County, size: int) -> None:
    county.collect(*(book(number, 2) for number in range(1, size + 1)))
    line = printed(prove_book(county.source, book(1, 2).origin, KEY))
    for more in (1, 40):
        county.collect(*(book(1000 * more + number, 2) for number in range(more)))
        for number in {1, size // 2 + 1, size}:
            data = prove_book(county.source, book(number, 2).origin, KEY, line).encode()
            assert holds(data, key=KEY, anchor=line)


def test_no_byte_of_a_proof_under_an_old_line_can_be_changed(grown: County, line: AnchorLine) -> None:
    file = prove_book(grown.source, BOOK.origin, KEY, line)
    data = file.encode()
    assert holds(data, key=KEY, anchor=line)
    assert not any(holds(other, key=KEY, anchor=line) for other in flipped(data))


def test_what_the_line_does_not_commit_to_is_not_proved_under_it(grown: County, line: AnchorLine) -> None:
    with pytest.raises(RuleViolation, match=r"county\.no_book") as caught:
        prove_book(grown.source, book(4, 2).origin, KEY, line)
    assert "3" in caught.value.zh
    early, late = (prove_book(grown.source, BOOK.origin, KEY, one) for one in (line, None))
    leaf, extension = early.extra.split(b"\n\nextends ")
    assert leaf + b"\n" == BOOK.note
    mixed = replace(late, extra=late.extra + b"\nextends " + extension).encode()
    assert holds(mixed, key=KEY)
    with pytest.raises(RuleViolation, match=r"anchor\.other_size"):
        check_book(mixed, key=KEY, anchor=line)


def test_a_proof_is_not_made_under_a_line_of_another_history(grown: County, line: AnchorLine) -> None:
    for changed, rule in (
        (replace(line.head, root=bytes(32)), "anchor.rewritten"),
        (replace(line.head, size=9), "anchor.rolled_back"),
        (replace(line.head, origin="county.example.cn/other"), "anchor.other_log"),
    ):
        with pytest.raises(RuleViolation) as caught:
            prove_book(grown.source, BOOK.origin, KEY, AnchorLine(changed, DATE))
        assert caught.value.rule.code == rule
    data = prove_book(grown.source, BOOK.origin, KEY, line).encode()
    other = AnchorLine(replace(line.head, root=bytes(32)), DATE)
    assert found(check_book(data, key=KEY, anchor=other)) == ["anchor.rewritten"]


def test_sizes_that_differ_are_no_finding_beside_what_is_one(file: ProofFile, line: AnchorLine) -> None:
    """Nothing can be concluded, and it is said what to do; what was found all the same is not hidden by it."""
    earlier, later = (AnchorLine(replace(line.head, size=line.head.size + by), DATE) for by in (-1, 1))
    for other in (earlier, later):
        with pytest.raises(RuleViolation) as caught:
            check_book(file.encode(), key=KEY, anchor=other)
        assert caught.value.rule.code == "anchor.other_size"
        assert "sunledger county proof" in caught.value.zh
        assert "--anchor" in caught.value.en
    other_county = SigningKey(COUNTY.name, bytes(32)).verifier.vkey
    assert found(check_book(file.encode(), key=other_county, anchor=later)) == [
        "checkpoint.signature",
        "anchor.other_size",
    ]


@pytest.mark.parametrize(
    "extension", [b"", b"x", b"03\n", b"3", b"3\n\n", b"3\nAAAA\n", b"3\n" + 65 * (b"A" * 43 + b"=\n")]
)
def test_what_is_no_extension(file: ProofFile, extension: bytes) -> None:
    with pytest.raises(RuleViolation, match=r"tlog\.proof_malformed"):
        check_book(replace(file, extra=file.extra + b"\nextends " + extension).encode(), key=KEY)


def test_other_keys(file: ProofFile, line: AnchorLine) -> None:
    other_county = SigningKey(COUNTY.name, bytes(32)).verifier.vkey
    other_book = SigningKey(BOOK.origin, bytes(32)).verifier.vkey
    assert found(check_book(file.encode(), key=other_county, anchor=line)) == ["checkpoint.signature"]
    assert found(check_book(file.encode(), key=KEY, book_key=other_book)) == ["checkpoint.signature"]
    assert found(check_book(file.encode(), key=KEY, book_key=KEY)) == ["checkpoint.signature"]


def test_the_proof_of_something_else_is_no_county_proof() -> None:
    alone = Checkpoint(COUNTY.name, 1, leaf_hash(b"hello"))
    data = ProofFile(0, (), sign_checkpoint(alone, COUNTY), b"hello").encode()
    proof = check_book(data, key=KEY)
    assert found(proof) == ["county.leaf"]
    assert proof.as_object()["book"] == ""
    assert found(check_book(data.replace(b"extra ", b"extra aGVs"), key=KEY)) == [
        "county.leaf",
        "tlog.bad_proof",
    ]


def test_the_books_checkpoint_can_be_kept(file: ProofFile) -> None:
    assert check_book(file.encode(), key=KEY).leaf == BOOK.note
