"""Entries have one form, byte for byte; anything else is refused with the code of the rule it breaks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entry import (
    HEADER,
    MAX_ENTRY_BYTES,
    TYPES,
    AnyStatement,
    parse_entry,
    parse_text,
    seal,
    sign_text,
    unsigned_text,
)
from domain.kernel.canonical import MAX_SAFE_INTEGER
from domain.kernel.errors import RuleViolation
from domain.kernel.merkle import leaf_hash
from domain.kernel.money import MAX_FEN
from domain.kernel.note import SigningKey, format_note, parse_note
from domain.kernel.statement import Seen
from domain.kernel.ulid import ALPHABET
from domain.periods import Closing, PeriodClosed
from domain.vouchers import Attachments, File, Line, Voucher, VoucherPosted

if TYPE_CHECKING:
    from tests.domain.conftest import Village

TYPES_FILE = Path(__file__).with_name("entry_types.txt")
BOOK = "N2330881MF0000013Y"
KEY = SigningKey(f"{BOOK}/accountant/1", b"\x01" * 32)
OTHER = SigningKey(f"{BOOK}/head/1", b"\x02" * 32)
ROOT = "A" * 43 + "="

GOOD = (
    b'{"at":"2026-03-05T10:12:33+08:00","book":"N2330881MF0000013Y",'
    b'"data":{"attachments":{"count":1},"date":"2026-03-05","lines":['
    b'{"account":"513","debit_fen":10000},{"account":"101","credit_fen":10000}],'
    b'"summary":"\xe8\xb4\xad\xe5\x8a\x9e\xe5\x85\xac\xe7\x94\xa8\xe5\x93\x81"},'
    b'"id":"01KJXQ0000000000000000000A","seen":{"n":1,"r":"'
    + ROOT.encode()
    + b'"},"type":"voucher.posted/1"}'
)


def refusal(note: bytes) -> str:
    with pytest.raises(RuleViolation) as caught:
        parse_entry(note)
    return caught.value.rule.code


def signed(line: bytes, header: bytes = HEADER) -> bytes:
    return sign_text(header + line + b"\n", [KEY])


def changed(old: str, new: str) -> bytes:
    """Return the good entry's line with one part replaced, which must be there once."""
    assert GOOD.count(old.encode()) == 1
    return GOOD.replace(old.encode(), new.encode())


# ----------------------------------------------------------------------------------- the registry


def test_the_types_are_those_that_were_agreed() -> None:
    """A type's name stands in every log ever written, so adding one is a decision, and none goes away."""
    assert sorted(TYPES) == TYPES_FILE.read_text(encoding="utf-8").split()


@pytest.mark.parametrize("statement", TYPES.values(), ids=TYPES)
def test_every_type_has_the_same_outer_fields(statement: type[msgspec.Struct]) -> None:
    names = {field.encode_name for field in msgspec.structs.fields(statement)}
    assert names == {"at", "book", "data", "id", "seen"}


# ------------------------------------------------------------------------------------ one good form


def test_the_good_entry_is_read() -> None:
    note = signed(GOOD)
    entry = parse_entry(note)
    assert isinstance(entry.statement, VoucherPosted)
    assert entry.note == note
    assert entry.text == HEADER + GOOD + b"\n"
    assert entry.leaf_hash == leaf_hash(note)
    assert [signature.name for signature in entry.signatures] == [KEY.name]
    assert entry.statement.data.lines == [
        Line(account="513", debit_fen=10_000),
        Line(account="101", credit_fen=10_000),
    ]


def test_lines_are_sorted_by_key_name_whoever_signs_first() -> None:
    assert seal(parse_text(HEADER + GOOD + b"\n"), [OTHER, KEY]) == sign_text(
        HEADER + GOOD + b"\n", [KEY, OTHER]
    )


