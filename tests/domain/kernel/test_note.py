"""Signed notes: the specification's example, strictness, and Ed25519's edge cases."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.kernel.errors import RuleViolation
from domain.kernel.note import (
    COSIGNATURE,
    MAX_NAME_BYTES,
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    Note,
    Signature,
    SigningKey,
    decode_base64,
    format_note,
    is_key_name,
    is_valid_public_key,
    key_id,
    parse_note,
    parse_vkey,
    verifier_key,
    verify_ed25519,
)

ROOT = Path(__file__).parents[3]
FOREIGN_VECTORS = ROOT.parent / "shared" / "vectors" / "ed25519-cctv.json"
CASES: list[dict[str, Any]] = json.loads((ROOT / "tests/vectors/ed25519.json").read_text())["cases"]

SPEC_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
"""The verifier key of the specification's example."""

DASH = "—".encode()
PAYLOAD = b64encode(bytes(68))
KEY = SigningKey("N2330881MF0000013Y/accountant/1", bytes(range(32)))

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(is_key_name)
SIGNATURES = st.builds(Signature, NAMES, st.integers(0, 2**32 - 1), st.binary(min_size=1, max_size=80))
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n")).map(
    lambda text: (text + "\n").encode()
)


def refusal(note: bytes) -> str:
    with pytest.raises(RuleViolation) as caught:
        parse_note(note)
    return caught.value.rule.code


def vkey_refusal(text: str, algorithm: int = 1) -> str:
    with pytest.raises(RuleViolation) as caught:
        parse_vkey(text, algorithm)
    return caught.value.rule.code


# --- notes


def test_a_note_byte_for_byte() -> None:
    signature = KEY.sign(b"text\n")
    payload = signature.key_id.to_bytes(4, "big") + signature.signature
    note = b"text\n\n" + DASH + b" N2330881MF0000013Y/accountant/1 " + b64encode(payload) + b"\n"
    assert format_note(b"text\n", [signature]) == note
    assert parse_note(note) == (b"text\n", (signature,))


def test_the_last_empty_line_separates() -> None:
    note = parse_note(b"a\n\nb\n\n\n\n" + DASH + b" n " + PAYLOAD + b"\n")
    assert note.text == b"a\n\nb\n\n\n"


def test_signatures_keep_their_order() -> None:
    signatures = [Signature(name, 1, b"s") for name in ("b", "a", "b")]
    assert [one.name for one in parse_note(format_note(b"t\n", signatures)).signatures] == ["b", "a", "b"]


@given(TEXTS, st.lists(SIGNATURES, min_size=1, max_size=4))
def test_notes_round_trip(text: bytes, signatures: list[Signature]) -> None:
    assert parse_note(format_note(text, signatures)) == Note(text, tuple(signatures))


@given(st.data())
def test_a_changed_note_is_refused_or_another_note(data: st.DataObject) -> None:
    text = data.draw(TEXTS)
    note = format_note(text, [KEY.sign(text), Signature("other", 7, b"raw")])
    place = data.draw(st.integers(0, len(note) - 1))
    changed = note[:place] + data.draw(st.binary(max_size=2)) + note[place + 1 :]
    try:
        parsed = parse_note(changed)
    except RuleViolation as violation:
        assert violation.rule.code == "note.malformed"
    else:
        assert format_note(*parsed) == changed
        assert (parsed == parse_note(note)) == (changed == note)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@example(b"\n\n")
def test_any_bytes_are_a_note_or_refused(data: bytes) -> None:
    try:
        parsed = parse_note(data)
    except RuleViolation as violation:
        assert violation.rule.code == "note.malformed"
    else:
        assert format_note(*parsed) == data


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n\n",
        b"text" + DASH + b" n " + PAYLOAD + b"\n",
        b"text\n" + DASH + b" n " + PAYLOAD + b"\n",
        b"text\n\n" + DASH + b" n " + PAYLOAD,
        b"text\n\n" + DASH + b" n " + PAYLOAD + b"\r\n",
        b"text\n\n" + DASH + b" n " + PAYLOAD + b"\n\n",
        b"text\n\n" + DASH + b" n " + PAYLOAD + b"\nmore\n",
        b"text\n\n- n " + PAYLOAD + b"\n",
        b"text\n\n" + DASH + b"n " + PAYLOAD + b"\n",
        b"text\n\n" + DASH + b"  " + PAYLOAD + b"\n",
        b"text\n\n" + DASH + b" n  " + PAYLOAD + b"\n",
        b"text\n\n" + DASH + b" n " + PAYLOAD + b" \n",
        b"text\n\n" + DASH + b" n\n",
        b"text\n\n" + DASH + b" n \n",
        b"te\x00xt\n\n" + DASH + b" n " + PAYLOAD + b"\n",
        b"te\txt\n\n" + DASH + b" n " + PAYLOAD + b"\n",
        b"te\xffxt\n\n" + DASH + b" n " + PAYLOAD + b"\n",
        b"te\xed\xa0\x80xt\n\n" + DASH + b" n " + PAYLOAD + b"\n",
    ],
)
def test_what_is_no_note(note: bytes) -> None:
    assert refusal(note) == "note.malformed"