MALFORMED_LINES = {
    # not canonical: another encoding of what an entry may say
    "white space": (GOOD.replace(b":1}", b": 1}"), "entry.not_canonical"),
    "a space at the end": (GOOD + b" ", "entry.not_canonical"),
    "keys out of order": (
        changed(
            '"attachments":{"count":1},"date":"2026-03-05"', '"date":"2026-03-05","attachments":{"count":1}'
        ),
        "entry.not_canonical",
    ),
    "a duplicate key": (changed('"count":1', '"count":1,"count":1'), "entry.not_canonical"),
    "a duplicate key of another value": (changed('"n":1', '"n":0,"n":1'), "entry.not_canonical"),
    "a default written out": (
        changed('"debit_fen":10000', '"credit_fen":0,"debit_fen":10000'),
        "entry.not_canonical",
    ),
    "an empty default": (changed('"account":"513"', '"account":"513","party":""'), "entry.not_canonical"),
    "an escape": (changed('"account":"513"', '"account":"\\u0035\\u0031\\u0033"'), "entry.not_canonical"),
    "an escaped slash": (changed("voucher.posted/1", "voucher.posted\\/1"), "entry.not_canonical"),
    "minus zero": (changed('"debit_fen":10000', '"debit_fen":-0'), "entry.not_canonical"),
    # malformed: not JSON, or a value of the wrong kind
    "no JSON": (b"hello", "entry.malformed"),
    "nothing": (b"", "entry.malformed"),
    "half of it": (GOOD[:-1], "entry.malformed"),
    "two of it": (GOOD + GOOD, "entry.malformed"),
    "an array": (b"[" + GOOD + b"]", "entry.malformed"),
    "a number": (b"1", "entry.malformed"),
    "a float": (changed('"debit_fen":10000', '"debit_fen":100.5'), "entry.malformed"),
    "null": (changed('"debit_fen":10000', '"debit_fen":null'), "entry.malformed"),
    "NaN": (changed('"debit_fen":10000', '"debit_fen":NaN'), "entry.malformed"),
    "a number as text": (changed('"debit_fen":10000', '"debit_fen":"10000"'), "entry.malformed"),
    "a boolean as number": (changed('"debit_fen":10000', '"debit_fen":true'), "entry.malformed"),
    "beyond the largest amount": (
        changed('"debit_fen":10000', f'"debit_fen":{MAX_FEN + 1}'),
        "entry.malformed",
    ),
    "below -(2^53-1)": (
        changed('"debit_fen":10000', f'"debit_fen":-{MAX_SAFE_INTEGER + 1}'),
        "entry.malformed",
    ),
    "a number of 5,000 digits": (
        changed('"debit_fen":10000', '"debit_fen":' + "9" * 5000),
        "entry.malformed",
    ),
    "a field missing": (changed('"date":"2026-03-05",', ""), "entry.malformed"),
    "one line only": (changed(',{"account":"101","credit_fen":10000}', ""), "entry.malformed"),
    "a text too long": (
        changed('"account":"513"', f'"account":"513","party":"{"x" * 201}"'),
        "entry.malformed",
    ),
    "an empty summary": (
        GOOD[: GOOD.index(b'"summary":"') + 11] + GOOD[GOOD.index(b'"},"id"') :],
        "entry.malformed",
    ),
    "a lone surrogate": (changed('"account":"513"', '"account":"\\ud800"'), "entry.malformed"),
    "a negative count": (changed('"count":1', '"count":-1'), "entry.malformed"),
    "nested too deep": (
        b'{"at":' + b"[" * 30_000 + b"]" * 30_000 + b',"type":"voucher.posted/1"}',
        "entry.malformed",
    ),
    "a hash with a newline": (
        changed('{"count":1}', f'{{"files":[{{"media":"m","name":"x","sha256":"{"0" * 64}\\n","size":0}}]}}'),
        "entry.malformed",
    ),
    # fields and types that nobody agreed on
    "an unknown field": (changed('"n":1', '"m":1,"n":1'), "entry.unknown_field"),
    "an unknown field at the top": (changed('"at":', '"ab":1,"at":'), "entry.unknown_field"),
    "an unknown type": (changed("voucher.posted/1", "voucher.deleted/1"), "entry.unknown_type"),
    "a version to come": (changed("voucher.posted/1", "voucher.posted/3"), "entry.unknown_type"),
    "no type": (changed(',"type":"voucher.posted/1"', ""), "entry.unknown_type"),
    "a type that is no text": (changed('"type":"voucher.posted/1"', '"type":1'), "entry.unknown_type"),
    # the fields that every entry has
    "an id in lower case": (changed("01KJXQ0000000000000000000A", "01kjxq0000000000000000000a"), "entry.id"),
    "an id with an O": (changed("01KJXQ0000000000000000000A", "01KJXQ000000000000000000OA"), "entry.id"),
    "an id beyond 128 bits": (
        changed("01KJXQ0000000000000000000A", "81KJXQ0000000000000000000A"),
        "entry.id",
    ),
    "an id too short": (changed("01KJXQ0000000000000000000A", "01KJXQ"), "entry.id"),
    "a time without offset": (changed("10:12:33+08:00", "10:12:33"), "entry.at"),
    "a time without seconds": (changed("10:12:33+08:00", "10:12+08:00"), "entry.at"),
    "a time with a fraction": (changed("10:12:33+08:00", "10:12:33.5+08:00"), "entry.at"),
    "a time with a space": (changed("05T10", "05 10"), "entry.at"),
    "the hour 24": (changed("10:12:33+08:00", "24:00:00+08:00"), "entry.at"),
    "the 30th of February": (changed("2026-03-05T", "2026-02-30T"), "entry.at"),
}