@pytest.mark.parametrize(
    "name", ["", "a+b", "a b", "a\u00a0b", "a\u3000b", "a\u2028b", "a\u0085b", "字" * 86]
)
def test_names_that_may_not_stand_in_a_note(name: str) -> None:
    assert not is_key_name(name)
    assert refusal(b"text\n\n" + DASH + b" " + name.encode() + b" " + PAYLOAD + b"\n") == "note.malformed"
    with pytest.raises(RuleViolation):
        format_note(b"text\n", [Signature(name, 1, b"s")])


@pytest.mark.parametrize("name", ["a", "村/会计", "a-b_c.d/e", "字" * 85, "n" * MAX_NAME_BYTES])
def test_names_that_may(name: str) -> None:
    assert parse_note(format_note(b"t\n", [Signature(name, 1, b"s")])).signatures[0].name == name


@pytest.mark.parametrize(
    "payload",
    [
        b"AAAAAAA",
        b"AAAAAAA=\n",
        b"AAAAAAB=",
        b"AAAAA===",
        b"AAAA====",
        b"AAA-AAA=",
        b"AA AAAAA=",
        b"=AAAAAAA",
    ],
)
def test_base64_is_strict(payload: bytes) -> None:
    assert decode_base64(payload) == b""
    assert refusal(b"text\n\n" + DASH + b" n " + payload + b"\n") == "note.malformed"


def test_a_signature_has_at_least_one_byte_behind_the_key_id() -> None:
    assert refusal(b"text\n\n" + DASH + b" n " + b64encode(bytes(4)) + b"\n") == "note.malformed"
    assert (
        parse_note(b"text\n\n" + DASH + b" n " + b64encode(bytes(5)) + b"\n").signatures[0].signature == b"\0"
    )


def test_sizes_have_limits() -> None:
    most = [Signature("n", i, b"s") for i in range(MAX_SIGNATURES)]
    assert len(parse_note(format_note(b"t\n", most)).signatures) == MAX_SIGNATURES
    with pytest.raises(RuleViolation):
        format_note(b"t\n", [*most, most[0]])
    tail = b"\n\n" + DASH + b" n " + PAYLOAD + b"\n"
    assert parse_note(b"x" * (MAX_NOTE_BYTES - len(tail)) + tail)
    assert refusal(b"x" * (MAX_NOTE_BYTES - len(tail) + 1) + tail) == "note.malformed"


@pytest.mark.parametrize("text", [b"", b"text", b"te\rxt\n", b"\xff\n"])
def test_a_text_that_cannot_be_signed(text: bytes) -> None:
    with pytest.raises(RuleViolation) as caught:
        format_note(text, [Signature("n", 1, b"s")])
    assert caught.value.rule.code == "note.malformed"


def test_a_note_without_signature_is_not_written() -> None:
    with pytest.raises(RuleViolation):
        format_note(b"text\n", [])


# --- keys


def test_the_specification_s_example_key() -> None:
    key = parse_vkey(SPEC_VKEY)
    assert (key.name, f"{key.key_id:08x}", key.algorithm) == ("example.com/foo", "530d903a", 1)
    assert key.vkey == SPEC_VKEY
    assert is_valid_public_key(key.public_key)


def test_a_key_id_is_a_hash_of_name_algorithm_and_key() -> None:
    key = parse_vkey(SPEC_VKEY)
    assert key_id("example.com/foo", 1, key.public_key) == 0x530D903A
    assert key_id("example.com/foo", 4, key.public_key) != key.key_id
    assert key_id("example.com/fop", 1, key.public_key) != key.key_id


@given(NAMES, st.binary(min_size=32, max_size=32), st.sampled_from([1, COSIGNATURE]))
@example("n", b"\xfb" * 32, 1)  # its base64 is full of plus signs
def test_vkeys_round_trip(name: str, public_key: bytes, algorithm: int) -> None:
    key = verifier_key(name, public_key, algorithm)
    assert parse_vkey(key.vkey, algorithm) == key
    assert vkey_refusal(key.vkey, 5 - algorithm) == "note.vkey_malformed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        SPEC_VKEY.replace("530d903a", "530d903b"),
        SPEC_VKEY.replace("530d903a", "530D903A"),
        SPEC_VKEY.replace("530d903a", "0530d903a"),
        SPEC_VKEY.replace("foo", "fop"),
        SPEC_VKEY.replace("foo", "f o"),
        SPEC_VKEY + "\n",
        SPEC_VKEY + "=",
        SPEC_VKEY[:-4],
        SPEC_VKEY[:-1] + "字",
        "\ud800" + SPEC_VKEY,
        "+" + SPEC_VKEY,
    ],
)
def test_what_is_no_vkey(text: str) -> None:
    assert vkey_refusal(text) == "note.vkey_malformed"