@pytest.mark.parametrize(("line", "code"), MALFORMED_LINES.values(), ids=MALFORMED_LINES)
def test_a_line_that_is_not_the_one_form(line: bytes, code: str) -> None:
    assert refusal(signed(line)) == code


def test_bytes_that_are_not_utf_8() -> None:
    """The note's parser stops them in a log; the text's parser, which a client calls on its own, does too."""
    torn = HEADER + GOOD.replace(b"\xe8\xb4\xad", b"\xe8\xb4") + b"\n"
    assert refusal(torn + b"\n\xe2\x80\x94 a QUFBQUE=\n") == "note.malformed"
    with pytest.raises(RuleViolation) as caught:
        parse_text(torn)
    assert caught.value.rule.code == "entry.malformed"


@pytest.mark.parametrize(
    "header",
    [b"", b"\n", b"sunledger.entry/v2\n", b"sunledger.entry/v1 \n", b"Sunledger.entry/v1\n", HEADER + b"\n"],
)
def test_a_header_that_is_another(header: bytes) -> None:
    assert refusal(signed(GOOD, header)) == "entry.malformed"


@pytest.mark.parametrize(
    "text", [b"", HEADER, HEADER + GOOD, HEADER + GOOD + b"\n\n", HEADER + GOOD + b"\nx\n"]
)
def test_a_text_is_two_lines(text: bytes) -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_text(text)
    assert caught.value.rule.code == "entry.malformed"


# ------------------------------------------------------------------------------------- signatures


def test_signature_lines_are_sorted() -> None:
    text = HEADER + GOOD + b"\n"
    assert refusal(format_note(text, [OTHER.sign(text), KEY.sign(text)])) == "entry.signature_order"


def test_a_name_signs_once() -> None:
    text = HEADER + GOOD + b"\n"
    twin = SigningKey(KEY.name, b"\x03" * 32)
    assert refusal(format_note(text, [KEY.sign(text), KEY.sign(text)])) == "entry.signature_order"
    assert refusal(format_note(text, [KEY.sign(text), twin.sign(text)])) == "entry.signature_order"


def test_without_a_signature() -> None:
    assert refusal(HEADER + GOOD + b"\n\n") == "note.malformed"
    assert refusal(HEADER + GOOD + b"\n") == "note.malformed"


# -------------------------------------------------------------------------------------------- size


def filled(size: int) -> bytes:
    """Return a note of exactly that many bytes: a hundred lines with as much text as it takes."""
    extra = size - len(wordy([1] * 300))
    return wordy([1 + min(199, max(0, extra - 199 * place)) for place in range(300)])


def wordy(lengths: list[int]) -> bytes:
    """Return a note whose lines have texts of these lengths, three a line."""
    texts = iter(["x" * length for length in lengths])
    lines = [
        Line(account="513", debit_fen=1, party=party, project=project, summary=summary)
        for party, project, summary in zip(texts, texts, texts, strict=True)
    ]
    data = Voucher(attachments=Attachments(), date="2026-03-05", lines=lines, summary="s")
    statement = VoucherPosted(
        at="2026-03-05T10:12:33+08:00",
        book=BOOK,
        data=data,
        id="01KJXQ0000000000000000000A",
        seen=Seen(n=1, r=ROOT),
    )
    return seal(statement, [KEY])


def test_an_entry_of_65535_bytes_is_read_and_one_more_is_not() -> None:
    largest, over = filled(MAX_ENTRY_BYTES), filled(MAX_ENTRY_BYTES + 1)
    assert (len(largest), len(over)) == (65_535, 65_536)
    assert parse_entry(largest).note == largest
    assert refusal(over) == "entry.too_large"


def test_what_is_too_large_is_not_even_read() -> None:
    assert refusal(b"\xff" * (MAX_ENTRY_BYTES + 1)) == "entry.too_large"


# ------------------------------------------------------------------------------------- properties

UNFIT = "".join(map(chr, (*range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF)))
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=UNFIT), min_size=1, max_size=20
)
OPTIONAL = st.just("") | TEXT
FEN = st.integers(-MAX_FEN, MAX_FEN)
IDS = st.builds(
    str.__add__, st.sampled_from("01234567"), st.text(st.sampled_from(ALPHABET), min_size=25, max_size=25)
)
MOMENTS = st.datetimes().map(lambda moment: moment.replace(microsecond=0).isoformat() + "+08:00")
SEEN = st.builds(Seen, n=st.integers(0, MAX_SAFE_INTEGER), r=st.text(max_size=44).filter(str.isascii))
LINE = st.builds(
    Line, account=TEXT, credit_fen=FEN, debit_fen=FEN, party=OPTIONAL, project=OPTIONAL, summary=OPTIONAL
)
FILE = st.builds(
    File,
    media=TEXT,
    name=TEXT,
    sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
    size=st.integers(0, 99),
)
VOUCHER = st.builds(
    Voucher,
    attachments=st.builds(Attachments, count=st.integers(0, 9999), files=st.lists(FILE, max_size=2)),
    date=TEXT,
    lines=st.lists(LINE, min_size=2, max_size=4),
    summary=TEXT,
    resolution=OPTIONAL,
    source=OPTIONAL,
)
COMMON = {"at": MOMENTS, "book": TEXT, "id": IDS, "seen": SEEN}
STATEMENTS: st.SearchStrategy[AnyStatement] = st.one_of(
    st.builds(VoucherPosted, data=VOUCHER, **COMMON),
    st.builds(PeriodClosed, data=st.builds(Closing, period=TEXT), **COMMON),
)


@given(STATEMENTS)
def test_what_was_sealed_is_read_back(statement: AnyStatement) -> None:
    note = seal(statement, [KEY, OTHER])
    entry = parse_entry(note)
    assert entry.statement == statement
    assert sign_text(unsigned_text(entry.statement), [KEY, OTHER]) == note
    assert (entry.text, entry.signatures) == parse_note(note)


@given(STATEMENTS)
def test_the_text_is_the_json_that_others_write(statement: AnyStatement) -> None:
    """Python's own json, told to sort and to leave no space, gives the same bytes."""
    line = unsigned_text(statement).removeprefix(HEADER)
    others = json.dumps(json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert line == others.encode() + b"\n"


@given(STATEMENTS, st.integers(0, 2))
def test_the_same_in_any_other_spelling_is_refused(statement: AnyStatement, indent: int) -> None:
    line = unsigned_text(statement).removeprefix(HEADER)
    spelled = json.dumps(json.loads(line), indent=indent, sort_keys=True).replace("\n", " ")
    assert refusal(signed(spelled.encode())) == "entry.not_canonical"


@given(st.data())
def test_a_changed_byte_is_refused_or_read_as_it_stands(data: st.DataObject) -> None:
    note = bytearray(signed(GOOD))
    place = data.draw(st.integers(0, len(note) - 1))
    note[place] = data.draw(st.integers(0, 255))
    try:
        entry = parse_entry(bytes(note))
    except RuleViolation:
        return
    assert entry.text + b"\n" + b"".join(signature.line for signature in entry.signatures) == bytes(note)
    assert unsigned_text(entry.statement) == entry.text


@given(st.binary(max_size=200))
def test_any_line_is_refused_by_a_rule(line: bytes) -> None:
    with pytest.raises(RuleViolation):
        parse_text(HEADER + line.replace(b"\n", b"") + b"\n")


def test_each_kind_of_entry_is_read_back(village: Village) -> None:
    voucher = village.voucher()
    for entry in (voucher, village.reversal(voucher), village.close(), village.grant("member/1")):
        assert parse_text(unsigned_text(entry.statement)) == entry.statement


@given(st.data())
def test_what_is_read_as_an_entry_is_a_good_note(data: st.DataObject) -> None:
    """The characters of an entry are checked by its canonical form; they are those that a note may have."""
    note = bytearray(signed(GOOD))
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(note) - 1))
        note[place : place + data.draw(st.integers(0, 1))] = data.draw(st.binary(max_size=3))
    try:
        entry = parse_entry(bytes(note))
    except RuleViolation:
        return
    assert parse_note(bytes(note)).text == entry.text


@pytest.mark.parametrize("character", [*range(0x20), 0x7F, 0x80, 0xC0, 0xED, 0xF5, 0xFF])
def test_a_stray_byte_makes_no_other_entry(character: int) -> None:
    good = signed(GOOD)
    for place in range(0, len(good), 3):
        note = good[:place] + bytes([character]) + good[place:]
        try:
            entry = parse_entry(note)
        except RuleViolation:
            continue
        assert parse_note(note).text == entry.text


@pytest.mark.parametrize(
    "escaped", ["\\u0000", "\\u001b", "\\u007f", "\\u0085", "\\u202e", "\\u2066", "\\ufeff"]
)
def test_a_text_shows_what_it_says(escaped: str) -> None:
    """What a database cannot hold, steers a terminal, or turns the reading direction stands in no text."""
    character = json.loads(f'"{escaped}"')
    for spelling in (escaped, character):
        line = changed('"summary":"', f'"summary":"{spelling}')
        assert refusal(signed(line) if spelling == escaped else HEADER + line) in {
            "entry.malformed",
            "entry.not_canonical",
            "note.malformed",
        }