def test_a_private_key_round_trips_in_go_s_form() -> None:
    text = KEY.encode()
    assert text.startswith(f"PRIVATE+KEY+{KEY.name}+{KEY.verifier.key_id:08x}+A")
    assert SigningKey.parse(text) == KEY


def test_go_s_documented_private_key() -> None:
    text = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    key = SigningKey.parse(text)
    assert key.encode() == text
    assert key.verifier.vkey == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert key.sign(b"If you think cryptography is the answer to your problem,\n").key_id == 0xC74F20A3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PRIVATE+KEY+",
        KEY.encode()[:-4],
        KEY.encode()[12:],
        KEY.encode().replace("/1+", "/2+"),
        KEY.verifier.vkey,
    ],
)
def test_what_is_no_private_key(text: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        SigningKey.parse(text)
    assert caught.value.rule.code == "note.key_malformed"


def test_a_refusal_and_a_repr_never_show_the_seed() -> None:
    secret = KEY.encode().split("+")[-1]
    with pytest.raises(RuleViolation) as caught:
        SigningKey.parse(KEY.encode().replace("/1+", "/2+"))
    assert secret not in f"{caught.value!r} {caught.value} {KEY!r}"
    assert repr(KEY.seed) not in repr(KEY)


def test_new_keys_differ() -> None:
    assert SigningKey.generate("n").seed != SigningKey.generate("n").seed


@pytest.mark.parametrize(("name", "seed"), [("a b", bytes(32)), ("n", bytes(31)), ("n", bytes(64))])
def test_a_signing_key_is_checked(name: str, seed: bytes) -> None:
    with pytest.raises(RuleViolation) as caught:
        SigningKey(name, seed)
    assert caught.value.rule.code == "note.key_malformed"


# --- Ed25519


def test_signing_is_deterministic_and_verifies() -> None:
    first, second = KEY.sign(b"text\n"), KEY.sign(b"text\n")
    assert first == second
    assert verify_ed25519(KEY.verifier.public_key, b"text\n", first.signature)
    assert not verify_ed25519(KEY.verifier.public_key, b"text", first.signature)


def test_every_flipped_bit_of_key_and_signature_is_refused() -> None:
    public_key, signature = KEY.verifier.public_key, KEY.sign_raw(b"m")
    for place in range(8 * 96):
        flipped = bytearray(public_key + signature)
        flipped[place // 8] ^= 1 << place % 8
        assert not verify_ed25519(bytes(flipped[:32]), b"m", bytes(flipped[32:]))


def test_bytes_never_move_between_signature_and_message() -> None:
    public_key, signature = KEY.verifier.public_key, KEY.sign_raw(b"message")
    assert verify_ed25519(public_key, b"message", signature)
    assert not verify_ed25519(public_key, b"essage", signature + b"m")
    assert not verify_ed25519(public_key, signature[-1:] + b"message", signature[:-1])
    assert not verify_ed25519(public_key, b"", signature + b"message")


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_public_key_has_32_bytes(length: int) -> None:
    assert not verify_ed25519(bytes(length), b"m", KEY.sign_raw(b"m"))
    assert not is_valid_public_key(bytes(length))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_ed25519_vectors(case: dict[str, Any]) -> None:
    public_key, message, signature = (
        bytes.fromhex(case[part]) for part in ("public_key", "message", "signature")
    )
    assert is_valid_public_key(public_key) is case["registrable"]
    assert verify_ed25519(public_key, message, signature) is case["verifies"]


def test_the_vectors_are_of_every_kind() -> None:
    kinds = {(case["registrable"], case["verifies"]) for case in CASES}
    assert kinds == {(True, True), (True, False), (False, True), (False, False)}
    assert len(CASES) >= 30


@pytest.mark.skipif(not FOREIGN_VECTORS.exists(), reason="the full set of C2SP/CCTV is not at hand")
def test_all_vectors_of_cctv_are_refused() -> None:
    cases = json.loads(FOREIGN_VECTORS.read_text())
    assert len(cases) > 400
    for case in cases:
        assert case["flags"]
        public_key, signature = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"])
        good = verify_ed25519(public_key, case["msg"].encode(), signature)
        assert not (good and is_valid_public_key(public_key)), case["number"]
